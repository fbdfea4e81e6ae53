#include "detect/fake_engine.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/check.hpp"

namespace hazard::detect {
namespace {

class FakeRequest final : public InferenceRequest {
 public:
  FakeRequest(std::shared_ptr<const FakeScript> script, const GraphForm& form)
      : script_(std::move(script)),
        form_(form),
        pixels_(3 * static_cast<std::size_t>(form.input.width) * static_cast<std::size_t>(form.input.height)) {}

  domain::RgbView input() noexcept override {
    return {pixels_.data(), form_.input, 3 * static_cast<std::size_t>(form_.input.width)};
  }

  domain::Result<void> infer() override {
    if (script_->on_form) script_->on_form(form_);
    return script_->on_infer ? script_->on_infer() : domain::Result<void>{};
  }

  std::vector<domain::Detection> detections(const domain::Letterbox&, const DetectOptions& options) override {
    std::vector<domain::Detection> kept;
    std::ranges::copy_if(script_->detections, std::back_inserter(kept), [&](const domain::Detection& detection) {
      return detection.confidence >= options.confidence_threshold;
    });
    std::ranges::sort(kept, std::ranges::greater{}, &domain::Detection::confidence);
    if (std::cmp_greater(kept.size(), options.max_detections)) {
      kept.resize(static_cast<std::size_t>(std::max(0, options.max_detections)));
    }
    return kept;
  }

 private:
  std::shared_ptr<const FakeScript> script_;  // shared, so that a request may outlive its engine as a real one may
  GraphForm form_;
  std::vector<std::uint8_t> pixels_;
};

class FakeGraph final : public Graph {
 public:
  FakeGraph(std::shared_ptr<const FakeScript> script, const GraphForm& form) : script_(std::move(script)), form_(form) {}
  const GraphForm& form() const noexcept override { return form_; }
  std::unique_ptr<InferenceRequest> make_request() override { return std::make_unique<FakeRequest>(script_, form_); }

 private:
  std::shared_ptr<const FakeScript> script_;
  GraphForm form_;
};

class FakeEngine final : public Engine {
 public:
  explicit FakeEngine(FakeScript script) : script_(std::make_shared<const FakeScript>(std::move(script))) {
    const long boxes = 21L * script_->input.width * script_->input.height / 1024;
    model_.name = "fake";
    model_.version = "0";
    model_.classes = script_->classes;
    model_.input = script_->input;
    model_.output_shape = {1, 4 + static_cast<long>(script_->classes.size()), boxes};
    model_.layout = "none: scripted detections";
    model_.device = "none";
    model_.precision = "none";
    model_.performance_mode = "latency";
    model_.streams = script_->workers;
    const Strategy first = script_->strategies == Strategies::alone ? Strategy::alone : Strategy::shared;
    first_ = std::make_shared<FakeGraph>(script_, GraphForm{script_->input, first});
  }

  const domain::ModelInfo& model() const noexcept override { return model_; }
  int workers() const noexcept override { return script_->workers; }
  Strategies strategies() const noexcept override { return script_->strategies; }
  int stride() const noexcept override { return 32; }
  std::shared_ptr<Graph> first() const override { return first_; }
  void release() noexcept override { first_.reset(); }
  domain::Result<std::shared_ptr<Graph>> compile(const GraphForm& form) override {
    if (script_->on_compile) {
      if (auto allowed = script_->on_compile(form); !allowed) return std::unexpected(std::move(allowed.error()));
    }
    return std::make_shared<FakeGraph>(script_, form);
  }

 private:
  std::shared_ptr<const FakeScript> script_;
  std::shared_ptr<Graph> first_;
  domain::ModelInfo model_;
};

}  // namespace

std::unique_ptr<Engine> make_fake_engine(FakeScript script) {
  HAZARD_CHECK(script.workers > 0 && script.input.width > 0 && script.input.height > 0);
  return std::make_unique<FakeEngine>(std::move(script));
}

}  // namespace hazard::detect
