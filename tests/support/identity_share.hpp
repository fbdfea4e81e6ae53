// How well a tracker kept identities apart and together: the number behind IDF1 (Ristani et al., "Performance Measures and a Data Set
// for Multi-Target, Multi-Camera Tracking", 2016), counted over detected boxes only, so that misses of the detector do not blur it.
// Used by tests of the tracker; plain functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace hazard::support {

struct Sighting {
  std::uint64_t truth = 0;  // the physical thing
  std::uint64_t track = 0;  // what the tracker called it
};

struct IdentityShare {
  std::size_t sightings = 0;
  double kept = 0;   // share of the sightings under the one pairing of things and tracks that explains most of them (greedy)
  int switches = 0;  // sightings whose track differs from that of the same thing's sighting before
};

inline IdentityShare identity_share(const std::vector<Sighting>& sightings) {
  IdentityShare share{.sightings = sightings.size()};
  std::map<std::pair<std::uint64_t, std::uint64_t>, int> together;
  std::map<std::uint64_t, std::uint64_t> last;
  for (const Sighting& seen : sightings) {
    ++together[{seen.truth, seen.track}];
    const auto [before, first] = last.try_emplace(seen.truth, seen.track);
    if (!first && before->second != seen.track) ++share.switches;
    before->second = seen.track;
  }
  // The best pairing, greedily from the largest count on: at most a little below the optimum, so a floor on it is strict.
  std::vector<std::pair<int, std::pair<std::uint64_t, std::uint64_t>>> pairs;
  for (const auto& [ids, count] : together) pairs.emplace_back(count, ids);
  std::ranges::sort(pairs, std::ranges::greater{});
  std::map<std::uint64_t, bool> truth_used;
  std::map<std::uint64_t, bool> track_used;
  std::size_t explained = 0;
  for (const auto& [count, ids] : pairs) {
    if (truth_used[ids.first] || track_used[ids.second]) continue;
    truth_used[ids.first] = track_used[ids.second] = true;
    explained += static_cast<std::size_t>(count);
  }
  if (!sightings.empty()) share.kept = static_cast<double>(explained) / static_cast<double>(sightings.size());
  return share;
}

}  // namespace hazard::support
