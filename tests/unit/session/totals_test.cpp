#include "session/totals.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace hazard::session {
namespace {

TEST(Totals, add_up_at_every_moment_while_many_threads_count) {
  Totals totals;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&totals, i] {
      for (int n = 0; n < 500; ++n) {
        totals.frame_received();
        const auto seen = totals.counters();
        EXPECT_EQ(seen.received, seen.results + seen.total_drops() + seen.total_errors() + seen.in_flight);
        domain::Verdict verdict;
        if (i == 0) verdict.outcome = domain::FrameDrop{.reason = domain::DropReason::queue_full, .retry_after = {}};
        if (i == 1) verdict.outcome = domain::Error{domain::ErrorCode::invalid_envelope, "x"};
        totals.frame_ended(verdict, std::chrono::milliseconds(5));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto counters = totals.counters();
  EXPECT_EQ(counters.received, 2000u);
  EXPECT_EQ(counters.results, 1000u);
  EXPECT_EQ(counters.in_flight, 0u);
  EXPECT_EQ(totals.age().count(), 1000u) << "only results have an age";
}

}  // namespace
}  // namespace hazard::session
