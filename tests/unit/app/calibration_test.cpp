#include "app/calibration.hpp"

#include <gtest/gtest.h>

#include "detect/fake_engine.hpp"
#include "image/decoder.hpp"

namespace hazard::app {
namespace {

TEST(Calibration, the_sample_is_a_camera_sized_jpeg_and_always_the_same) {
  const auto picture = sample_picture();
  const auto header = image::probe(picture);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->format, image::Format::jpeg);
  EXPECT_EQ(header->upright, (domain::SizePx{1280, 720}));
  EXPECT_EQ(sample_picture(), picture);
}

TEST(Calibration, runs_every_worker_at_least_three_times) {
  std::atomic<int> frames = 0;
  detect::FakeScript script;
  script.workers = 2;
  script.on_infer = [&]() -> domain::Result<void> {
    ++frames;
    return {};
  };
  const auto engine = detect::make_fake_engine(script);
  const auto measured = calibrate(*engine, sample_picture(), base::Duration::zero());
  ASSERT_TRUE(measured);
  EXPECT_EQ(frames, 6);
  EXPECT_GT(measured->frames_per_second, 0);
  EXPECT_GT(measured->decode.median_ms, 0);
}

TEST(Calibration, a_failing_model_is_told) {
  detect::FakeScript script;
  script.on_infer = [] { return domain::Result<void>(domain::refuse(domain::ErrorCode::inference_failed, "It broke.")); };
  const auto engine = detect::make_fake_engine(script);
  const auto measured = calibrate(*engine, sample_picture(), base::Duration::zero());
  ASSERT_FALSE(measured);
  EXPECT_EQ(measured.error().message, "It broke.");
}

TEST(Calibration, an_unreadable_picture_is_told) {
  const auto engine = detect::make_fake_engine({});
  EXPECT_FALSE(calibrate(*engine, domain::Bytes{1, 2, 3}, base::Duration::zero()));
}

TEST(Timing, is_zero_without_measurements) {
  EXPECT_EQ(timing_of({}).median_ms, 0);
  EXPECT_EQ(timing_of({}).p95_ms, 0);
}

TEST(Timing, takes_middle_and_upper_end_of_any_order) {
  std::vector<double> times;
  for (int i = 101; i >= 1; --i) times.push_back(i);
  EXPECT_EQ(timing_of(times).median_ms, 51);
  EXPECT_EQ(timing_of(times).p95_ms, 96);
  EXPECT_EQ(timing_of({7}).p95_ms, 7);
}

}  // namespace
}  // namespace hazard::app
