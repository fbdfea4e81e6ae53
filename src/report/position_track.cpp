#include "report/position_track.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::report {
namespace {

constexpr std::array<std::string_view, kFixAnswerCount> kNames{"taken", "repeated",  "invalid", "zero",
                                                               "stale", "unordered", "jump",    "inaccurate"};
// Receivers give 68 % radii (Android's Location.getAccuracy): a radius r of two independent axes holds 68 % at r = 1.51 sigma.
constexpr double kRadiusPerSigma = 1.51;
constexpr double kJitterM = 0.5;                                        // a receiver's own noise from fix to fix
constexpr double kAcceleration = 2.5;                                   // metres a second squared: what carrying may miss
constexpr double kCourseLeastM = 4;                                     // two fixes nearer than this give no direction
constexpr auto kRepeatedWhileMoving = std::chrono::milliseconds(1500);  // receivers give a fix a second

double seconds(base::WallTime::duration time) { return std::chrono::duration<double>(time).count(); }

std::optional<double> finite(const std::optional<double>& value, double least, double most) {
  if (!value || !std::isfinite(*value) || *value < least || *value > most) return std::nullopt;
  return value;
}

}  // namespace

std::string_view to_string(FixAnswer answer) noexcept { return kNames[static_cast<std::size_t>(answer)]; }

FixAnswer PositionTrack::add(const domain::Location& location, base::WallTime at, base::WallTime arrived) {
  Fix fix;
  fix.at = at;
  fix.until = at;
  fix.point = {location.latitude, location.longitude};
  fix.accuracy_m = finite(location.accuracy_m, 0, 1e6).value_or(options_.accuracy_default_m);
  fix.heading_deg = finite(location.heading_deg, 0, 360);
  fix.speed_mps = finite(location.speed_mps, 0, 200);
  const FixAnswer answer = judge(fix, arrived);
  ++answers_[static_cast<std::size_t>(answer)];
  if (answer == FixAnswer::taken) keep(fix);
  if (answer == FixAnswer::repeated) fixes_.back().until = at;
  return answer;
}

FixAnswer PositionTrack::judge(const Fix& fix, base::WallTime arrived) {
  if (!is_valid(fix.point)) return FixAnswer::invalid;
  if (fix.point == domain::GeoPoint{}) return FixAnswer::zero;
  if (arrived - fix.at > options_.stale_after) return FixAnswer::stale;
  if (fix.accuracy_m > options_.accuracy_most_m) return FixAnswer::inaccurate;
  if (fixes_.empty()) return FixAnswer::taken;
  if (fix.at < fixes_.back().until) return FixAnswer::unordered;
  if (fix.point == fixes_.back().point) return FixAnswer::repeated;
  if (fix.at == fixes_.back().at) return FixAnswer::unordered;
  return judge_move(fix);
}

FixAnswer PositionTrack::judge_move(const Fix& fix) {
  const auto possible = [&](const Fix& from) {
    const double reach = from.accuracy_m + fix.accuracy_m + options_.speed_most_mps * seconds(fix.at - from.at);
    return distance_m(from.point, fix.point) <= reach;
  };
  if (possible(fixes_.back())) {
    suspected_ = 0;
    suspect_.reset();
    return FixAnswer::taken;
  }
  suspected_ = suspect_ && possible(*suspect_) ? suspected_ + 1 : 1;
  suspect_ = fix;
  if (suspected_ < options_.jumps_believed) return FixAnswer::jump;
  fixes_.clear();  // nothing lies between the two places
  suspected_ = 0;
  suspect_.reset();
  return FixAnswer::taken;
}

void PositionTrack::keep(const Fix& fix) {
  fixes_.push_back(fix);
  if (fixes_.size() > kFixesMost) fixes_.pop_front();
}

double PositionTrack::shared_sigma(const Fix& fix) const noexcept { return std::max(0.5, fix.accuracy_m / kRadiusPerSigma); }

