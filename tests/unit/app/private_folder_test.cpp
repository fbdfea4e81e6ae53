#include "app/private_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <utime.h>

#include <fstream>

#include "app/folder_lock.hpp"
#include "support/temp_store.hpp"

namespace hazard::app {
namespace {
namespace fs = std::filesystem;

// A folder that was made two minutes ago.
fs::path old_folder(const fs::path& path, ::mode_t mode = 0700) {
  fs::create_directories(path / "pictures");
  std::ofstream(path / "pictures" / "crop.jpg") << "x";
  ::chmod(path.c_str(), mode);
  const ::utimbuf then{.actime = ::time(nullptr) - 120, .modtime = ::time(nullptr) - 120};
  ::utime(path.c_str(), &then);
  return path;
}

TEST(PrivateFolder, is_for_its_owner_only) {
  const fs::path folder = make_private_folder();
  ASSERT_FALSE(folder.empty());
  struct stat found{};
  ASSERT_EQ(::lstat(folder.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  fs::remove(folder);
}

TEST(PrivateFolder, what_a_killed_server_left_is_removed) {
  test::TempFolder parent;
  const fs::path left = old_folder(fs::path(parent.path()) / "hazardstream-aB3dEf");
  EXPECT_EQ(sweep_private_folders(parent.path()), 1);
  EXPECT_FALSE(fs::exists(left));
}

TEST(PrivateFolder, nothing_else_is) {
  test::TempFolder folder;
  const fs::path parent = folder.path();
  const fs::path running = old_folder(parent / "hazardstream-runs01");
  const auto lock = FolderLock::take(running);
  ASSERT_TRUE(lock);
  old_folder(running);  // the lock's file made the folder young
  const fs::path young = parent / "hazardstream-young1";
  fs::create_directories(young);
  ::chmod(young.c_str(), 0700);
  const fs::path other = old_folder(parent / "hazardstream-notes");
  const fs::path open = old_folder(parent / "hazardstream-public", 0755);
  const fs::path elsewhere = old_folder(parent / "elsewhere");
  fs::create_directory_symlink(elsewhere, parent / "hazardstream-linked");
  EXPECT_EQ(sweep_private_folders(parent), 0);
  for (const fs::path& kept : {running, young, other, open, elsewhere}) EXPECT_TRUE(fs::exists(kept)) << kept;
  EXPECT_TRUE(fs::exists(running / "pictures" / "crop.jpg"));
}

TEST(PrivateFolder, a_place_that_cannot_be_read_has_nothing_to_remove) { EXPECT_EQ(sweep_private_folders("/nowhere/at/all"), 0); }

}  // namespace
}  // namespace hazard::app
