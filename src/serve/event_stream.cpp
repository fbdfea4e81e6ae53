#include "serve/event_stream.hpp"

#include <fmt/format.h>

#include <utility>

#include "serve/http_message.hpp"

namespace hazard::serve {

using net::error_code;
using std::chrono::steady_clock;

namespace {
constexpr std::size_t kKeptBytes = 8 * 1024;  // of a write's memory, between writes
}

EventStream::EventStream(StreamContext& context, net::tcp::socket socket, Place place, int minor_version)
    : context_(context), place_(std::move(place)), socket_(std::move(socket)), chunked_(minor_version >= 1) {
  context_.metrics.event_streams.add();
}

EventStream::~EventStream() { context_.metrics.event_streams.sub(); }

void EventStream::begin(const EventOpening& opening) {
  error_code ignored;
  socket_.set_option(net::tcp::no_delay(true), ignored);
  Response head{.content_type = "text/event-stream; charset=utf-8", .may_be_cached = true};
  head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
  if (chunked_) head.headers.emplace_back("Transfer-Encoding", "chunked");
  out_ = serialise_head(head, opening.request_id, std::nullopt, chunked_, opening.cors_lines);
  flush();
  listen();
}

std::function<void()> EventStream::flush_later() {
  return [loop = context_.loop, weak = weak_from_this()] {
    loop->post([weak] {
      if (const auto self = weak.lock()) self->guarded([&] { self->flush(); });
    });
  };
}

void EventStream::listen() {
  socket_.async_read_some(net::asio::buffer(unread_), [self = shared_from_this()](error_code failure, std::size_t) {
    if (self->ended_) return;
    if (failure) return self->end();
    self->listen();
  });
}

void EventStream::flush() {
  if (ended_ || writing_) return;
  std::string events = std::exchange(said_, {});
  gather(events);
  last_write_ = closing_;
  if (events.empty() && out_.empty() && !last_write_) return;
  context_.metrics.bytes_out.add(events.size());
  if (chunked_ && !events.empty()) {
    out_.append(fmt::format("{:x}\r\n", events.size())).append(events).append("\r\n");
  } else {
    out_.append(events);
  }
  if (chunked_ && last_write_) out_.append("0\r\n\r\n");
  writing_ = true;
  out_done_ = 0;
  progress_at_ = written_at_ = steady_clock::now();
  write_some();
}

void EventStream::write_some() {
  const auto rest = std::string_view(out_).substr(out_done_);
  socket_.async_write_some(net::asio::buffer(rest), [self = shared_from_this()](error_code failure, std::size_t count) {
    if (self->ended_) return;
    if (failure) return self->end();
    self->progress_at_ = steady_clock::now();
    self->out_done_ += count;
    self->guarded([&] {
      if (self->out_done_ < self->out_.size()) return self->write_some();
      self->out_.clear();
      if (self->out_.capacity() > kKeptBytes) self->out_.shrink_to_fit();
      self->writing_ = false;
      if (self->last_write_) return self->end();
      self->flush();
    });
  });
}

void EventStream::tick(base::SteadyTime now) {
  guarded([&] {
    if (ended_) return;
    if (writing_) {
      if (now - progress_at_ < context_.times.write_stall) return;
      context_.metrics.stalled.add();
      return end();
    }
    keep_alive(now);
    flush();
  });
}

void EventStream::end() {
  if (std::exchange(ended_, true)) return;
  const auto self = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  leave();
  context_.connections.remove(this);
}

}  // namespace hazard::serve
