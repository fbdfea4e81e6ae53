#include "app/stream_tally.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hazard::app {
namespace {

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

double seconds_between(StreamTally::Time from, StreamTally::Time to) { return std::chrono::duration<double>(to - from).count(); }

std::string_view text_of(const wire::JsonDocument& document, const wire::JsonNode& object, std::string_view key) {
  const auto* node = document.find(object, key);
  return node == nullptr ? std::string_view{} : node->text;
}

bool flag_of(const wire::JsonDocument& document, const wire::JsonNode& object, std::string_view key) {
  const auto* node = document.find(object, key);
  return node != nullptr && node->flag;
}

double number_of(const wire::JsonDocument& document, const wire::JsonNode& object, std::string_view key) {
  const auto* node = document.find(object, key);
  return node == nullptr ? 0 : node->number;
}

}  // namespace

void StreamTally::sent(std::uint64_t seq, Time at) {
  if (!first_) first_ = at;
  ++sent_;
  open_[seq] = at;
}

bool StreamTally::heard(std::string_view json, Time at, double wall) {
  suggestion_.reset();
  const auto document = wire::JsonDocument::parse(json);
  if (!document) return false;
  const auto& root = document->root();
  const std::string_view type = text_of(*document, root, "type");
  if (type == "pong") note_pong(*document, root, wall);
  note_treatment(*document, root, type);
  const auto* data = document->find(root, "data");
  const auto& about = data == nullptr ? root : *data;
  const auto open = open_.find(static_cast<std::uint64_t>(number_of(*document, about, "seq")));
  if (open == open_.end()) return false;

  if (type == "frame_dropped") {
    ++endings_[std::string(text_of(*document, root, "reason"))];
  } else if (type == "error") {
    ++endings_[std::string(text_of(*document, root, "code"))];
  } else {
    note_result(*document, about, open->second, at);
  }
  open_.erase(open);
  return true;
}

void StreamTally::note_result(const Document& document, const Node& data, Time sent, Time at) {
  ++endings_["results"];
  latency_ms_.push_back(std::chrono::duration<double, std::milli>(at - sent).count());
  server_ms_.push_back(number_of(document, data, "processing_time_ms"));
  if (document.find(data, "capture_age_ms") != nullptr) {
    way_in_ms_.push_back(number_of(document, data, "capture_age_ms") - number_of(document, data, "age_ms"));
  }
  if (const auto* suggest = document.find(data, "suggest")) {
    suggestion_ = domain::Suggestion{.fps = number_of(document, *suggest, "fps"),
                                     .width = static_cast<int>(number_of(document, *suggest, "width")),
                                     .jpeg_quality = static_cast<int>(number_of(document, *suggest, "jpeg_quality"))};
  }
  if (flag_of(document, data, "predicted")) ++predicted_;
  if (flag_of(document, data, "reused")) ++reused_;
  const auto* detections = document.find(data, "detections");
  if (detections == nullptr) return;
  for (const auto* each : document.children(*detections)) {
    const std::string label(text_of(document, *each, "class_name"));
    ++boxes_[label];
    if (flag_of(document, *each, "is_new")) ++tracks_[label];
  }
}

void StreamTally::note_pong(const Document& document, const Node& root, double wall) {
  clock_.add({.sent = number_of(document, root, "sent"),
              .server_received = number_of(document, root, "received_at"),
              .server_sent = number_of(document, root, "sent_at"),
              .received = wall});
}

void StreamTally::note_treatment(const Document& document, const Node& root, std::string_view type) {
  if (type == "session_created" || type == "session_resumed") {
    granted_fps_ = number_of(document, root, "granted_fps");
  } else if (type == "quality_changed") {
    ++quality_changes_[std::string(text_of(document, root, "reason"))];
    const auto* quality = document.find(root, "quality");
    const auto* input = quality == nullptr ? nullptr : document.find(*quality, "input");
    if (input == nullptr) return;
    quality_ = fmt::format("{:.0f}x{:.0f}", number_of(document, *input, "width"), number_of(document, *input, "height"));
    const double every = number_of(document, *quality, "every");
    if (every > 1) quality_ += fmt::format(", one frame in {:.0f} looked at", every);
  }
}

