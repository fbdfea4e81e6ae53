// The path of frames as one object: the scheduler, the workers, their metrics. It lives without an engine too (the model may
// still be loading or be missing): then sessions are refused with model_not_ready, and nothing waits in vain.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/model_info.hpp"
#include "pipeline/pipeline_metrics.hpp"
#include "pipeline/scheduler.hpp"

namespace hazard::pipeline {

class Pipeline {
 public:
  explicit Pipeline(const base::Clock& clock);
  ~Pipeline();  // stop()
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Starts the engine's workers; once.
  void start(std::unique_ptr<detect::Engine> engine);
  bool ready() const noexcept { return ready_.load(); }

  // Null until start(). What it points to lives as long as anyone holds it.
  std::shared_ptr<const domain::ModelInfo> model() const;

  // Frames a second that the workers reach together, from the mean of what they measured lately; 0 before the first frame.
  double capacity_fps() const noexcept;

  // Waiting frames end as session_closed, frames in flight are finished, workers are joined.
  void stop();

  Scheduler& scheduler() noexcept { return scheduler_; }
  PipelineMetrics& metrics() noexcept { return metrics_; }
  const base::Clock& clock() const noexcept { return clock_; }

 private:
  void work(detect::InferenceRequest& request);
  void note_service_time(base::Duration time) noexcept;

  const base::Clock& clock_;
  PipelineMetrics metrics_;
  Scheduler scheduler_;
  mutable std::mutex model_mutex_;
  std::shared_ptr<const domain::ModelInfo> model_;
  std::unique_ptr<detect::Engine> engine_;
  std::vector<std::unique_ptr<detect::InferenceRequest>> requests_;
  std::vector<std::thread> workers_;
  std::atomic<bool> ready_{false};
  std::atomic<std::int64_t> service_ns_{0};  // running mean per worker
};

}  // namespace hazard::pipeline
