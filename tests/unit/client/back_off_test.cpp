#include "client/back_off.hpp"

#include <gtest/gtest.h>

namespace hazard::client {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, doubles_up_to_its_most_and_begins_anew) {
  BackOff pause(250ms, 1s);
  EXPECT_EQ(pause.next(0.5), 250ms);
  EXPECT_EQ(pause.next(0.5), 500ms);
  EXPECT_EQ(pause.next(0.5), 1s);
  EXPECT_EQ(pause.next(0.5), 1s);
  pause.reset();
  EXPECT_EQ(pause.next(0.5), 250ms);
}

TEST(BackOff, is_spread_from_a_half_to_one_and_a_half) {
  for (const auto& [random, wanted] :
       {std::pair(0.0, 100ms), std::pair(1.0, 300ms), std::pair(-7.0, 100ms), std::pair(7.0, 300ms)}) {
    EXPECT_EQ(BackOff(200ms, 1s).next(random), wanted) << random;
  }
}

}  // namespace
}  // namespace hazard::client
