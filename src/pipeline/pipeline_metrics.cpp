#include "pipeline/pipeline_metrics.hpp"

namespace hazard::pipeline {

void PipelineMetrics::count(const domain::Verdict& verdict) noexcept {
  if (const auto* drop = std::get_if<domain::FrameDrop>(&verdict.outcome)) {
    drops[static_cast<std::size_t>(drop->reason)].add();
    return;
  }
  if (const auto* error = std::get_if<domain::Error>(&verdict.outcome)) {
    errors[static_cast<std::size_t>(error->code)].add();
    return;
  }
  const auto& result = std::get<domain::FrameResult>(verdict.outcome);
  const domain::StageTimes& times = result.times;
  results.add();
  if (result.predicted) predicted.add();
  if (result.reused) reused.add();
  queue.observe(times.queue);
  decode.observe(times.decode);
  inference.observe(times.inference);
  postprocess.observe(times.postprocess);
  total.observe(times.total);
}

}  // namespace hazard::pipeline
