#include "app/video_source.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

TEST(CutJpeg, takes_whole_pictures_off_the_front_one_by_one) {
  std::string bytes =
      "\xFF\xD8"
      "one\xFF\xD9"
      "\xFF\xD8"
      "two\xFF\xD9"
      "\xFF\xD8"
      "half";
  EXPECT_EQ(cut_jpeg(bytes)->size(), 7u);
  EXPECT_EQ((*cut_jpeg(bytes))[2], 't');
  EXPECT_FALSE(cut_jpeg(bytes));
  bytes += "\xFF\xD9";
  EXPECT_TRUE(cut_jpeg(bytes));
  EXPECT_TRUE(bytes.empty());
}

TEST(CutJpeg, finds_nothing_in_other_bytes) {
  std::string bytes = "no picture";
  EXPECT_FALSE(cut_jpeg(bytes));
}

}  // namespace
}  // namespace hazard::app
