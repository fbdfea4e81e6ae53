#include "app/picture_files.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace hazard::app {
namespace {

namespace fs = std::filesystem;

class PictureFilesTest : public testing::Test {
 protected:
  PictureFilesTest()
      : folder_(fs::temp_directory_path() /
                ("hazardstream-pictures-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~PictureFilesTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  std::string make(const std::string& name, std::string_view content = "x") {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
  }

  const fs::path folder_;
};

TEST_F(PictureFilesTest, a_folder_stands_for_its_pictures_in_order) {
  for (const auto* name : {"b.JPG", "a.png", "c.webp", "d.bmp", "e.jpeg", "notes.txt", "none"}) make(name);
  fs::create_directories(folder_ / "f.jpg");
  const auto files = expand_pictures({folder_.string()});
  ASSERT_EQ(files.size(), 5U);
  EXPECT_EQ(files[0].filename(), "a.png");
  EXPECT_EQ(files[1].filename(), "b.JPG");
  EXPECT_EQ(files[4].filename(), "e.jpeg");
}

TEST_F(PictureFilesTest, named_files_stay_as_they_are_whatever_they_are_called) {
  const auto files = expand_pictures({"b.txt", "a.jpg", "b.txt"});
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0], "b.txt");
  EXPECT_EQ(files[1], "a.jpg");
}

TEST_F(PictureFilesTest, an_empty_folder_has_none) { EXPECT_TRUE(expand_pictures({folder_.string()}).empty()); }

TEST_F(PictureFilesTest, reads_a_file_whole) {
  const auto bytes = read_picture(make("a.jpg", "abc"));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, (domain::Bytes{'a', 'b', 'c'}));
  EXPECT_TRUE(read_picture(make("empty.jpg", ""))->empty());
}

TEST_F(PictureFilesTest, refuses_what_is_missing_or_a_folder) {
  EXPECT_EQ(read_picture(folder_ / "none.jpg").error().code, domain::ErrorCode::not_found);
  EXPECT_EQ(read_picture(folder_).error().code, domain::ErrorCode::not_found);
}

TEST_F(PictureFilesTest, refuses_a_file_beyond_the_limit) {
  const auto path = make("huge.jpg");
  fs::resize_file(path, kPictureFileBytesMax);
  EXPECT_TRUE(read_picture(path));
  fs::resize_file(path, kPictureFileBytesMax + 1);
  EXPECT_EQ(read_picture(path).error().code, domain::ErrorCode::frame_too_large);
}

}  // namespace
}  // namespace hazard::app
