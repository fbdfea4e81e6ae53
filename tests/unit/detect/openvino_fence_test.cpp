#include "detect/openvino_fence.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hazard::detect {
namespace {

constexpr auto kCode = domain::ErrorCode::inference_failed;

TEST(Fence, lets_values_through) {
  EXPECT_EQ(*fenced(kCode, "x", [] { return 7; }), 7);
  EXPECT_TRUE(fenced(kCode, "x", [] {}));
}

TEST(Fence, turns_exceptions_into_sentences) {
  const auto refused = fenced(kCode, "reading a.xml", []() -> int { throw std::runtime_error("no such layer"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kCode);
  EXPECT_EQ(refused.error().message, "reading a.xml: no such layer");
}

TEST(Fence, survives_what_is_no_exception_class) {
  const auto refused = fenced(kCode, "x", [] { throw 7; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "x: an unknown exception");
}

TEST(Reason, leaves_source_places_out_and_joins_the_rest) {
  EXPECT_EQ(
      reason_of(
          "Exception from src/inference/src/cpp/core.cpp:97:\nException from src/x.cpp:3:\nCheck 'ok' failed at src/y.cpp:4:\n"
          "  Unable to read the model\n\nwhy not\n"),
      "Unable to read the model; why not");
}

TEST(Reason, is_never_empty_long_or_unprintable) {
  EXPECT_EQ(reason_of(""), "no reason given");
  EXPECT_EQ(reason_of("Exception from a:1:\n"), "no reason given");
  EXPECT_EQ(reason_of("a\x1B[31m\xFF"), "a?[31m?");
  EXPECT_EQ(reason_of(std::string(300, 'x')).size(), 300U);
  EXPECT_EQ(reason_of(std::string(301, 'x')).size(), 300U);
  EXPECT_EQ(reason_of(std::string(200, 'x') + "\n" + std::string(200, 'y')).size(), 303U);
}

}  // namespace
}  // namespace hazard::detect
