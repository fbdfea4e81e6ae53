#include "detect/openvino_request.hpp"

#include <algorithm>
#include <utility>

#include "detect/openvino_fence.hpp"
#include "detect/postprocess.hpp"

namespace hazard::detect {
namespace {

constexpr std::uint8_t kBarGrey = 114;  // what letterbox bars are filled with, in training and here

}  // namespace

OpenvinoRequest::OpenvinoRequest(std::shared_ptr<LoadedModel> model)
    : model_(std::move(model)),
      pixels_(ov::element::u8,
              {1, static_cast<std::size_t>(model_->form.input.height), static_cast<std::size_t>(model_->form.input.width), 3}) {
  std::fill_n(pixels_.data<std::uint8_t>(), pixels_.get_byte_size(), kBarGrey);
}

domain::RgbView OpenvinoRequest::input() noexcept {
  // The pointer was valid when the tensor was made and never changes; data() only checks the element type again.
  return {pixels_.data<std::uint8_t>(), model_->form.input, 3 * static_cast<std::size_t>(model_->form.input.width)};
}

domain::Result<void> OpenvinoRequest::infer() {
  output_ = {};
  auto done = fenced(domain::ErrorCode::inference_failed, "the model could not be run on this picture", [&] {
    if (!request_) {
      request_ = std::make_unique<ov::InferRequest>(model_->compiled.create_infer_request());
      request_->set_input_tensor(pixels_);
    }
    request_->infer();
    result_ = request_->get_output_tensor();
    output_ = {std::as_const(result_).data<float>(), result_.get_size()};
  });
  if (!done) request_.reset();
  return done;
}

std::vector<domain::Detection> OpenvinoRequest::detections(const domain::Letterbox& letterbox, const DetectOptions& options) {
  const OutputLayout& layout = model_->layout;
  if (output_.empty()) return {};
  return detections_from(layout, output_, letterbox, options, scratch_);
}

}  // namespace hazard::detect
