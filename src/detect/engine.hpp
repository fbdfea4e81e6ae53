// The detector behind an interface: OpenVINO in the product (openvino_engine.hpp), a scripted fake in tests (fake_engine.hpp).
// An Engine is made once at start and shared; each worker owns one InferenceRequest, which is not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
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

// How the cores are shared out: one picture at a time over all of them, which is soonest done, or a core for each picture,
// which does most in the end.
enum class Strategy : std::uint8_t { alone, shared };

constexpr std::string_view to_string(Strategy strategy) noexcept { return strategy == Strategy::alone ? "alone" : "shared"; }

// What the operator allows: one strategy, or the better one for each picture.
enum class Strategies : std::uint8_t { alone, shared, both };

// The model in one form: for an input of this size, run with this strategy.
struct GraphForm {
  domain::SizePx input;
  Strategy strategy = Strategy::shared;
  friend bool operator==(const GraphForm&, const GraphForm&) = default;
};

// A compiled form. Thread-safe; its requests are not, and may outlive it.
class Graph {
 public:
  virtual ~Graph() = default;
  virtual const GraphForm& form() const noexcept = 0;
  virtual std::unique_ptr<InferenceRequest> make_request() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const domain::ModelInfo& model() const noexcept = 0;
  // How many requests run at once without slowing each other: the number of workers to start.
  virtual int workers() const noexcept = 0;
  virtual Strategies strategies() const noexcept = 0;
  // Sides of the model's input are multiples of this.
  virtual int stride() const noexcept = 0;

  // The form compiled at load: the model's own input size. Never null; the engine keeps no other hold on it than this, and
  // once release() was called none at all.
  virtual std::shared_ptr<Graph> first() const = 0;
  virtual void release() noexcept = 0;
  // Another form, compiled now: takes up to seconds and both cores. Any thread, one call at a time. Errors: model_not_ready
  // with the reason (a model that was exported for one size only, say).
  virtual domain::Result<std::shared_ptr<Graph>> compile(const GraphForm& form) = 0;
  // What ended forms held returns to the system. Takes milliseconds; off the frame path.
  virtual void give_memory_back() noexcept {}

  std::unique_ptr<InferenceRequest> make_request() { return first()->make_request(); }
};

}  // namespace hazard::detect
