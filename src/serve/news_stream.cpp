#include "serve/news_stream.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <mutex>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "serve/http_message.hpp"
#include "serve/net.hpp"
#include "wire/json_writer.hpp"
#include "wire/legacy_message.hpp"
#include "wire/server_message.hpp"

namespace hazard::serve {
namespace {

using net::error_code;
using std::chrono::steady_clock;

constexpr auto kPingAfter = std::chrono::seconds(25);  // the contract: 25 to 30
constexpr std::size_t kWaitingMost = 512;              // news; a listener with more behind is ended and may come back

// News on their way from the writer's thread to the socket's.
struct NewsQueue {
  std::mutex mutex;
  std::vector<desk::News> waiting;
  bool overflown = false;
};

class NewsStream final : public Connection, public std::enable_shared_from_this<NewsStream> {
 public:
  NewsStream(StreamContext& context, desk::ReportNews& news, net::tcp::socket socket, Place place, bool chunked)
      : context_(context), news_(news), place_(std::move(place)), socket_(std::move(socket)), chunked_(chunked) {
    context_.metrics.event_streams.add();
  }
  ~NewsStream() override { context_.metrics.event_streams.sub(); }

  void open(const NewsOpening& opening);
  void tick(base::SteadyTime now) override;
  void drain() override;
  void abort() override { end(); }

 private:
  void listen();
  void flush();
  void write_some();
  void end();
  std::string small_event(std::string_view type, std::string_view message) const;

  StreamContext& context_;
  desk::ReportNews& news_;
  Place place_;
  net::tcp::socket socket_;
  const bool chunked_;
  const std::shared_ptr<NewsQueue> queue_ = std::make_shared<NewsQueue>();
  const std::string client_id_ = base::make_uuid();
  std::uint64_t key_ = 0;
  std::array<char, 64> unread_{};
  std::string events_;
  std::string out_;
  std::size_t out_done_ = 0;
  bool writing_ = false;
  bool closing_ = false;
  bool last_write_ = false;
  bool ended_ = false;
  steady_clock::time_point progress_at_ = steady_clock::now();
  steady_clock::time_point spoken_at_ = progress_at_;
};

std::string NewsStream::small_event(std::string_view type, std::string_view message) const {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("type", type);
  if (!message.empty()) json.field("message", message).field("clientId", client_id_);
  json.field("timestamp", wire::iso_time(context_.clock.wall())).end_object();
  return wire::sse_event(0, text);
}

void NewsStream::open(const NewsOpening& opening) {
  error_code ignored;
  socket_.set_option(net::tcp::no_delay(true), ignored);
  Response head{.content_type = "text/event-stream; charset=utf-8", .may_be_cached = true};
  head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
  if (chunked_) head.headers.emplace_back("Transfer-Encoding", "chunked");
  out_ = serialise_head(head, opening.request_id, std::nullopt, chunked_, opening.cors_lines);
  events_ = small_event("connection", "Connected to the events of reports");
  auto listener = [queue = queue_, loop = context_.loop, weak = weak_from_this()](const desk::News& news) {
    {
      const std::lock_guard lock(queue->mutex);
      if (queue->waiting.size() >= kWaitingMost) {
        queue->overflown = true;
        return;
      }
      queue->waiting.push_back(news);
    }
    loop->post([weak] {
      if (const auto self = weak.lock()) self->flush();
    });
  };
  key_ = news_.listen(std::move(listener), opening.last_event);
  flush();
  listen();
}

void NewsStream::listen() {
  socket_.async_read_some(net::asio::buffer(unread_), [self = shared_from_this()](error_code failure, std::size_t) {
    if (self->ended_) return;
    if (failure) return self->end();
    self->listen();
  });
}

void NewsStream::flush() {
  if (ended_ || writing_) return;
  std::string events = std::exchange(events_, {});
  {
    const std::lock_guard lock(queue_->mutex);
    for (const desk::News& news : std::exchange(queue_->waiting, {})) {
      events.append(wire::sse_event(news.id, *news.json));
      context_.metrics.messages_out.add();
    }
    if (queue_->overflown) closing_ = true;  // it comes back with the number of the last one it has
  }
  last_write_ = closing_;
  if (events.empty() && out_.empty() && !last_write_) return;
  if (!events.empty()) spoken_at_ = steady_clock::now();
  context_.metrics.bytes_out.add(events.size());
  if (chunked_ && !events.empty()) {
    out_.append(fmt::format("{:x}\r\n", events.size())).append(events).append("\r\n");
  } else {
    out_.append(events);
  }
  if (chunked_ && last_write_) out_.append("0\r\n\r\n");
  writing_ = true;
  out_done_ = 0;
  progress_at_ = steady_clock::now();
  write_some();
}

void NewsStream::write_some() {
  const auto rest = std::string_view(out_).substr(out_done_);
  socket_.async_write_some(net::asio::buffer(rest), [self = shared_from_this()](error_code failure, std::size_t count) {
    if (self->ended_) return;
    if (failure) return self->end();
    self->progress_at_ = steady_clock::now();
    self->out_done_ += count;
    if (self->out_done_ < self->out_.size()) return self->write_some();
    self->out_.clear();
    self->writing_ = false;
    if (self->last_write_) return self->end();
    self->flush();
  });
}

void NewsStream::tick(base::SteadyTime now) {
  if (ended_) return;
  if (writing_) {
    if (now - progress_at_ < context_.times.write_stall) return;
    context_.metrics.stalled.add();
    return end();
  }
  if (now - spoken_at_ < kPingAfter) return;
  events_.append(small_event("ping", {}));
  flush();
}

void NewsStream::drain() {
  if (ended_ || closing_) return;
  events_.append(small_event("disconnect", "The server stops"));
  closing_ = true;
  flush();
}

void NewsStream::end() {
  if (std::exchange(ended_, true)) return;
  const auto self = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  news_.leave(key_);
  context_.connections.remove(this);
}

}  // namespace

void start_news_stream(StreamContext& context, desk::ReportNews& news, NewsOpening opening, TakenSocket taken) {
  auto socket = net::adopt(context.loop->context(), taken.descriptor);
  if (!socket) return;
  const auto stream =
      std::make_shared<NewsStream>(context, news, std::move(*socket), std::move(taken.place), opening.minor_version >= 1);
  context.connections.add(stream);
  stream->open(opening);
}

}  // namespace hazard::serve
