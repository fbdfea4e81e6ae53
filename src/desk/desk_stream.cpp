// What streams show: their tracks become sightings, their positions lines, their pictures count for a page's session. The rest of Desk
// is in desk.cpp.
#include <utility>

#include "desk/desk.hpp"

namespace hazard::desk {

std::vector<Desk::SeenTrack> Desk::with_frames(std::vector<domain::Sighting>&& due) {
  std::vector<SeenTrack> seen;
  for (domain::Sighting& sighting : due) {
    auto frame = frames_.take(sighting);
    seen.push_back({.sighting = std::move(sighting), .frame = std::move(frame)});
  }
  return seen;
}

// The pictures are decoded on the writer's thread, where nobody waits for a verdict.
void Desk::submit_sightings(std::vector<SeenTrack>&& due, const std::string& drive, std::optional<store::StreamRecord>&& owner) {
  if (store_ == nullptr || due.empty()) return;
  const auto kept = std::make_shared<Kept>();
  const auto shared = std::make_shared<std::vector<SeenTrack>>(std::move(due));
  std::size_t bytes = 0;
  for (const SeenTrack& seen : *shared) bytes += seen.frame ? seen.frame->buffer.size() : 0;
  store_->submit({.work =
                      [this, kept, shared, drive, owner = std::move(owner)](store::Transaction& transaction) {
                        if (owner) transaction.put(*owner);
                        for (SeenTrack& seen : *shared) {
                          std::optional<EvidencePicture> picture;
                          if (seen.frame) {
                            seen.sighting.best.likeness = likeness(seen.frame->picture());
                            picture = cut_evidence(seen.frame->picture(), options_.evidence, seen.sighting.best.box);
                            seen.frame.reset();
                          }
                          keep_one(transaction, std::move(seen.sighting), drive, picture, *kept);
                        }
                        return true;
                      },
                  .done =
                      [this, kept](bool on_disk) {
                        if (on_disk) tell(*kept);
                      },
                  .bytes = bytes});
}

// A stream may go on under the id of a page's session (streaming contract, section 4): then that session's summary counts its pictures
// too. Called under a stream's lock, so only what is in memory is looked up. Boxes that the tracker foretold were not found.
void Desk::count_for_page(const report::FrameFacts& facts) {
  std::vector<std::pair<std::string, float>> names;
  for (const report::Found& found : facts.found) {
    if (!found.predicted) names.emplace_back(found.class_name, found.confidence);
  }
  sessions_.saw_in_memory(facts.session_id, names);
}

void Desk::stream_picture(const report::FrameFacts& facts, std::shared_ptr<const domain::EncodedFrame> picture) {
  count_for_page(facts);
  if (store_ == nullptr) return;
  std::vector<SeenTrack> due;
  std::optional<store::CoverageRecord> line;
  std::optional<store::StreamRecord> owner;
  {
    const std::lock_guard lock(collectors_mutex_);
    due = with_frames(tracks_.add(facts));
    if (picture && evidence_ != nullptr) frames_.saw(facts, std::move(picture));
    line = cover(tracks_.positions(facts.session_id), facts, facts.session_id);
    if (!due.empty() || line) owner = owner_of(facts.session_id);
  }
  submit_line(std::move(line), std::optional(owner));
  submit_sightings(std::move(due), facts.session_id, std::move(owner));
}

void Desk::stream_ended(const std::string& session_id, std::uint64_t life) {
  if (store_ == nullptr) return;
  std::vector<SeenTrack> due;
  std::optional<store::CoverageRecord> line;
  std::optional<store::StreamRecord> owner;
  {
    const std::lock_guard lock(collectors_mutex_);
    due = with_frames(tracks_.end_session(session_id));
    frames_.end(session_id);
    line = coverage_.end(session_id);
    owner = owner_of(session_id);
    if (const auto mine = owners_.find(session_id); mine != owners_.end() && mine->second.life == life) owners_.erase(mine);
  }
  submit_line(std::move(line), std::optional(owner));
  submit_sightings(std::move(due), session_id, std::move(owner));
}

void Desk::stream_belongs(const std::string& session_id, std::uint64_t life, const std::string& client_key) {
  if (store_ == nullptr) return;
  sessions_.find(session_id);  // a page's session that left memory comes back here, where the store may be waited for
  const std::lock_guard lock(collectors_mutex_);
  owners_[session_id] = {.life = life, .client_key = client_key};
}

bool Desk::has_owner(const std::string& session_id, std::uint64_t life) const {
  const std::lock_guard lock(collectors_mutex_);
  const auto found = owners_.find(session_id);
  return found != owners_.end() && found->second.life == life;
}

std::optional<store::StreamRecord> Desk::owner_of(const std::string& session_id) {
  const auto found = owners_.find(session_id);
  if (found == owners_.end()) return std::nullopt;
  return store::StreamRecord{.session_id = session_id, .client_key = found->second.client_key, .last_kept = clock_.wall()};
}

}  // namespace hazard::desk
