#include "base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace hazard::base {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using testing::HasSubstr;
using testing::Not;

TEST(Counter, starts_at_zero_and_adds) {
  Counter counter;
  EXPECT_EQ(counter.value(), 0U);
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42U);
}

TEST(Counter, loses_nothing_when_threads_add_at_once) {
  Counter counter;
  Histogram histogram;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        counter.add();
        histogram.observe(microseconds{i});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000U);
  EXPECT_EQ(histogram.count(), 40'000U);
  EXPECT_EQ(histogram.sum(), microseconds{4LL * 10'000 * 9'999 / 2});
}

TEST(Gauge, goes_up_and_down_and_below_zero) {
  Gauge gauge;
  gauge.add(3);
  gauge.sub(5);
  EXPECT_EQ(gauge.value(), -2);
  gauge.set(7);
  EXPECT_EQ(gauge.value(), 7);
}

TEST(Histogram, bounds_are_inclusive_to_the_nanosecond) {
  Histogram histogram;
  histogram.observe(microseconds{100} - nanoseconds{1});
  histogram.observe(microseconds{100});
  histogram.observe(microseconds{100} + nanoseconds{1});
  EXPECT_EQ(histogram.buckets()[0], 2U);
  EXPECT_EQ(histogram.buckets()[1], 1U);
}

TEST(Histogram, last_bound_and_beyond) {
  Histogram histogram;
  histogram.observe(std::chrono::seconds{10});
  histogram.observe(std::chrono::seconds{10} + nanoseconds{1});
  histogram.observe(hours{24});
  EXPECT_EQ(histogram.buckets()[Histogram::kBuckets - 2], 1U);
  EXPECT_EQ(histogram.buckets()[Histogram::kBuckets - 1], 2U);
}

TEST(Histogram, negative_time_counts_as_zero) {
  Histogram histogram;
  histogram.observe(milliseconds{-5});
  EXPECT_EQ(histogram.buckets()[0], 1U);
  EXPECT_EQ(histogram.sum(), Duration::zero());
}

TEST(Histogram, bounds_grow) { EXPECT_TRUE(std::ranges::is_sorted(Histogram::kBoundsUs, std::ranges::less_equal{})); }

TEST(HistogramQuantile, of_nothing_is_zero) { EXPECT_EQ(Histogram{}.quantile(0.5), Duration::zero()); }

TEST(HistogramQuantile, runs_straight_through_a_bucket) {
  Histogram histogram;
  for (int i = 0; i < 100; ++i) histogram.observe(milliseconds{25});  // the bucket above 20, up to 30 ms
  EXPECT_EQ(histogram.quantile(0.0), milliseconds{20});
  EXPECT_EQ(histogram.quantile(0.5), milliseconds{25});
  EXPECT_EQ(histogram.quantile(1.0), milliseconds{30});
}

TEST(HistogramQuantile, skips_empty_buckets) {
  Histogram histogram;
  for (int i = 0; i < 90; ++i) histogram.observe(milliseconds{1});
  for (int i = 0; i < 10; ++i) histogram.observe(milliseconds{90});
  EXPECT_LE(histogram.quantile(0.9), milliseconds{1});
  EXPECT_GT(histogram.quantile(0.91), milliseconds{70});
  EXPECT_LE(histogram.quantile(0.99), milliseconds{100});
}

TEST(HistogramQuantile, never_claims_more_than_the_last_bound) {
  Histogram histogram;
  histogram.observe(hours{1});
  EXPECT_EQ(histogram.quantile(0.5), std::chrono::seconds{10});
}

TEST(HistogramQuantile, clamps_q) {
  Histogram histogram;
  histogram.observe(milliseconds{25});
  EXPECT_EQ(histogram.quantile(-1), histogram.quantile(0));
  EXPECT_EQ(histogram.quantile(2), histogram.quantile(1));
}

TEST(MetricsPage, of_nothing_is_empty) { EXPECT_EQ(MetricsPage{}.text(), ""); }

