#include "store/job_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>

#include "base/thread_rank.hpp"

namespace hazard::store {
namespace {

using testing::ElementsAre;

// Notes what ran, in batches; the first batch can be held until released.
struct Recorder {
  std::vector<std::size_t> batches;
  int done = 0;
  std::promise<void> entered;
  std::promise<void> release;
  bool hold = false;

  JobWriter::RunBatch run() {
    return [this](std::vector<Job>& jobs) {
      batches.push_back(jobs.size());
      if (hold && batches.size() == 1) {
        entered.set_value();
        release.get_future().wait();
      }
      for (Job& job : jobs) job.done(true);
    };
  }
  Job job() {
    return {.work = {}, .done = [this](bool) { ++done; }};
  }
};

TEST(JobWriter, its_thread_stands_behind_the_frames) {
  StoreMetrics metrics;
  Recorder recorder;
  JobWriter writer(10, 10, metrics, recorder.run());
  int niceness = -100;
  writer.call([&] { niceness = base::niceness_of_this_thread(); });
  EXPECT_EQ(niceness, std::min(19, base::niceness_of_this_thread() + base::kBehindFrames));
}

TEST(JobWriter, runs_every_job_once_before_a_call_returns) {
  StoreMetrics metrics;
  Recorder recorder;
  JobWriter writer(100, 10, metrics, recorder.run());
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(writer.submit(recorder.job()));
  writer.call([] {});
  EXPECT_EQ(recorder.done, 25);
  EXPECT_EQ(metrics.jobs_taken.value(), 25U);
  EXPECT_EQ(metrics.queued.value(), 0);
}

TEST(JobWriter, what_is_posted_runs_after_what_was_submitted_before) {
  StoreMetrics metrics;
  Recorder recorder;
  JobWriter writer(100, 10, metrics, recorder.run());
  int seen = -1;
  EXPECT_TRUE(writer.submit(recorder.job()));
  EXPECT_TRUE(writer.post([&] { seen = recorder.done; }));
  writer.call([] {});
  EXPECT_EQ(seen, 1);
}

TEST(JobWriter, what_a_job_posts_comes_next) {
  StoreMetrics metrics;
  Recorder recorder;
  JobWriter writer(100, 10, metrics, recorder.run());
  bool posted = false;
  EXPECT_TRUE(writer.submit({.work = {}, .done = [&](bool) { EXPECT_TRUE(writer.post([&] { posted = true; })); }}));
  writer.call([] {});
  EXPECT_TRUE(posted) << "before a call that waited already";
}

TEST(JobWriter, refuses_at_once_when_the_queue_is_full_and_never_calls_that_jobs_done) {
  StoreMetrics metrics;
  Recorder recorder;
  recorder.hold = true;
  JobWriter writer(3, 10, metrics, recorder.run());
  EXPECT_TRUE(writer.submit(recorder.job()));
  recorder.entered.get_future().wait();  // the first is being written: the queue is empty again
  EXPECT_TRUE(writer.submit(recorder.job()));
  EXPECT_TRUE(writer.submit(recorder.job()));
  EXPECT_TRUE(writer.submit(recorder.job()));
  EXPECT_FALSE(writer.submit(recorder.job()));
  recorder.release.set_value();
  writer.call([] {});
  EXPECT_EQ(recorder.done, 4);
  EXPECT_EQ(metrics.jobs_refused.value(), 1U);
}

TEST(JobWriter, refuses_jobs_that_hold_more_bytes_than_it_may_keep_until_those_before_are_gone) {
  StoreMetrics metrics;
  Recorder recorder;
  recorder.hold = true;
  JobWriter writer(100, 10, metrics, recorder.run(), 1000);
  const auto job_of = [&](std::size_t bytes) {
    Job job = recorder.job();
    job.bytes = bytes;
    return job;
  };
  EXPECT_FALSE(writer.submit(job_of(1001))) << "alone too large";
  EXPECT_TRUE(writer.submit(job_of(400)));
  recorder.entered.get_future().wait();
  EXPECT_FALSE(writer.submit(job_of(601))) << "the one that runs still holds its own";
  EXPECT_TRUE(writer.submit(job_of(600))) << "exactly at the limit";
  EXPECT_FALSE(writer.submit(job_of(1)));
  EXPECT_TRUE(writer.submit(job_of(0))) << "jobs without pictures go on";
  recorder.release.set_value();
  writer.call([] {});
  EXPECT_TRUE(writer.submit(job_of(1000)));
  writer.call([] {});
  EXPECT_EQ(recorder.done, 4);
  EXPECT_EQ(metrics.jobs_refused.value(), 3U);
}

TEST(JobWriter, what_a_job_holds_is_freed_once_it_has_run) {
  StoreMetrics metrics;
  Recorder recorder;
  JobWriter writer(100, 10, metrics, recorder.run());
  const auto picture = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = picture;
  EXPECT_TRUE(writer.submit({.work = [held = picture](Transaction&) { return *held == 1; }, .done = [](bool) {}, .bytes = 4}));
  writer.call([] {});
  EXPECT_EQ(watched.use_count(), 1) << "only the test's own is left";
}

TEST(JobWriter, puts_what_waited_into_batches_of_at_most_the_limit) {
  StoreMetrics metrics;
  Recorder recorder;
  recorder.hold = true;
  JobWriter writer(100, 4, metrics, recorder.run());
  EXPECT_TRUE(writer.submit(recorder.job()));
  recorder.entered.get_future().wait();
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(writer.submit(recorder.job()));
  recorder.release.set_value();
  writer.call([] {});
  EXPECT_THAT(recorder.batches, ElementsAre(1, 4, 4, 1));
}

TEST(JobWriter, a_call_comes_between_the_jobs_before_and_after_it) {
  StoreMetrics metrics;
  Recorder recorder;
  JobWriter writer(100, 100, metrics, recorder.run());
  writer.submit(recorder.job());
  int seen = -1;
  writer.call([&] { seen = recorder.done; });
  EXPECT_EQ(seen, 1);
}

TEST(JobWriter, runs_what_was_taken_before_it_goes) {
  StoreMetrics metrics;
  Recorder recorder;
  {
    JobWriter writer(100, 7, metrics, recorder.run());
    for (int i = 0; i < 50; ++i) writer.submit(recorder.job());
  }
  EXPECT_EQ(recorder.done, 50);
}

}  // namespace
}  // namespace hazard::store
