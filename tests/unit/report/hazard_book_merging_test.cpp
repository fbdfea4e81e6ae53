// One hazard for one physical defect, measured: several vehicles pass the same defects in both directions, with a receiver's error.
// HAZARD_SEEDS=20 repeats it over so many roads; the figures of docs/hazards.md come from there.
#include <gtest/gtest.h>

#include <algorithm>

#include "report/hazard_book.hpp"
#include "simulated_passes.hpp"
#include "support/temp_store.hpp"

namespace hazard::report {
namespace {

constexpr int kPasses = 5;
constexpr int kVehicles = 3;

domain::Sighting sighting_of(const Defect& defect, domain::GeoPoint point, double axis_sigma, double own, double heading,
                             base::WallTime at, int vehicle, int pass) {
  domain::Sighting sighting;
  sighting.client_key = "vehicle-" + std::to_string(vehicle);
  sighting.session_id = "drive-" + std::to_string(pass);
  sighting.source = "stream";
  sighting.class_name = defect.class_name;
  sighting.hits = 5;
  sighting.first_seen = at - std::chrono::milliseconds(900);
  sighting.last_seen = at;
  sighting.best = {.at = at, .frame_id = "f", .confidence = 0.8F, .box = {10, 10, 40, 30}, .picture = {640, 360}, .likeness = {}};
  sighting.place = domain::SightedPlace{.point = point,
                                        .map_point = point,
                                        .shared_sigma_m = axis_sigma,
                                        .own_sigma_m = own,
                                        .heading_deg = heading,
                                        .basis = domain::PlaceBasis::projected};
  sighting.reason = "Simulated.";
  return sighting;
}

// `accuracy_m` is the 68 % radius, as receivers state it.
Outcome drive_over(std::uint64_t seed, double accuracy_m) {
  const double axis = accuracy_m / 1.51;
  const double own = 1.0;
  const std::vector<Defect> defects = defects_of_road(seed, 40);
  test::TempStore store;
  base::ManualClock clock;
  HazardBook book({}, clock);
  std::map<std::string, std::uint64_t> defect_of_sighting;
  for (int pass = 0; pass < kPasses; ++pass) {
    ReceiverError error(seed * 100 + static_cast<std::uint64_t>(pass), axis, 150);
    const bool back = pass % 2 == 1;
    std::vector<Defect> order = defects;
    if (back) std::ranges::reverse(order);
    const base::WallTime start = clock.wall() + std::chrono::hours(pass * 5);
    store.run([&](store::Transaction& transaction) {
      for (const Defect& defect : order) {
        const double along = back ? defects.back().s - defect.s : defect.s;
        const double time_s = along / 11.0;
        const Offset shared = error.at(time_s);
        const Offset noise{error.normal() * own, error.normal() * own};
        if (error.uniform() > 0.85) continue;  // not found on this pass
        const base::WallTime at = start + std::chrono::milliseconds(static_cast<int>(time_s * 1000));
        const Taken taken = book.take(
            transaction,
            sighting_of(defect, moved(defect.point, shared + noise), axis, own, back ? 190 : 10, at, pass % kVehicles, pass),
            "drive-" + std::to_string(pass));
        defect_of_sighting[taken.sighting.id] = defect.id;
      }
    });
  }
  return outcome_of(*store, defects, defect_of_sighting);
}

TEST(MergingTruth, at_3_m_of_receiver_error) {
  const Outcome outcome = mean_over_roads(3, drive_over);
  EXPECT_GE(outcome.truth.precision(), 0.95);
  EXPECT_GE(outcome.truth.recall(), 0.95);
  EXPECT_LE(outcome.median_error_m, 3 + 3);
  EXPECT_GE(outcome.covered, 0.90);
}

TEST(MergingTruth, at_8_m_of_receiver_error) {
  const Outcome outcome = mean_over_roads(8, drive_over);
  EXPECT_GE(outcome.truth.precision(), 0.85);
  EXPECT_GE(outcome.truth.recall(), 0.85);
  EXPECT_LE(outcome.median_error_m, 8 + 3);
  EXPECT_GE(outcome.covered, 0.90);
}

// No bar is set here: two passes of such receivers lie 14 m apart in the middle. The figures are stated; they must not break down.
TEST(MergingTruth, at_15_m_of_receiver_error) {
  const Outcome outcome = mean_over_roads(15, drive_over);
  EXPECT_GE(outcome.truth.precision(), 0.75);
  EXPECT_GE(outcome.truth.recall(), 0.90);
  EXPECT_LE(outcome.median_error_m, 15 + 3);
  EXPECT_GE(outcome.covered, 0.75);
}

}  // namespace
}  // namespace hazard::report
