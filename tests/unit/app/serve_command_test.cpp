// What `hazardstream serve` refuses before it opens a port. The running server is tested in house_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

std::pair<int, std::string> serve(std::vector<std::string> words, const Environment& environment = {}) {
  words.insert(words.begin(), "serve");
  const std::array commands{serve_command()};
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, environment);
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(ServeCommand, an_open_address_needs_leave) {
  const auto [code, told] = serve({"--host", "0.0.0.0"});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("--allow-anonymous"));
  EXPECT_EQ(serve({}, {{"HOST", "::"}}).first, 3);
  EXPECT_EQ(serve({"--allow-anonymous=false"}, {{"HOST", "192.168.1.1"}}).first, 3);
}

TEST(ServeCommand, with_leave_the_address_is_no_reason_any_more) {
  const auto [code, told] = serve({"--host", "0.0.0.0", "--allow-anonymous", "--model-path", "/nonexistent"});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("MODEL_PATH"));
}

TEST(ServeCommand, a_model_path_that_is_not_there_cannot_start) {
  const auto [code, told] = serve({"--port", "0"}, {{"MODEL_PATH", "/app/server/openvino_fp16/best.xml"}});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(told, HasSubstr("MODEL_PATH = \"/app/server/openvino_fp16/best.xml\": there is no such file or folder"));
}

TEST(ServeCommand, takes_no_operands) { EXPECT_EQ(serve({"now"}).first, 2); }

}  // namespace
}  // namespace hazard::app
