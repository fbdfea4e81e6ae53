#include "report/fold.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "report/geodesy.hpp"

namespace hazard::report {
namespace {

constexpr double kLeastVariance = 0.01;  // square metres; keeps weights finite

double pass_variance(const domain::SightedPlace& place) noexcept {
  return std::max(kLeastVariance, place.shared_sigma_m * place.shared_sigma_m + place.own_sigma_m * place.own_sigma_m);
}

domain::HazardPlace place_of(const domain::SightedPlace& seen) {
  domain::HazardPlace place;
  place.point = seen.point;
  place.variance_m2 = pass_variance(seen);
  place.uncertainty_m = uncertainty_m(place.variance_m2);
  place.map_point = seen.map_point;
  place.map_variance_m2 = std::max(kLeastVariance, seen.own_sigma_m * seen.own_sigma_m);
  place.heading_deg = seen.heading_deg;
  return place;
}

void weigh_in(domain::HazardPlace& place, const domain::SightedPlace& seen) {
  const double own = pass_variance(seen);
  const double share = place.variance_m2 / (place.variance_m2 + own);
  place.point = moved(place.point, offset_m(place.point, seen.point) * share);
  place.variance_m2 *= 1 - share;
  place.uncertainty_m = uncertainty_m(place.variance_m2);
  if (!place.heading_deg) place.heading_deg = seen.heading_deg;
}

void take_best(domain::Hazard& hazard, const domain::Sighting& sighting) {
  hazard.best = sighting.best;
  hazard.best_sighting_id = sighting.id;
  hazard.model_version = sighting.model_version;
  hazard.thresholds = sighting.thresholds;
}

void take_last(domain::Hazard& hazard, const domain::Sighting& sighting) {
  hazard.last_seen = sighting.last_seen;
  hazard.last_client_key = sighting.client_key;
  hazard.last_session_id = sighting.session_id;
  hazard.last_box = sighting.best.box;
  hazard.last_picture = sighting.best.picture;
  hazard.last_likeness = sighting.best.likeness;
}

void take_first(domain::Hazard& hazard, const domain::Sighting& sighting) {
  hazard.class_id = sighting.class_id;
  hazard.class_name = sighting.class_name;
  hazard.first_seen = sighting.first_seen;
  hazard.sightings = 1;
  hazard.passes = 1;
  take_best(hazard, sighting);
  take_last(hazard, sighting);
  hazard.place.reset();
  if (sighting.place) hazard.place = place_of(*sighting.place);
}

}  // namespace

double uncertainty_m(double variance_m2) noexcept {
  constexpr double kRayleigh95 = 2.4477;  // sqrt(-2 ln 0.05)
  return kRayleigh95 * std::sqrt(std::max(0.0, variance_m2) + kPlaceFloorM * kPlaceFloorM);
}

domain::Hazard begin_hazard(std::string id, const domain::Sighting& sighting, base::WallTime now) {
  domain::Hazard hazard;
  hazard.id = std::move(id);
  take_first(hazard, sighting);
  hazard.reason = sighting.reason;
  hazard.created_at = now;
  hazard.updated_at = now;
  return hazard;
}

void absorb(domain::Hazard& hazard, const domain::Sighting& sighting) {
  hazard.first_seen = std::min(hazard.first_seen, sighting.first_seen);
  if (sighting.last_seen >= hazard.last_seen) take_last(hazard, sighting);
  ++hazard.sightings;
  if (sighting.new_pass) ++hazard.passes;
  if (sighting.best.confidence > hazard.best.confidence) take_best(hazard, sighting);
  if (!sighting.place) return;
  if (!hazard.place) {
    hazard.place = place_of(*sighting.place);
  } else if (sighting.new_pass) {
    weigh_in(*hazard.place, *sighting.place);
  }
}

void refold(domain::Hazard& hazard, std::span<const domain::Sighting> sightings) {
  HAZARD_CHECK(!sightings.empty());
  take_first(hazard, sightings.front());
  Offset sum;
  double weight = 0;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    if (i > 0) absorb(hazard, sightings[i]);
    if (!sightings[i].place || !hazard.place) continue;
    const double w = 1 / std::max(kLeastVariance, std::pow(sightings[i].place->own_sigma_m, 2));
    sum = sum + offset_m(hazard.place->map_point, sightings[i].place->map_point) * w;
    weight += w;
  }
  if (!hazard.place) return;
  hazard.place->map_point = moved(hazard.place->map_point, sum * (1 / weight));
  hazard.place->map_variance_m2 = std::max(kLeastVariance, 1 / weight);
}

}  // namespace hazard::report
