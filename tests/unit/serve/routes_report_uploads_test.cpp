#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

std::string form_of(std::string_view field, std::string_view value) {
  auto body = multipart("file", "a.jpg", "image/jpeg", small_jpeg());
  body.resize(body.size() - std::string_view("--edge--\r\n").size());
  return body + "--edge\r\nContent-Disposition: form-data; name=\"" + std::string(field) + "\"\r\n\r\n" + std::string(value) +
         "\r\n--edge--\r\n";
}

TEST(routes_report_uploads, both_generations_are_understood) {
  LiveDesk live;
  const auto original =
      live.post("/reports/upload", form_of("detection_data", R"({"class_name":"crack","confidence":0.7})"), kForm);
  EXPECT_EQ(original.status, 200) << original.body;
  EXPECT_THAT(original.body, HasSubstr(R"("class_name":"crack")"));
  const auto page =
      live.post("/reports/upload", form_of("metadata", R"({"detections":[{"class_name":"pothole","confidence":0.7}]})"), kForm);
  EXPECT_THAT(page.body, HasSubstr(R"("class_name":"pothole")"));
}

TEST(routes_report_uploads, refusals_are_400_but_for_a_missing_file) {
  LiveDesk live;
  EXPECT_EQ(live.post("/reports/upload", form_of("detection_data", "{no json"), kForm).status, 400);
  EXPECT_EQ(live.upload("/reports/upload", "text", "file", "text/plain").status, 400);
  EXPECT_EQ(live.upload("/reports/upload", "garbage").status, 400);
  EXPECT_EQ(live.upload("/reports/upload", small_jpeg(), "picture").status, 422);
  EXPECT_EQ(live.upload("/report", "garbage").status, 422);
  EXPECT_EQ(live.upload("/report").status, 422) << "without its fields";
}

}  // namespace
}  // namespace hazard::serve
