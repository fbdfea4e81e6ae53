#include "serve/news_stream.hpp"

#include <deque>
#include <mutex>
#include <utility>

#include "base/ids.hpp"
#include "wire/json_writer.hpp"
#include "wire/legacy_message.hpp"
#include "wire/server_message.hpp"

namespace hazard::serve {
namespace {

constexpr auto kPingAfter = std::chrono::seconds(25);  // the contract: 25 to 30
constexpr std::size_t kWriteBytes = 32 * 1024;         // news gathered into one write
constexpr std::size_t kWaitingMost = 512;              // news; a listener with more behind is ended and may come back

// News on their way from the writer's thread to the socket's.
struct NewsQueue {
  std::mutex mutex;
  std::deque<desk::News> waiting;
  bool overflown = false;
};

class NewsStream final : public EventStream {
 public:
  NewsStream(StreamContext& context, net::tcp::socket socket, Place place, const EventOpening& opening, desk::ReportNews& news)
      : EventStream(context, std::move(socket), std::move(place), opening.minor_version), news_(news) {}

  void open(const EventOpening& opening);
  void drain() override;

 private:
  void gather(std::string& events) override;
  void keep_alive(base::SteadyTime now) override;
  void leave() noexcept override { news_.leave(key_); }
  std::string small_event(std::string_view type, std::string_view message);

  desk::ReportNews& news_;
  const std::shared_ptr<NewsQueue> queue_ = std::make_shared<NewsQueue>();
  const std::string client_id_ = base::make_uuid();
  std::uint64_t key_ = 0;
};

std::string NewsStream::small_event(std::string_view type, std::string_view message) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("type", type);
  if (!message.empty()) json.field("message", message).field("clientId", client_id_);
  const auto now = context().clock.wall();
  json.field("timestamp", wire::iso_time(now)).field("timestamp_utc", wire::iso_time(now, true)).end_object();
  return wire::sse_event(0, text);
}

void NewsStream::open(const EventOpening& opening) {
  say(small_event("connection", "Connected to the events of reports"));
  auto listener = [queue = queue_, wake = flush_later()](const desk::News& news) {
    {
      const std::lock_guard lock(queue->mutex);
      if (queue->waiting.size() >= kWaitingMost) {
        queue->overflown = true;
        return;
      }
      queue->waiting.push_back(news);
    }
    wake();
  };
  key_ = news_.listen(std::move(listener), opening.last_event);
  begin(opening);
}

void NewsStream::gather(std::string& events) {
  const std::lock_guard lock(queue_->mutex);
  // The rest waits, shared with all who listen, until the reader has taken this.
  while (!queue_->waiting.empty() && events.size() < kWriteBytes) {
    const desk::News news = std::move(queue_->waiting.front());
    queue_->waiting.pop_front();
    events.append(wire::sse_event(news.id, *news.json));
    context().metrics.messages_out.add();
  }
  if (queue_->overflown && queue_->waiting.empty()) end_after_this();  // it comes back with the number of the last one it has
}

void NewsStream::keep_alive(base::SteadyTime now) {
  if (now - written_at() >= kPingAfter) say(small_event("ping", {}));
}

void NewsStream::drain() {
  if (closing()) return;
  say(small_event("disconnect", "The server stops"));
  end_after_this();
  flush();
}

}  // namespace

void start_news_stream(StreamContext& context, desk::ReportNews& news, const EventOpening& opening, TakenSocket taken) {
  start_event_stream<NewsStream>(context, opening, std::move(taken), news);
}

}  // namespace hazard::serve
