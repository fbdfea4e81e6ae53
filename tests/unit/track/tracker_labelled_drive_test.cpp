// The tracker on sixty frames of a real drive, labelled by hand. The boxes are here; the pictures are not: with HAZARD_ROAD640_PICTURES
// naming the folder that holds them, the test that looks at them runs too.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "image/decoder.hpp"
#include "image/small_grey.hpp"
#include "support/labelled_drive.hpp"

namespace hazard::track {
namespace {

std::vector<support::LabelledFrame> frames() {
  return support::read_labelled_drive(HAZARD_SOURCE_DIR "/tests/support/labelled_drive.txt");
}

void print(const char* name, const support::LabelledScore& score) {
  std::printf("%-12s IDF1 %.3f, %d of %d continued found, %d wrongly joined\n", name, score.identity.idf1, score.found,
              score.continued, score.wrong);
}

TEST(LabelledDrive, is_what_was_labelled) {
  const auto all = frames();
  ASSERT_EQ(all.size(), 60U);
  std::size_t boxes = 0;
  for (const auto& frame : all) boxes += frame.boxes.size();
  EXPECT_EQ(boxes, 229U);
}

TEST(LabelledDrive, boxes_alone_keep_some_identities) {
  const auto score = support::follow_labelled_drive(frames(), {}, {});
  print("boxes", score);
  EXPECT_EQ(score.continued, 28);
  EXPECT_GE(score.identity.idf1, 0.4);
}

TEST(LabelledDrive, pictures_keep_more) {
  const char* folder = std::getenv("HAZARD_ROAD640_PICTURES");
  if (folder == nullptr) GTEST_SKIP() << "SKIPPED: the pictures are not here; set HAZARD_ROAD640_PICTURES to their folder";
  const auto grey_of = [&](const std::string& name) {
    std::ifstream in(std::string(folder) + "/" + name + "_RAW.webp", std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    domain::RgbPicture picture({640, 400});
    domain::GreyPicture grey;
    image::Decoder decoder;
    EXPECT_TRUE(decoder.decode_letterboxed(bytes, picture.view())) << name;
    image::shrink_grey(picture.view(), grey, 160);
    return grey;
  };
  const auto score = support::follow_labelled_drive(frames(), {}, grey_of);
  print("pictures", score);
  EXPECT_GE(score.identity.idf1, 0.6);
}

}  // namespace
}  // namespace hazard::track
