// Drives over a road with known hazards: what the vehicles would report, with a receiver's error as real receivers have it (slowly
// changing, shared by all that a drive sees, plus a little of its own). Deterministic.
#pragma once

#include <array>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "report/geodesy.hpp"
#include "sim/hazards.hpp"
#include "sim/track.hpp"

namespace hazard::report {

struct Defect {
  std::uint64_t id = 0;
  std::string class_name;
  domain::GeoPoint point;
  double s = 0;  // along the road
};

// The error of a receiver over time: a first-order Gauss-Markov process on each axis.
class ReceiverError {
 public:
  ReceiverError(std::uint64_t seed, double axis_sigma_m, double time_s) : random_(seed), sigma_(axis_sigma_m), time_s_(time_s) {
    error_ = {normal() * sigma_, normal() * sigma_};
  }
  Offset at(double time_s) {
    const double keep = std::exp(-std::abs(time_s - last_s_) / time_s_);
    const double fresh = sigma_ * std::sqrt(1 - keep * keep);
    error_ = {error_.east * keep + normal() * fresh, error_.north * keep + normal() * fresh};
    last_s_ = time_s;
    return error_;
  }
  double normal() { return distribution_(random_); }
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> distribution_{0, 1};
  double sigma_;
  double time_s_;
  double last_s_ = 0;
  Offset error_;
};

// The first `count` hazards of the simulated road: about 8 m apart on average, many only two or three.
inline std::vector<Defect> defects_of_road(std::uint64_t seed, std::size_t count, double per_km = 120) {
  const sim::HazardField field(seed, per_km, 5.25, 1.75);
  const sim::Track track(seed, 52, 13);
  std::vector<Defect> defects;
  for (const sim::Hazard& hazard : field.between(0, 4000)) {
    if (defects.size() == count) break;
    const sim::Track::Place middle = track.place(std::max(0.0, hazard.s));
    const double right = track.heading(hazard.s) * 180 / 3.14159265358979 + 90;
    const domain::GeoPoint point = destination({middle.latitude, middle.longitude}, right, hazard.t);
    defects.push_back({hazard.id, hazard.class_id() == 1 ? "pothole" : "crack", point, hazard.s});
  }
  return defects;
}

// What came of it: each hazard of the book against the defects its sightings were of.
struct Truth {
  int hazards = 0;
  int defects = 0;  // seen at least once
  int paired = 0;   // hazards that are the one hazard of one defect
  double precision() const { return hazards == 0 ? 0 : static_cast<double>(paired) / hazards; }
  double recall() const { return defects == 0 ? 0 : static_cast<double>(paired) / defects; }
};

// One hazard for one defect: pairs are made greedily by the number of shared sightings, each hazard and each defect once. A hazard with
// sightings of two defects leaves one of them without a hazard; a defect with two hazards leaves one of them without a defect.
// `of[hazard id][defect id]`: sightings.
inline Truth judge(const std::map<std::string, std::map<std::uint64_t, int>>& of,
                   std::map<std::string, std::uint64_t>* pairs = nullptr) {
  std::vector<std::tuple<int, std::string, std::uint64_t>> counts;
  std::set<std::uint64_t> seen;
  for (const auto& [hazard, defects] : of) {
    for (const auto& [defect, count] : defects) {
      counts.emplace_back(-count, hazard, defect);
      seen.insert(defect);
    }
  }
  std::ranges::sort(counts);
  std::set<std::string> hazards_used;
  std::set<std::uint64_t> defects_used;
  for (const auto& [count, hazard, defect] : counts) {
    if (hazards_used.contains(hazard) || defects_used.contains(defect)) continue;
    hazards_used.insert(hazard);
    defects_used.insert(defect);
    if (pairs != nullptr) (*pairs)[hazard] = defect;
  }
  return {static_cast<int>(of.size()), static_cast<int>(seen.size()), static_cast<int>(defects_used.size())};
}

}  // namespace hazard::report
