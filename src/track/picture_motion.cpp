#include "track/picture_motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "track/alignment_sums.hpp"

namespace hazard::track {
namespace {

// Smaller pictures show too little.
constexpr int kSideLeast = 32;
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
    const AlignmentSums sums = alignment_kernels().back().sums(before_[level], now_[level], stride, scaled(prior.view, down),
                                                               scaled(fit.step, down), fit.spread);
    if (sums.pixels < kPixelsLeast) {
      fit.good = false;
      return;
    }
    fit.difference = sums.absolute / sums.pixels;
    const double noise = std::max(kGreyNoise, 1.5 * fit.difference);
    fit.spread = static_cast<float>(3 * noise);
    const CameraStep& at = fit.step;
    const CameraStep& from = prior.step;
    const Vector off{(at.dx - from.dx) / sd[0], (at.dy - from.dy) / sd[1], (at.roll - from.roll) / sd[2],
                     (at.k - from.k) / sd[3]};
    const double trust = 1 / (noise * noise * kHonesty);
    Matrix a{};
    Vector b{};
    for (std::size_t i = 0, from_sums = 0; i < 4; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] = a[j][i] = sums.a[from_sums++] * unit[i] * unit[j] * trust;
      b[i] = sums.b[i] * unit[i] * trust - off[i];
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
