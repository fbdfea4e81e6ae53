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
#include "pipeline/graph_shelf.hpp"
#include "pipeline/pipeline_metrics.hpp"
#include "pipeline/scheduler.hpp"

namespace hazard::pipeline {

struct PipelineOptions {
  ShelfOptions shelf;
  bool reuse_still = true;    // boxes of a picture that shows the same as the one before
  double calibrated_fps = 0;  // what a calibration measured; 0: nothing
};

class Pipeline {
 public:
  explicit Pipeline(const base::Clock& clock);
  ~Pipeline();  // stop()
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Starts the engine's workers; once.
  void start(std::unique_ptr<detect::Engine> engine, const PipelineOptions& options = {});
  bool ready() const noexcept { return ready_.load(); }

  // Null until start(). What it points to lives as long as anyone holds it.
  std::shared_ptr<const domain::ModelInfo> model() const;

  // Frames a second that the workers reach together at full quality; 0 while nothing was measured.
  double capacity_fps() const { return scheduler_.capacity_fps(); }

  // Waiting frames end as session_closed, frames in flight are finished, workers are joined.
  void stop();

  Scheduler& scheduler() noexcept { return scheduler_; }
  PipelineMetrics& metrics() noexcept { return metrics_; }
  // Null until start().
  const GraphShelf* graphs() const noexcept { return ready_.load() ? shelf_.get() : nullptr; }
  const base::Clock& clock() const noexcept { return clock_; }

 private:
  void work();

  const base::Clock& clock_;
  PipelineMetrics metrics_;
  Scheduler scheduler_;
  mutable std::mutex model_mutex_;
  std::shared_ptr<const domain::ModelInfo> model_;
  std::unique_ptr<detect::Engine> engine_;
  std::unique_ptr<GraphShelf> shelf_;
  std::thread shelf_keeper_;
  std::vector<std::thread> workers_;
  std::atomic<bool> ready_{false};
};

}  // namespace hazard::pipeline
