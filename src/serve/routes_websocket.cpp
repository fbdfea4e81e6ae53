// GET /stream/detection: everything that can be refused is refused before the upgrade, as JSON with a status.
#include <utility>

#include "serve/page_request.hpp"
#include "serve/routes.hpp"
#include "serve/ws_stream.hpp"
#include "wire/client_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;
using session::Session;

// 16 bytes in base64 (RFC 6455 section 4.1).
bool is_key(std::string_view key) noexcept {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.substr(0, 22).find_first_not_of(kAlphabet) == std::string_view::npos;
}

domain::Result<void> check_upgrade(const RequestHead& head) {
  if (!head.upgrade_websocket || head.method != Method::get) {
    return refuse(ErrorCode::bad_request, "This path speaks WebSocket: send Connection: Upgrade and Upgrade: websocket.");
  }
  if (head.get("sec-websocket-version") != "13")
    return refuse(ErrorCode::bad_request, "Only WebSocket version 13 is spoken here.");
  if (!is_key(head.get("sec-websocket-key")))
    return refuse(ErrorCode::bad_request, "Sec-WebSocket-Key must be 16 bytes in base64.");
  return {};
}

// Opened before the upgrade is answered; given up again should the connection be gone by then. One that is resumed waits on.
class OpenedSession {
 public:
  OpenedSession(session::Registry& registry, std::shared_ptr<Session> session, std::optional<Session::Claim> claim,
                session::LastSeen seen)
      : registry_(&registry), session_(std::move(session)), claim_(std::move(claim)), seen_(seen) {}
  OpenedSession(OpenedSession&&) noexcept = default;
  OpenedSession& operator=(OpenedSession&&) = delete;
  ~OpenedSession() {
    if (session_ && !claim_) registry_->close(session_->id(), session::EndReason::closed_by_client);
  }
  std::shared_ptr<Session> take() noexcept { return std::move(session_); }
  std::optional<Session::Claim> take_claim() noexcept { return std::exchange(claim_, std::nullopt); }
  const Session& session() const noexcept { return *session_; }
  const session::LastSeen& seen() const noexcept { return seen_; }

 private:
  session::Registry* registry_;
  std::shared_ptr<Session> session_;
  std::optional<Session::Claim> claim_;
  session::LastSeen seen_;
};

domain::Result<OpenedSession> open_session(const RequestHead& head, session::Registry& registry) {
  const auto pairs = wire::parse_query(head.query);
  if (!pairs) return std::unexpected(pairs.error());
  auto query = wire::parse_stream_query(*pairs);
  if (!query) return std::unexpected(query.error());
  if (query->resume) {
    // What else the query says of the configuration is checked and not applied: the session goes on as it was.
    if (auto checked = registry.check(query->patch); !checked) return std::unexpected(checked.error());
    auto resumed = registry.resume(session::Transport::websocket, query->session_id.value_or(""), *query->resume);
    if (!resumed) return std::unexpected(resumed.error());
    return OpenedSession(registry, std::move(resumed->session), std::move(resumed->claim),
                         {.event = query->last_event, .seq = query->last_seq});
  }
  auto session = registry.open(session::Transport::websocket, std::move(query->session_id), query->patch);
  if (!session) return std::unexpected(session.error());
  return OpenedSession(registry, std::move(*session), std::nullopt, {});
}

}  // namespace

void add_websocket_route(Router& router, Services& services) {
  router.add({.method = Method::get,
              .pattern = "/stream/detection",
              .access = Access::stream,
              .body = {},
              .handler =
                  [&services](const Request& request, Reply reply) {
                    if (auto upgrade = check_upgrade(request.head); !upgrade) {
                      Response response = error_response(upgrade.error(), request.request_id);
                      response.headers.emplace_back("Sec-WebSocket-Version", "13");
                      return reply(std::move(response));
                    }
                    auto session = open_session(request.head, services.registry);
                    if (!session) return reply(error_response(session.error(), request.request_id));
                    note_owner(services, session->session(), request);
                    WsHandshake handshake{.key = std::string(request.head.get("sec-websocket-key")),
                                          .request_id = request.request_id,
                                          .claim = {},
                                          .seen = session->seen()};
                    reply(
                        [&services, opened = std::move(*session), handshake = std::move(handshake)](TakenSocket socket) mutable {
                          handshake.claim = opened.take_claim();
                          start_ws_stream(services.streams, opened.take(), std::move(handshake), std::move(socket));
                        });
                  },
              .checks_origin = true});
}

}  // namespace hazard::serve
