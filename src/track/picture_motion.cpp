#include "track/picture_motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hazard::track {
namespace {

// Smaller pictures show too little.
constexpr int kSideLeast = 32;
// What came nearer by more looks otherwise than before.
constexpr double kGrowthMost = 2.2;
// Things above the horizon move with the camera's turning alone only when far, which most are near the focus: share of the width.
constexpr double kFarReach = 0.3;
constexpr float kCut = 20;          // levels: a larger difference is as bad as this one
constexpr double kGreyNoise = 1.0;  // levels, after averaging
// Neighbouring pixels err together, and the road is not quite flat: what the count of pixels promises is not to be had.
constexpr double kHonesty = 12;
constexpr double kShiftLeastSd = 0.05;  // pixels of the small picture
constexpr double kRateLeastShare = 0.08;
// Two pictures are of the same scene when they differ by no more than this times the usual; before there is a usual, by this.
constexpr double kAlikeMost = 1.6;
constexpr double kAlikeFirst = 5;
// Where the distance driven is less well known than this share of itself, these speeds are tried too, of the usual camera.
constexpr double kUnsureShare = 0.3;
constexpr double kStartsMps[] = {3, 8, 14, 22};
constexpr double kStartSdMps = 6;
constexpr double kCrawlMps = 3;
constexpr double kStandingReluctance = 0.3;
constexpr double kSurpriseReluctance = 0.01;
constexpr double kClearlyAlike = 0.7;  // times the usual difference of two pictures
constexpr double kMiddleRow = 0.75;    // of the picture's height
constexpr double kPixelsLeast = 60;
constexpr double kSettled = 0.01;  // standard deviations of what was known before

using Vector = std::array<double, 4>;  // dx, dy, roll, k
using Matrix = std::array<Vector, 4>;

// Cholesky. False when `a` is not positive definite. `a` is left with its inverse's diagonal in its diagonal.
bool solve(Matrix& a, Vector& b, Vector& inverse_diagonal) noexcept {
  Matrix l{};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
      if (i == j) {
        if (!(sum > 0)) return false;
        l[i][i] = std::sqrt(sum);
      } else {
        l[i][j] = sum / l[j][j];
      }
    }
  }
  const auto back = [&](Vector v) {
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t k = 0; k < i; ++k) v[i] -= l[i][k] * v[k];
      v[i] /= l[i][i];
    }
    for (std::size_t i = 4; i-- > 0;) {
      for (std::size_t k = i + 1; k < 4; ++k) v[i] -= l[k][i] * v[k];
      v[i] /= l[i][i];
    }
    return v;
  };
  b = back(b);
  for (std::size_t i = 0; i < 4; ++i) {
    Vector unit{};
    unit[i] = 1;
    inverse_diagonal[i] = back(unit)[i];
  }
  return true;
}

RoadView scaled(const RoadView& view, double factor) noexcept {
  return {.horizon = view.horizon * factor,
          .focus = view.focus * factor,
          .middle_x = view.middle_x * factor,
          .middle_y = view.middle_y * factor};
}

CameraStep scaled(const CameraStep& step, double factor) noexcept {
  return {.k = step.k / factor, .dx = step.dx * factor, .dy = step.dy * factor, .roll = step.roll};
}

}  // namespace

namespace {

struct Sample {
  float value;
  float gx;  // how it changes to the right
  float gy;  // and downwards
};

// Bilinear. The four pixels about (x, y) must exist.
Sample sample(const GreyLevel& level, float x, float y) noexcept {
  const auto left = static_cast<std::size_t>(x);
  const auto above = static_cast<std::size_t>(y);
  const auto w = static_cast<std::size_t>(level.size.width);
  const float* p = level.pixels.data() + above * w + left;
  const float fx = x - static_cast<float>(left);
  const float fy = y - static_cast<float>(above);
  const float top = p[0] + fx * (p[1] - p[0]);
  const float bottom = p[w] + fx * (p[w + 1] - p[w]);
  return {top + fy * (bottom - top), (p[1] - p[0]) + fy * ((p[w + 1] - p[w]) - (p[1] - p[0])), bottom - top};
}

// Of one row, in floats, which the compiler keeps in registers; of the picture they are summed in doubles.
struct RowSums {
  std::array<float, 10> a{};
  std::array<float, 4> b{};

