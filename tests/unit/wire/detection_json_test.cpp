#include "wire/detection_json.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace hazard::wire {
namespace {

domain::ModelInfo model() {
  domain::ModelInfo info;
  info.classes = {"crack", "surface damage"};
  return info;
}

domain::TrackedDetection detection(domain::PixelBox box) {
  domain::TrackedDetection tracked;
  tracked.detection = {box, 0.5F, 1};
  return tracked;
}

template <typename Write>
boost::json::object written(Write write) {
  std::string out;
  JsonWriter json(out);
  write(json);
  boost::json::error_code ec;
  auto parsed = boost::json::parse(out, ec);
  EXPECT_FALSE(ec) << out;
  return parsed.is_object() ? parsed.as_object() : boost::json::object{};
}

double number(const boost::json::value& value) { return value.to_number<double>(); }

TEST(ClassName, comes_from_the_model_or_is_made_up) {
  const domain::ModelInfo info = model();
  EXPECT_EQ(class_name(&info, 0), "crack");
  EXPECT_EQ(class_name(&info, 1), "surface damage");
  EXPECT_EQ(class_name(&info, 2), "class_2");
  EXPECT_EQ(class_name(&info, -1), "class_-1");
  EXPECT_EQ(class_name(nullptr, 0), "class_0");
}

TEST(FullDetection, all_spellings_agree) {
  const domain::ModelInfo info = model();
  const auto box = written([&](JsonWriter& json) { write_full_detection(json, detection({1.25F, 2, 4.75F, 10}), &info, 5.5); });
  EXPECT_EQ(box.at("x1"), box.at("bbox").at(0));
  EXPECT_EQ(box.at("y1"), box.at("bbox").at(1));
  EXPECT_EQ(box.at("x2"), box.at("bbox").at(2));
  EXPECT_EQ(box.at("y2"), box.at("bbox").at(3));
  EXPECT_EQ(box.at("box").at("x"), box.at("x1"));
  EXPECT_EQ(box.at("box").at("w"), box.at("width"));
  EXPECT_EQ(box.at("box").at("h"), box.at("height"));
  EXPECT_EQ(box.at("confidence"), box.at("score"));
  EXPECT_EQ(box.at("class_id"), box.at("classId"));
  EXPECT_EQ(box.at("class_name"), box.at("className"));
  EXPECT_EQ(box.at("class_name"), box.at("label"));
  EXPECT_EQ(number(box.at("area")), 28);
  EXPECT_EQ(number(box.at("timestamp")), 5.5);
  EXPECT_TRUE(box.at("report_id").is_null());
}

TEST(FullDetection, leaves_out_what_is_not_known) {
  const domain::ModelInfo info = model();
  const auto box = written([&](JsonWriter& json) { write_full_detection(json, detection({0, 0, 1, 1}), &info, {}); });
  EXPECT_FALSE(box.contains("timestamp"));
  EXPECT_FALSE(box.contains("track_id"));
  EXPECT_FALSE(box.contains("age_frames"));
  EXPECT_FALSE(box.contains("predicted"));
  EXPECT_EQ(box.at("is_new"), false);
}

TEST(LeanDetection, says_is_new_only_of_tracks) {
  const domain::ModelInfo info = model();
  auto tracked = detection({0, 0, 1, 1});
  const auto write = [&](JsonWriter& json) { write_lean_detection(json, tracked, &info); };
  EXPECT_FALSE(written(write).contains("is_new"));
  tracked.track = domain::TrackedDetection::Track{.id = 3, .age_frames = 1, .is_new = false};
  EXPECT_EQ(written(write).at("is_new"), false);
  EXPECT_EQ(written(write).size(), 7U);
}

TEST(V1Detection, has_no_stream_fields) {
  const domain::ModelInfo info = model();
  const auto box = written([&](JsonWriter& json) { write_v1_detection(json, detection({1, 2, 3, 4}), &info); });
  EXPECT_EQ(boost::json::serialize(box.at("box")), "[1,2,3,4]");
  EXPECT_FALSE(box.contains("bbox") || box.contains("is_new") || box.contains("report_id"));
}

TEST(Detections, no_box_becomes_empty_by_rounding) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> place(0, 100);
  std::uniform_real_distribution<float> size(1e-5F, 0.02F);
  for (int round = 0; round < 2000; ++round) {
    const float x = place(random);
    const float y = place(random);
    const domain::PixelBox thin{x, y, std::nextafter(x, 1000.F), y + size(random)};
    const auto box = written([&](JsonWriter& json) { write_lean_detection(json, detection(thin), nullptr); });
    const auto& corners = box.at("bbox").as_array();
    ASSERT_LT(number(corners[0]), number(corners[2]));
    ASSERT_LT(number(corners[1]), number(corners[3]));
  }
}

TEST(Detections, values_that_are_not_finite_become_null) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  auto tracked = detection({nan, -inf, inf, nan});
  tracked.detection.confidence = nan;
  const auto box = written([&](JsonWriter& json) { write_full_detection(json, tracked, nullptr, {}); });
  for (const char* key : {"x1", "y1", "x2", "y2", "width", "height", "area", "confidence", "score", "center_x"}) {
    EXPECT_TRUE(box.at(key).is_null()) << key;
  }
}

}  // namespace
}  // namespace hazard::wire
