#include "desk/darkroom.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <vector>

namespace hazard::desk {
namespace {

TEST(Darkroom, tasks_run_in_the_order_they_were_taken_and_all_of_them_before_it_closes) {
  std::vector<int> ran;
  Darkroom room;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(room.submit(1, [&ran, i] { ran.push_back(i); }));
  room.close();
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
  EXPECT_FALSE(room.submit(1, [] {})) << "closed";
  room.close();
}

TEST(Darkroom, refuses_at_once_what_it_cannot_hold_and_takes_again_once_there_is_room) {
  std::latch begun(1);
  std::latch go_on(1);
  Darkroom room(1000, 2);
  ASSERT_TRUE(room.submit(400, [&] {
    begun.count_down();
    go_on.wait();
  }));
  begun.wait();
  EXPECT_FALSE(room.submit(601, [] {})) << "what runs is held too";
  EXPECT_TRUE(room.submit(600, [] {}));
  EXPECT_FALSE(room.submit(1, [] {})) << "full of bytes";
  EXPECT_TRUE(room.submit(0, [] {}));
  EXPECT_FALSE(room.submit(0, [] {})) << "full of tasks";
  go_on.count_down();
  while (!room.submit(1000, [] {})) std::this_thread::yield();
}

TEST(Darkroom, a_task_that_ran_holds_nothing) {
  const auto held = std::make_shared<int>(1);
  Darkroom room(10);
  ASSERT_TRUE(room.submit(10, [held] {}));
  while (!room.submit(10, [] {})) std::this_thread::yield();
  EXPECT_EQ(held.use_count(), 1) << "its bytes counted as free after it let go";
}

TEST(Darkroom, what_comes_after_all_waits_for_what_was_taken_and_not_for_a_thread_otherwise) {
  std::latch go_on(1);
  std::vector<int> ran;
  Darkroom room(1000, 3);
  EXPECT_TRUE(room.after_all([&] { ran.push_back(0); }));
  EXPECT_EQ(ran.size(), 1u) << "nothing to wait for";
  ASSERT_TRUE(room.submit(1000, [&] {
    go_on.wait();
    ran.push_back(1);
  }));
  for (int i = 2; i < 5; ++i) EXPECT_TRUE(room.after_all([&ran, i] { ran.push_back(i); }));
  int taken = 0;
  while (room.after_all([] {})) ++taken;
  EXPECT_LE(taken, 3) << "six at most wait in a room for three tasks";
  go_on.count_down();
  room.close();
  EXPECT_EQ(ran, (std::vector{0, 1, 2, 3, 4})) << "though the room was full of bytes";
  EXPECT_TRUE(room.after_all([&] { ran.push_back(5); }));
  EXPECT_EQ(ran.size(), 6u) << "closed: nothing to wait for";
}

}  // namespace
}  // namespace hazard::desk
