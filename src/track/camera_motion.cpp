#include "track/camera_motion.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace hazard::track {
namespace {

using domain::PixelBox;

// The usual camera behind a windscreen, until something better is known: 62 degrees across, 1.35 m above the road, the horizon two fifths
// from the top.
constexpr double kUsualFocalShare = 0.83;  // of the picture's width
constexpr double kUsualHeightM = 1.35;
constexpr double kUsualSpread = 0.35;  // cameras differ from it by about so much

// Without a sent speed, this one is assumed and its true value learnt.
constexpr double kAssumedSpeed = 9;
constexpr double kAssumedSpeedSd = 6;
constexpr double kAcceleration = 2.5;     // m/s per square root of a second, when no speed is sent
constexpr double kSentSpeedError = 0.5;   // m/s: it comes late and rounded
constexpr double kSpeedMost = 100;        // a sent one beyond it is no vehicle's
constexpr double kRatePerSpeedMost = 12;  // times the usual one

// What a mounted camera does between two frames that nothing else tells, in picture widths: nodding, shaking, and in a bend so much a
// second.
constexpr double kNodSd = 0.005;
constexpr double kShakeSd = 0.006;
constexpr double kBendSdPerS = 0.08;
constexpr double kPictureNodSd = 0.01;
constexpr double kRollSd = 0.01;         // radians
constexpr double kDrivingMps = 3;        // slower, all horizons fit
constexpr double kUnsureSpeed = 0.5;     // m/s
constexpr double kTriedSpeedSd = 1.5;    // m/s
constexpr double kSpeedLeast = 1;        // m/s: below, a speed tells nothing of the rate
constexpr double kRateSpread = 2.5;      // times the usual one, either way
constexpr double kPictureSpeedSd = 0.7;  // m/s
constexpr double kPictureRateShare = 0.3;
// Longer apart, two pictures of a moving vehicle have little in common.
constexpr double kUnseenMostS = 1.5;
constexpr double kHeadingSd = 0.01;
constexpr double kRestlessMost = 40;      // times the usual variance: a camera that hangs loosely
constexpr double kRestlessMemory = 0.93;  // for each frame with a pair
constexpr double kNodMemoryS = 0.3;
constexpr double kSeenNodMemoryS = 0.4;
constexpr double kYawMemoryS = 0.4;

// Huber's bound, in standard deviations.
constexpr double kDisagreement = 1.5;

constexpr double kFocusSd = 0.03;  // of the picture's width

double centre_x(const PixelBox& box) noexcept { return (static_cast<double>(box.x1) + box.x2) / 2; }
double centre_y(const PixelBox& box) noexcept { return (static_cast<double>(box.y1) + box.y2) / 2; }
double square(double value) noexcept { return value * value; }

// A x = b for a symmetric positive definite A, in place; A becomes its inverse.
void solve(std::array<std::array<double, 3>, 3>& a, std::array<double, 3>& b) noexcept {
  const double c00 = a[1][1] * a[2][2] - a[1][2] * a[2][1];
  const double c01 = a[1][2] * a[2][0] - a[1][0] * a[2][2];
  const double c02 = a[1][0] * a[2][1] - a[1][1] * a[2][0];
  const double determinant = a[0][0] * c00 + a[0][1] * c01 + a[0][2] * c02;
  std::array<std::array<double, 3>, 3> inverse{};
  inverse[0] = {c00, a[0][2] * a[2][1] - a[0][1] * a[2][2], a[0][1] * a[1][2] - a[0][2] * a[1][1]};
  inverse[1] = {c01, a[0][0] * a[2][2] - a[0][2] * a[2][0], a[0][2] * a[1][0] - a[0][0] * a[1][2]};
  inverse[2] = {c02, a[0][1] * a[2][0] - a[0][0] * a[2][1], a[0][0] * a[1][1] - a[0][1] * a[1][0]};
  std::array<double, 3> x{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      inverse[row][column] /= determinant;
      x[row] += inverse[row][column] * b[column];
    }
  }
  a = inverse;
  b = x;
}

}  // namespace

