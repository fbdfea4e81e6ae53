// One inference at a time on a compiled model. Owned by one worker. Included by detect/openvino_*.cpp only.
#pragma once

#include <memory>
#include <vector>

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/tensor.hpp>

#include "detect/candidate.hpp"
#include "detect/engine.hpp"
#include "detect/output_layout.hpp"

namespace hazard::detect {

// What all requests of an engine share; never changes once it is loaded.
struct LoadedModel {
  ov::CompiledModel compiled;
  OutputLayout layout;
  GraphForm form;
};

// Keeps the compiled model alive, so a request may outlive its engine. After a failed inference the next infer() makes
// itself a fresh OpenVINO request around the same input memory.
class OpenvinoRequest final : public InferenceRequest {
 public:
  explicit OpenvinoRequest(std::shared_ptr<LoadedModel> model);

  domain::RgbView input() noexcept override;
  domain::Result<void> infer() override;
  std::vector<domain::Detection> detections(const domain::Letterbox& letterbox, const DetectOptions& options) override;

  // Of the last good infer(); empty when there is none.
  std::span<const float> output() const noexcept { return output_; }

 private:
  std::shared_ptr<LoadedModel> model_;
  ov::Tensor pixels_;                          // u8 (1, height, width, 3)
  std::unique_ptr<ov::InferRequest> request_;  // empty: make one before the next inference
  ov::Tensor result_;
  std::span<const float> output_;
  std::vector<Candidate> scratch_;
};

}  // namespace hazard::detect
