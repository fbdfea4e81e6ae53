#include "desk/best_frames.hpp"

#include <utility>

namespace hazard::desk {

BestFrames::Entries::iterator BestFrames::forget(Entries::iterator entry) {
  bytes_ -= entry->second.frame->buffer.size();
  by_age_.erase(entry->second.age);
  return entries_.erase(entry);
}

void BestFrames::saw(const report::FrameFacts& facts, const Frame& frame) {
  for (const report::Found& found : facts.found) {
    if (found.track_id == 0 || found.predicted) continue;
    const Key key{facts.session_id, found.track_id};
    const auto known = entries_.find(key);
    if (known != entries_.end()) known->second.seen_at = facts.at;
    if (found.confidence < facts.thresholds.report) continue;
    if (known != entries_.end() && found.confidence <= known->second.confidence) continue;
    if (known != entries_.end()) forget(known);
    by_age_.push_back(key);
    entries_.emplace(key, Entry{.confidence = found.confidence,
                                .seen_at = facts.at,
                                .frame_id = facts.frame_id,
                                .frame = frame,
                                .age = std::prev(by_age_.end())});
    bytes_ += frame->buffer.size();
  }
  for (auto entry = entries_.lower_bound({facts.session_id, 0});
       entry != entries_.end() && entry->first.first == facts.session_id;)
    entry = facts.at - entry->second.seen_at > kOverAfter ? forget(entry) : std::next(entry);
  while (bytes_ > bytes_most_) forget(entries_.find(by_age_.front()));
}

BestFrames::Frame BestFrames::take(const domain::Sighting& sighting) {
  const auto entry = entries_.find({sighting.session_id, sighting.track_id});
  if (entry == entries_.end()) return nullptr;
  Frame frame = entry->second.frame_id == sighting.best.frame_id ? entry->second.frame : nullptr;
  forget(entry);
  return frame;
}

void BestFrames::end(const std::string& session_id) {
  for (auto entry = entries_.lower_bound({session_id, 0}); entry != entries_.end() && entry->first.first == session_id;)
    entry = forget(entry);
}

}  // namespace hazard::desk
