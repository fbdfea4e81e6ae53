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

  // Of frames that were worked on.
  base::Histogram queue;
  base::Histogram decode;
  base::Histogram inference;
  base::Histogram postprocess;
  base::Histogram total;

  void count(const domain::Verdict& verdict) noexcept;
};

}  // namespace hazard::pipeline
