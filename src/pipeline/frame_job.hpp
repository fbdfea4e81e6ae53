// The work on one frame, from encoded bytes to boxes with identities: the file to open first. Runs on a worker's thread with
// the worker's own tools; used as it is by `hazardstream detect`, tests and benchmarks, so that there is one path.
#pragma once

#include <variant>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/frame.hpp"
#include "domain/verdict.hpp"
#include "image/decoder.hpp"
#include "pipeline/lane.hpp"
#include "track/tracker.hpp"

namespace hazard::pipeline {

// What a worker owns. Not shared.
struct FrameTools {
  detect::InferenceRequest& request;
  image::Decoder& decoder;
  const base::Clock& clock;
};

// `tracker` may be null: then detections carry no identities. `taken_at` closes the queue stage.
// Errors: those of image::Decoder (the sender's fault) and inference_failed (ours).
std::variant<domain::FrameResult, domain::Error> run_frame(const domain::EncodedFrame& frame, const LaneSettings& settings,
                                                           base::SteadyTime taken_at, track::Tracker* tracker,
                                                           const FrameTools& tools);

}  // namespace hazard::pipeline
