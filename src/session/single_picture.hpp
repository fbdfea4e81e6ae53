// The door for one picture at a time (POST /detect and its like): a lane of its own for the moment, the same scheduler, workers
// and frame path as a stream. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/verdict.hpp"
#include "pipeline/pipeline.hpp"
#include "session/totals.hpp"

namespace hazard::session {

struct SinglePictureOptions {
  float confidence_threshold = 0.5F;
  float iou_threshold = 0.45F;
  int max_detections = 300;
  bool ignore_orientation = false;
};

class SinglePictureDoor {
 public:
  // At most `waiting_max` pictures wait or are worked on at once; more are refused rather than queued without end.
  SinglePictureDoor(pipeline::Pipeline& pipeline, std::shared_ptr<Totals> totals, int waiting_max = 64);

  // `done` is called exactly once, from a worker, when this returned nothing. Errors, with `done` never called:
  // model_not_ready, overloaded, server_closing.
  using Done = std::move_only_function<void(domain::Verdict&&)>;
  domain::Result<void> submit(domain::Bytes&& picture, const SinglePictureOptions& options, Done done);

 private:
  pipeline::Pipeline& pipeline_;
  const std::shared_ptr<Totals> totals_;
  const int waiting_max_;
  const std::shared_ptr<std::atomic<int>> waiting_;
};

}  // namespace hazard::session
