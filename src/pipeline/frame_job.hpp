// The work on one frame, from encoded bytes to boxes with identities: the file to open first. Runs on a worker's thread with
// the worker's own tools; used as it is by `hazardstream detect`, tests and benchmarks, so that there is one path.
#pragma once

#include <variant>

#include "base/clock.hpp"
#include "domain/frame.hpp"
#include "domain/verdict.hpp"
#include "image/decoder.hpp"
#include "pipeline/graph_lender.hpp"
#include "pipeline/lane.hpp"

namespace hazard::pipeline {

// What a worker owns. Not shared, but for the graphs.
struct FrameTools {
  GraphLender& graphs;
  image::Decoder& decoder;
  const base::Clock& clock;
};

// How this frame is to be treated.
struct FramePlan {
  const LaneSettings& settings;
  base::SteadyTime taken_at;  // closes the queue stage
  detect::Strategy strategy = detect::Strategy::alone;
  Fit fit;           // how large the model sees the picture
  bool look = true;  // false: only a small copy is decoded, the tracker moves its boxes on; needs `memory` and tracking
};

// `memory` may be null: then detections carry no identities and nothing is reused.
// Errors: those of image::Decoder (the sender's fault) and inference_failed (ours).
std::variant<domain::FrameResult, domain::Error> run_frame(const domain::EncodedFrame& frame, const FramePlan& plan,
                                                           LaneMemory* memory, const FrameTools& tools);

}  // namespace hazard::pipeline