  void add(const std::array<float, 4>& j, float weight, float error) noexcept {
    for (std::size_t i = 0, at = 0; i < 4; ++i) {
      const float weighted = weight * j[i];
      for (std::size_t k = 0; k <= i; ++k) a[at++] += weighted * j[k];
      b[i] += weighted * error;
    }
  }
  void add_to(Matrix& total_a, Vector& total_b) const noexcept {
    for (std::size_t i = 0, at = 0; i < 4; ++i) {
      for (std::size_t k = 0; k <= i; ++k) total_a[i][k] += static_cast<double>(a[at++]);
      total_b[i] -= static_cast<double>(b[i]);
    }
  }
};

}  // namespace

struct PictureMotion::Prior {
  RoadView view;
  CameraStep step;
  Vector sd{};
  double k_per_mps = 0;
};

struct PictureMotion::Fit {
  CameraStep step;
  Vector variance{};      // in units of the prior's
  double difference = 0;  // mean absolute one of the pictures, in levels, large ones cut
  float spread = 12;      // of the differences that count
  bool good = true;
};

struct PictureMotion::Normal {
  Matrix a{};
  Vector b{};
  double absolute = 0;  // sum of the weighted absolute differences
  double weight = 0;    // pixels of the road
};

// The normal equations of one Gauss-Newton step. For each pixel of this picture: where `step` says that it was before, what was seen
// there, and how that would change with the step's parameters.
PictureMotion::Normal PictureMotion::accumulate(std::size_t level, int stride, const RoadView& view, const CameraStep& step,
                                                float spread) const noexcept {
  const GreyLevel& now = now_[level];
  const GreyLevel& before = before_[level];
  const int w = now.size.width;
  const int h = now.size.height;
  const auto horizon = static_cast<float>(view.horizon - 0.5);  // a pixel's number counts from its middle
  const auto focus = static_cast<float>(view.focus - 0.5);
  const auto mx = static_cast<float>(view.middle_x - 0.5);
  const auto my = static_cast<float>(view.middle_y - 0.5);
  const auto dx = static_cast<float>(step.dx);
  const auto dy = static_cast<float>(step.dy);
  const auto roll = static_cast<float>(step.roll);
  const auto k = static_cast<float>(step.k);
  const float far_reach = static_cast<float>(kFarReach) * static_cast<float>(w);
  Normal total;
  // Near the border the mean is one-sided and leaves a pattern that stands still, and so would say that the camera does.
  constexpr int kBorder = kMeanRadius;
  for (int y = kBorder; y < h - kBorder; y += stride) {
    RowSums sums;
    float weights = 0;
    float absolute = 0;
    for (int x = kBorder; x < w - kBorder; x += stride) {
      const float qx = static_cast<float>(x) - dx - mx;
      const float qy = static_cast<float>(y) - dy - my;
      const float rx = qx + roll * qy + mx;
      const float ry = qy - roll * qx + my;
      const float below = ry - horizon;
      const float side = rx - focus;
      const float near = below > 0 ? 1 / (1 + k * below) : 1;
      if (near * static_cast<float>(kGrowthMost) < 1) continue;
      const float x0 = focus + side * near;
      const float y0 = horizon + below * near;
      const float away = below > 0 ? 0 : (side * side + below * below) / (far_reach * far_reach);
      float weight = 1 / (1 + away * away);
      const auto ix = static_cast<int>(x0);
      const auto iy = static_cast<int>(y0);
      if (x0 < kBorder || y0 < kBorder || ix + 1 >= w - kBorder || iy + 1 >= h - kBorder) continue;
      const auto [value, gx, gy] = sample(before, x0, y0);
      const float error =
          value - now.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x)];
      // Geman and McClure's weight: what differs by several times the usual is something else.
      const float ratio = error / spread;
      const float robust = 1 / (1 + ratio * ratio);
      weight *= robust * robust;
      const float near2 = near * near;
      const float on_road = below > 0 ? 1.0F : 0.0F;
      const float by_x = gx * near;
      const float by_y = gy * near2 - on_road * gx * side * k * near2;
      const float j0 = -by_x;
      const float j1 = -by_y;
      const float j2 = by_x * qy - by_y * qx;
      const float j3 = -on_road * near2 * below * (gx * side + gy * below);
      sums.add({j0, j1, j2, j3}, weight, error);
      // Only the road tells how far the vehicle drove; it is what most cameras see in the lower half.
      if (2 * y >= h) {
        weights += 1;
        absolute += std::min(std::abs(error), kCut);
      }
    }
    sums.add_to(total.a, total.b);
    total.weight += static_cast<double>(weights);
    total.absolute += static_cast<double>(absolute);
  }
  return total;
}

