#include "desk/page_sessions.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::desk {
namespace {

using wire::JsonDocument;
using wire::JsonKind;
using wire::JsonNode;

constexpr int kReadsMost = 4;  // of one asker's id, while erasures end in between

double number_of(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  const JsonNode* node = document.find(object, name);
  return node != nullptr && node->is(JsonKind::number) ? node->number : 0;
}

std::int64_t count_of(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  return static_cast<std::int64_t>(number_of(document, object, name));
}

std::string text_of(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  const JsonNode* node = document.find(object, name);
  return node != nullptr && node->is(JsonKind::string) ? std::string(node->text) : std::string();
}

void write_seen(wire::JsonWriter& json, const std::vector<SeenPicture>& seen) {
  json.key("seen").begin_array();
  for (const SeenPicture& picture : seen) {
    json.begin_object().field("at", base::epoch_seconds(picture.at)).key("hazards").begin_array();
    for (const auto& [name, confidence] : picture.hazards) {
      json.begin_array().value(name).fixed(static_cast<double>(confidence), 4).end_array();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

std::vector<SeenPicture> read_seen(const JsonDocument& document, const JsonNode& list) {
  std::vector<SeenPicture> seen;
  for (const JsonNode* each : document.children(list)) {
    SeenPicture picture;
    picture.at = base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(number_of(document, *each, "at") * 1e6)));
    const JsonNode* hazards = document.find(*each, "hazards");
    if (hazards == nullptr) continue;
    for (const JsonNode* pair : document.children(*hazards)) {
      const auto sides = document.children(*pair);
      if (sides.size() == 2) picture.hazards.emplace_back(sides[0]->text, static_cast<float>(sides[1]->number));
    }
    seen.push_back(std::move(picture));
  }
  return seen;
}

}  // namespace

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

wire::PageStats PageSession::stats() const {
  return {.total_detections = detections,
          .unique_hazards = static_cast<std::int64_t>(hazards.size()),
          .pending_reports = reports_in("pending")};
}

std::int64_t PageSession::reports_in(std::string_view status) const {
  return std::ranges::count_if(reports, [status](const auto& each) { return each.second == status; });
}

std::string to_body(const PageSession& session) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().field("source", session.source).field("threshold", session.confidence_threshold);
  json.field("pictures", session.pictures).field("detections", session.detections);
  json.field("confidence_sum", session.confidence_sum).key("classes").begin_object();
  for (const auto& [name, count] : session.classes) json.field(name, count);
  json.end_object().key("hazards").begin_array();
  for (const std::string& id : session.hazards) json.value(id);
  json.end_array().key("reports").begin_object();
  for (const auto& [id, status] : session.reports) json.field(id, status);
  json.end_object();
  write_seen(json, session.seen);
  json.end_object();
  return out;
}

std::optional<PageSession> from_record(const store::SessionRecord& record) {
  const auto document = JsonDocument::parse(record.body);
  if (!document || !document->root().is(JsonKind::object)) return std::nullopt;
  const JsonNode& root = document->root();
  PageSession session;
  session.id = record.id;
  session.client_key = record.client_key;
  session.created_at = record.created_at;
  session.last_active = record.last_active;
  session.ended_at = record.ended_at;
  session.source = text_of(*document, root, "source");
  session.confidence_threshold = number_of(*document, root, "threshold");
  session.pictures = count_of(*document, root, "pictures");
  session.detections = count_of(*document, root, "detections");
  session.confidence_sum = number_of(*document, root, "confidence_sum");
  if (const JsonNode* classes = document->find(root, "classes")) {
    for (const JsonNode* each : document->children(*classes))
      session.classes[std::string(each->key)] = static_cast<std::int64_t>(each->number);
  }
  if (const JsonNode* hazards = document->find(root, "hazards")) {
    for (const JsonNode* each : document->children(*hazards)) session.hazards.emplace(each->text);
  }
  if (const JsonNode* reports = document->find(root, "reports")) {
    for (const JsonNode* each : document->children(*reports)) session.reports[std::string(each->key)] = std::string(each->text);
  }
  if (const JsonNode* seen = document->find(root, "seen")) session.seen = read_seen(*document, *seen);
  return session;
}

