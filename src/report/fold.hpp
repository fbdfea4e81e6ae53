// From sightings to what is believed of a hazard: counts, best picture, and the place by inverse-variance weighting of its passes.
// Pure; used by hazard_book and review.
#pragma once

#include <span>

#include "domain/hazard.hpp"

namespace hazard::report {

// What averaging cannot remove, metres on each axis: errors that all passes share (a camera's tilt, the map of the sky at one hour).
inline constexpr double kPlaceFloorM = 1.0;

// The radius within which the truth lies in 95 of 100 cases, from the variance of each axis (Rayleigh distribution: 2.448 sigma).
double uncertainty_m(double variance_m2) noexcept;

// A hazard that this sighting is the first of. Ids, version 1, state pending; `now` is when it is kept.
domain::Hazard begin_hazard(std::string id, const domain::Sighting& sighting, base::WallTime now);

// Adds a sighting: counts, times, best picture and, for a new pass, the place. Sightings of the same pass share the receiver's error:
// they count, but make no place surer. Does not change version, state or ids.
void absorb(domain::Hazard& hazard, const domain::Sighting& sighting);

// The same from nothing, in order of time: after a merge, a split or an erasure. Needs at least one sighting. Keeps the hazard's id,
// version, state and words.
void refold(domain::Hazard& hazard, std::span<const domain::Sighting> sightings);

}  // namespace hazard::report