void PictureMotion::forget() noexcept {
  size_ = {};
  last_.size = {};
  last_.pixels.clear();
  alike_ = false;
}

void PictureMotion::note_difference(double difference) noexcept {
  alike_ = usual_difference_ > 0 ? difference <= kAlikeMost * usual_difference_ : difference <= kAlikeFirst;
  if (!alike_ && usual_difference_ > 0) return;
  usual_difference_ = usual_difference_ > 0 ? usual_difference_ + (difference - usual_difference_) / 16 : difference;
}

void PictureMotion::restore(const domain::GreyPicture& last) {
  last_ = last;
  size_ = last.size;
  if (std::min(size_.width, size_.height) < kSideLeast) return forget();
  build_pyramid(last, before_, scratch_);
}

// Goes on from fit.step, held near `prior` as firmly as it is known.
void PictureMotion::refine(std::size_t level, int stride, int rounds, const Prior& prior, Fit& fit) const noexcept {
  const double down = 1.0 / static_cast<double>(1 << level);
  // In units of the prior's spread; the levels differ in the length of a pixel.
  const Vector& sd = prior.sd;
  const Vector unit{sd[0] * down, sd[1] * down, sd[2], sd[3] / down};
  for (int round = 0; round < rounds && fit.good; ++round) {
    const Normal normal = accumulate(level, stride, scaled(prior.view, down), scaled(fit.step, down), fit.spread);
    if (normal.weight < kPixelsLeast) {
      fit.good = false;
      return;
    }
    fit.difference = normal.absolute / normal.weight;
    const double noise = std::max(kGreyNoise, 1.5 * fit.difference);
    fit.spread = static_cast<float>(3 * noise);
    const CameraStep& at = fit.step;
    const CameraStep& from = prior.step;
    const Vector off{(at.dx - from.dx) / sd[0], (at.dy - from.dy) / sd[1], (at.roll - from.roll) / sd[2],
                     (at.k - from.k) / sd[3]};
    const double trust = 1 / (noise * noise * kHonesty);
    Matrix a{};
    Vector b{};
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] = a[j][i] = normal.a[i][j] * unit[i] * unit[j] * trust;
      b[i] = normal.b[i] * unit[i] * trust - off[i];
      a[i][i] += 1;
    }
    fit.good = solve(a, b, fit.variance);
    fit.step.dx += b[0] * sd[0];
    fit.step.dy += b[1] * sd[1];
    fit.step.roll += b[2] * sd[2];
    fit.step.k = std::max(0.0, fit.step.k + b[3] * sd[3]);
    if (std::abs(b[0]) + std::abs(b[1]) + std::abs(b[2]) + std::abs(b[3]) < kSettled) return;
  }
}

// How bad a fit is. A vehicle that stands sees the same picture again, and nothing fits as well; where the road has little on it, though,
// standing fits about as well as driving: it must do so by far better to be believed.
double PictureMotion::badness(const Fit& fit, const Prior& prior) noexcept {
  if (!fit.good) return std::numeric_limits<double>::infinity();
  const double standing = std::max(0.0, 1 - fit.step.k / (kCrawlMps * prior.k_per_mps));
  const double surprise = (fit.step.k - prior.step.k) / prior.sd[3];
  return fit.difference * (1 + kStandingReluctance * standing + kSurpriseReluctance * surprise * surprise);
}

