// The detector behind an interface: OpenVINO in the product (openvino_engine.hpp), a scripted fake in tests (fake_engine.hpp).
// An Engine is made once at start and shared; each worker owns one InferenceRequest, which is not thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "domain/detection.hpp"
#include "domain/error.hpp"
#include "domain/model_info.hpp"
#include "domain/picture.hpp"

namespace hazard::detect {

// Per frame; from the session's configuration.
struct DetectOptions {
  float confidence_threshold = 0.5F;
  float iou_threshold = 0.45F;  // of NMS, per class
  int max_detections = 50;
};

class InferenceRequest {
 public:
  virtual ~InferenceRequest() = default;

  // The model's input, u8 RGB, row-packed: write the letterboxed picture here, then call infer(). Stays valid and belongs
  // to this request.
  virtual domain::RgbView input() noexcept = 0;

  // Runs the graph; blocks for milliseconds. Errors: inference_failed.
  virtual domain::Result<void> infer() = 0;

  // Boxes of the last infer(), decoded, thresholded, after NMS per class, best score first, mapped into the picture by
  // `letterbox`, clamped, empty and non-finite ones left out.
  virtual std::vector<domain::Detection> detections(const domain::Letterbox& letterbox, const DetectOptions& options) = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const domain::ModelInfo& model() const noexcept = 0;
  // How many requests run at once without slowing each other: the number of workers to start.
  virtual int workers() const noexcept = 0;
  virtual std::unique_ptr<InferenceRequest> make_request() = 0;
};

}  // namespace hazard::detect
