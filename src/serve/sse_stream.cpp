#include "serve/sse_stream.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "serve/http_message.hpp"
#include "serve/net.hpp"
#include "wire/server_message.hpp"

namespace hazard::serve {
namespace {

using net::error_code;
using std::chrono::steady_clock;

constexpr std::size_t kWriteBytes = 32 * 1024;  // events gathered into one write

class SseStream final : public Connection, public std::enable_shared_from_this<SseStream> {
 public:
  SseStream(StreamContext& context, std::shared_ptr<session::Session> session, net::tcp::socket socket, Place place, bool chunked)
      : context_(context), session_(std::move(session)), place_(std::move(place)), socket_(std::move(socket)), chunked_(chunked) {
    context_.metrics.event_streams.add();
  }
  ~SseStream() override { context_.metrics.event_streams.sub(); }

  void open(const SseOpening& opening);
  void tick(base::SteadyTime now) override;
  void drain() override {}  // the registry ends the session, the outbox tells
  void abort() override { end(); }

 private:
  template <typename Work>
  void guarded(Work work) noexcept {
    try {
      work();
    } catch (const std::exception& exception) {
      base::log::error("stream_exception", "A stream failed inside the server.", {{"what", exception.what()}});
      end();
    }
  }
  void listen();
  void flush();
  void add_goodbye(const Outbox::Ending& ending);
  void send(std::string events);
  void write_some();

  void end();

  StreamContext& context_;
  const std::shared_ptr<session::Session> session_;
  Place place_;
  net::tcp::socket socket_;
  const bool chunked_;
  std::shared_ptr<Outbox> outbox_;
  std::array<char, 64> unread_{};  // a reader has nothing to say: its bytes are dropped, its end is noticed

  std::string events_;  // waiting to be sent beside the outbox: comments, pings
  std::string out_;
  std::size_t out_done_ = 0;
  bool writing_ = false;
  bool last_write_ = false;
  bool ended_ = false;
  steady_clock::time_point progress_at_ = steady_clock::now();
  steady_clock::time_point said_at_ = progress_at_;    // anything at all
  steady_clock::time_point spoken_at_ = progress_at_;  // an event
};

void SseStream::open(const SseOpening& opening) {
  error_code ignored;
  socket_.set_option(net::tcp::no_delay(true), ignored);
  outbox_ = std::make_shared<Outbox>(context_.outbox, [loop = context_.loop, weak = weak_from_this()] {
    loop->post([weak] {
      if (const auto self = weak.lock()) self->guarded([&] { self->flush(); });
    });
  });
  Response head{.content_type = "text/event-stream; charset=utf-8", .may_be_cached = true};
  head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
  if (chunked_) head.headers.emplace_back("Transfer-Encoding", "chunked");
  out_ = serialise_head(head, opening.request_id, std::nullopt, chunked_, opening.cors_lines);
  events_ = wire::sse_event(0, wire::stream_started(session_->id(), context_.clock.wall()));
  if (!session_->attach(outbox_, opening.last_event)) outbox_->session_ended(session::EndReason::closed_by_client, {});
  outbox_->begin_live();
  flush();
  listen();
}

void SseStream::listen() {
  socket_.async_read_some(net::asio::buffer(unread_), [self = shared_from_this()](error_code failure, std::size_t) {
    if (self->ended_) return;
    if (failure) return self->end();
    self->listen();
  });
}

void SseStream::flush() {
  if (ended_ || writing_) return;
  std::string events = std::exchange(events_, {});
  while (events.size() < kWriteBytes) {
    const auto next = outbox_->pop();
    if (!next) break;
    events.append(wire::sse_event(next->event, *next->json));
    context_.metrics.messages_out.add();
    spoken_at_ = steady_clock::now();
  }
  if (events.empty()) {
    const auto ending = outbox_->ending();
    if (ending && !last_write_) return add_goodbye(*ending);
    if (out_.empty()) return;
  }
  send(std::move(events));
}

// `retry:` is how browsers are told when to come back; it is no event, so no page sees it.
void SseStream::add_goodbye(const Outbox::Ending& ending) {
  last_write_ = true;
  const bool restarting = ending.reason == session::EndReason::server_closing;
  constexpr std::array<std::string_view, 4> kReasons{"closed", "idle", "server_closing", "replaced"};
  const auto wait = spread(ending.retry_after);
  std::string events;
  if (restarting) events = fmt::format("retry: {}\n", std::chrono::duration_cast<std::chrono::milliseconds>(wait).count());
  events.append(wire::sse_event(
      0, wire::session_closing(kReasons[static_cast<std::size_t>(ending.reason)], restarting, wait, context_.clock.wall())));
  send(std::move(events));
}

void SseStream::send(std::string events) {
  context_.metrics.bytes_out.add(events.size());
  if (chunked_ && !events.empty()) {
    out_.append(fmt::format("{:x}\r\n", events.size())).append(events).append("\r\n");
  } else {
    out_.append(events);
  }
  if (chunked_ && last_write_) out_.append("0\r\n\r\n");
  writing_ = true;
  out_done_ = 0;
  progress_at_ = said_at_ = steady_clock::now();
  write_some();
}

void SseStream::write_some() {
  const auto rest = std::string_view(out_).substr(out_done_);
  socket_.async_write_some(net::asio::buffer(rest), [self = shared_from_this()](error_code failure, std::size_t count) {
    if (self->ended_) return;
    if (failure) return self->end();
    self->progress_at_ = steady_clock::now();
    self->out_done_ += count;
    self->guarded([&] {
      if (self->out_done_ < self->out_.size()) return self->write_some();
      self->out_.clear();
      if (self->out_.capacity() > kWriteBytes / 4) self->out_.shrink_to_fit();
      self->writing_ = false;
      if (self->last_write_) return self->end();
      self->flush();
    });
  });
}

void SseStream::tick(base::SteadyTime now) {
  guarded([&] {
    if (ended_) return;
    if (writing_) {
      if (now - progress_at_ < context_.times.write_stall) return;
      context_.metrics.stalled.add();
      return end();
    }
    if (now - spoken_at_ >= context_.heartbeat) {
      events_.append(wire::sse_event(0, wire::ping(context_.clock.wall())));
      spoken_at_ = now;
    } else if (now - said_at_ >= context_.times.comment) {
      events_.append(wire::sse_comment("still here"));
    }
    flush();
  });
}

void SseStream::end() {
  if (std::exchange(ended_, true)) return;
  const auto self = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  if (outbox_) {
    context_.metrics.verdicts_dropped_for_slow_viewers.add(outbox_->dropped());
    session_->detach(outbox_.get());
  }
  context_.connections.remove(this);
}

}  // namespace

void start_sse_stream(StreamContext& context, std::shared_ptr<session::Session> session, SseOpening opening, TakenSocket taken) {
  auto socket = net::adopt(context.loop->context(), taken.descriptor);
  if (!socket) return;
  const auto stream = std::make_shared<SseStream>(context, std::move(session), std::move(*socket), std::move(taken.place),
                                                  opening.minor_version >= 1);
  context.connections.add(stream);
  stream->open(opening);
}

}  // namespace hazard::serve
