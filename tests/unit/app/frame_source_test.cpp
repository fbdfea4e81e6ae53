#include "app/frame_source.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "image/decoder.hpp"
#include "support/pictures.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;

class FolderOfTwo : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / "frame_source_test";
    fs::create_directories(folder_);
    for (const char* name : {"b.jpg", "a.jpg"}) {
      const domain::Bytes bytes = test::jpeg({64, 48});
      std::ofstream(folder_ / name, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(FolderOfTwo, comes_in_order_of_names_and_ends) {
  auto source = *open_source({.name = folder_.string()});
  EXPECT_EQ(source->size(), 2u);
  EXPECT_EQ((**source->next()).name, "a.jpg");
  EXPECT_EQ((**source->next()).name, "b.jpg");
  EXPECT_FALSE(*source->next());
}

TEST_F(FolderOfTwo, loops_when_asked) {
  auto source = *open_source({.name = folder_.string(), .loop = true});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(*source->next());
  EXPECT_EQ((**source->next()).name, "a.jpg");
}

TEST(OpenSource, the_drive_is_endless_located_and_the_same_for_a_seed) {
  auto one = *open_source({.name = "drive:3", .size = {160, 96}});
  auto two = *open_source({.name = "drive:3", .size = {160, 96}});
  const auto frame = *one->next();
  EXPECT_EQ(frame->picture, (*two->next())->picture);
  EXPECT_TRUE(frame->location);
  EXPECT_FALSE(one->size());
}

domain::SizePx size_of(FrameSource& source) { return image::probe((*source.next())->picture)->stored; }

TEST(OpenSource, the_drive_makes_smaller_pictures_when_told_but_never_larger_ones) {
  auto drive = *open_source({.name = "drive", .size = {320, 180}});
  EXPECT_TRUE(drive->send_as(160, 50));
  EXPECT_EQ(size_of(*drive), (domain::SizePx{160, 90}));
  const std::size_t rough = (*drive->next())->picture.size();
  EXPECT_TRUE(drive->send_as(160, 0));
  EXPECT_GT((*drive->next())->picture.size(), rough);
  EXPECT_TRUE(drive->send_as(640, 100));
  EXPECT_EQ(size_of(*drive), (domain::SizePx{320, 180}));
  EXPECT_TRUE(drive->send_as(0, 0));
  EXPECT_EQ(size_of(*drive), (domain::SizePx{320, 180}));
}

TEST_F(FolderOfTwo, is_sent_as_it_is_whatever_is_suggested) {
  auto source = *open_source({.name = folder_.string()});
  EXPECT_FALSE(source->send_as(32, 10));
  EXPECT_EQ(size_of(*source), (domain::SizePx{64, 48}));
}

TEST(OpenSource, refuses_what_is_not_there_with_the_remedy) {
  const auto missing = open_source({.name = "no/such/folder"});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("drive"), std::string::npos);
  EXPECT_FALSE(open_source({.name = "drive:x"}));
}

}  // namespace
}  // namespace hazard::app