PageSessions::PageSessions(store::Store* store, const base::Clock& clock, PageSessionOptions options)
    : store_(store), clock_(clock), options_(options) {}

PageSessions::Entry& PageSessions::insert(PageSession&& session) {
  while (entries_.size() >= options_.sessions_most) {
    const auto oldest = entries_.find(by_use_.front());
    save(oldest->second);
    if (oldest->second.session.ended_at) --ended_;
    entries_.erase(oldest);
    by_use_.pop_front();
  }
  by_use_.push_back(session.id);
  if (session.ended_at) ++ended_;
  const std::string id = session.id;
  Entry entry{.session = std::move(session), .dirty = false, .saved_at = clock_.wall(), .use = std::prev(by_use_.end())};
  return entries_.insert_or_assign(id, std::move(entry)).first->second;
}

void PageSessions::save(Entry& entry) {
  if (!entry.dirty || store_ == nullptr) return;
  const PageSession& session = entry.session;
  store::SessionRecord record{.id = session.id,
                              .client_key = session.client_key,
                              .created_at = session.created_at,
                              .last_active = session.last_active,
                              .ended_at = session.ended_at,
                              .body = to_body(session)};
  const bool taken = store_->submit({.work =
                                         [record = std::move(record)](store::Transaction& transaction) {
                                           transaction.put(record);
                                           return true;
                                         },
                                     .done = [](bool) {}});
  entry.saved_at = clock_.wall();
  entry.dirty = !taken;
}

std::string PageSessions::start(const wire::SessionStart& asked, const std::string& client_key) {
  PageSession session;
  session.id = base::make_uuid();
  session.client_key = client_key;
  session.source = asked.source;
  session.confidence_threshold = asked.confidence_threshold;
  session.created_at = session.last_active = clock_.wall();
  std::string id = session.id;
  const std::lock_guard lock(mutex_);
  Entry& entry = insert(std::move(session));
  entry.dirty = true;
  save(entry);
  return id;
}

// Finds it in memory, else in the store. The lock is not held while the store is read: what an erasure took away meanwhile is read
// again, a few times at most.
PageSessions::Entry* PageSessions::entry_of(const std::string& id, std::unique_lock<std::mutex>& lock) {
  for (int reads = 0; reads < kReadsMost; ++reads) {
    const auto known = entries_.find(id);
    if (known != entries_.end()) {
      by_use_.splice(by_use_.end(), by_use_, known->second.use);
      return &known->second;
    }
    if (store_ == nullptr || !is_uuid(id) || erasing_.contains(id)) return nullptr;
    const std::uint64_t before = erasures_;
    lock.unlock();
    const auto record = store_->reads().session(id);
    auto session = record ? from_record(*record) : std::nullopt;
    lock.lock();
    if (erasures_ != before || entries_.contains(id)) continue;
    if (!session || erasing_.contains(id) || erasing_.contains(session->client_key)) return nullptr;
    return &insert(std::move(*session));
  }
  return nullptr;
}

template <typename Change>
bool PageSessions::change(const std::string& id, Change change) {
  std::unique_lock lock(mutex_);
  Entry* const entry = entry_of(id, lock);
  if (entry == nullptr) return false;
  change(entry->session);
  entry->dirty = true;
  return true;
}

std::optional<PageSession> PageSessions::find(const std::string& id) {
  std::unique_lock lock(mutex_);
  const Entry* const entry = entry_of(id, lock);
  return entry == nullptr ? std::nullopt : std::optional(entry->session);
}

bool PageSessions::takes_pictures(const std::string& id) {
  std::unique_lock lock(mutex_);
  const Entry* const entry = entry_of(id, lock);
  if (entry == nullptr) return false;
  const auto& ended = entry->session.ended_at;
  return !ended || clock_.wall() - *ended <= options_.ended_grace;
}

