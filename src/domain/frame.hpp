// One picture on its way in, still encoded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace hazard::domain {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// Degrees, metres, degrees from north, metres a second.
struct Location {
  double latitude = 0;
  double longitude = 0;
  std::optional<double> accuracy_m;
  std::optional<double> heading_deg;
  std::optional<double> speed_mps;
};

// What a message said about its picture; `seq` and `received_at` are the server's.
struct EncodedFrame {
  std::uint64_t seq = 0;            // the session's count of received frames, from 1
  std::string frame_id;             // the client's label, may repeat; made up when it sent none
  std::optional<double> timestamp;  // the client's capture time, epoch seconds
  std::optional<Location> location;
  base::SteadyTime received_at{};
  Bytes buffer;                     // the message the picture came in
  std::size_t offset = 0;           // where the picture's bytes begin in it; they reach to its end
  bool ignore_orientation = false;  // /predict answers in stored pixels (legacy-clients section 12 row 6)

  ByteView picture() const noexcept { return ByteView(buffer).subspan(offset); }
};

}  // namespace hazard::domain
