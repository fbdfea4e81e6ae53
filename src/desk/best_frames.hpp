// The picture in which each live track of a stream was seen best, so far, encoded as it came and in memory only: when the track is over
// its part of that picture becomes evidence, and the rest is gone. Used under the desk's lock of the collectors, beside
// report::TrackCollector, whose rule of the best picture it follows.
//
// What always holds: at most kBytesMost are held (frames shared by tracks count once for each); beyond it the longest held go, and
// their hazards have no picture.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "domain/frame.hpp"
#include "domain/hazard.hpp"
#include "report/frame_facts.hpp"

namespace hazard::desk {

class BestFrames {
 public:
  using Frame = std::shared_ptr<const domain::EncodedFrame>;
  static constexpr std::size_t kBytesMost = 24 * 1024 * 1024;
  // A track unseen for longer is over; the collector has given it out or dropped it by then.
  static constexpr base::Duration kOverAfter = std::chrono::seconds(3);

  explicit BestFrames(std::size_t bytes_most = kBytesMost) : bytes_most_(bytes_most) {}

  // Only for boxes that reach the report threshold: others never become a hazard's best.
  void saw(const report::FrameFacts& facts, const Frame& frame);
  // The frame of the sighting's best picture, and forgets the track; null where it is not held.
  Frame take(const domain::Sighting& sighting);
  void end(const std::string& session_id);

  std::size_t bytes() const noexcept { return bytes_; }

 private:
  using Key = std::pair<std::string, std::uint64_t>;  // session and track
  struct Entry {
    float confidence = 0;
    base::WallTime seen_at{};
    std::string frame_id;
    Frame frame;
    std::list<Key>::iterator age;
  };
  using Entries = std::map<Key, Entry>;
  Entries::iterator forget(Entries::iterator entry);

  const std::size_t bytes_most_;
  std::size_t bytes_ = 0;
  Entries entries_;
  std::list<Key> by_age_;  // the longest held first
};

}  // namespace hazard::desk
