#include "serve/sse_stream.hpp"

#include <fmt/format.h>

#include <utility>

#include "wire/server_message.hpp"

namespace hazard::serve {
namespace {

constexpr std::size_t kWriteBytes = 32 * 1024;  // events gathered into one write

class SseStream final : public EventStream {
 public:
  SseStream(StreamContext& context, net::tcp::socket socket, Place place, const EventOpening& opening,
            std::shared_ptr<session::Session> session)
      : EventStream(context, std::move(socket), std::move(place), opening.minor_version), session_(std::move(session)) {}

  void open(const EventOpening& opening);
  void drain() override {}  // the registry ends the session, the outbox tells

 private:
  void gather(std::string& events) override;
  void keep_alive(base::SteadyTime now) override;
  void leave() noexcept override;
  void add_goodbye(const Outbox::Ending& ending, std::string& events);

  const std::shared_ptr<session::Session> session_;
  std::shared_ptr<Outbox> outbox_;
  base::SteadyTime spoken_at_ = std::chrono::steady_clock::now();  // an event, not a comment
};

void SseStream::open(const EventOpening& opening) {
  outbox_ = std::make_shared<Outbox>(context().outbox, flush_later());
  say(wire::sse_event(0, wire::stream_started(session_->id(), context().clock.wall())));
  if (!session_->attach(outbox_, opening.last_event)) outbox_->session_ended(session::EndReason::closed_by_client, {});
  outbox_->begin_live();
  begin(opening);
}

void SseStream::gather(std::string& events) {
  while (events.size() < kWriteBytes) {
    const auto next = outbox_->pop();
    if (!next) break;
    events.append(wire::sse_event(next->event, *next->json));
    context().metrics.messages_out.add();
    spoken_at_ = std::chrono::steady_clock::now();
  }
  if (!events.empty() || closing()) return;
  if (const auto ending = outbox_->ending()) add_goodbye(*ending, events);
}

// `retry:` is how browsers are told when to come back; it is no event, so no page sees it.
void SseStream::add_goodbye(const Outbox::Ending& ending, std::string& events) {
  end_after_this();
  const bool restarting = ending.reason == session::EndReason::server_closing;
  constexpr std::array<std::string_view, 4> kReasons{"closed", "idle", "server_closing", "replaced"};
  const auto wait = spread(ending.retry_after);
  if (restarting) events = fmt::format("retry: {}\n", std::chrono::duration_cast<std::chrono::milliseconds>(wait).count());
  events.append(wire::sse_event(
      0, wire::session_closing(kReasons[static_cast<std::size_t>(ending.reason)], restarting, wait, context().clock.wall())));
}

void SseStream::keep_alive(base::SteadyTime now) {
  if (now - spoken_at_ >= context().heartbeat) {
    say(wire::sse_event(0, wire::ping(context().clock.wall())));
    spoken_at_ = now;
  } else if (now - written_at() >= context().times.comment) {
    say(wire::sse_comment("still here"));
  }
}

void SseStream::leave() noexcept {
  if (!outbox_) return;
  context().metrics.verdicts_dropped_for_slow_viewers.add(outbox_->dropped());
  session_->detach(outbox_.get());
}

}  // namespace

void start_sse_stream(StreamContext& context, std::shared_ptr<session::Session> session, const EventOpening& opening,
                      TakenSocket taken) {
  start_event_stream<SseStream>(context, opening, std::move(taken), std::move(session));
}

}  // namespace hazard::serve
