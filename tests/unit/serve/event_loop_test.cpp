#include "serve/event_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace hazard::serve {
namespace {

TEST(event_loop, runs_posted_tasks_in_order) {
  EventLoop loop;
  std::vector<int> seen;
  loop.post([&] {
    loop.post([&] { seen.push_back(3); });
    seen.push_back(1);
  });
  loop.post([&] { seen.push_back(2); });
  loop.run();
  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
}

TEST(event_loop, dispatch_runs_at_once_on_its_own_thread) {
  EventLoop loop;
  std::vector<int> seen;
  loop.post([&] {
    loop.dispatch([&] { seen.push_back(1); });
    seen.push_back(2);
  });
  loop.dispatch([&] { seen.push_back(3); });  // from outside: later
  EXPECT_TRUE(seen.empty());
  loop.run();
  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
}

TEST(event_loop, takes_tasks_from_other_threads) {
  EventLoop loop;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int task = 0; task < 100; ++task) loop.post([&] { ++sum; });
    });
  }
  for (auto& thread : threads) thread.join();
  loop.run();
  EXPECT_EQ(sum, 400);
}

TEST(event_loop, goes_on_after_an_exception) {
  EventLoop loop;
  bool reached = false;
  loop.post([] { throw std::runtime_error("thrown on purpose"); });
  loop.post([&] { reached = true; });
  loop.run();
  EXPECT_TRUE(reached);
}

TEST(event_loop, drops_tasks_after_close_and_those_that_wait) {
  EventLoop loop;
  const auto held = std::make_shared<int>();
  loop.post([held] {});
  loop.close();
  loop.post([held] {});
  loop.dispatch([held] {});
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace hazard::serve
