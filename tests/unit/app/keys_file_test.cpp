#include "app/keys_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/sha256.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class KeysFileTest : public testing::Test {
 protected:
  KeysFileTest() { fs::create_directories(folder_); }
  ~KeysFileTest() override { fs::remove_all(folder_); }
  std::string file(const std::string& text) {
    const auto path = folder_ / "keys.txt";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  fs::path folder_ = fs::path(testing::TempDir()) / ("keys_file_" + std::to_string(::getpid()));
};

const std::string kLine = "fleet stream " + base::to_hex(base::sha256("fleet-key")) + "\n";

TEST_F(KeysFileTest, no_file_is_no_keys) {
  const auto keys = read_keys_file("");
  ASSERT_TRUE(keys);
  EXPECT_TRUE(keys->empty());
}

TEST_F(KeysFileTest, reads_keys) {
  const auto keys = read_keys_file(file(kLine));
  ASSERT_TRUE(keys);
  EXPECT_NE(keys->find("fleet-key"), nullptr);
}

TEST_F(KeysFileTest, a_mistake_names_the_file_the_line_and_a_remedy) {
  const auto path = file(kLine + "desk reports\n");
  const auto keys = read_keys_file(path);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().message, HasSubstr("API_KEYS_FILE = \"" + path + "\": line 2:"));
  EXPECT_THAT(keys.error().message, HasSubstr("Remedy: `hazardstream key NAME`"));
}

TEST_F(KeysFileTest, what_is_no_file_of_keys_is_refused) {
  for (const std::string& path : {folder_.string(), (folder_ / "missing").string(), file(""), file(std::string(2 << 20, '#'))})
    EXPECT_FALSE(read_keys_file(path)) << path;
}

TEST_F(KeysFileTest, a_file_that_everybody_may_write_to_is_refused) {
  const auto path = file(kLine);
  fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
  const auto keys = read_keys_file(path);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().message, HasSubstr("everybody on this machine may write to it"));
}

TEST_F(KeysFileTest, a_clients_file_holds_one_key) {
  EXPECT_EQ(read_key(file("  hs_abc\r\n")).value(), "hs_abc");
  for (const char* text : {"", " \n", "a b", "a\nb"}) EXPECT_FALSE(read_key(file(text))) << text;
  EXPECT_FALSE(read_key(file(std::string(600, 'a'))));
  EXPECT_FALSE(read_key((folder_ / "missing").string()));
}

}  // namespace
}  // namespace hazard::app
