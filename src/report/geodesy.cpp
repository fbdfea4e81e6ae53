#include "report/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hazard::report {
namespace {

constexpr double kRadians = std::numbers::pi / 180;

double wrapped_longitude(double longitude) noexcept {
  if (longitude >= -180 && longitude <= 180) return longitude;
  return std::remainder(longitude, 360.0);
}

double turned_positive(double degrees) noexcept {
  const double turned = std::fmod(degrees, 360.0);
  return turned < 0 ? turned + 360 : turned;
}

}  // namespace

double Offset::length() const noexcept { return std::sqrt(squared()); }

bool is_valid(domain::GeoPoint point) noexcept {
  return std::isfinite(point.latitude) && std::isfinite(point.longitude) && std::abs(point.latitude) <= 90 &&
         std::abs(point.longitude) <= 180;
}

double distance_m(domain::GeoPoint a, domain::GeoPoint b) noexcept {
  const double half_latitude = std::sin((b.latitude - a.latitude) * kRadians / 2);
  const double half_longitude = std::sin((b.longitude - a.longitude) * kRadians / 2);
  const double h = half_latitude * half_latitude +
                   std::cos(a.latitude * kRadians) * std::cos(b.latitude * kRadians) * half_longitude * half_longitude;
  return 2 * kEarthRadiusM * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

double bearing_deg(domain::GeoPoint a, domain::GeoPoint b) noexcept {
  const double turn = (b.longitude - a.longitude) * kRadians;
  const double y = std::sin(turn) * std::cos(b.latitude * kRadians);
  const double x = std::cos(a.latitude * kRadians) * std::sin(b.latitude * kRadians) -
                   std::sin(a.latitude * kRadians) * std::cos(b.latitude * kRadians) * std::cos(turn);
  if (x == 0 && y == 0) return 0;
  return turned_positive(std::atan2(y, x) / kRadians);
}

domain::GeoPoint destination(domain::GeoPoint from, double bearing, double metres) noexcept {
  const double angle = metres / kEarthRadiusM;
  const double latitude = from.latitude * kRadians;
  const double course = bearing * kRadians;
  const double sine = std::sin(latitude) * std::cos(angle) + std::cos(latitude) * std::sin(angle) * std::cos(course);
  const double there = std::asin(std::clamp(sine, -1.0, 1.0));
  const double turn =
      std::atan2(std::sin(course) * std::sin(angle) * std::cos(latitude), std::cos(angle) - std::sin(latitude) * sine);
  return {there / kRadians, wrapped_longitude(from.longitude + turn / kRadians)};
}

Offset offset_m(domain::GeoPoint from, domain::GeoPoint to) noexcept {
  const double middle = (from.latitude + to.latitude) / 2 * kRadians;
  return {wrapped_longitude(to.longitude - from.longitude) * kRadians * kEarthRadiusM * std::cos(middle),
          (to.latitude - from.latitude) * kRadians * kEarthRadiusM};
}

domain::GeoPoint moved(domain::GeoPoint from, Offset by) noexcept {
  const double latitude = std::clamp(from.latitude + by.north / kEarthRadiusM / kRadians, -90.0, 90.0);
  const double shrink = std::max(1e-9, std::cos((from.latitude + latitude) / 2 * kRadians));
  return {latitude, wrapped_longitude(from.longitude + by.east / kEarthRadiusM / kRadians / shrink)};
}

double heading_difference_deg(double a, double b) noexcept { return std::abs(std::remainder(a - b, 360.0)); }

}  // namespace hazard::report
