// Where a vehicle was at any moment of its drive, from the fixes it sent. One per drive; used by one thread at a time.
//
// Refused, with a reason that is counted: places off the globe, (0,0) (what broken receivers send), fixes older than `stale_after` when
// they arrive, and jumps that no vehicle makes. What always holds: fixes are in order of time; at() never answers further from a
// fix than `carry_most`.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string_view>

#include "domain/frame.hpp"
#include "report/geodesy.hpp"

namespace hazard::report {

enum class FixAnswer : std::uint8_t {
  taken,
  repeated,   // the receiver's last fix once more: says only that it still holds
  invalid,    // not a place on the globe, or not a number
  zero,       // (0,0)
  stale,      // older than stale_after
  unordered,  // before the last fix
  jump,       // too far from the last one for the time between
  inaccurate  // stated accuracy worse than accuracy_most_m
};
inline constexpr std::size_t kFixAnswerCount = 8;
std::string_view to_string(FixAnswer answer) noexcept;

struct PositionOptions {
  base::Duration stale_after = std::chrono::seconds(10);
  base::Duration carry_most = std::chrono::seconds(5);  // how far a fix is carried forward or back without another beside it
  base::Duration gap_most = std::chrono::seconds(15);   // between two fixes, for places in between
  double speed_most_mps = 70;                           // 252 km/h
  double accuracy_default_m = 10;                       // where a fix states none: a phone's usual 68 % radius, on the safe side
  double accuracy_most_m = 150;
  int jumps_believed = 3;  // so many jumps to the same place are a move (a ferry, a tunnel), not an error
};

struct VehiclePose {
  domain::GeoPoint point;
  std::optional<double> heading_deg;
  double speed_mps = 0;
  double shared_sigma_m = 0;  // of each axis; the receiver's error, common to all places of the drive
  double own_sigma_m = 0;     // of each axis; from interpolating and carrying
  bool carried = false;       // no fix on both sides
};

class PositionTrack {
 public:
  explicit PositionTrack(PositionOptions options = {}) : options_(options) {}

  // A fix taken at `at`, come in at `arrived` (both of the same clock).
  FixAnswer add(const domain::Location& location, base::WallTime at, base::WallTime arrived);

  // By straight lines between the two fixes around the moment; else carried from the nearest by its speed and heading.
  std::optional<VehiclePose> at(base::WallTime moment) const;

  const std::array<std::uint64_t, kFixAnswerCount>& answers() const noexcept { return answers_; }
  bool empty() const noexcept { return fixes_.empty(); }

  static constexpr std::size_t kFixesMost = 64;

 private:
  struct Fix {
    base::WallTime at{};
    base::WallTime until{};  // the last time it was repeated
    domain::GeoPoint point;
    double accuracy_m = 0;
    std::optional<double> heading_deg;
    std::optional<double> speed_mps;
  };
  FixAnswer judge(const Fix& fix, base::WallTime arrived);
  FixAnswer judge_move(const Fix& fix);
  void keep(const Fix& fix);
  std::optional<double> course(std::size_t index) const;
  double speed(std::size_t index) const;
  VehiclePose between(std::size_t before, base::WallTime moment) const;
  std::optional<VehiclePose> carried(std::size_t index, base::WallTime moment) const;
  double shared_sigma(const Fix& fix) const noexcept;

  PositionOptions options_;
  std::deque<Fix> fixes_;
  std::optional<Fix> suspect_;  // the last jump
  int suspected_ = 0;
  std::array<std::uint64_t, kFixAnswerCount> answers_{};
};

}  // namespace hazard::report
