#include "report/spot_collector.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/ids.hpp"

namespace hazard::report {
namespace {

struct Middle {
  float x = 0, y = 0;  // in diagonals of the picture
};

Middle middle(const domain::PixelBox& box, domain::SizePx picture) {
  const float diagonal = std::max(1.0F, std::hypot(static_cast<float>(picture.width), static_cast<float>(picture.height)));
  return {(box.x1 + box.x2) / 2 / diagonal, (box.y1 + box.y2) / 2 / diagonal};
}

float apart_of(const domain::PixelBox& a, domain::SizePx of_a, const domain::PixelBox& b, domain::SizePx of_b) {
  const Middle one = middle(a, of_a);
  const Middle other = middle(b, of_b);
  return std::hypot(one.x - other.x, one.y - other.y);
}

}  // namespace

SpotCollector::Client& SpotCollector::client_of(const std::string& key) {
  const auto known = clients_.find(key);
  if (known != clients_.end()) {
    by_use_.splice(by_use_.end(), by_use_, known->second.use);
    return known->second;
  }
  if (clients_.size() >= options_.clients_most) {
    clients_.erase(by_use_.front());
    by_use_.pop_front();
  }
  by_use_.push_back(key);
  return clients_.emplace(key, Client{PositionTrack(options_.position), {}, 0, std::prev(by_use_.end())}).first->second;
}

bool SpotCollector::same_spot(const Spot& spot, const FrameFacts& facts, const Found& found, float apart) const {
  if (spot.sighting.class_name != found.class_name) return false;
  const auto age = facts.at >= spot.at ? facts.at - spot.at : spot.at - facts.at;
  if (age <= options_.moving_for && apart <= options_.moving_distance) return true;
  if (age > options_.alike_for || apart > options_.alike_distance) return false;
  return spot.likeness && facts.likeness && std::popcount(*spot.likeness ^ *facts.likeness) <= options_.likeness_bits;
}

std::list<SpotCollector::Spot>::iterator SpotCollector::spot_of(Client& client, const FrameFacts& facts, const Found& found) {
  auto best = client.spots.end();
  float least = 0;
  for (auto it = client.spots.begin(); it != client.spots.end(); ++it) {
    if (it->in_picture == client.pictures) continue;  // taken by another box of this picture
    const float apart = apart_of(it->box, it->picture, found.box, facts.picture);
    if (!same_spot(*it, facts, found, apart)) continue;
    if (best == client.spots.end() || apart < least) {
      best = it;
      least = apart;
    }
  }
  if (best != client.spots.end()) {
    client.spots.splice(client.spots.end(), client.spots, best);
    return best;
  }
  if (client.spots.size() >= options_.spots_most) client.spots.pop_front();
  client.spots.emplace_back();
  client.spots.back().sighting.class_name = found.class_name;
  return std::prev(client.spots.end());
}

void SpotCollector::count(Spot& spot, const FrameFacts& facts, const Found& found) {
  domain::Sighting& sighting = spot.sighting;
  if (sighting.hits == 0) sighting.first_seen = facts.at;
  ++sighting.hits;
  ++spot.hits;
  sighting.last_seen = std::max(sighting.last_seen, facts.at);
  if (sighting.hits == 1 || found.confidence > sighting.best.confidence) {
    sighting.class_id = found.class_id;
    sighting.model_version = facts.model_version;
    sighting.thresholds = facts.thresholds;
    sighting.best = {facts.at, facts.frame_id, found.confidence, found.box, facts.picture, facts.likeness};
  }
  sighting.client_key = facts.client_key;
  sighting.session_id = facts.session_id;
  sighting.source = facts.source;
  spot.box = found.box;
  spot.picture = facts.picture;
  spot.likeness = facts.likeness;
  spot.at = facts.at;
  spot.looks.push_back({facts.at, found.box, facts.picture});
  if (spot.looks.size() > kLooksMost) spot.looks.erase(spot.looks.begin());
}

bool SpotCollector::due(const Spot& spot, base::WallTime now) const {
  if (spot.hits < options_.hits_least || spot.sighting.best.confidence < spot.sighting.thresholds.report) return false;
  return !spot.given_at || now - *spot.given_at >= options_.again_after;
}

std::vector<domain::Sighting> SpotCollector::add(const FrameFacts& facts) {
  std::vector<domain::Sighting> out;
  Client& client = client_of(facts.client_key);
  if (facts.location) client.positions.add(*facts.location, facts.location_at.value_or(facts.at), facts.arrived);
  ++client.pictures;
  for (const Found& found : facts.found) {
    if (found.predicted) continue;
    Spot& spot = *spot_of(client, facts, found);
    spot.in_picture = client.pictures;
    count(spot, facts, found);
    if (!due(spot, facts.at)) continue;
    domain::Sighting sighting = spot.sighting;
    sighting.id = base::make_uuid();
    sighting.place = place_of(client.positions, facts.camera, spot.looks);
    if (!sighting.place) ++counts_.placeless;
    sighting.reason =
        fmt::format("Found in {} pictures of one client, {} are needed; best score {:.2f}, at least {:.2f} was needed.",
                    spot.hits, options_.hits_least, sighting.best.confidence, sighting.thresholds.report);
    ++counts_.given;
    out.push_back(std::move(sighting));
    spot.given_at = facts.at;
    spot.sighting = {};
    spot.sighting.class_name = found.class_name;
  }
  return out;
}

void SpotCollector::forget(const std::string& client_key) {
  const auto known = clients_.find(client_key);
  if (known == clients_.end()) return;
  by_use_.erase(known->second.use);
  clients_.erase(known);
}

const PositionTrack* SpotCollector::positions(const std::string& client_key) const {
  const auto known = clients_.find(client_key);
  return known == clients_.end() ? nullptr : &known->second.positions;
}

}  // namespace hazard::report
