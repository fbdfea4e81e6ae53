// What the pipeline counts: each verdict by its kind, and one histogram per stage. Hot-path atomics; read by /metrics.
#pragma once

#include <array>

#include "base/metrics.hpp"
#include "domain/verdict.hpp"

namespace hazard::pipeline {

struct PipelineMetrics {
  base::Counter results;
  std::array<base::Counter, domain::kDropReasonCount> drops;
  std::array<base::Counter, domain::kErrorCodeCount> errors;

  base::Counter predicted;  // of the results
  base::Counter reused;
  std::array<base::Counter, 2> looked;  // results of an inference, by detect::Strategy
  base::Counter quality_changes;
  base::Counter refused_streams;  // no room for one more

  // Of frames that were worked on.
  base::Histogram queue;
  base::Histogram decode;
  base::Histogram inference;
  base::Histogram postprocess;
  base::Histogram total;

  void count(const domain::Verdict& verdict) noexcept;
};

}  // namespace hazard::pipeline