bool PageSessions::end(const std::string& id) {
  std::unique_lock lock(mutex_);
  Entry* const entry = entry_of(id, lock);
  if (entry == nullptr) return false;
  if (entry->session.ended_at) return true;
  entry->session.ended_at = clock_.wall();
  ++ended_;
  entry->dirty = true;
  save(*entry);
  return true;
}

void PageSessions::forget(const std::string& id) {
  const auto known = entries_.find(id);
  if (known == entries_.end()) return;
  if (known->second.session.ended_at) --ended_;
  by_use_.erase(known->second.use);
  entries_.erase(known);
}

void PageSessions::erasing(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++erasing_[id];
  forget(id);
}

void PageSessions::erasing_client(const std::string& client_key) {
  const std::lock_guard lock(mutex_);
  ++erasing_[client_key];
  std::vector<std::string> ids;
  for (const auto& [id, entry] : entries_) {
    if (entry.session.client_key == client_key) ids.push_back(id);
  }
  for (const std::string& id : ids) forget(id);
}

void PageSessions::erased(const std::string& id_or_client_key) {
  const std::lock_guard lock(mutex_);
  ++erasures_;
  const auto found = erasing_.find(id_or_client_key);
  if (found != erasing_.end() && --found->second == 0) erasing_.erase(found);
}

bool PageSessions::saw(const std::string& id, const std::vector<std::pair<std::string, float>>& found) {
  std::unique_lock lock(mutex_);
  Entry* const entry = entry_of(id, lock);
  if (entry != nullptr) count(*entry, found);
  return entry != nullptr;
}

bool PageSessions::saw_in_memory(const std::string& id, const std::vector<std::pair<std::string, float>>& found) {
  const std::lock_guard lock(mutex_);
  const auto known = entries_.find(id);
  if (known == entries_.end()) return false;
  by_use_.splice(by_use_.end(), by_use_, known->second.use);
  count(known->second, found);
  return true;
}

bool PageSessions::in_memory(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return entries_.contains(id);
}

void PageSessions::count(Entry& entry, const std::vector<std::pair<std::string, float>>& found) {
  PageSession& session = entry.session;
  entry.dirty = true;
  session.last_active = clock_.wall();
  ++session.pictures;
  session.last_count = static_cast<std::int64_t>(found.size());
  session.detections += session.last_count;
  for (const auto& [name, confidence] : found) {
    session.confidence_sum += static_cast<double>(confidence);
    ++session.classes[name];
  }
  if (found.empty()) return;
  if (session.seen.size() >= options_.pictures_most) session.seen.erase(session.seen.begin());
  session.seen.push_back({.at = session.last_active, .hazards = found});
}

void PageSessions::note_hazard(const std::string& id, const std::string& hazard_id) {
  change(id, [&](PageSession& session) {
    if (session.hazards.size() < options_.reports_most) session.hazards.insert(hazard_id);
  });
}

void PageSessions::note_report(const std::string& id, const std::string& report_id, std::string status) {
  change(id, [&](PageSession& session) {
    if (session.reports.contains(report_id) || session.reports.size() < options_.reports_most)
      session.reports[report_id] = std::move(status);
  });
}

void PageSessions::drop_report(const std::string& id, const std::string& report_id) {
  change(id, [&](PageSession& session) { session.reports.erase(report_id); });
}

void PageSessions::tick() {
  const auto now = clock_.wall();
  const std::lock_guard lock(mutex_);
  for (auto it = by_use_.begin(); it != by_use_.end();) {
    const auto known = entries_.find(*it);
    Entry& entry = known->second;
    const bool idle = now - std::max(entry.session.last_active, entry.saved_at) > options_.idle;
    if (idle || (entry.dirty && now - entry.saved_at >= options_.save_every)) save(entry);
    if (!idle || entry.dirty) {
      ++it;
      continue;
    }
    if (entry.session.ended_at) --ended_;
    entries_.erase(known);
    it = by_use_.erase(it);
  }
}

void PageSessions::save_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, entry] : entries_) save(entry);
}

std::size_t PageSessions::alive() const {
  const std::lock_guard lock(mutex_);
  return entries_.size() - ended_;
}

}  // namespace hazard::desk
