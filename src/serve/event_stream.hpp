// The part that every text/event-stream response has in common: the head, chunks, one write at a time, a reader that says nothing but
// may go at any moment, a write that must make progress. What the events are, the stream that derives from it knows
// (sse_stream.cpp, news_stream.cpp). Lives on the I/O thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "serve/net.hpp"
#include "serve/stream_context.hpp"
#include "serve/taken_socket.hpp"

namespace hazard::serve {

struct EventOpening {
  std::string request_id;
  std::string cors_lines;
  std::optional<std::uint64_t> last_event;  // replay what came after
  int minor_version = 1;                    // HTTP/1.0 readers get no chunks
};

class EventStream : public Connection, public std::enable_shared_from_this<EventStream> {
 public:
  ~EventStream() override;
  void tick(base::SteadyTime now) final;
  void abort() final { end(); }

 protected:
  EventStream(StreamContext& context, net::tcp::socket socket, Place place, int minor_version);

  // Adds to `events` what is to go out now; nothing: nothing goes out. Called when the last write is through.
  virtual void gather(std::string& events) = 0;
  // Every tick while no write is under way: time for a sign of life?
  virtual void keep_alive(base::SteadyTime now) = 0;
  // The stream is over; called once.
  virtual void leave() noexcept = 0;

  // Sends the head and what was said so far, and from now on notices when the reader goes.
  void begin(const EventOpening& opening);
  void say(std::string_view events) { said_.append(events); }
  void end_after_this() noexcept { closing_ = true; }  // what is gathered now is the last
  void flush();
  void end();
  // A task for the I/O thread from any other; nothing happens when the stream has gone by then.
  std::function<void()> flush_later();

  StreamContext& context() noexcept { return context_; }
  bool closing() const noexcept { return closing_; }
  base::SteadyTime written_at() const noexcept { return written_at_; }

 private:
  template <typename Work>
  void guarded(Work work) noexcept {
    if (!went_well(work)) end();
  }
  void listen();
  void write_some();

  StreamContext& context_;
  Place place_;
  net::tcp::socket socket_;
  const bool chunked_;
  std::array<char, 64> unread_{};  // a reader has nothing to say: its bytes are dropped, its end is noticed
  std::string said_;               // waiting beside what gather() brings: comments, pings
  std::string out_;
  std::size_t out_done_ = 0;
  bool writing_ = false;
  bool closing_ = false;
  bool last_write_ = false;
  bool ended_ = false;
  base::SteadyTime progress_at_ = std::chrono::steady_clock::now();
  base::SteadyTime written_at_ = progress_at_;
};

// Makes a stream of kind S of the connection and opens it; nothing when the socket is already gone.
template <typename S, typename... Parts>
void start_event_stream(StreamContext& context, const EventOpening& opening, TakenSocket taken, Parts&&... parts) {
  auto socket = net::adopt(context.loop->context(), taken.descriptor);
  if (!socket) return;
  const auto stream =
      std::make_shared<S>(context, std::move(*socket), std::move(taken.place), opening, std::forward<Parts>(parts)...);
  context.connections.add(stream);
  stream->open(opening);
}

}  // namespace hazard::serve
