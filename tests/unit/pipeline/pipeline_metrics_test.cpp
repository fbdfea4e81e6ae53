#include "pipeline/pipeline_metrics.hpp"

#include <gtest/gtest.h>

namespace hazard::pipeline {
namespace {

using std::chrono::milliseconds;

TEST(PipelineMetrics, counts_each_verdict_by_its_kind_and_times_only_results) {
  PipelineMetrics metrics;
  domain::Verdict verdict;
  verdict.outcome = domain::FrameDrop{.reason = domain::DropReason::stale, .retry_after = {}};
  metrics.count(verdict);
  verdict.outcome = domain::Error{domain::ErrorCode::undecodable_image, "cut short"};
  metrics.count(verdict);
  domain::FrameResult result;
  result.times = {.queue = milliseconds(1), .decode = milliseconds(2), .inference = milliseconds(20), .total = milliseconds(23)};
  verdict.outcome = result;
  metrics.count(verdict);

  EXPECT_EQ(metrics.drops[static_cast<std::size_t>(domain::DropReason::stale)].value(), 1u);
  EXPECT_EQ(metrics.errors[static_cast<std::size_t>(domain::ErrorCode::undecodable_image)].value(), 1u);
  EXPECT_EQ(metrics.results.value(), 1u);
  EXPECT_EQ(metrics.inference.count(), 1u);
  EXPECT_EQ(metrics.inference.sum(), milliseconds(20));
  EXPECT_EQ(metrics.total.sum(), milliseconds(23));
}

}  // namespace
}  // namespace hazard::pipeline
