#include "app/keeping.hpp"

#include <gtest/gtest.h>

#include "support/temp_store.hpp"

namespace hazard::app {
namespace {

Config config_with(const std::string& folder) {
  Config config;
  config.data_dir = folder;
  config.evidence = "crop";
  return config;
}

TEST(Keeping, a_folder_of_the_operator_keeps_sessions_over_a_restart) {
  base::RealClock clock;
  test::TempFolder folder;
  const auto config = config_with(folder.path() / "data");
  std::string id;
  {
    auto keeping = Keeping::open(config, clock);
    ASSERT_TRUE(keeping) << keeping.error().message;
    id = (*keeping)->desk().sessions().start({}, "client");
  }
  auto keeping = Keeping::open(config, clock);
  ASSERT_TRUE(keeping);
  EXPECT_TRUE((*keeping)->desk().sessions().find(id));
  EXPECT_NE((*keeping)->words().find("data"), std::string::npos);
}

TEST(Keeping, without_a_folder_it_keeps_for_as_long_as_it_runs_and_says_so) {
  base::RealClock clock;
  auto keeping = Keeping::open(config_with(""), clock);
  ASSERT_TRUE(keeping);
  EXPECT_TRUE((*keeping)->desk().keeps());
  EXPECT_NE((*keeping)->words().find("DATA_DIR"), std::string::npos);
}

TEST(Keeping, a_folder_that_cannot_be_used_stops_the_start_in_a_sentence) {
  base::RealClock clock;
  const auto keeping = Keeping::open(config_with("/proc/nowhere"), clock);
  ASSERT_FALSE(keeping);
  EXPECT_NE(keeping.error().message.find("DATA_DIR"), std::string::npos);
}

TEST(Keeping, a_picture_of_a_stream_is_counted_for_its_session) {
  base::RealClock clock;
  auto keeping = Keeping::open(config_with(""), clock);
  ASSERT_TRUE(keeping);
  const std::string session = "stream";
  const std::string frame = "f";
  domain::ModelInfo model;
  model.classes = {"pothole"};
  domain::FrameResult result;
  result.picture = {640, 360};
  result.detections.push_back({.detection = {.box = {300, 200, 380, 250}, .confidence = 0.9F, .class_id = 0},
                               .track = domain::TrackedDetection::Track{.id = 1, .age_frames = 1, .is_new = true}});
  for (int i = 0; i < 5; ++i)
    (*keeping)->saw(
        {.session_id = session, .frame_id = frame, .result = result, .model = model, .location = {}, .at = clock.wall()});
  (*keeping)->desk().stream_ended(session, 1);
  (*keeping)->desk().close();
  EXPECT_EQ((*keeping)->desk().reads().hazards({}).total, 1);
}

}  // namespace
}  // namespace hazard::app
