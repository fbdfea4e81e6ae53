// Drives over a road with known hazards: what the vehicles would report, with a receiver's error as real receivers have it (slowly
// changing, shared by all that a drive sees, plus a little of its own). Deterministic.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "report/geodesy.hpp"
#include "sim/hazards.hpp"
#include "sim/track.hpp"
#include "support/temp_store.hpp"

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
  const sim::HazardField field(seed, per_km, -5.25, 1.75);
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

struct Outcome {
  Truth truth;
  double median_error_m = 0;
  double pair_precision = 0;  // of pairs of sightings in one hazard, those of one defect
  double pair_recall = 0;     // of pairs of sightings of one defect, those in one hazard
  double covered = 0;         // share of hazards whose stated radius holds the truth
};

inline void pair_shares(const std::map<std::string, std::map<std::uint64_t, int>>& of, Outcome& outcome) {
  const auto pairs = [](double count) { return count * (count - 1) / 2; };
  double together = 0, right = 0, same = 0;
  std::map<std::uint64_t, int> of_defect;
  for (const auto& [hazard, defects] : of) {
    int total = 0;
    for (const auto& [defect, count] : defects) {
      total += count;
      of_defect[defect] += count;
      right += pairs(count);
    }
    together += pairs(total);
  }
  for (const auto& [defect, count] : of_defect) same += pairs(count);
  outcome.pair_precision = right / together;
  outcome.pair_recall = right / same;
}

inline Outcome outcome_of(store::Store& store, const std::vector<Defect>& defects,
                          const std::map<std::string, std::uint64_t>& defect_of_sighting) {
  Outcome outcome;
  std::map<std::string, std::map<std::uint64_t, int>> of;
  std::map<std::string, domain::Hazard> hazards;
  for (const domain::Hazard& hazard : store.reads().hazards({.limit = store::kPageMost}).items) {
    hazards[hazard.id] = hazard;
    for (const domain::Sighting& sighting : store.reads().sightings_of(hazard.id))
      ++of[hazard.id][defect_of_sighting.at(sighting.id)];
  }
  std::map<std::string, std::uint64_t> pairs;
  outcome.truth = judge(of, &pairs);
  pair_shares(of, outcome);
  std::vector<double> errors;
  int covered = 0;
  for (const auto& [id, defect_id] : pairs) {
    const auto defect = std::ranges::find(defects, defect_id, &Defect::id);
    const double error = distance_m(hazards[id].place->point, defect->point);
    errors.push_back(error);
    if (error <= hazards[id].place->uncertainty_m) ++covered;
  }
  std::ranges::sort(errors);
  outcome.median_error_m = errors[errors.size() / 2];
  outcome.covered = static_cast<double>(covered) / static_cast<double>(errors.size());
  return outcome;
}

inline int seeds() {
  const char* text = std::getenv("HAZARD_SEEDS");
  return text == nullptr ? 10 : std::max(1, std::atoi(text));
}

// `drive_over(seed, accuracy_m)` for every road; prints the figures and pools them.
template <typename DriveOver>
Outcome mean_over_roads(double accuracy_m, DriveOver drive_over) {
  Outcome mean;
  const int count = seeds();
  double precision = 0, recall = 0, worst_precision = 1, worst_recall = 1;
  for (int seed = 1; seed <= count; ++seed) {
    const Outcome one = drive_over(static_cast<std::uint64_t>(seed), accuracy_m);
    mean.truth.hazards += one.truth.hazards;
    mean.truth.defects += one.truth.defects;
    mean.truth.paired += one.truth.paired;
    precision += one.truth.precision();
    recall += one.truth.recall();
    worst_precision = std::min(worst_precision, one.truth.precision());
    worst_recall = std::min(worst_recall, one.truth.recall());
    mean.median_error_m += one.median_error_m / count;
    mean.pair_precision += one.pair_precision / count;
    mean.pair_recall += one.pair_recall / count;
    mean.covered += one.covered / count;
  }
  fmt::print(
      "GPS {:>4} m: precision {:.3f} (worst road {:.3f}), recall {:.3f} ({:.3f}), median error {:.2f} m, covered {:.3f}; pairs "
      "of sightings: precision {:.3f}, recall {:.3f}\n",
      accuracy_m, precision / count, worst_precision, recall / count, worst_recall, mean.median_error_m, mean.covered,
      mean.pair_precision, mean.pair_recall);
  return mean;
}

}  // namespace hazard::report