double CameraMotion::usual_rate() const noexcept { return 1 / (kUsualHeightM * kUsualFocalShare * size_.width); }

void CameraMotion::begin(domain::SizePx size) noexcept {
  size_ = size;
  s_ = {};
  s_.focus = size.width / 2.0;
  s_.rate_per_speed = usual_rate();
  s_.rate_per_speed_variance = square(usual_rate() * kAssumedSpeedSd / kAssumedSpeed);
  s_.speed = kAssumedSpeed;
  settle_horizon();
  picture_.forget();
}

void CameraMotion::take_size(domain::SizePx size) noexcept {
  if (size.width <= 0 || size.height <= 0 || size == size_) return;
  const double across = static_cast<double>(size.width) / std::max(1, size_.width);
  const double down = static_cast<double>(size.height) / std::max(1, size_.height);
  if (size_.width == 0 || std::abs(across - down) > 0.03 * across) return begin(size);
  size_ = size;
  s_.focus *= across;
  s_.nod *= across;
  s_.yaw_rate *= across;
  s_.rate_per_speed /= across;
  s_.rate_per_speed_variance /= across * across;
  settle_horizon();
  picture_.forget();
}

RoadView CameraMotion::view() const noexcept {
  return {.horizon = s_.horizon + s_.nod, .focus = s_.focus, .middle_x = size_.width / 2.0, .middle_y = size_.height / 2.0};
}

void CameraMotion::take_speed(std::optional<double> speed_mps, double dt) noexcept {
  const bool usable = speed_mps && std::isfinite(*speed_mps) && *speed_mps >= 0 && *speed_mps <= kSpeedMost;
  const double usual = usual_rate();
  if (!usable) {
    s_.speed_sent = false;
    s_.speed = std::max(s_.speed, 1.0);
    s_.rate_per_speed_variance += square(usual * kAcceleration / s_.speed) * dt;
  } else {
    if (!s_.speed_sent) {
      // So far the rate was learnt for an assumed speed; from now on the camera's height and focal length are, which hardly change.
      const double ratio = s_.speed / std::max(*speed_mps, 2.0);
      const double learnt = s_.rate_per_speed * ratio;
      const double learnt_variance = s_.rate_per_speed_variance * ratio * ratio + square(0.1 * usual);
      const double usual_variance = square(kUsualSpread * usual);
      const double share = usual_variance / (usual_variance + learnt_variance);
      s_.rate_per_speed = usual + share * (learnt - usual);
      s_.rate_per_speed_variance = share * learnt_variance;
    }
    s_.speed_sent = true;
    s_.speed = *speed_mps;
    s_.rate_per_speed_variance += square(0.03 * usual) * dt;
  }
  s_.rate_per_speed_variance = std::min(s_.rate_per_speed_variance, square(3 * usual));
}

CameraStep CameraMotion::step(double dt, const domain::GreyPicture* grey, std::optional<double> speed_mps,
                              std::optional<double> heading_deg) {
  take_speed(speed_mps, dt);
  const double width = size_.width;
  from_ = view();
  // The camera nods about its place of rest (an Ornstein-Uhlenbeck process): where it nodded to it comes back from.
  const double stays = std::exp(-dt / kNodMemoryS);
  step_ = {.k = s_.rate_per_speed * s_.speed * dt, .dx = s_.yaw_rate * dt, .dy = -(1 - stays) * s_.nod};
  const double speed_error = s_.speed_sent ? kSentSpeedError : 0;
  k_variance_ = square(s_.speed * dt) * s_.rate_per_speed_variance + square(speed_error * usual_rate() * dt);
  dx_variance_ = square(kShakeSd * width) + square(kBendSdPerS * width * dt);
  dy_variance_ = square(kNodSd * width) * (1 - stays * stays) + square(0.0005 * width);
  if (!seen_picture_) {
    dx_variance_ *= s_.restlessness;
    dy_variance_ *= s_.restlessness;
  }
  take_heading(heading_deg);
  has_picture_ = grey != nullptr;
  if (grey != nullptr) {
    look_at(*grey, dt);
  } else {
    seen_picture_ = false;
    unseen_.add(step_, dt, dx_variance_, k_variance_);
    if (unseen_.seconds > kUnseenMostS) picture_.forget();
  }
  // Sums of what the pictures say drift: the longer ago, the less of it counts.
  s_.nod = s_.nod * (seen_picture_ ? std::exp(-seen_seconds_ / kSeenNodMemoryS) : 1) + step_.dy;
  s_.yaw_rate *= std::exp(-dt / kYawMemoryS);
  if (grey != nullptr) picture_view_ = view();
  return step_;
}

