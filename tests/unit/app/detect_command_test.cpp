// What `hazardstream detect` refuses before it loads a model. Its output is tested in detect_report_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

std::pair<int, std::string> detect(std::vector<std::string> words) {
  words.insert(words.begin(), "detect");
  const std::array commands{detect_command()};
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, {});
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(DetectCommand, needs_a_file) { EXPECT_EQ(detect({}).first, 2); }

TEST(DetectCommand, knows_two_formats) {
  const auto [code, told] = detect({"a.jpg", "--format", "xml"});
  EXPECT_EQ(code, 2);
  EXPECT_THAT(told, HasSubstr("json or csv, not 'xml'"));
}

TEST(DetectCommand, holds_the_ranges_of_its_numbers) {
  for (const auto* value : {"0.09", "1.01", "half", "nan", ""})
    EXPECT_EQ(detect({"a.jpg", "--iou-threshold", value}).first, 2) << value;
  for (const auto* value : {"0", "301", "1.5", "all"}) EXPECT_EQ(detect({"a.jpg", "--max-detections", value}).first, 2) << value;
}

TEST(DetectCommand, a_missing_model_cannot_start) {
  for (const auto* most : {"1", "300"}) {
    const auto [code, told] =
        detect({"a.jpg", "--model-path", "/nonexistent", "--max-detections", most, "--iou-threshold", "0.1"});
    EXPECT_EQ(code, 3);
    EXPECT_THAT(told, HasSubstr("MODEL_PATH"));
  }
}

TEST(DetectCommand, a_wrong_threshold_cannot_start) {
  const auto [code, told] = detect({"a.jpg", "--confidence-threshold", "1.5"});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("CONFIDENCE_THRESHOLD = \"1.5\" (--confidence-threshold) is out of range"));
}

TEST(DetectCommand, an_annotation_folder_that_cannot_be_made_cannot_start) {
  const auto file = std::filesystem::temp_directory_path() / "hazardstream-no-folder";
  std::ofstream(file) << "x";
  const auto model = std::string(HAZARD_SOURCE_DIR) + "/models/hazard-yolo12n";
  const auto [code, told] = detect({"a.jpg", "--model-path", model, "--annotate", (file / "boxes").string()});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("cannot be made"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace hazard::app