void StreamTally::connection_lost() {
  lost_ += open_.size();
  open_.clear();
}

void StreamTally::never_arrived(std::uint64_t received) {
  lost_ += std::erase_if(open_, [received](const auto& each) { return each.first > received; });
}

std::string StreamTally::progress(Time now) const {
  const double seconds = first_ ? seconds_between(*first_, now) : 0;
  const auto results = endings_.find("results");
  const std::uint64_t answered = results == endings_.end() ? 0 : results->second;
  std::uint64_t others = 0;
  for (const auto& [kind, count] : endings_) others += kind == "results" ? 0 : count;
  std::uint64_t boxes = 0;
  for (const auto& [label, count] : boxes_) boxes += count;
  return fmt::format("{:6.1f} s  {} sent  {} results  {} dropped or refused  {:.1f}/s  p50 {:.0f} ms  p99 {:.0f} ms  {} boxes",
                     seconds, sent_, answered, others, seconds > 0 ? static_cast<double>(answered) / seconds : 0.0,
                     quantile(latency_ms_, 0.5), quantile(latency_ms_, 0.99), boxes);
}

std::string StreamTally::clock_lines() const {
  const auto clock = clock_.estimate();
  if (!clock) return {};
  std::string text = fmt::format("server's clock    {:+.1f} ms from ours, give or take {:.1f} ms; round trip {:.1f} ms\n",
                                 clock->offset_ms, clock->round_trip_ms / 2, clock->round_trip_ms);
  if (!way_in_ms_.empty()) {
    text += fmt::format("capture to server p50 {:.1f} ms, p99 {:.1f} ms\n", quantile(way_in_ms_, 0.5) - clock->offset_ms,
                        quantile(way_in_ms_, 0.99) - clock->offset_ms);
  }
  return text;
}

// Nothing where the server treated the stream as it came.
std::string StreamTally::treatment_lines() const {
  std::string text;
  if (granted_fps_ && *granted_fps_ > 0) text += fmt::format("server promised   {:.1f} frames a second\n", *granted_fps_);
  if (predicted_ + reused_ > 0) {
    text += fmt::format("without a look    {} predicted, {} of a picture that did not change\n", predicted_, reused_);
  }
  if (quality_changes_.empty()) return text;
  text += "quality changed  ";
  for (const auto& [reason, count] : quality_changes_) text += fmt::format(" {} ({})", count, reason);
  return text + (quality_.empty() ? "" : "; at last " + quality_) + "\n";
}

std::string StreamTally::summary(Time now) const {
  const double seconds = first_ ? seconds_between(*first_, now) : 0;
  std::string text = fmt::format("frames sent       {}\n", sent_);
  for (const auto& [kind, count] : endings_) text += fmt::format("  {:<16}{}\n", kind, count);
  text += fmt::format("  {:<16}{}\n", "without verdict", unanswered());
  const auto results = endings_.find("results");
  if (results != endings_.end() && seconds > 0) {
    text += fmt::format("results a second  {:.1f}\n", static_cast<double>(results->second) / seconds);
  }
  text += fmt::format("latency           p50 {:.1f} ms, p90 {:.1f} ms, p99 {:.1f} ms\n", quantile(latency_ms_, 0.5),
                      quantile(latency_ms_, 0.9), quantile(latency_ms_, 0.99));
  text += fmt::format("of it the server  p50 {:.1f} ms\n", quantile(server_ms_, 0.5));
  text += treatment_lines() + clock_lines();
  for (const auto& [label, count] : boxes_) {
    const auto confirmed = tracks_.find(label);
    text +=
        fmt::format("{:<18}{} boxes, {} confirmed tracks\n", label, count, confirmed == tracks_.end() ? 0 : confirmed->second);
  }
  return text;
}

}  // namespace hazard::app