// A turn to the right moves the picture to the left. The sent heading is coarse, and the focal length only the usual one.
void CameraMotion::take_heading(std::optional<double> heading_deg) noexcept {
  const bool usable = heading_deg && std::isfinite(*heading_deg) && std::abs(*heading_deg) <= 720;
  if (usable && s_.heading_sent) {
    const double turned = std::remainder(*heading_deg - s_.heading_deg, 360) * (std::numbers::pi / 180);
    const double dx = -turned * kUsualFocalShare * size_.width;
    const double variance = square(kUsualSpread * dx) + square(kHeadingSd * size_.width);
    const double share = dx_variance_ / (dx_variance_ + variance);
    step_.dx += share * (dx - step_.dx);
    dx_variance_ *= 1 - share;
  }
  s_.heading_sent = usable;
  s_.heading_deg = usable ? *heading_deg : 0;
}

void CameraMotion::look_again(const domain::GreyPicture& grey) {
  picture_.forget();
  picture_.restore(grey);
  picture_view_ = view();
  unseen_ = {};
}

void CameraMotion::Unseen::add(const CameraStep& more, double more_seconds, double more_dx, double more_k) noexcept {
  // Driven distances add up, and so, for small turns, do shifts.
  step.k += more.k;
  step.dx += more.dx;
  step.dy += more.dy;
  step.roll += more.roll;
  seconds += more_seconds;
  dx_variance += more_dx;
  // The same wrong speed in every frame.
  k_variance = square(std::sqrt(k_variance) + std::sqrt(more_k));
}

// The motion since the last picture, of which the frames without one have already taken off what was guessed.
void CameraMotion::look_at(const domain::GreyPicture& grey, double dt) {
  Unseen total = std::exchange(unseen_, {});
  const CameraStep guessed = total.step;
  total.add(step_, dt, dx_variance_, k_variance_);
  const double scale = static_cast<double>(size_.width) / std::max(1, grey.size.width);
  const UncertainStep expected{.step = total.step,
                               .dx_sd = std::sqrt(total.dx_variance),
                               .dy_sd = kPictureNodSd * size_.width,
                               .roll_sd = kRollSd,
                               .k_sd = std::sqrt(total.k_variance + square(kUnsureSpeed * usual_rate() * total.seconds))};
  auto tries = horizon_tries();
  const bool unsure = unsure_of_horizon();
  const std::span<HorizonTry> tried(tries.data(), unsure ? tries.size() : 0);
  const auto seen = picture_.measure(grey, picture_view_, scale, expected, usual_rate() * total.seconds, tried);
  if (seen && unsure && seen->step.k > kDrivingMps * usual_rate() * total.seconds) learn_horizon(tried);
  seen_picture_ = seen.has_value();
  if (!seen) return;
  seen_seconds_ = total.seconds;
  // The rate is learnt slowly: what fools one pair of pictures often fools the next.
  const double k_sd = std::hypot(seen->k_sd, kPictureSpeedSd * usual_rate() * total.seconds);
  const double noise = square(kPictureRateShare * seen->step.k) + square(k_sd);
  const double before = total.k_variance;
  const double share = before / (before + noise);
  correct_rate(share * (seen->step.k - total.step.k), before, (1 - share) * before, total.seconds);
  // A camera that turned out to have driven less than was guessed has not driven back.
  step_ = {.k = std::max(0.0, seen->step.k - guessed.k),
           .dx = seen->step.dx - guessed.dx,
           .dy = seen->step.dy - guessed.dy,
           .roll = seen->step.roll - guessed.roll};
  k_variance_ = std::min(k_variance_, square(k_sd));
  dx_variance_ = square(seen->dx_sd);
  dy_variance_ = square(seen->dy_sd);
}

