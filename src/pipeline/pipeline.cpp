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
    return run_frame(job.frame, job.settings, job.taken_at, &job.lane->tracker, tools);
  } catch (const std::exception&) {
    return domain::Error{domain::ErrorCode::inference_failed, "the frame could not be worked on"};
  }
}

}  // namespace

Pipeline::Pipeline(const base::Clock& clock) : clock_(clock), scheduler_(clock, metrics_) {}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start(std::unique_ptr<detect::Engine> engine) {
  HAZARD_CHECK(engine_ == nullptr && engine != nullptr);
  engine_ = std::move(engine);
  {
    const std::lock_guard lock(model_mutex_);
    model_ = std::make_shared<const domain::ModelInfo>(engine_->model());
  }
  for (int i = 0; i < engine_->workers(); ++i) requests_.push_back(engine_->make_request());
  for (auto& request : requests_) {
    workers_.emplace_back(&Pipeline::work, this, std::ref(*request));
  }
  ready_ = true;
}

std::shared_ptr<const domain::ModelInfo> Pipeline::model() const {
  const std::lock_guard lock(model_mutex_);
  return model_;
}

void Pipeline::work(detect::InferenceRequest& request) {
  image::Decoder decoder;
  const FrameTools tools{.request = request, .decoder = decoder, .clock = clock_};
  while (auto job = scheduler_.next()) {
    auto outcome = run_fenced(*job, tools);
    note_service_time(clock_.now() - job->taken_at);
    scheduler_.finish(std::move(*job), std::move(outcome));
  }
}

void Pipeline::note_service_time(base::Duration time) noexcept {
  // An exponential mean over about 32 frames: quick enough to follow a changing picture size, slow enough to be quoted.
  const std::int64_t before = service_ns_.load(std::memory_order_relaxed);
  const std::int64_t after = before == 0 ? time.count() : before + (time.count() - before) / 32;
  service_ns_.store(after, std::memory_order_relaxed);
}

double Pipeline::capacity_fps() const noexcept {
  const std::int64_t each = service_ns_.load(std::memory_order_relaxed);
  return each == 0 ? 0.0 : static_cast<double>(workers_.size()) * 1e9 / static_cast<double>(each);
}

void Pipeline::stop() {
  scheduler_.close();
  for (auto& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
  ready_ = false;
}

}  // namespace hazard::pipeline
