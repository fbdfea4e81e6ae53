#include "app/drive_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/pictures.hpp"
#include "support/temp_store.hpp"

namespace hazard::app {
namespace {

using namespace std::chrono_literals;

const base::WallTime kStart{1'700'000'000s};

void write(const std::filesystem::path& path, const domain::Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

struct Folder {
  explicit Folder(int pictures) {
    for (int i = 0; i < pictures; ++i) write(folder.path() / (std::to_string(10 + i) + ".jpg"), test::jpeg({64, 48}));
  }
  std::string name() const { return folder.path().string(); }
  test::TempFolder folder;
};

TEST(DriveReader, pictures_without_times_lie_as_far_apart_as_asked) {
  Folder folder(3);
  auto reader = open_drive_reader({.source = folder.name(), .fps = 4, .start = {}, .otherwise = kStart, .shift = -1s});
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->size(), 3U);
  for (int i = 0; i < 3; ++i) {
    const auto picture = (*reader)->next();
    ASSERT_TRUE(picture && *picture);
    EXPECT_EQ((*picture)->number, static_cast<std::uint64_t>(i));
    EXPECT_EQ((*picture)->at, kStart + i * 250ms - 1s);
    EXPECT_TRUE((*picture)->picture);
  }
  const auto end = (*reader)->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST(DriveReader, skipping_leads_to_the_same_picture_at_the_same_time) {
  Folder folder(4);
  const ReaderOptions options{.source = folder.name(), .fps = 3, .start = kStart};
  auto walked = open_drive_reader(options);
  auto skipped = open_drive_reader(options);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*walked)->next());
  ASSERT_TRUE((*skipped)->skip(3));
  const auto a = (*walked)->next();
  const auto b = (*skipped)->next();
  EXPECT_EQ((*a)->name, (*b)->name);
  EXPECT_EQ((*a)->at, (*b)->at);
}

TEST(DriveReader, a_file_that_cannot_be_read_does_not_end_the_drive) {
  Folder folder(2);
  std::filesystem::remove(folder.folder.path() / "10.jpg");
  std::filesystem::create_symlink("/nowhere", folder.folder.path() / "10.jpg");
  auto reader = open_drive_reader({.source = folder.name(), .fps = 1, .start = kStart});
  ASSERT_TRUE(reader) << "a link to nowhere is no picture";
  EXPECT_EQ((*reader)->size(), 1U);
}

TEST(DriveReader, what_is_not_there_is_named) {
  test::TempFolder empty;
  EXPECT_NE(open_drive_reader({.source = "/nowhere/at/all"}).error().message.find("no such"), std::string::npos);
  EXPECT_NE(open_drive_reader({.source = empty.path().string()}).error().message.find("no pictures"), std::string::npos);
  EXPECT_FALSE(open_drive_reader({.source = "/nowhere/drive.mp4"}));
}

TEST(DriveReader, a_drive_is_known_by_its_pictures_wherever_they_lie) {
  Folder one(3);
  Folder same(3);
  Folder longer(4);
  EXPECT_EQ(fingerprint(one.name()).value(), fingerprint(same.name()).value());
  EXPECT_NE(fingerprint(one.name()).value(), fingerprint(longer.name()).value());
  write(same.folder.path() / "10.jpg", test::jpeg({64, 48}, 70));
  EXPECT_NE(fingerprint(one.name()).value(), fingerprint(same.name()).value());
  EXPECT_FALSE(fingerprint("/nowhere/at/all"));
}

}  // namespace
}  // namespace hazard::app
