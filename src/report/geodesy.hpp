// Distances and directions on the globe, for places at most some kilometres apart: a sphere of the Earth's mean radius
// (6 371 008.8 m, IUGG R1; against the ellipsoid at most 0.6 % off, far below a receiver's error over such distances).
// Pure functions; any thread. Degrees and metres.
#pragma once

#include "domain/hazard.hpp"

namespace hazard::report {

inline constexpr double kEarthRadiusM = 6'371'008.8;

// Metres to the east and to the north.
struct Offset {
  double east = 0;
  double north = 0;
  friend Offset operator+(Offset a, Offset b) noexcept { return {a.east + b.east, a.north + b.north}; }
  friend Offset operator-(Offset a, Offset b) noexcept { return {a.east - b.east, a.north - b.north}; }
  friend Offset operator*(Offset a, double k) noexcept { return {a.east * k, a.north * k}; }
  double squared() const noexcept { return east * east + north * north; }
  double length() const noexcept;
};

// Finite and within -90..90, -180..180.
bool is_valid(domain::GeoPoint point) noexcept;

// Great-circle distance by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68, 1984), which
// stays exact for short distances.
double distance_m(domain::GeoPoint a, domain::GeoPoint b) noexcept;

// Initial great-circle bearing from a to b, 0..360 from north, clockwise; 0 where both are the same.
double bearing_deg(domain::GeoPoint a, domain::GeoPoint b) noexcept;

// The place reached from `from` after `metres` in the direction `bearing` on a great circle.
domain::GeoPoint destination(domain::GeoPoint from, double bearing, double metres) noexcept;

// `to` as seen from `from` on the plane that touches the globe there (equirectangular; off by less than 1 cm within 1 km below 70 degrees
// of latitude), and back. Works across the date line.
Offset offset_m(domain::GeoPoint from, domain::GeoPoint to) noexcept;
domain::GeoPoint moved(domain::GeoPoint from, Offset by) noexcept;

// The smaller angle between two directions, 0..180.
double heading_difference_deg(double a, double b) noexcept;

}  // namespace hazard::report
