#include "app/detect_report.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

domain::FrameResult one_pothole() {
  domain::FrameResult result;
  result.picture = {1280, 720};
  result.detections.push_back(
      {.detection = {.box = {1, 2.5F, 30, 40}, .confidence = 0.75F, .class_id = 1}, .track = {}, .predicted = false});
  result.times.decode = std::chrono::microseconds(1500);
  result.times.inference = std::chrono::milliseconds(20);
  return result;
}

const std::vector<std::string> kClasses{"crack", "pothole"};

TEST(DetectReport, a_json_line_says_what_was_found) {
  EXPECT_EQ(json_line("a.jpg", one_pothole(), kClasses),
            "{\"file\":\"a.jpg\",\"width\":1280,\"height\":720,\"detections\":[{\"class_id\":1,\"class_name\":\"pothole\","
            "\"confidence\":0.75,\"bbox\":[1,2.5,30,40]}],\"decode_ms\":1.5,\"inference_ms\":20}\n");
}

TEST(DetectReport, nothing_found_is_an_explicit_empty_list) {
  EXPECT_NE(json_line("a.jpg", domain::FrameResult{}, kClasses).find("\"detections\":[]"), std::string::npos);
}

TEST(DetectReport, a_refused_picture_names_its_code) {
  const domain::Error error{domain::ErrorCode::undecodable_image, "It is cut short."};
  EXPECT_EQ(json_line("a\"b.jpg", error),
            "{\"file\":\"a\\\"b.jpg\",\"error\":\"It is cut short.\",\"code\":\"undecodable_image\"}\n");
}

TEST(DetectReport, csv_has_a_row_for_each_detection) {
  EXPECT_EQ(csv_header(), "file,class_id,class_name,confidence,x1,y1,x2,y2\r\n");
  EXPECT_EQ(csv_rows("a.jpg", one_pothole(), kClasses), "a.jpg,1,pothole,0.7500,1.00,2.50,30.00,40.00\r\n");
  EXPECT_EQ(csv_rows("a.jpg", domain::FrameResult{}, kClasses), "");
}

TEST(DetectReport, csv_quotes_what_would_break_a_row) {
  EXPECT_TRUE(csv_rows("a,b.jpg", one_pothole(), kClasses).starts_with("\"a,b.jpg\",1,"));
  EXPECT_TRUE(csv_rows("a\"b.jpg", one_pothole(), kClasses).starts_with("\"a\"\"b.jpg\",1,"));
  EXPECT_TRUE(csv_rows("a\nb.jpg", one_pothole(), kClasses).starts_with("\"a\nb.jpg\",1,"));
}

TEST(DetectReport, a_class_without_a_name_is_unknown) {
  EXPECT_NE(csv_rows("a.jpg", one_pothole(), {"crack"}).find(",1,unknown,"), std::string::npos);
}

}  // namespace
}  // namespace hazard::app