// The fix's own heading, else the direction to it from the fix before, else to the one after it.
std::optional<double> PositionTrack::course(std::size_t index) const {
  const Fix& fix = fixes_[index];
  if (fix.heading_deg && fix.speed_mps.value_or(1) > 0.5) return fix.heading_deg;
  for (std::size_t back = index; back-- > 0 && fix.at - fixes_[back].at <= options_.gap_most;) {
    if (distance_m(fixes_[back].point, fix.point) >= kCourseLeastM) return bearing_deg(fixes_[back].point, fix.point);
  }
  for (std::size_t next = index + 1; next < fixes_.size() && fixes_[next].at - fix.at <= options_.gap_most; ++next) {
    if (distance_m(fix.point, fixes_[next].point) >= kCourseLeastM) return bearing_deg(fix.point, fixes_[next].point);
  }
  return fix.heading_deg;
}

double PositionTrack::speed(std::size_t index) const {
  if (fixes_[index].speed_mps) return *fixes_[index].speed_mps;
  if (index == 0) return 0;
  const double time = seconds(fixes_[index].at - fixes_[index - 1].at);
  if (time <= 0 || time > seconds(options_.gap_most)) return 0;
  return distance_m(fixes_[index - 1].point, fixes_[index].point) / time;
}

VehiclePose PositionTrack::between(std::size_t before, base::WallTime moment) const {
  const Fix& a = fixes_[before];
  const Fix& b = fixes_[before + 1];
  // Repeated for long, the vehicle stood there until the last repetition.
  const base::WallTime left = a.until - a.at > kRepeatedWhileMoving ? std::max(a.at, a.until) : a.at;
  const double whole = seconds(b.at - left);
  const double share = whole <= 0 ? 1 : std::clamp(seconds(moment - left) / whole, 0.0, 1.0);
  VehiclePose pose;
  const Offset step = offset_m(a.point, b.point);
  pose.point = moved(a.point, step * share);
  pose.heading_deg = b.heading_deg ? b.heading_deg : course(before + 1);
  if (!pose.heading_deg || step.length() >= kCourseLeastM) pose.heading_deg = bearing_deg(a.point, b.point);
  if (step.length() < kCourseLeastM) pose.heading_deg = course(before + 1);
  pose.speed_mps = whole > 0 ? step.length() / whole : 0;
  pose.shared_sigma_m = std::max(shared_sigma(a), shared_sigma(b));
  // Most uncertain in the middle: an acceleration that came and went unseen leaves a * t^2 / 8.
  pose.own_sigma_m = std::hypot(kJitterM, kAcceleration * share * (1 - share) * whole * whole / 2);
  return pose;
}

std::optional<VehiclePose> PositionTrack::carried(std::size_t index, base::WallTime moment) const {
  const Fix& fix = fixes_[index];
  const base::WallTime from = moment > fix.until && fix.until - fix.at > kRepeatedWhileMoving ? fix.until : fix.at;
  const double time = seconds(moment - from);
  if (std::abs(time) > seconds(options_.carry_most)) return std::nullopt;
  VehiclePose pose;
  pose.carried = true;
  pose.heading_deg = course(index);
  pose.speed_mps = fix.until - fix.at > kRepeatedWhileMoving ? 0 : speed(index);
  const double way = pose.speed_mps * time;
  pose.point = pose.heading_deg ? destination(fix.point, *pose.heading_deg, way) : fix.point;
  pose.shared_sigma_m = shared_sigma(fix);
  pose.own_sigma_m = std::hypot(kJitterM, kAcceleration * time * time / 2, pose.heading_deg ? 0 : std::abs(way));
  return pose;
}

std::optional<VehiclePose> PositionTrack::at(base::WallTime moment) const {
  if (fixes_.empty()) return std::nullopt;
  const auto after = std::ranges::upper_bound(fixes_, moment, {}, &Fix::at);
  if (after == fixes_.begin()) return carried(0, moment);
  const auto before = static_cast<std::size_t>(after - fixes_.begin()) - 1;
  if (after == fixes_.end()) return carried(before, moment);
  if (after->at - fixes_[before].until > options_.gap_most) {
    const bool nearer_after = after->at - moment < moment - fixes_[before].at;
    return carried(nearer_after ? before + 1 : before, moment);
  }
  return between(before, moment);
}

}  // namespace hazard::report
