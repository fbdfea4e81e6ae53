#include "track/road_box.hpp"

#include <algorithm>
#include <cmath>

#include "track/box_filter.hpp"

namespace hazard::track {
namespace {

using domain::PixelBox;
using domain::SizePx;

// A side so near to the picture's edge lies at it: in shares of the picture, and of the box.
constexpr float kEdgeOfPicture = 0.01F;
constexpr float kEdgeOfSide = 0.1F;

// Spread of a detector's sides about the truth, as a share of the box's extent, and of the picture's width.
constexpr double kSideSd = 0.06;
constexpr double kSideLeastSd = 0.001;

// What the road's unevenness and the box's flat model leave over, in extents of the box.
constexpr double kDriftSd = 0.3;              // per second, of a box seen once
constexpr double kAccelerationDensity = 0.3;  // extents^2 / s^3
constexpr double kDriftMemoryS = 0.7;
// In which row of the box a side is so far out is not known: as a share of its height from the far end, and the spread of it.
constexpr double kRowShare = 0.4;
constexpr double kRowSd = 0.3;
constexpr double kGrowthMost = 4;  // of a spread, in one step

// Beyond, nothing is seen: sides stop there.
constexpr double kMarginShare = 0.5;
constexpr double kSdMost = 0.25;        // of a side's place, in picture sides: more and less well known are the same
constexpr double kUnknownShare = 0.25;  // of a side that was cut off from the start: in picture widths

double square(double value) noexcept { return value * value; }

double side_sd(double extent, SizePx picture) noexcept { return std::hypot(kSideSd * extent, kSideLeastSd * picture.width); }

}  // namespace

Cuts cuts_of(const PixelBox& box, SizePx picture) noexcept {
  if (picture.width <= 0) return {};
  const float across = std::max(kEdgeOfPicture * static_cast<float>(picture.width), kEdgeOfSide * box.width());
  const float down = std::max(kEdgeOfPicture * static_cast<float>(picture.height), kEdgeOfSide * box.height());
  return {.left = box.x1 <= across,
          .right = box.x2 >= static_cast<float>(picture.width) - across,
          .bottom = box.y2 >= static_cast<float>(picture.height) - down};
}

RoadBox::RoadBox(const PixelBox& found, SizePx picture) noexcept
    : sides_{KalmanFilter(found.x1, side_sd(found.width(), picture), kDriftSd * found.width()),
             KalmanFilter(found.y1, side_sd(found.height(), picture), kDriftSd * found.height()),
             KalmanFilter(found.x2, side_sd(found.width(), picture), kDriftSd * found.width()),
             KalmanFilter(found.y2, side_sd(found.height(), picture), kDriftSd * found.height())} {
  const Cuts cuts = cuts_of(found, picture);
  const double unknown = square(kUnknownShare * picture.width);
  if (cuts.left || cuts.bottom) sides_[kX1].loosen(unknown);
  if (cuts.right || cuts.bottom) sides_[kX2].loosen(unknown);
  if (cuts.any()) sides_[kY2].loosen(unknown);
}

std::optional<RoadBox> RoadBox::from(const Snapshot& snapshot, SizePx picture) noexcept {
  RoadBox box(PixelBox{0, 0, 1, 1}, picture);
  for (std::size_t i = 0; i < box.sides_.size(); ++i) {
    const auto side = KalmanFilter::from(snapshot[i]);
    const double most = 2.0 * (i == kX1 || i == kX2 ? picture.width : picture.height);
    if (!side || std::abs(side->position()) > most) return std::nullopt;
    box.sides_[i] = *side;
  }
  if (box.sides_[kX1].position() > box.sides_[kX2].position() || box.sides_[kY1].position() > box.sides_[kY2].position())
    return std::nullopt;
  return box;
}

RoadBox::Snapshot RoadBox::snapshot() const noexcept {
  return {sides_[0].snapshot(), sides_[1].snapshot(), sides_[2].snapshot(), sides_[3].snapshot()};
}

void RoadBox::carry_along(const CameraStep& step, const RoadView& from, double dt, SizePx picture) noexcept {
  const PixelBox old = box();
  const double damping = std::exp(-dt / kDriftMemoryS);
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const bool across = i == kX1 || i == kX2;
    sides_[i].predict(dt, kAccelerationDensity * square(across ? old.width() : old.height()));
    sides_[i].damp(damping);
  }
  // The sides are taken to be those of the part that is seen, a little nearer to its far end: there a thing is seen for longer.
  const double middle_x = (static_cast<double>(old.x1) + old.x2) / 2;
  const double bottom = std::max<double>(old.y1 + 1.0, std::min<double>(old.y2, picture.height));
  const double row = old.y1 + kRowShare * (bottom - old.y1);
  const double unsure = kRowSd * (growth_at(bottom, from, step) - growth_at(old.y1, from, step));
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const bool across = i == kX1 || i == kX2;
    const double at = sides_[i].position();
    const PicturePoint place = across ? PicturePoint{at, row} : PicturePoint{middle_x, at};
    const PicturePoint to = moved(place, from, step);
    const double growth = growth_at(place.y, from, step);
    // A side's distance from the focus grows with the road's, its row with the square of it.
    const double scale = std::min(across ? growth : growth * growth, kGrowthMost);
    const double size = across ? picture.width : picture.height;
    const double new_at = std::clamp(across ? to.x : to.y, -kMarginShare * size, (1 + kMarginShare) * size);
    sides_[i].transform(scale, new_at - scale * at);
    sides_[i].cap_variance(square(kSdMost * size));
    if (across) sides_[i].loosen(square(unsure * (at - from.focus)));
  }
  for (const auto [low, high] : {std::pair{kX1, kX2}, {kY1, kY2}}) {
    const double gap = sides_[high].position() - sides_[low].position();
    if (gap >= 1) continue;
    sides_[low].transform(1, (gap - 1) / 2);
    sides_[high].transform(1, (1 - gap) / 2);
  }
}

