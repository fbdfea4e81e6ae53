#include "pipeline/frame_job.hpp"

#include <gtest/gtest.h>

#include "detect/fake_engine.hpp"
#include "support/pictures.hpp"

namespace hazard::pipeline {
namespace {

using domain::ErrorCode;

class FrameJobTest : public testing::Test {
 protected:
  std::variant<domain::FrameResult, domain::Error> run(domain::Bytes picture, LaneMemory* memory = nullptr, bool look = true) {
    domain::EncodedFrame frame;
    frame.received_at = clock_.now();
    frame.buffer = std::move(picture);
    clock_.advance(std::chrono::milliseconds(5));
    settings_.tracking = memory != nullptr;
    FixedGraph graph(*request_);
    return run_frame(frame, {.settings = settings_, .taken_at = clock_.now(), .look = look}, memory,
                     {.graphs = graph, .decoder = decoder_, .clock = clock_});
  }
  void use(detect::FakeScript script) {
    engine_ = detect::make_fake_engine(std::move(script));
    request_ = engine_->make_request();
  }
  void SetUp() override {
    use({.on_infer = [this]() -> domain::Result<void> {
           clock_.advance(std::chrono::milliseconds(20));
           ++inferences_;
           return {};
         },
         .detections = {{.box = {100, 100, 200, 180}, .confidence = 0.9F, .class_id = 1},
                        {.box = {300, 200, 360, 260}, .confidence = 0.3F, .class_id = 0}}});
  }

