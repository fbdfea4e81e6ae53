#include "serve/answer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace hazard::serve {
namespace {

class Taker final : public OutcomeTaker {
 public:
  void on_outcome(std::uint64_t turn, Outcome outcome) override {
    turns.push_back(turn);
    statuses.push_back(std::get<Response>(outcome).status);
  }
  std::vector<std::uint64_t> turns;
  std::vector<int> statuses;
};

TEST(answer, arrives_on_the_loop_with_its_turn) {
  const auto loop = std::make_shared<EventLoop>();
  const auto taker = std::make_shared<Taker>();
  std::thread([&] { Answer(loop, taker, 7)(json_response("{}")); }).join();
  EXPECT_TRUE(taker->turns.empty());
  loop->run();
  EXPECT_EQ(taker->turns, (std::vector<std::uint64_t>{7}));
  EXPECT_EQ(taker->statuses, (std::vector{200}));
}

TEST(answer, that_is_never_given_is_500) {
  const auto loop = std::make_shared<EventLoop>();
  const auto taker = std::make_shared<Taker>();
  {
    const Reply forgotten = Answer(loop, taker, 7);
  }
  loop->run();
  EXPECT_EQ(taker->statuses, (std::vector{500}));
}

TEST(answer, for_a_connection_that_is_gone_is_dropped) {
  const auto loop = std::make_shared<EventLoop>();
  auto taker = std::make_shared<Taker>();
  Answer answer(loop, taker, 7);
  taker.reset();
  answer(json_response("{}"));
  loop->run();
}

}  // namespace
}  // namespace hazard::serve
