#include "base/thread_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace hazard::base {
namespace {

TEST(ThreadRank, a_thread_that_steps_back_leaves_the_others_where_they_are) {
  const int mine = niceness_of_this_thread();
  int before = -100;
  int after = -100;
  int inherited = -100;
  std::thread([&] {
    before = niceness_of_this_thread();
    step_back(3);
    after = niceness_of_this_thread();
    std::thread([&] { inherited = niceness_of_this_thread(); }).join();
  }).join();
  EXPECT_EQ(before, mine);
  EXPECT_EQ(after, std::min(19, mine + 3));
  EXPECT_EQ(inherited, after);
  EXPECT_EQ(niceness_of_this_thread(), mine);
}

TEST(ThreadRank, beyond_the_least_urgent_is_the_least_urgent) {
  int after = -100;
  std::thread([&] {
    step_back(1000);
    after = niceness_of_this_thread();
  }).join();
  EXPECT_EQ(after, 19);
}

}  // namespace
}  // namespace hazard::base
