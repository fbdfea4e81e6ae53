// Sample hazards and sightings with every field set, for tests of the store and of reports.
#pragma once

#include <fmt/core.h>

#include <string>

#include "domain/hazard.hpp"

namespace hazard::test {

inline base::WallTime at_second(double seconds) {
  return base::WallTime{std::chrono::duration_cast<base::WallTime::duration>(std::chrono::milliseconds(1'700'000'000'000)) +
                        std::chrono::duration_cast<base::WallTime::duration>(std::chrono::duration<double>(seconds))};
}

inline std::string uuid(unsigned number) { return fmt::format("00000000-0000-4000-8000-{:012x}", number); }

inline domain::Sighting sample_sighting(unsigned number, domain::GeoPoint point = {52.5, 13.4}, double second = 0) {
  domain::Sighting sighting;
  sighting.id = uuid(number);
  sighting.hazard_id = uuid(1);
  sighting.client_key = "client-a";
  sighting.session_id = "session-a";
  sighting.source = "stream";
  sighting.track_id = 0xFFFF'FFFF'FFFF'FFF0ULL;
  sighting.class_id = 1;
  sighting.class_name = "pothole";
  sighting.model_version = "model-1";
  sighting.thresholds = {0.25F, 0.5F};
  sighting.hits = 7;
  sighting.first_seen = at_second(second - 1);
  sighting.last_seen = at_second(second);
  sighting.best = {.at = at_second(second - 0.5),
                   .frame_id = "frame-9",
                   .confidence = 0.75F,
                   .box = {10.5F, 20, 110, 90},
                   .picture = {1280, 720},
                   .likeness = 0x8000'0000'0000'0001ULL};
  sighting.place = domain::SightedPlace{.point = point,
                                        .map_point = point,
                                        .shared_sigma_m = 2,
                                        .own_sigma_m = 0.5,
                                        .heading_deg = 90,
                                        .basis = domain::PlaceBasis::projected};
  sighting.reason = "Found in 7 of 9 pictures.";
  return sighting;
}

inline domain::Hazard sample_hazard(unsigned number, domain::GeoPoint point = {52.5, 13.4}) {
  domain::Hazard hazard;
  hazard.id = uuid(number);
  hazard.version = 3;
  hazard.state = domain::ReviewState::confirmed;
  hazard.class_id = 1;
  hazard.class_name = "pothole";
  hazard.model_version = "model-1";
  hazard.thresholds = {0.25F, 0.5F};
  hazard.first_seen = at_second(0);
  hazard.last_seen = at_second(100);
  hazard.sightings = 4;
  hazard.passes = 2;
  hazard.best_sighting_id = uuid(900 + number);
  hazard.best = sample_sighting(1).best;
  hazard.place = domain::HazardPlace{
      .point = point, .variance_m2 = 2.25, .uncertainty_m = 4.4, .map_point = point, .map_variance_m2 = 0.25, .heading_deg = 90};
  hazard.last_client_key = "client-a";
  hazard.last_session_id = "session-a";
  hazard.last_box = {1, 2, 3, 4};
  hazard.last_picture = {640, 480};
  hazard.last_likeness = 5;
  hazard.reason = "Found in 7 of 9 pictures.";
  hazard.note = "near the school";
  hazard.created_at = at_second(101);
  hazard.updated_at = at_second(102);
  return hazard;
}

}  // namespace hazard::test
