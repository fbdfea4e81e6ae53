#include "sim/drive.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "sim/crack.hpp"
#include "sim/pothole.hpp"
#include "sim/render.hpp"

namespace hazard::sim {
namespace {

constexpr double kTruthM = 40;
constexpr float kBoxWidthLeast = 6;
constexpr float kBoxHeightLeast = 4;
// A crack or hole that darkens fewer pixels cannot be told from the asphalt's grain.
constexpr float kInkLeast = 18;
constexpr float kBoldnessLeast = 0.13F;  // judged by eye on 640 px frames

domain::PixelBox to_box(const Extent& extent) { return {extent.x1, extent.y1, extent.x2, extent.y2}; }

}  // namespace

struct Drive::State {
  explicit State(const DriveOptions& options) : scene(options) {}
  Scene scene;
};

Drive::Drive(const DriveOptions& options) {
  HAZARD_CHECK(options.size.width > 0 && options.size.height > 0);
  HAZARD_CHECK(options.fps > 0);
  state_ = std::make_unique<State>(options);
}

Drive::~Drive() = default;
Drive::Drive(Drive&&) noexcept = default;
Drive& Drive::operator=(Drive&&) noexcept = default;

const DriveOptions& Drive::options() const noexcept { return state_->scene.options; }

FrameTruth Drive::truth(std::uint64_t frame) const {
  const Scene& scene = state_->scene;
  const DriveOptions& drive = scene.options;
  FrameTruth truth;
  truth.frame = frame;
  truth.time_s = static_cast<double>(frame) / drive.fps;
  const View view(drive, scene.track, truth.time_s);
  truth.travelled_m = view.start_m();
  const Track::Place place = scene.track.place(view.start_m());
  truth.latitude = place.latitude;
  truth.longitude = place.longitude;
  truth.heading_deg = wrap(scene.track.heading(view.start_m()) * (180 / kPi), 360);
  truth.speed_mps = drive.speed_mps;
  for (const Hazard& hazard : scene.hazards.between(view.start_m(), view.start_m() + kTruthM)) {
    const bool hole = hazard.kind == HazardKind::pothole;
    const Outline outline = hole ? PotholeMark(scene, view, hazard).outline(drive.size) : crack_outline(view, hazard, drive.size);
    const domain::PixelBox box = to_box(outline.visible.clamped(0, drive.size));
    const double distance = hazard.s - view.start_m();
    if (box.width() < kBoxWidthLeast || box.height() < kBoxHeightLeast || outline.ink_px < kInkLeast ||
        outline.boldness < kBoldnessLeast || distance >= kTruthM)
      continue;
    const float whole = std::max(outline.whole.area(), box.area());
    truth.hazards.push_back(
        {hazard.id, hazard.class_id(), box, std::max(0.0, distance), static_cast<double>(box.area() / whole)});
  }
  std::ranges::sort(truth.hazards, [](const HazardTruth& a, const HazardTruth& b) {
    return a.distance_m != b.distance_m ? a.distance_m < b.distance_m : a.id < b.id;
  });
  return truth;
}

void Drive::render(std::uint64_t frame, const domain::RgbView& into) const {
  const Scene& scene = state_->scene;
  const double time_s = static_cast<double>(frame) / scene.options.fps;
  const View view(scene.options, scene.track, time_s);
  render_frame(scene, view, frame, time_s, into);
}

}  // namespace hazard::sim