TEST(MetricsPage, writes_help_and_type_once_and_keeps_a_family_together) {
  Counter stale;
  stale.add(3);
  MetricsPage page;
  page.counter("frames_total", "Frames by outcome.", stale, {{"reason", "stale"}});
  page.gauge("sessions", "Live sessions.", 2.0);
  page.counter("frames_total", "Frames by outcome.", 4, {{"reason", "over_rate"}, {"door", "sse"}});
  EXPECT_EQ(page.text(),
            "# HELP frames_total Frames by outcome.\n"
            "# TYPE frames_total counter\n"
            "frames_total{reason=\"stale\"} 3\n"
            "frames_total{reason=\"over_rate\",door=\"sse\"} 4\n"
            "# HELP sessions Live sessions.\n"
            "# TYPE sessions gauge\n"
            "sessions 2\n");
}

TEST(MetricsPage, escapes_label_values_and_help) {
  MetricsPage page;
  page.gauge("g", "a \"b\"\\\nc", 1.0, {{"x", "q\"\\\n\r{}"}});
  EXPECT_EQ(page.text(), "# HELP g a \"b\"\\\\\\nc\n# TYPE g gauge\ng{x=\"q\\\"\\\\\\n {}\"} 1\n");
}

TEST(MetricsPage, writes_the_numbers_that_json_cannot) {
  MetricsPage page;
  page.gauge("g", "", std::numeric_limits<double>::infinity(), {{"n", "a"}});
  page.gauge("g", "", -std::numeric_limits<double>::infinity(), {{"n", "b"}});
  page.gauge("g", "", std::numeric_limits<double>::quiet_NaN(), {{"n", "c"}});
  page.gauge("g", "", 0.1, {{"n", "d"}});
  EXPECT_THAT(page.text(), HasSubstr("g{n=\"a\"} +Inf\ng{n=\"b\"} -Inf\ng{n=\"c\"} NaN\ng{n=\"d\"} 0.1\n"));
}

TEST(MetricsPage, counters_keep_all_their_digits) {
  MetricsPage page;
  page.counter("c_total", "", std::numeric_limits<std::uint64_t>::max());
  EXPECT_THAT(page.text(), HasSubstr("c_total 18446744073709551615\n"));
}

TEST(MetricsPage, histogram_is_cumulative_in_seconds_and_ends_in_inf) {
  Histogram histogram;
  histogram.observe(microseconds{100});
  histogram.observe(milliseconds{20});
  histogram.observe(std::chrono::seconds{11});
  MetricsPage page;
  page.histogram("stage_seconds", "Time in a stage.", histogram, {{"stage", "decode"}});
  const std::string text = page.text();
  EXPECT_THAT(text, HasSubstr("# TYPE stage_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"decode\",le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"decode\",le=\"0.015\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"decode\",le=\"0.02\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"decode\",le=\"10\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"decode\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_sum{stage=\"decode\"} 11.0201\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_count{stage=\"decode\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("e-")));
}

TEST(MetricsPage, histogram_without_labels_has_only_le) {
  MetricsPage page;
  page.histogram("h_seconds", "", Histogram{});
  EXPECT_THAT(page.text(), HasSubstr("h_seconds_bucket{le=\"0.0001\"} 0\n"));
  EXPECT_THAT(page.text(), HasSubstr("h_seconds_sum 0\n"));
}

TEST(MetricsPageDeathTest, ends_the_process_on_a_name_prometheus_would_refuse) {
  MetricsPage page;
  EXPECT_DEATH(page.counter("9lives", "", 1), "bug:");
  EXPECT_DEATH(page.counter("", "", 1), "bug:");
  EXPECT_DEATH(page.counter("with-dash", "", 1), "bug:");
  EXPECT_DEATH(page.counter("ok", "", 1, {{"a:b", "colons are for metric names"}}), "bug:");
  EXPECT_DEATH(page.counter("ok", "", 1, {{"__reserved", ""}}), "bug:");
}

TEST(MetricsPageDeathTest, ends_the_process_on_one_name_with_two_types) {
  MetricsPage page;
  page.counter("c", "", 1);
  EXPECT_DEATH(page.gauge("c", "", 1.0), "bug:");
}

}  // namespace
}  // namespace hazard::base
