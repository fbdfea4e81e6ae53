#include "pipeline/pipeline.hpp"

#include <exception>
#include <utility>

#include "base/check.hpp"
#include "image/decoder.hpp"
#include "pipeline/frame_job.hpp"

namespace hazard::pipeline {
namespace {

// No frame ends a worker: what a library throws (memory that cannot be had, say) costs that frame alone.
std::variant<domain::FrameResult, domain::Error> run_fenced(const Job& job, const FrameTools& tools) noexcept {
  try {
    const FramePlan plan{
        .settings = job.settings, .taken_at = job.taken_at, .strategy = job.strategy, .fit = job.fit, .look = job.look};
    return run_frame(job.frame, plan, &job.lane->memory, tools);
  } catch (const std::exception&) {
    return domain::Error{domain::ErrorCode::inference_failed, "the frame could not be worked on"};
  }
}

}  // namespace

Pipeline::Pipeline(const base::Clock& clock) : clock_(clock), scheduler_(clock, metrics_) {}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start(std::unique_ptr<detect::Engine> engine, const PipelineOptions& options) {
  HAZARD_CHECK(engine_ == nullptr && engine != nullptr);
  engine_ = std::move(engine);
  {
    const std::lock_guard lock(model_mutex_);
    model_ = std::make_shared<const domain::ModelInfo>(engine_->model());
  }
  shelf_ = std::make_unique<GraphShelf>(*engine_, clock_, options.shelf);
  scheduler_.equip({.strategies = engine_->strategies(),
                    .workers = engine_->workers(),
                    .inputs = shelf_->inputs(),
                    .smaller_inputs = true,
                    .reuse_still = options.reuse_still});
  scheduler_.seed_capacity(options.calibrated_fps);
  shelf_keeper_ = std::thread([this] {
    while (shelf_->wait()) {
      while (shelf_->tend()) {
      }
    }
  });
  for (int i = 0; i < engine_->workers(); ++i) workers_.emplace_back(&Pipeline::work, this);
  ready_ = true;
}

std::shared_ptr<const domain::ModelInfo> Pipeline::model() const {
  const std::lock_guard lock(model_mutex_);
  return model_;
}

void Pipeline::work() {
  image::Decoder decoder;
  const FrameTools tools{.graphs = *shelf_, .decoder = decoder, .clock = clock_};
  while (auto job = scheduler_.next()) {
    auto outcome = run_fenced(*job, tools);
    scheduler_.finish(std::move(*job), std::move(outcome));
  }
}

void Pipeline::stop() {
  scheduler_.close();
  for (auto& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
  if (shelf_) shelf_->stop();
  if (shelf_keeper_.joinable()) shelf_keeper_.join();
  ready_ = false;
}

}  // namespace hazard::pipeline
