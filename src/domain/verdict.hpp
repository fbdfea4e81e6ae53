// How a frame ends: exactly one of a result, a drop with its reason, an error with its code.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "domain/detection.hpp"
#include "domain/error.hpp"
#include "domain/geometry.hpp"

namespace hazard::domain {

// The closed list of the streaming contract, section 2.
enum class DropReason : std::uint8_t { over_rate, superseded, stale, queue_full, overloaded, session_closed };
inline constexpr std::size_t kDropReasonCount = 6;

constexpr std::string_view to_string(DropReason reason) noexcept {
  constexpr std::array<std::string_view, kDropReasonCount> kNames{"over_rate",  "superseded", "stale",
                                                                  "queue_full", "overloaded", "session_closed"};
  return kNames[static_cast<std::size_t>(reason)];
}

// Where a frame's time went, from its last received byte on.
struct StageTimes {
  base::Duration queue{};
  base::Duration decode{};
  base::Duration inference{};
  base::Duration postprocess{};
  base::Duration total{};
};

// What would serve the client better than what it sends now; absent when nothing would.
struct Suggestion {
  double fps = 0;        // frames a second that will be answered
  int width = 0;         // pixels; more of them than the graph takes are paid for and thrown away; 0: as now
  int jpeg_quality = 0;  // 1..100; 0: as now
};

struct FrameResult {
  std::vector<TrackedDetection> detections;  // best score first
  SizePx picture;                            // the size that boxes refer to
  SizePx input;                              // of the graph that was run; 0x0 when none was needed
  bool orientation_applied = false;
  StageTimes times;
  int credits = 0;         // how many more frames fit now
  bool predicted = false;  // boxes moved on by the tracker, not detected in this frame
  bool reused = false;     // the picture was the same as one just looked at: that one's boxes
  int every = 1;           // of how many frames one is looked at, at present
  std::optional<Suggestion> suggest;
};

// A session's quality moved to another rung: a graph for another input size, or a look at every Nth frame only.
struct QualityChange {
  SizePx input;
  int every = 1;
  std::string_view reason;  // a word of a closed list: "late", "slow", "room", "configured"
};

struct FrameDrop {
  DropReason reason = DropReason::superseded;
  std::optional<base::Duration> retry_after;
};

struct Verdict {
  std::uint64_t seq = 0;
  std::string frame_id;
  std::optional<double> timestamp;  // the client's, when it sent one
  base::SteadyTime received_at{};
  std::variant<FrameResult, FrameDrop, Error> outcome;
};

}  // namespace hazard::domain
