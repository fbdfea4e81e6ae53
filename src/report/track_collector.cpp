#include "report/track_collector.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/ids.hpp"

namespace hazard::report {
namespace {

// The whole picture is behind the camera's hood: where the heading is unknown, the defect lies somewhere around the vehicle.
constexpr double kUnknownHeadingM = 8;

double seconds(base::WallTime::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::optional<domain::SightedPlace> place_of(const PositionTrack& positions, const Camera& camera,
                                             const std::vector<Look>& looks) {
  std::optional<domain::SightedPlace> best;
  domain::GeoPoint first;
  Offset sum;
  double weight = 0;
  for (const Look& look : looks) {
    const auto pose = positions.at(look.at);
    if (!pose) continue;
    const RoadPoint road = project(camera, look.picture, look.box);
    domain::SightedPlace place;
    place.shared_sigma_m = pose->shared_sigma_m;
    place.heading_deg = pose->heading_deg;
    if (pose->heading_deg) {
      place.basis = camera.measured ? domain::PlaceBasis::projected : domain::PlaceBasis::assumed;
      place.point =
          destination(destination(pose->point, *pose->heading_deg, road.ahead_m), *pose->heading_deg + 90, road.right_m);
      place.own_sigma_m = std::hypot(pose->own_sigma_m, road.sigma_m);
    } else {
      place.basis = domain::PlaceBasis::vehicle;
      place.point = pose->point;
      place.own_sigma_m = std::hypot(pose->own_sigma_m, kUnknownHeadingM);
    }
    if (weight == 0) first = place.point;
    const double w = 1 / (place.own_sigma_m * place.own_sigma_m);
    sum = sum + offset_m(first, place.point) * w;
    weight += w;
    if (!best || place.own_sigma_m < best->own_sigma_m) best = place;
  }
  if (!best) return std::nullopt;
  // The doubt stays that of the best look: tilt and height of the camera are wrong in the same way in all of them.
  best->point = moved(first, sum * (1 / weight));
  best->map_point = best->point;
  return best;
}

std::vector<domain::Sighting> TrackCollector::add(const FrameFacts& facts) {
  std::vector<domain::Sighting> out;
  Session& session = sessions_.try_emplace(facts.session_id, Session{PositionTrack(options_.position), {}}).first->second;
  if (facts.location) session.positions.add(*facts.location, facts.location_at.value_or(facts.at), facts.arrived);
  for (auto& [id, track] : session.tracks) ++track.looked;
  for (const Found& found : facts.found) {
    if (found.track_id == 0 || found.predicted) continue;
    if (!session.tracks.contains(found.track_id) && session.tracks.size() >= options_.tracks_most) {
      finish(session, session.tracks.begin()->second, out);  // track ids grow: the first is the oldest
      session.tracks.erase(session.tracks.begin());
    }
    take(session, facts, found);
  }
  end_tracks(session, facts.at, out);
  return out;
}

void TrackCollector::take(Session& session, const FrameFacts& facts, const Found& found) {
  const auto [entry, fresh] = session.tracks.try_emplace(found.track_id);
  Track& track = entry->second;
  domain::Sighting& sighting = track.sighting;
  if (fresh) {
    sighting.id = base::make_uuid();
    sighting.client_key = facts.client_key;
    sighting.session_id = facts.session_id;
    sighting.source = facts.source;
    sighting.track_id = found.track_id;
    sighting.first_seen = facts.at;
    track.looked = 1;
  }
  ++sighting.hits;
  track.span = track.looked;
  sighting.last_seen = std::max(sighting.last_seen, facts.at);
  track.camera = facts.camera;
  if (fresh || found.confidence > sighting.best.confidence) {
    sighting.class_id = found.class_id;
    sighting.class_name = found.class_name;
    sighting.model_version = facts.model_version;
    sighting.thresholds = facts.thresholds;
    sighting.best = {facts.at, facts.frame_id, found.confidence, found.box, facts.picture, facts.likeness};
  }
  track.samples.push_back({facts.at, found.box, facts.picture});
  if (track.samples.size() <= kSamplesMost) return;
  // The lowest in the picture are the nearest, and tell most about the place.
  const auto highest = std::ranges::min_element(track.samples, {}, [](const Sample& sample) { return sample.box.y2; });
  track.samples.erase(highest);
}

void TrackCollector::end_tracks(Session& session, base::WallTime now, std::vector<domain::Sighting>& out) {
  for (auto it = session.tracks.begin(); it != session.tracks.end();) {
    const domain::Sighting& sighting = it->second.sighting;
    const bool over = now - sighting.last_seen > options_.over_after || now - sighting.first_seen > options_.split_after;
    if (!over) {
      ++it;
      continue;
    }
    finish(session, it->second, out);
    it = session.tracks.erase(it);
  }
}

void TrackCollector::finish(Session& session, Track& track, std::vector<domain::Sighting>& out) {
  domain::Sighting& sighting = track.sighting;
  if (sighting.hits < options_.hits_least || sighting.hits < options_.share_least * track.span) {
    ++counts_.too_few;
    return;
  }
  if (sighting.best.confidence < sighting.thresholds.report) {
    ++counts_.too_faint;
    return;
  }
  std::vector<Look> looks;
  for (const Sample& sample : track.samples) looks.push_back({sample.at, sample.box, sample.picture});
  sighting.place = place_of(session.positions, track.camera, looks);
  if (!sighting.place) ++counts_.placeless;
  sighting.reason =
      fmt::format("Found in {} of {} pictures over {:.1f} s; best score {:.2f}, at least {:.2f} was needed.", sighting.hits,
                  std::max(track.span, sighting.hits), seconds(sighting.last_seen - sighting.first_seen),
                  sighting.best.confidence, sighting.thresholds.report);
  ++counts_.given;
  out.push_back(std::move(sighting));
}

std::vector<domain::Sighting> TrackCollector::end_session(const std::string& session_id) {
  std::vector<domain::Sighting> out;
  const auto known = sessions_.find(session_id);
  if (known == sessions_.end()) return out;
  for (auto& [id, track] : known->second.tracks) finish(known->second, track, out);
  sessions_.erase(known);
  return out;
}

const PositionTrack* TrackCollector::positions(const std::string& session_id) const {
  const auto known = sessions_.find(session_id);
  return known == sessions_.end() ? nullptr : &known->second.positions;
}

}  // namespace hazard::report
