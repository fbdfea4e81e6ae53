#include "outgoing/retry.hpp"

#include <gtest/gtest.h>

namespace hazard::outgoing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

base::Duration middle(int failures, base::Duration most = kPauseMost) { return pause_after(failures, seconds(5), most, 0.5); }

TEST(Retry, doubles_with_each_failure) {
  EXPECT_EQ(middle(1), seconds(5));
  EXPECT_EQ(middle(2), seconds(10));
  EXPECT_EQ(middle(5), seconds(80));
}

TEST(Retry, grows_up_to_the_bound_and_no_further) {
  EXPECT_EQ(middle(13), seconds(20480));
  EXPECT_EQ(middle(14), hours(6));
  EXPECT_EQ(middle(1000), hours(6));
  EXPECT_EQ(middle(4, seconds(60)), seconds(40));
  EXPECT_EQ(middle(5, seconds(60)), seconds(60));
}

TEST(Retry, is_spread_from_half_to_one_and_a_half) {
  EXPECT_EQ(pause_after(1, seconds(4), kPauseMost, 0), seconds(2));
  EXPECT_EQ(pause_after(1, seconds(4), kPauseMost, 1), seconds(6));
  EXPECT_EQ(pause_after(1, seconds(4), kPauseMost, -7), seconds(2));
  EXPECT_EQ(pause_after(1, seconds(4), kPauseMost, 7), seconds(6));
}

TEST(Retry, a_first_pause_beyond_the_bound_is_the_bound) {
  EXPECT_EQ(pause_after(1, seconds(100), seconds(60), 0.5), seconds(60));
  EXPECT_EQ(pause_after(0, seconds(5), seconds(60), 0.5), seconds(5));
}

}  // namespace
}  // namespace hazard::outgoing
