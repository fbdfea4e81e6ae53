// The world's time behind an interface, so that no test ever sleeps. Deadlines and ages use the steady clock; the wall clock
// is only ever printed or echoed (it may jump). Both are thread-safe.
#pragma once

#include <atomic>
#include <chrono>

namespace hazard::base {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const noexcept = 0;
  virtual WallTime wall() const noexcept = 0;
};

class RealClock final : public Clock {
 public:
  SteadyTime now() const noexcept override { return std::chrono::steady_clock::now(); }
  WallTime wall() const noexcept override { return std::chrono::system_clock::now(); }
};

// Stands still until told to move. Starts at one hour, so that subtracting a little never reaches zero.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const noexcept override { return SteadyTime{Duration{elapsed_.load()}}; }
  WallTime wall() const noexcept override {
    return WallTime{std::chrono::seconds{1'700'000'000}} +
           std::chrono::duration_cast<WallTime::duration>(Duration{elapsed_.load()});
  }
  void advance(Duration step) noexcept { elapsed_ += step.count(); }

 private:
  std::atomic<Duration::rep> elapsed_{Duration{std::chrono::hours{1}}.count()};
};

inline double to_ms(Duration duration) noexcept { return std::chrono::duration<double, std::milli>(duration).count(); }

// Seconds since the epoch with microsecond digits: the form every /stream message uses.
inline double epoch_seconds(WallTime time) noexcept {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  return static_cast<double>(micros.count()) / 1e6;
}

}  // namespace hazard::base
