#include "client/resumption.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/json_reader.hpp"

namespace hazard::client {
namespace {

std::string_view text_of(const wire::JsonDocument& document, std::string_view key) {
  const auto* node = document.find(document.root(), key);
  return node == nullptr ? std::string_view{} : node->text;
}

std::uint64_t count_of(const wire::JsonDocument& document, std::string_view key) {
  const auto* node = document.find(document.root(), key);
  return node == nullptr || !(node->number >= 0 && node->number < 9e15) ? 0 : static_cast<std::uint64_t>(node->number);
}

}  // namespace

Heard Resumption::hear(std::string_view json) {
  const auto document = wire::JsonDocument::parse(json);
  if (!document) return Heard::other;
  const std::string_view type = text_of(*document, "type");
  if (type == "session_created" || type == "session_resumed") {
    const bool again = type == "session_resumed";
    session_id_ = text_of(*document, "session_id");
    token_ = text_of(*document, "resume_token");
    frames_received_ = count_of(*document, "last_seq");
    wait_.reset();
    over_ = false;
    if (again) {
      ++resumed_;
    } else {
      last_event_ = 0;
    }
    return again ? Heard::resumed : Heard::began;
  }
  if (type == "session_closing") {
    wait_ = std::chrono::milliseconds(count_of(*document, "retry_after_ms"));
    const auto* reconnect = document->find(document->root(), "reconnect");
    over_ = reconnect != nullptr && !reconnect->flag;
    return Heard::other;
  }
  if (type == "gap") {
    const std::uint64_t to = count_of(*document, "to");
    const std::uint64_t from = std::max(count_of(*document, "from"), last_event_ + 1);
    if (to >= from) missed_ += to - from + 1;
    last_event_ = std::max(last_event_, to);
    return Heard::other;
  }
  const std::uint64_t event = count_of(*document, "event");
  if (event == 0) return Heard::other;
  if (event <= last_event_) {
    ++duplicates_;
    return Heard::duplicate;
  }
  last_event_ = event;
  return Heard::verdict;
}

std::string Resumption::target() const {
  if (!can_resume()) return first_target_;
  const std::string path = first_target_.substr(0, first_target_.find('?'));
  return fmt::format("{}?session_id={}&resume={}&last_event={}", path, session_id_, token_, last_event_);
}

}  // namespace hazard::client
