#include "app/state_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace hazard::app {
namespace {

namespace fs = std::filesystem;

class StateFileTest : public testing::Test {
 protected:
  StateFileTest() {
    std::string name = (fs::temp_directory_path() / "state-file-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    state_ = folder_ / "state";
    file_ = state_ / "sessions.state";
  }
  ~StateFileTest() override { fs::remove_all(folder_); }
  StateFileTest(const StateFileTest&) = delete;
  StateFileTest& operator=(const StateFileTest&) = delete;

  domain::Result<std::optional<std::string>> take() { return take_state_file(state_.string()); }
  void put(std::string_view text) {
    fs::create_directories(state_);
    std::ofstream(file_) << text;
  }
  static unsigned mode(const fs::path& path) {
    struct stat about{};
    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about.st_mode & 0777U;
  }

  fs::path folder_, state_, file_;
};

TEST_F(StateFileTest, gives_back_what_was_written_and_only_once) {
  const std::string text("one\ntwo\0three", 13);
  ASSERT_TRUE(write_state_file(state_.string(), text));
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, text);
  EXPECT_FALSE(fs::exists(file_));
  ASSERT_TRUE(take());
  EXPECT_FALSE(*take());
}

TEST_F(StateFileTest, is_readable_by_nobody_else) {
  ASSERT_TRUE(write_state_file(state_.string(), "x"));
  EXPECT_EQ(mode(state_), 0700U);
  EXPECT_EQ(mode(file_), 0600U);
}

TEST_F(StateFileTest, replaces_the_older_one_and_leaves_nothing_beside_it) {
  ASSERT_TRUE(write_state_file(state_.string(), "a long first text"));
  std::ofstream(state_ / "sessions.state.new") << "left by a crash";
  ASSERT_TRUE(write_state_file(state_.string(), "second"));
  EXPECT_EQ(std::distance(fs::directory_iterator(state_), fs::directory_iterator{}), 1);
  EXPECT_EQ(*take(), "second");
}

TEST_F(StateFileTest, no_folder_and_no_file_are_nothing) {
  ASSERT_TRUE(take());
  EXPECT_FALSE(*take());
  fs::create_directories(state_);
  ASSERT_TRUE(take());
  EXPECT_FALSE(*take());
}

TEST_F(StateFileTest, a_link_is_not_followed_and_is_gone_afterwards) {
  const fs::path secret = folder_ / "secret";
  std::ofstream(secret) << "secret";
  fs::create_directories(state_);
  fs::create_symlink(secret, file_);
  EXPECT_FALSE(take());
  EXPECT_FALSE(fs::is_symlink(file_));
  EXPECT_TRUE(fs::exists(secret));
}

TEST_F(StateFileTest, a_link_in_the_place_of_the_new_file_is_not_written_through) {
  const fs::path victim = folder_ / "victim";
  std::ofstream(victim) << "precious";
  fs::create_directories(state_);
  fs::create_symlink(victim, state_ / "sessions.state.new");
  ASSERT_TRUE(write_state_file(state_.string(), "x"));
  EXPECT_EQ(fs::file_size(victim), 8U);
}

TEST_F(StateFileTest, a_pipe_of_that_name_does_not_hold_up_the_start) {
  fs::create_directories(state_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_FALSE(take());
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(StateFileTest, a_folder_of_that_name_is_refused) {
  fs::create_directories(file_);
  EXPECT_FALSE(take());
}

TEST_F(StateFileTest, is_read_up_to_its_bound_and_not_beyond) {
  put("");
  fs::resize_file(file_, kStateBytesMax);
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ((*taken)->size(), kStateBytesMax);
  put("");
  fs::resize_file(file_, kStateBytesMax + 1);
  EXPECT_FALSE(take());
  EXPECT_FALSE(fs::exists(file_)) << "met once";
}

TEST_F(StateFileTest, says_what_is_wrong_with_a_folder) {
  EXPECT_FALSE(state_folder_trouble(state_.string()));
  EXPECT_TRUE(fs::is_directory(state_)) << "made if need be";
  const std::string nowhere = (folder_ / "no" / "such").string();
  ASSERT_TRUE(state_folder_trouble(nowhere));
  EXPECT_NE(state_folder_trouble(nowhere)->find(nowhere), std::string::npos);
  const auto written = write_state_file(nowhere, "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find(nowhere), std::string::npos);
  std::ofstream(folder_ / "plain") << "x";
  EXPECT_TRUE(state_folder_trouble((folder_ / "plain").string()));
}

}  // namespace
}  // namespace hazard::app