void RoadBox::loosen(const CameraMotion& camera) noexcept {
  const PixelBox now = box();
  const double x = (static_cast<double>(now.x1) + now.x2) / 2;
  const double y = (static_cast<double>(now.y1) + now.y2) / 2;
  sides_[kX1].loosen(camera.variance_x({now.x1, y}));
  sides_[kX2].loosen(camera.variance_x({now.x2, y}));
  sides_[kY1].loosen(camera.variance_y({x, now.y1}));
  sides_[kY2].loosen(camera.variance_y({x, now.y2}));
}

void RoadBox::correct(const PixelBox& found, SizePx picture) noexcept {
  const Cuts cuts = cuts_of(found, picture);
  const PixelBox expected = box();
  const double across = side_sd(found.width(), picture);
  const double down = side_sd(found.height(), picture);
  // A side cut off lies where it is found or beyond.
  if (!(cuts.left || cuts.bottom) || found.x1 < expected.x1) sides_[kX1].correct(found.x1, across);
  if (!(cuts.right || cuts.bottom) || found.x2 > expected.x2) sides_[kX2].correct(found.x2, across);
  sides_[kY1].correct(found.y1, down);
  if (!cuts.any() || found.y2 > expected.y2) sides_[kY2].correct(found.y2, down);
  for (const auto [low, high] : {std::pair{kX1, kX2}, {kY1, kY2}}) {
    const double gap = sides_[high].position() - sides_[low].position();
    if (gap >= 1) continue;
    sides_[low].transform(1, (gap - 1) / 2);
    sides_[high].transform(1, (1 - gap) / 2);
  }
}

void RoadBox::scale(double factor) noexcept {
  for (KalmanFilter& side : sides_) side.transform(factor, 0);
}

PixelBox RoadBox::box() const noexcept {
  return {static_cast<float>(sides_[kX1].position()), static_cast<float>(sides_[kY1].position()),
          static_cast<float>(sides_[kX2].position()), static_cast<float>(sides_[kY2].position())};
}

double RoadBox::surprise(const PixelBox& found, SizePx picture, const CameraMotion* camera) const noexcept {
  const Cuts cuts = cuts_of(found, picture);
  const PixelBox expected = box();
  const double x = (static_cast<double>(expected.x1) + expected.x2) / 2;
  const double y = (static_cast<double>(expected.y1) + expected.y2) / 2;
  const auto of = [&](Side side, double at, double extent, double camera_variance) {
    const double spread = sides_[side].position_variance() + square(side_sd(extent, picture)) + camera_variance;
    return square(at - sides_[side].position()) / spread;
  };
  const auto moved_x = [&](double at) { return camera == nullptr ? 0 : camera->variance_x({at, y}); };
  const auto moved_y = [&](double at) { return camera == nullptr ? 0 : camera->variance_y({x, at}); };
  double sum = of(kY1, found.y1, found.height(), moved_y(expected.y1));
  if (!(cuts.left || cuts.bottom) || found.x1 < expected.x1) sum += of(kX1, found.x1, found.width(), moved_x(expected.x1));
  if (!(cuts.right || cuts.bottom) || found.x2 > expected.x2) sum += of(kX2, found.x2, found.width(), moved_x(expected.x2));
  if (!cuts.any() || found.y2 > expected.y2) sum += of(kY2, found.y2, found.height(), moved_y(expected.y2));
  return sum;
}

double RoadBox::centre_variance_x(const PixelBox& found, SizePx picture) const noexcept {
  return (sides_[kX1].position_variance() + sides_[kX2].position_variance()) / 4 + square(side_sd(found.width(), picture)) / 2;
}

double RoadBox::centre_variance_y(const PixelBox& found, SizePx picture) const noexcept {
  return (sides_[kY1].position_variance() + sides_[kY2].position_variance()) / 4 + square(side_sd(found.height(), picture)) / 2;
}

bool RoadBox::gone(SizePx picture, double horizon) const noexcept {
  const auto beyond = [](double by, const KalmanFilter& side, double size) {
    return by > 0.02 * size + std::min(2 * std::sqrt(side.position_variance()), 0.9 * kMarginShare * size);
  };
  return beyond(sides_[kY1].position() - picture.height, sides_[kY1], picture.height) ||
         beyond(horizon - sides_[kY2].position(), sides_[kY2], picture.height) ||
         beyond(sides_[kX1].position() - picture.width, sides_[kX1], picture.width) ||
         beyond(-sides_[kX2].position(), sides_[kX2], picture.width);
}

}  // namespace hazard::track
