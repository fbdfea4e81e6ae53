#include "sim/view.hpp"

#include <algorithm>
#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kSampleGrowth = 1.02;

// The swaying of a car on its springs and the trembling of its windscreen: a few waves without a common period.
double sway(double time_s, double hertz, double phase) noexcept { return sine(2 * kPi * hertz * time_s + phase); }

}  // namespace

View::View(const DriveOptions& options, const Track& track, double time_s) {
  place_camera(options, track, time_s);
  follow_road(track);
  tabulate();
}

void View::place_camera(const DriveOptions& options, const Track& track, double time_s) {
  start_m_ = options.speed_mps * time_s;
  const double half_fov = radians(options.horizontal_fov_deg) / 2;
  focal_ = options.size.width / 2.0 * cosine(half_fov) / sine(half_fov);
  Dice dice(hash(options.seed, 0x5A4E));
  const double a = dice.range(0, 6);
  const double b = dice.range(0, 6);
  const double c = dice.range(0, 6);
  const double rough = value_noise(hash(options.seed, 0x5A4F), start_m_ / 9) * options.shake;
  const double pitch =
      radians(options.camera_pitch_deg) + radians(options.shake * (0.22 * sway(time_s, 1.31, a) + 0.12 * sway(time_s, 2.17, b)) +
                                                  rough * 0.22 * sway(time_s, 6.7, c));
  const double roll =
      radians(options.shake * (0.35 * sway(time_s, 0.83, b) + 0.18 * sway(time_s, 1.9, c)) + rough * 0.15 * sway(time_s, 5.3, a));
  height_ = options.camera_height_m + options.shake * (0.012 * sway(time_s, 1.31, c) + 0.006 * rough * sway(time_s, 7.9, b));
  lateral_ = options.shake * 0.22 * (2 * value_noise(hash(options.seed, 0x5A50), start_m_ / 60) - 1);
  yaw_ = radians(options.shake * (0.5 * sway(time_s, 0.19, c) + 0.12 * sway(time_s, 2.9, a)));
  heading_ = track.heading(start_m_) + yaw_;
  pitch_sin_ = sine(pitch);
  pitch_cos_ = cosine(pitch);
  cos_ = static_cast<float>(cosine(roll));
  sin_ = static_cast<float>(sine(roll));
  cx_ = static_cast<float>(options.size.width) / 2;
  cy_ = static_cast<float>(options.size.height) / 2;
  horizon_ = static_cast<float>(-focal_ * (pitch_sin_ / pitch_cos_ + track.grade(start_m_)));
}

double View::row_of(double z, double rise) const noexcept {
  const double down = height_ - rise;
  return focal_ * (down * pitch_cos_ - z * pitch_sin_) / (z * pitch_cos_ + down * pitch_sin_);
}

void View::follow_road(const Track& track) {
  const double heading = track.heading(start_m_);
  const double grade = track.grade(start_m_);
  double side = -lateral_ - yaw_ * 0.5;
  double rise = 0;
  double turn_before = 0;
  double climb_before = 0;
  double z_before = 0.5;
  for (double z = 0.5; z < kFarthest * kSampleGrowth; z *= kSampleGrowth) {
    const double turn = track.heading(start_m_ + z) - heading;
    const double climb = track.grade(start_m_ + z) - grade;
    side += (z - z_before) * ((turn + turn_before) / 2 - yaw_);
    rise += (z - z_before) * (climb + climb_before) / 2;
    samples_.push_back({z, side, rise, row_of(z, rise)});
    turn_before = turn;
    climb_before = climb;
    z_before = z;
  }
}

void View::tabulate() {
  const double reach = std::abs(static_cast<double>(cy_ * cos_)) + std::abs(static_cast<double>(cx_ * sin_)) + 3;
  const int bottom = static_cast<int>(reach) + 1;
  // From the bottom of the picture upwards; what lies behind a crest does not rise above what is nearer and is passed over.
  std::vector<GroundRow> upwards;
  int row = bottom;
  for (std::size_t i = 0; i + 1 < samples_.size() && row > -bottom; ++i) {
    const Sample& a = samples_[i];
    const Sample& b = samples_[i + 1];
    while (row > -bottom && static_cast<double>(row) >= b.v && b.v < a.v) {
      const double w = (a.v - row) / (a.v - b.v);  // may be negative below the first sample
      const double z = 1 / (1 / a.z + (1 / b.z - 1 / a.z) * w);
      const double rise = a.rise + (b.rise - a.rise) * w;
      const double side = a.side + (b.side - a.side) * w;
      const double depth = z * pitch_cos_ + (height_ - rise) * pitch_sin_;
      upwards.push_back({static_cast<float>(z), static_cast<float>(depth / focal_), static_cast<float>(-side)});
      --row;
    }
  }
  first_row_ = row + 1;
  rows_.assign(upwards.rbegin(), upwards.rend());
  if (rows_.size() < 2) rows_.clear();
  if (rows_.empty()) first_row_ = bottom + 1;
}

View::Sample View::at(double z) const noexcept {
  const auto next = std::ranges::upper_bound(samples_, z, {}, &Sample::z);
  if (next == samples_.begin()) return samples_.front();
  if (next == samples_.end()) return samples_.back();
  const Sample& a = *(next - 1);
  const double w = (z - a.z) / (next->z - a.z);
  return {z, a.side + (next->side - a.side) * w, a.rise + (next->rise - a.rise) * w, 0};
}

bool View::project(double z, double t, double up, Point& into) const noexcept {
  if (z < kNearest || z > kFarthest) return false;
  const Sample sample = at(z);
  const double down = height_ - sample.rise - up;
  const double depth = z * pitch_cos_ + down * pitch_sin_;
  if (depth < 0.1) return false;
  const double u = focal_ * (sample.side + t) / depth;
  const double v = focal_ * (down * pitch_cos_ - z * pitch_sin_) / depth;
  into.x = static_cast<float>(cos_ * u - sin_ * v + static_cast<double>(cx_));
  into.y = static_cast<float>(sin_ * u + cos_ * v + static_cast<double>(cy_));
  return true;
}

}  // namespace hazard::sim