double CameraMotion::view_variance_x(const PicturePoint& expected) const noexcept {
  const double growth = 1 + step_.k * rows_below(expected.y, view());
  return square((growth - 1) * kFocusSd * size_.width) + horizon_variance_ * square(step_.k * growth * (expected.x - s_.focus));
}

double CameraMotion::view_variance_y(const PicturePoint& expected) const noexcept {
  const double growth = 1 + step_.k * rows_below(expected.y, view());
  return horizon_variance_ * square(growth * growth - 1);
}

double CameraMotion::variance_x(const PicturePoint& expected) const noexcept {
  const RoadView now = view();
  return dx_variance_ + k_variance_ * square((expected.x - now.focus) * rows_below(expected.y, now)) + view_variance_x(expected);
}

double CameraMotion::variance_y(const PicturePoint& expected) const noexcept {
  return dy_variance_ + k_variance_ * square(square(rows_below(expected.y, view()))) + view_variance_y(expected);
}

// Weighted least squares for (dx, dy, k), each held near zero by what is known of it beforehand, with Huber's weights on the pairs.
CameraStep CameraMotion::learn(std::span<const BoxPair> pairs, double dt) {
  from_ = view();
  if (pairs.empty()) return {};
  const RoadView now = view();
  const std::array<double, 3> prior{dx_variance_, dy_variance_, std::max(k_variance_, 1e-18)};
  std::array<double, 3> x{};
  std::array<std::array<double, 3>, 3> a{};
  weighed_.assign(pairs.begin(), pairs.end());
  for (BoxPair& pair : weighed_) {
    const PicturePoint centre{centre_x(pair.expected), centre_y(pair.expected)};
    pair.variance_x += view_variance_x(centre);
    pair.variance_y += view_variance_y(centre);
  }
  note_restlessness();
  for (int round = 0; round < 4; ++round) {
    a = {};
    std::array<double, 3> b{};
    for (std::size_t i = 0; i < 3; ++i) a[i][i] = 1 / prior[i];
    for (const BoxPair& pair : weighed_) {
      const double below = rows_below(centre_y(pair.expected), now);
      const double by_k_x = (centre_x(pair.expected) - now.focus) * below;
      const double by_k_y = below * below;
      const double error_x = centre_x(pair.found) - centre_x(pair.expected);
      const double error_y = centre_y(pair.found) - centre_y(pair.expected);
      const double left_x = error_x - x[0] - by_k_x * x[2];
      const double left_y = error_y - x[1] - by_k_y * x[2];
      const double surprise = std::sqrt(square(left_x) / pair.variance_x + square(left_y) / pair.variance_y);
      // The first round believes all: nothing is known yet of who disagrees.
      const double weight = round == 0 || surprise <= kDisagreement ? 1 : kDisagreement / surprise;
      const double wx = weight / pair.variance_x;
      const double wy = weight / pair.variance_y;
      a[0][0] += wx;
      a[1][1] += wy;
      a[0][2] += wx * by_k_x;
      a[1][2] += wy * by_k_y;
      a[2][2] += wx * by_k_x * by_k_x + wy * by_k_y * by_k_y;
      b[0] += wx * error_x;
      b[1] += wy * error_y;
      b[2] += wx * error_x * by_k_x + wy * error_y * by_k_y;
    }
    a[2][0] = a[0][2];
    a[2][1] = a[1][2];
    solve(a, b);
    x = b;
  }
  x[2] = std::max(x[2], -step_.k);
  correct_rate(x[2], prior[2], a[2][2], dt);
  dx_variance_ = a[0][0];
  dy_variance_ = a[1][1];
  k_variance_ = a[2][2];
  s_.nod += x[1];
  if (!has_picture_) unseen_.add({.k = x[2], .dx = x[0], .dy = x[1]}, 0, 0, 0);
  if (dt > 0) s_.yaw_rate += (1 - std::exp(-dt / kYawMemoryS)) * (step_.dx + x[0]) / dt;
  return {.k = x[2], .dx = x[0], .dy = x[1]};
}

