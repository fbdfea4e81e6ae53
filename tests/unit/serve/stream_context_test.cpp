#include "serve/stream_context.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

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

TEST(stream_context, an_exception_of_one_streams_work_stays_with_it) {
  int ran = 0;
  const auto fine = [&] { ++ran; };
  const auto fails = [&] {
    ++ran;
    throw std::runtime_error("no");
  };
  EXPECT_TRUE(went_well(fine));
  EXPECT_FALSE(went_well(fails));
  EXPECT_EQ(ran, 2);
}

}  // namespace
}  // namespace hazard::serve