// Coarse to fine. While it is hardly known how far the vehicle drives, one start would end in whichever valley is near: the one that
// ends deepest counts.
PictureMotion::Fit PictureMotion::align(const Prior& prior) const noexcept {
  Fit fit{.step = prior.step};
  refine(2, 1, 6, prior, fit);
  refine(1, 1, 4, prior, fit);
  const bool sure = prior.sd[3] <= kUnsureShare * prior.step.k || fit.difference < kClearlyAlike * usual_difference_;
  for (const double mps : kStartsMps) {
    if (sure) break;
    Prior loose = prior;
    loose.sd[3] = std::max(loose.sd[3], kStartSdMps * prior.k_per_mps);
    Fit start{.step = prior.step};
    start.step.k = mps * prior.k_per_mps;
    refine(2, 1, 6, loose, start);
    refine(1, 1, 3, loose, start);
    if (badness(start, prior) < badness(fit, prior)) fit = start;
  }
  // The others' valleys may be far from what was known before: the last steps are to end in this one.
  Prior here = prior;
  if (!sure) here.step = fit.step;
  refine(0, 2, 3, here, fit);
  return fit;
}

// How well the pictures fit when the horizon lies elsewhere. It starts from the drive that moves the middle of the road as `fit` does.
double PictureMotion::difference_under(double horizon, const Prior& prior, const Fit& fit) const noexcept {
  const double row = kMiddleRow * before_[0].size.height;
  const double below = std::max(1.0, row - prior.view.horizon);
  const double moved = below / std::max(0.1, 1 - fit.step.k * below) - below;
  const double other = std::max(1.0, row - horizon);
  Prior elsewhere = prior;
  elsewhere.view.horizon = horizon;
  elsewhere.step = fit.step;
  elsewhere.step.k = 1 / other - 1 / (other + moved);
  elsewhere.sd[3] = std::max(prior.sd[3], kStartSdMps * prior.k_per_mps);
  Fit tried{.step = elsewhere.step};
  refine(2, 1, 4, elsewhere, tried);
  refine(1, 1, 3, elsewhere, tried);
  return tried.good ? tried.difference : 0;
}

std::optional<UncertainStep> PictureMotion::measure(const domain::GreyPicture& grey, const RoadView& view, double scale,
                                                    const UncertainStep& expected, double k_per_mps,
                                                    std::span<HorizonTry> horizons) {
  if (std::min(grey.size.width, grey.size.height) < kSideLeast) {
    forget();
    return std::nullopt;
  }
  build_pyramid(grey, now_, scratch_);
  last_ = grey;
  alike_ = false;
  const bool comparable = size_ == grey.size;
  size_ = grey.size;
  Fit fit{.good = false};
  const Prior prior{.view = scaled(view, 1 / scale),
                    .step = scaled(expected.step, 1 / scale),
                    .sd = {expected.dx_sd / scale, expected.dy_sd / scale, expected.roll_sd, expected.k_sd * scale},
                    .k_per_mps = k_per_mps * scale};
  if (comparable) fit = align(prior);
  for (HorizonTry& each : horizons) each.difference = fit.good ? difference_under(each.horizon / scale, prior, fit) : 0;
  std::swap(before_, now_);
  const CameraStep& step = fit.step;
  const bool finite = std::isfinite(step.dx) && std::isfinite(step.dy) && std::isfinite(step.roll) && std::isfinite(step.k);
  if (!fit.good || !finite) return std::nullopt;
  note_difference(fit.difference);
  return UncertainStep{.step = scaled(step, scale),
                       .dx_sd = scale * std::hypot(std::sqrt(fit.variance[0]) * prior.sd[0], kShiftLeastSd),
                       .dy_sd = scale * std::hypot(std::sqrt(fit.variance[1]) * prior.sd[1], kShiftLeastSd),
                       .roll_sd = std::sqrt(fit.variance[2]) * prior.sd[2],
                       .k_sd = std::hypot(std::sqrt(fit.variance[3]) * prior.sd[3], kRateLeastShare * step.k) / scale};
}

}  // namespace hazard::track
