#include "desk/report_news.hpp"

#include "wire/legacy_message.hpp"

namespace hazard::desk {

// Begins at the milliseconds of the clock, so that numbers grow over a restart as long as there are fewer than 1,000 news a second.
ReportNews::ReportNews(const base::Clock& clock)
    : clock_(clock),
      last_id_(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall().time_since_epoch()).count())) {}

void ReportNews::tell(std::string_view type, std::string_view message, const Report* report, const std::string& id) {
  std::string object;
  if (report != nullptr) object = report_object(*report);
  const std::lock_guard lock(mutex_);
  ++last_id_;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("type", type).field("id", last_id_).key("data").begin_object();
  if (report != nullptr) {
    json.key("report").raw(object);
  } else {
    json.field("reportId", id);
  }
  json.field("message", message).end_object();
  if (report != nullptr) json.key("report").raw(object);  // a guide for web pages reads it here
  if (report == nullptr) json.field("reportId", id);
  const auto now = clock_.wall();
  json.field("message", message).field("timestamp", wire::iso_time(now)).field("timestamp_utc", wire::iso_time(now, true));
  json.end_object();
  const News news{last_id_, std::make_shared<const std::string>(std::move(text))};
  kept_.push_back(news);
  if (kept_.size() > kKept) kept_.pop_front();
  for (const auto& [key, listener] : listeners_) listener(news);
}

std::uint64_t ReportNews::listen(Listener listener, std::optional<std::uint64_t> after) {
  const std::lock_guard lock(mutex_);
  if (after) {
    for (const News& news : kept_) {
      if (news.id > *after) listener(news);
    }
  }
  listeners_.emplace(++last_key_, std::move(listener));
  return last_key_;
}

void ReportNews::leave(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(key);
}

std::size_t ReportNews::listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_.size();
}

std::uint64_t ReportNews::listeners_ever() const {
  const std::lock_guard lock(mutex_);
  return last_key_;
}

}  // namespace hazard::desk
