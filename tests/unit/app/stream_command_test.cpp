// What `hazardstream stream` refuses before it sends a frame. That it streams is tested from outside (tests/e2e/test_stream.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "app/command_line.hpp"
#include "app/command_table.hpp"
#include "support/scripted_peer.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

std::pair<int, std::string> stream(std::vector<std::string> words) {
  words.insert(words.begin(), "stream");
  const std::array commands{stream_command()};
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, {});
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(StreamCommand, needs_a_source) { EXPECT_EQ(stream({}).first, 2); }

TEST(StreamCommand, holds_the_ranges_of_its_numbers_and_words) {
  for (const auto& [option, value] : std::initializer_list<std::pair<const char*, const char*>>{{"--fps", "-1"},
                                                                                                {"--fps", "1001"},
                                                                                                {"--size", "63x480"},
                                                                                                {"--size", "640"},
                                                                                                {"--mode", "xml"},
                                                                                                {"--delivery", "some"},
                                                                                                {"--confidence", "0"},
                                                                                                {"--confidence", "1.01"}}) {
    EXPECT_EQ(stream({"drive", option, value}).first, 2) << option << ' ' << value;
  }
}

TEST(StreamCommand, speaks_no_tls_and_says_so) {
  const auto [code, told] = stream({"drive", "--url", "wss://road.example"});
  EXPECT_EQ(code, 2);
  EXPECT_THAT(told, HasSubstr("TLS"));
}

TEST(StreamCommand, a_missing_file_of_its_key_is_told) {
  const auto [code, told] = stream({"drive", "--key-file", "/no/such.key"});
  EXPECT_EQ(code, 2);
  EXPECT_THAT(told, HasSubstr("/no/such.key"));
}

TEST(StreamCommand, a_missing_source_and_a_missing_server_fail_with_the_reason) {
  EXPECT_THAT(stream({"no/such/folder"}).second, HasSubstr("no such folder"));
  std::string gone;
  {
    gone = test::ScriptedPeer([](const std::string&) { return std::string(); }).address();
  }
  const auto [code, told] = stream({"drive", "--size", "160x96", "--url", "ws://" + gone});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(told, HasSubstr(gone));
}

}  // namespace
}  // namespace hazard::app
