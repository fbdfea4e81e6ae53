#include "pipeline/frame_job.hpp"

#include <algorithm>
#include <utility>

#include "domain/limits.hpp"

namespace hazard::pipeline {
namespace {

// ByteTrack's second association looks at boxes too weak to report; how far below the threshold they may be.
constexpr float kWeakestForTracking = 0.1F;

domain::SizePx size_seen(const image::PictureHeader& header, bool ignore_orientation) {
  return ignore_orientation ? header.stored : header.upright;
}

detect::DetectOptions options_for(const LaneSettings& settings, bool tracking) {
  detect::DetectOptions options = settings.detect;
  if (tracking) {
    options.confidence_threshold = std::min(options.confidence_threshold, kWeakestForTracking);
    options.max_detections = std::max(options.max_detections, 100);
  }
  return options;
}

std::vector<domain::TrackedDetection> without_tracks(const std::vector<domain::Detection>& detections) {
  std::vector<domain::TrackedDetection> plain;
  plain.reserve(detections.size());
  for (const auto& detection : detections) plain.push_back({.detection = detection, .track = {}, .predicted = false});
  return plain;
}

// Of the boxes at or above the threshold only the best max_detections; the weak ones behind them stay. `found` is best first.
void keep_best(std::vector<domain::Detection>& found, const detect::DetectOptions& wanted) {
  const auto weak = std::ranges::find_if(found, [&](const auto& each) { return each.confidence < wanted.confidence_threshold; });
  const auto most = static_cast<std::ptrdiff_t>(wanted.max_detections);
  if (weak - found.begin() > most) found.erase(found.begin() + most, weak);
}

// A picture in which no hazard can be seen is answered from its header; nothing of it is decoded.
domain::FrameResult empty_result(const image::PictureHeader& header, bool ignore_orientation) {
  domain::FrameResult result;
  result.picture = size_seen(header, ignore_orientation);
  result.orientation_applied = !ignore_orientation && header.orientation != 1;
  return result;
}

bool too_small_for_hazards(domain::SizePx size) { return std::min(size.width, size.height) < domain::kSidePxLeast; }

}  // namespace

std::variant<domain::FrameResult, domain::Error> run_frame(const domain::EncodedFrame& frame, const LaneSettings& settings,
                                                           base::SteadyTime taken_at, track::Tracker* tracker,
                                                           const FrameTools& tools) {
  const auto stamp = [&tools] { return tools.clock.now(); };
  domain::FrameResult result;
  result.times.queue = taken_at - frame.received_at;

  const auto header = image::probe(frame.picture());
  if (!header) return header.error();
  if (too_small_for_hazards(size_seen(*header, frame.ignore_orientation))) {
    result = empty_result(*header, frame.ignore_orientation);
    result.times.total = stamp() - frame.received_at;
    return result;
  }

  const domain::RgbView input = tools.request.input();
  const auto policy = frame.ignore_orientation ? image::OrientationPolicy::ignore : image::OrientationPolicy::apply;
  const auto decoded = tools.decoder.decode_letterboxed(frame.picture(), input, policy);
  if (!decoded) return decoded.error();
  const base::SteadyTime decoded_at = stamp();

  if (const auto ran = tools.request.infer(); !ran) return ran.error();
  const base::SteadyTime inferred_at = stamp();

  const bool tracking = settings.tracking && tracker != nullptr;
  auto found = tools.request.detections(decoded->letterbox, options_for(settings, tracking));
  if (tracking) {
    // Cut to the client's number before tracking: a track beyond it would be confirmed without anyone being told.
    keep_best(found, settings.detect);
    tracker->set_high_confidence(settings.detect.confidence_threshold);
    result.detections = tracker->update(found, frame.received_at);
  } else {
    result.detections = without_tracks(found);
  }

  const base::SteadyTime done_at = stamp();
  result.picture = decoded->letterbox.picture;
  result.input = decoded->letterbox.input;
  result.orientation_applied = decoded->orientation_applied;
  result.times.decode = decoded_at - taken_at;
  result.times.inference = inferred_at - decoded_at;
  result.times.postprocess = done_at - inferred_at;
  result.times.total = done_at - frame.received_at;
  return result;
}

}  // namespace hazard::pipeline
