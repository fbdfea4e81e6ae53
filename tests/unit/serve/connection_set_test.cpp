#include "serve/connection_set.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace hazard::serve {
namespace {

class Recorded final : public Connection {
 public:
  explicit Recorded(std::function<void(Recorded&)> on_tick = {}) : on_tick_(std::move(on_tick)) {}
  void tick(base::SteadyTime) override {
    ++ticks;
    if (on_tick_) on_tick_(*this);
  }
  void drain() override { ++drains; }
  void abort() override { ++aborts; }
  int ticks = 0;
  int drains = 0;
  int aborts = 0;

 private:
  std::function<void(Recorded&)> on_tick_;
};

TEST(connection_set, reaches_every_member_and_no_other) {
  ConnectionSet set;
  const auto one = std::make_shared<Recorded>();
  const auto two = std::make_shared<Recorded>();
  set.add(one);
  set.add(two);
  set.remove(two.get());
  set.tick({});
  set.drain();
  set.abort();
  EXPECT_EQ(one->ticks + one->drains + one->aborts, 3);
  EXPECT_EQ(two->ticks + two->drains + two->aborts, 0);
}

TEST(connection_set, a_member_may_leave_in_its_own_tick) {
  ConnectionSet set;
  set.add(std::make_shared<Recorded>([&set](Recorded& self) { set.remove(&self); }));
  set.add(std::make_shared<Recorded>([&set](Recorded& self) { set.remove(&self); }));
  set.tick({});
  EXPECT_EQ(set.size(), 0U);
}

TEST(connection_set, owns_its_members) {
  ConnectionSet set;
  auto one = std::make_shared<Recorded>();
  const std::weak_ptr<Recorded> seen = one;
  set.add(std::move(one));
  EXPECT_FALSE(seen.expired());
  set.remove(seen.lock().get());
  EXPECT_TRUE(seen.expired());
}

}  // namespace
}  // namespace hazard::serve
