#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "app/command_line.hpp"
#include "app/command_table.hpp"
#include "serve/access_keys.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Told {
  int code;
  std::string out, err;
};

Told key(std::vector<std::string> words) {
  words.insert(words.begin(), "key");
  const std::array commands{key_command()};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, {});
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(KeyCommand, makes_a_key_and_the_line_that_lets_it_in) {
  const auto told = key({"fleet-7", "--rights", "stream,reports"});
  EXPECT_EQ(told.code, 0);
  ASSERT_THAT(told.out, StartsWith("hs_"));
  const std::string made = told.out.substr(0, told.out.size() - 1);
  EXPECT_EQ(made.size(), 3U + 64U);
  EXPECT_EQ(told.err.find(made), std::string::npos);
  const auto keys = serve::AccessKeys::parse(told.err.substr(told.err.rfind("\n\n") + 2));
  ASSERT_TRUE(keys) << told.err;
  const auto* found = keys->find(made);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "fleet-7");
  EXPECT_TRUE(found->rights.has(serve::Access::reports));
  EXPECT_FALSE(found->rights.has(serve::Access::admin));
}

TEST(KeyCommand, no_two_keys_are_alike) { EXPECT_NE(key({"a"}).out, key({"a"}).out); }

TEST(KeyCommand, refuses_what_the_file_would_not_take) {
  EXPECT_EQ(key({}).code, 2);
  EXPECT_EQ(key({"a b"}).code, 2);
  const auto told = key({"a", "--rights", "everything"});
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.err, HasSubstr("stream, detect, reports and admin"));
  EXPECT_EQ(told.out, "");
}

}  // namespace
}  // namespace hazard::app