  base::ManualClock clock_;
  int inferences_ = 0;
  std::unique_ptr<detect::Engine> engine_;
  std::unique_ptr<detect::InferenceRequest> request_;
  image::Decoder decoder_;
  LaneSettings settings_;
};

TEST_F(FrameJobTest, a_picture_becomes_boxes_with_stage_times) {
  const auto outcome = run(test::jpeg({1280, 720}));
  ASSERT_TRUE(std::holds_alternative<domain::FrameResult>(outcome));
  const auto& result = std::get<domain::FrameResult>(outcome);
  EXPECT_EQ(result.picture, (domain::SizePx{1280, 720}));
  EXPECT_EQ(result.input, (domain::SizePx{640, 640}));
  ASSERT_EQ(result.detections.size(), 1u) << "the weak box lies under the threshold";
  EXPECT_FALSE(result.detections[0].track);
  EXPECT_EQ(result.times.queue, std::chrono::milliseconds(5));
  EXPECT_EQ(result.times.inference, std::chrono::milliseconds(20));
  EXPECT_EQ(result.times.total, std::chrono::milliseconds(25));
}

TEST_F(FrameJobTest, with_a_tracker_boxes_keep_their_identity_from_frame_to_frame) {
  LaneMemory memory;
  std::uint64_t id = 0;
  for (int i = 0; i < 3; ++i) {
    const auto outcome = run(test::jpeg({640, 480}), &memory);
    const auto& result = std::get<domain::FrameResult>(outcome);
    ASSERT_EQ(result.detections.size(), 1u);
    ASSERT_TRUE(result.detections[0].track);
    if (i == 0) id = result.detections[0].track->id;
    EXPECT_EQ(result.detections[0].track->id, id);
    EXPECT_EQ(result.detections[0].track->age_frames, static_cast<std::uint32_t>(i + 1));
    clock_.advance(std::chrono::milliseconds(75));
  }
}

TEST_F(FrameJobTest, bytes_that_are_no_picture_are_refused_without_an_inference) {
  const auto outcome = run(domain::Bytes{'h', 'e', 'l', 'l', 'o'});
  ASSERT_TRUE(std::holds_alternative<domain::Error>(outcome));
  EXPECT_EQ(std::get<domain::Error>(outcome).code, ErrorCode::unsupported_format);
  EXPECT_EQ(inferences_, 0);
}

TEST_F(FrameJobTest, a_picture_cut_short_is_refused_without_an_inference) {
  domain::Bytes picture = test::jpeg({320, 240});
  picture.resize(picture.size() / 2);
  const auto outcome = run(std::move(picture));
  ASSERT_TRUE(std::holds_alternative<domain::Error>(outcome));
  EXPECT_EQ(std::get<domain::Error>(outcome).code, ErrorCode::undecodable_image);
  EXPECT_EQ(inferences_, 0);
}

TEST_F(FrameJobTest, a_side_below_32_pixels_is_answered_empty_from_the_header_and_32_is_looked_at) {
  const auto small = run(test::jpeg({640, 31}));
  EXPECT_TRUE(std::get<domain::FrameResult>(small).detections.empty());
  EXPECT_EQ(std::get<domain::FrameResult>(small).picture, (domain::SizePx{640, 31}));
  EXPECT_EQ(inferences_, 0);
  EXPECT_TRUE(std::holds_alternative<domain::FrameResult>(run(test::jpeg({640, 32}))));
  EXPECT_EQ(inferences_, 1);
}

TEST_F(FrameJobTest, a_failed_inference_is_our_error_with_its_code) {
  use({.on_infer = [] { return domain::Result<void>(domain::refuse(ErrorCode::inference_failed, "scripted")); }});
  const auto outcome = run(test::jpeg({320, 240}));
  EXPECT_EQ(std::get<domain::Error>(outcome).code, ErrorCode::inference_failed);
}

TEST_F(FrameJobTest, the_same_picture_again_is_answered_with_the_same_boxes_and_says_so) {
  LaneMemory memory;
  settings_.reuse = true;
  const auto first = std::get<domain::FrameResult>(run(test::jpeg({640, 480}), &memory));
  const auto second = std::get<domain::FrameResult>(run(test::jpeg({640, 480}), &memory));
  EXPECT_FALSE(first.reused);
  EXPECT_TRUE(second.reused);
  EXPECT_EQ(inferences_, 1);
  EXPECT_EQ(second.times.inference, base::Duration::zero());
  ASSERT_EQ(second.detections.size(), 1u);
  EXPECT_EQ(second.detections[0].track->id, first.detections[0].track->id);
  EXPECT_EQ(second.detections[0].track->age_frames, 2u) << "a frame is a frame: tracks live on";
}

TEST_F(FrameJobTest, reuse_ends_after_a_second_and_is_off_unless_asked_for) {
  LaneMemory memory;
  run(test::jpeg({640, 480}), &memory);
  run(test::jpeg({640, 480}), &memory);
  EXPECT_EQ(inferences_, 2);
  settings_.reuse = true;
  run(test::jpeg({640, 480}), &memory);
  clock_.advance(std::chrono::seconds(1));
  run(test::jpeg({640, 480}), &memory);
  EXPECT_EQ(inferences_, 4);
}

TEST_F(FrameJobTest, a_frame_that_is_not_looked_at_gets_predicted_boxes_of_confirmed_tracks_only) {
  LaneMemory memory;
  run(test::jpeg({640, 480}), &memory);
  const auto early = std::get<domain::FrameResult>(run(test::jpeg({640, 480}), &memory, false));
  EXPECT_TRUE(early.predicted);
  EXPECT_TRUE(early.detections.empty()) << "one sighting confirms nothing";
  clock_.advance(std::chrono::milliseconds(75));
  run(test::jpeg({640, 480}), &memory);
  clock_.advance(std::chrono::milliseconds(75));
  const auto predicted = std::get<domain::FrameResult>(run(test::jpeg({640, 480}), &memory, false));
  EXPECT_EQ(inferences_, 2);
  ASSERT_EQ(predicted.detections.size(), 1u);
  EXPECT_TRUE(predicted.detections[0].predicted);
  EXPECT_EQ(predicted.picture, (domain::SizePx{640, 480}));
  EXPECT_EQ(predicted.input, (domain::SizePx{0, 0})) << "no graph ran";
}

TEST_F(FrameJobTest, predicted_boxes_obey_the_settings_of_now) {
  LaneMemory memory;
  for (int i = 0; i < 2; ++i) {
    run(test::jpeg({640, 480}), &memory);
    clock_.advance(std::chrono::milliseconds(75));
  }
  const auto predicted = [&] { return std::get<domain::FrameResult>(run(test::jpeg({640, 480}), &memory, false)).detections; };
  ASSERT_EQ(predicted().size(), 1u);
  const float sure = predicted()[0].detection.confidence;
  settings_.detect.confidence_threshold = sure + 0.01F;
  EXPECT_TRUE(predicted().empty());
  settings_.detect.confidence_threshold = sure - 0.01F;
  EXPECT_EQ(predicted().size(), 1u);
  settings_.detect.max_detections = 0;
  EXPECT_TRUE(predicted().empty());
}

TEST_F(FrameJobTest, bytes_that_are_no_picture_are_refused_also_when_nobody_looks) {
  LaneMemory memory;
  EXPECT_TRUE(std::holds_alternative<domain::Error>(run(domain::Bytes{'h', 'i'}, &memory, false)));
  domain::Bytes cut = test::jpeg({640, 480});
  cut.resize(cut.size() / 2);
  EXPECT_TRUE(std::holds_alternative<domain::Error>(run(std::move(cut), &memory, false)));
}

TEST_F(FrameJobTest, max_detections_cuts_the_list) {
  settings_.detect.confidence_threshold = 0.1F;
  settings_.detect.max_detections = 1;
  EXPECT_EQ(std::get<domain::FrameResult>(run(test::jpeg({640, 480}))).detections.size(), 1u);
}

}  // namespace
}  // namespace hazard::pipeline
