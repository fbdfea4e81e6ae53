#include "serve/doorkeeper.hpp"

#include <utility>

#include "base/ids.hpp"
#include "serve/routes.hpp"
#include "wire/client_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr Rights everything() {
  Rights rights;
  for (const Access right : {Access::stream, Access::detect, Access::reports, Access::admin}) rights.add(right);
  return rights;
}

constexpr Rights all_but_administration() {
  Rights rights;
  for (const Access right : {Access::stream, Access::detect, Access::reports}) rights.add(right);
  return rights;
}

bool names_its_session(const Route& route) noexcept {
  return route.pattern.contains("{client_id}") || route.pattern.contains("{session_id}");
}

}  // namespace

// "Bearer KEY" (RFC 6750 section 2.1), the scheme's name in any case. Null: no Authorization at all.
domain::Result<const AccessKey*> Doorkeeper::key_of(const RequestHead& head) const {
  constexpr std::string_view kScheme = "bearer ";
  const auto value = head.find("authorization");
  if (!value) return nullptr;
  const AccessKey* key = nullptr;
  if (value->size() > kScheme.size() && equals_ignoring_case(value->substr(0, kScheme.size()), kScheme))
    key = policy_.keys.find(value->substr(value->find_first_not_of(' ', kScheme.size())));
  if (key == nullptr) return refuse(ErrorCode::unauthorized, "Nobody holds this key.");
  return key;
}

domain::Result<void> Doorkeeper::admit(const Route& route, const std::vector<std::string>& params, const RequestHead& head) {
  if (route.access == Access::everyone || (route.access == Access::measures && policy_.public_metrics)) return {};
  const auto rights = rights_of(route, params, head);
  if (route.access == Access::measures) {
    if (rights && rights->has(Access::admin)) return {};
    return refuse(ErrorCode::not_found, "There is nothing at this path.");  // as the gate says of any other
  }
  if (!rights) return std::unexpected(rights.error());
  if (route.access == Access::any_key || rights->has(route.access)) return {};
  return refuse(ErrorCode::forbidden, "This key does not open this path.");
}

domain::Result<Rights> Doorkeeper::rights_of(const Route& route, const std::vector<std::string>& params,
                                             const RequestHead& head) {
  if (policy_.keys.empty()) {
    if (policy_.on_loopback) return everything();
    if (route.access != Access::admin) return all_but_administration();
    return refuse(ErrorCode::unauthorized, "This path needs the right of an administrator.");
  }
  const auto key = key_of(head);
  if (!key) return std::unexpected(key.error());
  if (*key != nullptr) return (*key)->rights;
  // Only what reads: nothing that changes anything may be caused by an address.
  if (head.method == Method::get || head.method == Method::head) {
    const auto pairs = wire::parse_query(head.query);
    const std::string* ticket = pairs ? find_pair(*pairs, "ticket") : nullptr;
    if (ticket != nullptr) {
      const std::string* session = find_pair(*pairs, "session_id");
      return rights_of_ticket(route, params, head, *ticket, session == nullptr ? std::string() : *session);
    }
  }
  if (policy_.allow_anonymous && route.access != Access::admin && route.access != Access::any_key)
    return all_but_administration();
  return refuse(ErrorCode::unauthorized, "This path needs a key.");
}

domain::Result<Rights> Doorkeeper::rights_of_ticket(const Route& route, const std::vector<std::string>& params,
                                                    const RequestHead& head, std::string_view text,
                                                    const std::string& asked_session) {
  const auto ticket = tickets_.take(text);
  const bool in_path = names_its_session(route) && !params.empty();
  const bool same_session = ticket && (ticket->session_id == asked_session ||
                                       (asked_session.empty() && in_path && ticket->session_id == params.front()));
  if (ticket && ticket->path == head.path && same_session) return ticket->rights;
  // One sentence for all of it: which part was wrong is nobody's business.
  return refuse(ErrorCode::unauthorized, "This ticket was used, is too old, or is for something else.");
}

domain::Result<std::string> Doorkeeper::issue(const RequestHead& head, std::string path, std::string session_id) {
  if (policy_.keys.empty()) return base::make_token();
  const auto key = key_of(head);
  if (!key) return std::unexpected(key.error());
  if (*key == nullptr) return refuse(ErrorCode::unauthorized, "This path needs a key.");
  return tickets_.issue({.rights = (*key)->rights, .path = std::move(path), .session_id = std::move(session_id)});
}

}  // namespace hazard::serve
