// The hand-labelled drive of labelled_drive.txt, and how well a tracker names its boxes. Used by the tracker's tests and by
// bench/track_table.cpp; plain functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/detection.hpp"
#include "support/identity_score.hpp"
#include "track/tracker.hpp"

namespace hazard::support {

struct LabelledFrame {
  std::string name;
  base::SteadyTime at;
  std::vector<domain::Detection> boxes;
  std::vector<std::uint64_t> identities;  // by box; 0: cannot be told
};

// Empty when the file cannot be read or is not as it should be.
inline std::vector<LabelledFrame> read_labelled_drive(const std::string& path) {
  constexpr double kSecondsPerMetre = 0.05;
  std::vector<LabelledFrame> frames;
  std::ifstream in(path);
  std::string line;
  std::size_t boxes_to_come = 0;
  while (std::getline(in, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    if (line.starts_with("frame ")) {
      LabelledFrame frame;
      std::string keyword;
      if (boxes_to_come != 0 || !(words >> keyword >> frame.name >> boxes_to_come)) return {};
      const double metres = std::stod(frame.name.substr(frame.name.rfind('_') + 1));
      const std::chrono::duration<double> time(3600 + metres * kSecondsPerMetre);
      frame.at = base::SteadyTime{std::chrono::duration_cast<base::Duration>(time)};
      frames.push_back(std::move(frame));
    } else {
      domain::Detection box{.box = {}, .confidence = 0.9F};
      std::uint64_t identity = 0;
      words >> box.class_id >> box.box.x1 >> box.box.y1 >> box.box.x2 >> box.box.y2 >> identity;
      if (!words || boxes_to_come == 0) return {};
      --boxes_to_come;
      frames.back().boxes.push_back(box);
      frames.back().identities.push_back(identity);
    }
  }
  return boxes_to_come == 0 ? frames : std::vector<LabelledFrame>{};
}

struct LabelledScore {
  IdentityScore identity;
  int continued = 0;  // boxes that continue a hazard of an earlier frame
  int found = 0;      // of them, those named like it
  int wrong = 0;      // boxes named like an earlier box of another hazard
};

// `grey_of` may be empty; else it gives the small picture of a frame by its name.
inline LabelledScore follow_labelled_drive(const std::vector<LabelledFrame>& frames, const track::TrackerOptions& options,
                                           const std::function<domain::GreyPicture(const std::string&)>& grey_of) {
  track::Tracker tracker(options);
  LabelledScore score;
  std::vector<NamedBox> named;
  std::map<std::uint64_t, std::uint64_t> name_of;      // by identity: the last
  std::map<std::uint64_t, std::uint64_t> identity_of;  // by name: the last
  for (const LabelledFrame& frame : frames) {
    const domain::GreyPicture grey = grey_of ? grey_of(frame.name) : domain::GreyPicture{};
    const track::FrameSight sight{.at = frame.at, .picture = {640, 400}, .grey = grey.size.width > 0 ? &grey : nullptr};
    const auto results = tracker.update(frame.boxes, sight);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::uint64_t identity = frame.identities[i];
      const std::uint64_t name = results[i].track->id;
      if (identity == 0) continue;
      named.push_back({identity, name});
      if (name_of.contains(identity)) {
        ++score.continued;
        if (name_of[identity] == name) ++score.found;
      }
      if (identity_of.contains(name) && identity_of[name] != identity) ++score.wrong;
      name_of[identity] = name;
      identity_of[name] = identity;
    }
  }
  score.identity = identity_score(named, 0);
  return score;
}

}  // namespace hazard::support
