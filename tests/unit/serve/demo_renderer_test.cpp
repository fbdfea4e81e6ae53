#include "serve/demo_renderer.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <memory>

namespace hazard::serve {
namespace {

DemoRenderer::Ask ask(std::uint64_t frame) { return {.seed = 1, .size = {64, 64}, .frame = frame}; }

DemoRenderer::Picture rendered(DemoRenderer& renderer, std::uint64_t frame) {
  const auto promise = std::make_shared<std::promise<DemoRenderer::Picture>>();
  EXPECT_TRUE(renderer.render(ask(frame), [promise](DemoRenderer::Picture picture) { promise->set_value(std::move(picture)); }));
  return promise->get_future().get();
}

TEST(demo_renderer, keeps_what_it_drew) {
  DemoRenderer renderer;
  const auto first = rendered(renderer, 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(rendered(renderer, 1), first);
  EXPECT_NE(*rendered(renderer, 2), *first);
}

TEST(demo_renderer, tells_the_truth_of_the_frame) {
  std::promise<std::uint64_t> frame;
  DemoRenderer renderer;
  EXPECT_TRUE(renderer.truth(ask(5), [&](const sim::FrameTruth& truth) { frame.set_value(truth.frame); }));
  EXPECT_EQ(frame.get_future().get(), 5U);
}

TEST(demo_renderer, refuses_more_questions_than_it_lets_wait) {
  std::latch begun(1);
  std::latch go_on(1);
  DemoRenderer renderer;
  ASSERT_TRUE(renderer.truth(ask(0), [&](const sim::FrameTruth&) {
    begun.count_down();
    go_on.wait();
  }));
  begun.wait();
  for (std::size_t i = 0; i < DemoRenderer::kWaitingMax; ++i) EXPECT_TRUE(renderer.render(ask(i), [](auto&&) {}));
  const auto refused = renderer.render(ask(100), [](auto&&) {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::overloaded);
  go_on.count_down();
}

TEST(demo_renderer, drops_what_waits_when_it_ends) {
  std::latch begun(1);
  std::latch go_on(1);
  const auto held = std::make_shared<int>();
  {
    DemoRenderer renderer;
    ASSERT_TRUE(renderer.truth(ask(0), [&](const sim::FrameTruth&) {
      begun.count_down();
      go_on.wait();
    }));
    begun.wait();
    ASSERT_TRUE(renderer.render(ask(1), [held](auto&&) {}));
    go_on.count_down();
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace hazard::serve
