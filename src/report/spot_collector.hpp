// Installed clients that open a session for almost every picture: counts hits over all sessions of one client, since neither the
// session nor a track ties two pictures together. Called with every looked-at picture of such a client; one thread at a time (the
// caller's lock).
//
// Two pictures show the same spot when they have a box of the same class and either
//   - within `alike_for`: at the same place in the picture, and the pictures look alike (the vehicle stands);
//   - within `moving_for`: not far from where it was (the vehicle moves on).
// The likeness is needed because phones behind one carrier share an address and so may share a client key. A spot is reported at once
// when it has `hits_least` hits, and again every `again_after` while it lasts. Bounded: clients, spots of a client.
#pragma once

#include <list>
#include <unordered_map>

#include "report/track_collector.hpp"

namespace hazard::report {

struct SpotOptions {
  int hits_least = 2;
  base::Duration alike_for = std::chrono::minutes(5);
  float alike_distance = 0.08F;  // of the picture's diagonal
  int likeness_bits = 10;        // of 64 that may differ
  base::Duration moving_for = std::chrono::milliseconds(1500);
  float moving_distance = 0.22F;  // 14 m/s at 5 pictures a second, nearest 5 m ahead
  base::Duration again_after = std::chrono::minutes(1);
  std::size_t clients_most = 4096;
  std::size_t spots_most = 64;
  PositionOptions position;
};

class SpotCollector {
 public:
  explicit SpotCollector(SpotOptions options = {}) : options_(options) {}

  // Sightings that became due with this picture.
  std::vector<domain::Sighting> add(const FrameFacts& facts);
  void forget(const std::string& client_key);

  const PositionTrack* positions(const std::string& client_key) const;
  std::size_t clients() const noexcept { return clients_.size(); }
  const CollectorCounts& counts() const noexcept { return counts_; }

  static constexpr std::size_t kLooksMost = 8;

 private:
  struct Spot {
    domain::Sighting sighting;  // since it was last given out
    int hits = 0;               // in all
    domain::PixelBox box;       // of the last picture
    domain::SizePx picture;
    std::optional<std::uint64_t> likeness;
    base::WallTime at{};
    std::optional<base::WallTime> given_at;
    std::uint64_t in_picture = 0;  // number of the client's picture it was last found in
    std::vector<Look> looks;
  };
  struct Client {
    PositionTrack positions;
    std::list<Spot> spots;  // the one found last at the end
    std::uint64_t pictures = 0;
    std::list<std::string>::iterator use;
  };
  Client& client_of(const std::string& key);
  std::list<Spot>::iterator spot_of(Client& client, const FrameFacts& facts, const Found& found);
  bool same_spot(const Spot& spot, const FrameFacts& facts, const Found& found, float apart) const;
  void count(Spot& spot, const FrameFacts& facts, const Found& found);
  bool due(const Spot& spot, base::WallTime now) const;

  SpotOptions options_;
  std::unordered_map<std::string, Client> clients_;
  std::list<std::string> by_use_;
  CollectorCounts counts_;
};

}  // namespace hazard::report
