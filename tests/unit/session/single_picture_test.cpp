#include "session/single_picture.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "support/house.hpp"

namespace hazard::session {
namespace {

using domain::ErrorCode;

TEST(SinglePictureDoor, answers_once_through_the_same_path_and_leaves_no_lane) {
  base::RealClock clock;
  test::House house(clock);
  SinglePictureDoor door(house.pipeline, house.registry.totals());
  std::promise<domain::Verdict> promise;
  ASSERT_TRUE(door.submit(test::jpeg({64, 48}), {}, [&](domain::Verdict&& verdict) { promise.set_value(std::move(verdict)); }));
  const domain::Verdict verdict = promise.get_future().get();
  EXPECT_TRUE(std::holds_alternative<domain::FrameResult>(verdict.outcome));
  EXPECT_EQ(house.registry.totals()->counters().results, 1u);
  EXPECT_EQ(house.pipeline.scheduler().lanes(), 0u);
}

TEST(SinglePictureDoor, a_damaged_picture_is_the_senders_error) {
  base::RealClock clock;
  test::House house(clock);
  SinglePictureDoor door(house.pipeline, house.registry.totals());
  std::promise<domain::Verdict> promise;
  ASSERT_TRUE(door.submit({'n', 'o'}, {}, [&](domain::Verdict&& verdict) { promise.set_value(std::move(verdict)); }));
  EXPECT_EQ(std::get<domain::Error>(promise.get_future().get().outcome).code, ErrorCode::unsupported_format);
}

TEST(SinglePictureDoor, refuses_beyond_its_bound_and_takes_again_once_there_is_room) {
  base::RealClock clock;
  std::latch leave(1);
  test::House house(clock, {.on_infer = [&]() -> domain::Result<void> {
                      leave.wait();
                      return {};
                    }});
  SinglePictureDoor door(house.pipeline, house.registry.totals(), 2);
  std::latch answered(2);
  const auto count = [&](domain::Verdict&&) { answered.count_down(); };
  ASSERT_TRUE(door.submit(test::jpeg({64, 48}), {}, count));
  ASSERT_TRUE(door.submit(test::jpeg({64, 48}), {}, count));
  const auto refused = door.submit(test::jpeg({64, 48}), {}, count);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  leave.count_down();
  answered.wait();
  std::latch third(1);
  EXPECT_TRUE(door.submit(test::jpeg({64, 48}), {}, [&](domain::Verdict&&) { third.count_down(); }));
  third.wait();
}

TEST(SinglePictureDoor, without_a_model_it_says_so) {
  base::RealClock clock;
  pipeline::Pipeline pipeline(clock);
  SinglePictureDoor door(pipeline, std::make_shared<Totals>());
  EXPECT_EQ(door.submit({}, {}, [](domain::Verdict&&) {}).error().code, ErrorCode::model_not_ready);
}

}  // namespace
}  // namespace hazard::session
