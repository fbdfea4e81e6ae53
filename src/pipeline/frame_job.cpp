#include "pipeline/frame_job.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "domain/limits.hpp"
#include "image/small_grey.hpp"

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

void keep_surest(std::vector<domain::TrackedDetection>& boxes, int most) {
  if (boxes.size() <= static_cast<std::size_t>(most)) return;
  std::ranges::sort(boxes, std::greater{}, [](const auto& each) { return each.detection.confidence; });
  boxes.resize(static_cast<std::size_t>(most));
}

bool too_small_for_hazards(domain::SizePx size) { return std::min(size.width, size.height) < domain::kSidePxLeast; }

// How wide the small grey copy is in which motion and sameness are measured.
constexpr int kGreyWidth = 160;

// The picture without its bars, where it lies in the model's input.
domain::RgbView content_of(const domain::RgbView& input, const domain::Letterbox& letterbox) {
  const auto offset = static_cast<std::size_t>(letterbox.top) * input.row_bytes + 3 * static_cast<std::size_t>(letterbox.left);
  return {input.data + offset, letterbox.content, input.row_bytes};
}

track::FrameSight sight_of(const domain::EncodedFrame& frame, domain::SizePx picture, const domain::GreyPicture* grey) {
  track::FrameSight sight{.at = frame.received_at, .picture = picture, .grey = grey, .speed_mps = {}, .heading_deg = {}};
  if (frame.location) {
    sight.speed_mps = frame.location->speed_mps;
    sight.heading_deg = frame.location->heading_deg;
  }
  return sight;
}

// One run over one frame: what it found on the way stands in the result as it goes.
class FrameRun {
 public:
  FrameRun(const domain::EncodedFrame& frame, const FramePlan& plan, LaneMemory* memory, const FrameTools& tools)
      : frame_(frame), plan_(plan), memory_(memory), tools_(tools), tracking_(plan.settings.tracking && memory != nullptr) {
    result_.times.queue = plan.taken_at - frame.received_at;
  }

  std::variant<domain::FrameResult, domain::Error> run() {
    const auto header = image::probe(frame_.picture());
    if (!header) return header.error();
    const domain::SizePx seen = size_seen(*header, frame_.ignore_orientation);
    result_.picture = seen;
    result_.orientation_applied = !frame_.ignore_orientation && header->orientation != 1;
    if (too_small_for_hazards(seen)) return finish();  // answered from its header; nothing of it is decoded
    if (!plan_.look && tracking_) return predict(seen);

    const Loan loan = tools_.graphs.borrow(seen, plan_.fit, plan_.strategy);
    const domain::RgbView input = loan.request().input();
    const auto policy = frame_.ignore_orientation ? image::OrientationPolicy::ignore : image::OrientationPolicy::apply;
    const auto decoded = tools_.decoder.decode_letterboxed(frame_.picture(), input, policy);
    if (!decoded) return decoded.error();
    result_.picture = decoded->letterbox.picture;
    result_.input = decoded->letterbox.input;
    result_.orientation_applied = decoded->orientation_applied;
    if (memory_ != nullptr) image::shrink_grey(content_of(input, decoded->letterbox), grey_, kGreyWidth);
    result_.times.decode = stamp() - plan_.taken_at;

    auto found = look(loan.request(), decoded->letterbox);
    if (!found) return std::move(found.error());
    identify(std::move(*found));
    return finish();
  }

 private:
  base::SteadyTime stamp() const { return tools_.clock.now(); }

  std::variant<domain::FrameResult, domain::Error> finish() {
    result_.times.total = stamp() - frame_.received_at;
    result_.times.postprocess = result_.times.total - result_.times.queue - result_.times.decode - result_.times.inference;
    return std::move(result_);
  }

  std::variant<domain::FrameResult, domain::Error> predict(domain::SizePx seen) {
    // Small, for a twentieth of a look's cost: how the camera moved says where the boxes went, and a broken picture is an error here too.
    domain::RgbPicture small(domain::Letterbox::fit(seen, {kGreyWidth, kGreyWidth}).content);
    const auto policy = frame_.ignore_orientation ? image::OrientationPolicy::ignore : image::OrientationPolicy::apply;
    const auto decoded = tools_.decoder.decode_letterboxed(frame_.picture(), small.view(), policy);
    if (!decoded) return decoded.error();
    image::shrink_grey(small.view(), grey_, kGreyWidth);
    result_.times.decode = stamp() - plan_.taken_at;
    result_.predicted = true;
    // The client's wishes of now, not those of the last look.
    memory_->tracker.set_high_confidence(plan_.settings.detect.confidence_threshold);
    result_.detections = memory_->tracker.predict(sight_of(frame_, seen, &grey_));
    keep_surest(result_.detections, plan_.settings.detect.max_detections);
    return finish();
  }

  domain::Result<std::vector<domain::Detection>> look(detect::InferenceRequest& request, const domain::Letterbox& letterbox) {
    const detect::DetectOptions options = options_for(plan_.settings, tracking_);
    if (memory_ != nullptr && plan_.settings.reuse) {
      const auto* known = memory_->still.recall(grey_, result_.picture, result_.input, options, frame_.received_at);
      if (known != nullptr) {
        result_.reused = true;
        return *known;
      }
    }
    const base::SteadyTime begun = stamp();
    if (auto ran = request.infer(); !ran) return std::unexpected(std::move(ran.error()));
    result_.times.inference = stamp() - begun;
    auto found = request.detections(letterbox, options);
    if (memory_ != nullptr && plan_.settings.reuse) {
      memory_->still.remember(grey_, result_.picture, result_.input, options, found, frame_.received_at);
    }
    return found;
  }

  void identify(std::vector<domain::Detection>&& found) {
    if (!tracking_) {
      result_.detections = without_tracks(found);
      return;
    }
    // Cut to the client's number before tracking: a track beyond it would be confirmed without anyone being told.
    keep_best(found, plan_.settings.detect);
    memory_->tracker.set_high_confidence(plan_.settings.detect.confidence_threshold);
    result_.detections = memory_->tracker.update(found, sight_of(frame_, result_.picture, &grey_));
  }

  const domain::EncodedFrame& frame_;
  const FramePlan& plan_;
  LaneMemory* const memory_;
  const FrameTools& tools_;
  const bool tracking_;
  domain::FrameResult result_;
  domain::GreyPicture grey_;
};

}  // namespace

std::variant<domain::FrameResult, domain::Error> run_frame(const domain::EncodedFrame& frame, const FramePlan& plan,
                                                           LaneMemory* memory, const FrameTools& tools) {
  return FrameRun(frame, plan, memory, tools).run();
}

}  // namespace hazard::pipeline