// A camera that shakes more than the usual one is one whose boxes surprise more than they should, frame after frame.
void CameraMotion::note_restlessness() noexcept {
  if (seen_picture_) return;
  double sum = 0;
  for (const BoxPair& pair : weighed_) {
    const double below = rows_below(centre_y(pair.expected), view());
    const double spread = pair.variance_y + dy_variance_ + k_variance_ * square(below * below);
    sum += std::min(square(centre_y(pair.found) - centre_y(pair.expected)) / spread, 9.0);
  }
  const double ratio = sum / static_cast<double>(weighed_.size());
  s_.restlessness = std::clamp(s_.restlessness * (kRestlessMemory + (1 - kRestlessMemory) * ratio), 1.0, kRestlessMost);
}

CameraStep CameraMotion::step_at(double mps, double dt) const noexcept { return {.k = mps * usual_rate() * dt - step_.k}; }

void CameraMotion::assume_speed(double mps, double dt) noexcept {
  step_.k = mps * usual_rate() * dt;
  k_variance_ = square(kTriedSpeedSd * usual_rate() * dt);
  const double speed = std::max(s_.speed, kSpeedLeast);
  s_.rate_per_speed = std::clamp(mps / speed * usual_rate(), rate_least(), rate_most());
  s_.rate_per_speed_variance = square(kTriedSpeedSd / speed * usual_rate());
}

// When the speed is sent, the rate depends on the camera's height and focal length alone, and those differ only so much.
double CameraMotion::rate_least() const noexcept { return s_.speed_sent ? usual_rate() / kRateSpread : 0; }
double CameraMotion::rate_most() const noexcept { return usual_rate() * (s_.speed_sent ? kRateSpread : kRatePerSpeedMost); }

// k = rate_per_speed * speed * dt, plus the sent speed's error: the part of the correction that is the first factor's goes there.
void CameraMotion::correct_rate(double change_of_k, double variance_before, double variance_after, double dt) noexcept {
  const double by_rate = s_.speed * dt;
  if (by_rate <= 0) return;
  const double gain = s_.rate_per_speed_variance * by_rate / variance_before;
  s_.rate_per_speed = std::clamp(s_.rate_per_speed + gain * change_of_k, rate_least(), rate_most());
  const double less = square(gain) * (variance_before - variance_after);
  s_.rate_per_speed_variance = std::max(s_.rate_per_speed_variance - less, square(0.01 * usual_rate()));
}

CameraMotion::Snapshot CameraMotion::snapshot() const noexcept { return s_; }

bool CameraMotion::restore(const Snapshot& snapshot, domain::SizePx size) noexcept {
  if (size.width <= 0 || size.height <= 0) return false;
  CameraMotion fresh;
  fresh.begin(size);
  const auto within = [](double value, double least, double most) { return value >= least && value <= most; };  // false for NaN
  const double usual = fresh.usual_rate();
  const bool possible = within(snapshot.focus, 0, size.width) && within(snapshot.nod, -size.height, size.height) &&
                        within(snapshot.yaw_rate, -100.0 * size.width, 100.0 * size.width) &&
                        within(snapshot.rate_per_speed, 0, kRatePerSpeedMost * usual * 1.001) &&
                        within(snapshot.rate_per_speed_variance, square(0.009 * usual), square(4 * usual)) &&
                        within(snapshot.speed, 0, kSpeedMost) && within(snapshot.heading_deg, -720, 720) &&
                        within(snapshot.restlessness, 1, kRestlessMost) &&
                        std::ranges::all_of(snapshot.horizon_cost, [&](double cost) { return within(cost, 0, 1e6); });
  if (!possible) return false;
  size_ = size;
  s_ = snapshot;
  seen_picture_ = false;
  settle_horizon();
  picture_.forget();
  return true;
}

}  // namespace hazard::track
