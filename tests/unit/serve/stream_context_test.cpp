#include "serve/stream_context.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hazard::serve {
namespace {

TEST(stream_context, spreads_reconnects_over_twice_the_time) {
  for (int i = 0; i < 100; ++i) {
    const auto wait = spread(std::chrono::seconds(1));
    EXPECT_GE(wait, std::chrono::seconds(1));
    EXPECT_LE(wait, std::chrono::seconds(2));
  }
  EXPECT_EQ(spread({}), base::Duration{});
}

}  // namespace
}  // namespace hazard::serve
