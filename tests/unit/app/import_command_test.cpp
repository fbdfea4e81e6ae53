// What `hazardstream import` refuses before it loads a model. Its work is tested in drive_import_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "app/command_line.hpp"
#include "app/command_table.hpp"
#include "support/temp_store.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

std::pair<int, std::string> import(std::vector<std::string> words) {
  words.insert(words.begin(), "import");
  const std::array commands{import_command()};
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, {});
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(ImportCommand, takes_one_source) {
  EXPECT_EQ(import({}).first, 2);
  EXPECT_EQ(import({"a", "b"}).first, 2);
}

TEST(ImportCommand, holds_the_ranges_of_its_numbers) {
  for (const auto* value : {"0.09", "60.1", "nan", "many", ""}) EXPECT_EQ(import({"a", "--fps", value}).first, 2) << value;
  for (const auto* value : {"soon", "nan", "1e12"}) EXPECT_EQ(import({"a", "--offset", value}).first, 2) << value;
  for (const auto* value : {"19.9", "110.1"}) EXPECT_EQ(import({"a", "--fov", value}).first, 2) << value;
  for (const auto* value : {"0.49", "5.1"}) EXPECT_EQ(import({"a", "--camera-height", value, "--pitch", "5"}).first, 2) << value;
  for (const auto* value : {"-5.1", "35.1"}) EXPECT_EQ(import({"a", "--camera-height", "1", "--pitch", value}).first, 2) << value;
  EXPECT_THAT(import({"a", "--pitch", "5"}).second, HasSubstr("together"));
  EXPECT_THAT(import({"a", "--start", "noon"}).second, HasSubstr("--start"));
}

TEST(ImportCommand, a_bad_track_is_refused_with_its_file) {
  test::TempFolder folder;
  const auto track = (folder.path() / "t.gpx").string();
  EXPECT_THAT(import({"a", "--gpx", track}).second, HasSubstr("t.gpx"));
  std::ofstream(track) << "<gpx></gpx>";
  const auto [code, told] = import({"a", "--gpx", track});
  EXPECT_EQ(code, 2);
  EXPECT_THAT(told, HasSubstr("fewer than two points"));
}

TEST(ImportCommand, needs_a_folder_to_keep_things_in) {
  const auto [code, told] = import({"a"});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("DATA_DIR"));
}

TEST(ImportCommand, a_missing_model_cannot_start) {
  test::TempFolder folder;
  const auto [code, told] = import({"a", "--data-dir", (folder.path() / "d").string(), "--model-path", "/nonexistent"});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("MODEL_PATH"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "d"));
}

}  // namespace
}  // namespace hazard::app
