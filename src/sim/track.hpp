// The line that the road follows: gentle bends and hills, the same for every frame of a drive, and where on the globe it lies.
// Built once per drive, then read only. All distances in metres along the road, angles in radians.
#pragma once

#include <cstdint>
#include <vector>

namespace hazard::sim {

class Track {
 public:
  Track(std::uint64_t seed, double latitude, double longitude);

  // From north, clockwise; not reduced to one turn.
  double heading(double s) const noexcept;
  // Rise per metre.
  double grade(double s) const noexcept;

  struct Place {
    double latitude = 0;  // degrees
    double longitude = 0;
  };
  // The bends repeat after kPeriod metres, the place does not: the road runs on.
  Place place(double s) const noexcept;

  static constexpr double kPeriod = 12000;

 private:
  struct Wave {
    double amplitude = 0;
    double length = 1;
    double phase = 0;
  };
  static double sum(const Wave (&waves)[3], double s) noexcept;

  Wave bends_[3];
  Wave hills_[3];
  double heading_ = 0;
  double latitude_ = 0;
  double longitude_ = 0;
  std::vector<double> east_;  // metres from the start of a period, every kStep metres
  std::vector<double> north_;
};

}  // namespace hazard::sim
