#include "app/folder_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/temp_store.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

TEST(FolderLock, a_folder_belongs_to_one_at_a_time) {
  test::TempFolder folder;
  const auto path = folder.path() / "data";
  auto first = FolderLock::take(path);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = FolderLock::take(path);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  first->reset();
  EXPECT_TRUE(FolderLock::take(path)) << "given up with its holder";
}

TEST(FolderLock, says_what_cannot_be_written) {
  const auto lock = FolderLock::take("/proc/nowhere");
  ASSERT_FALSE(lock);
  EXPECT_THAT(lock.error().message, HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace hazard::app
