#include "serve/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hazard::serve {
namespace {

session::Outgoing verdict(std::uint64_t event, std::size_t bytes = 10) {
  return {.event = event, .seq = event, .json = std::make_shared<const std::string>(bytes, 'v')};
}

struct Fixture {
  int woken = 0;
  Outbox outbox;
  Fixture() : Fixture({.messages_max = 4, .bytes_max = 100}) { outbox.begin_live(); }
  explicit Fixture(OutboxLimits limits) : outbox(limits, [this] { ++woken; }) {}

  // Events in order, gaps as their text.
  std::vector<std::string> drain() {
    std::vector<std::string> seen;
    while (const auto next = outbox.pop()) seen.push_back(next->event != 0 ? std::to_string(next->event) : *next->json);
    return seen;
  }
};

using testing::ElementsAre;

TEST(outbox, gives_messages_in_order) {
  Fixture f;
  f.outbox.deliver(verdict(1));
  EXPECT_TRUE(f.outbox.say("answer"));
  f.outbox.deliver(verdict(2));
  EXPECT_THAT(f.drain(), ElementsAre("1", "answer", "2"));
}

TEST(outbox, wakes_a_sleeping_reader_once) {
  Fixture f;
  f.outbox.deliver(verdict(1));
  f.outbox.deliver(verdict(2));
  EXPECT_EQ(f.woken, 1);
  f.drain();
  f.outbox.deliver(verdict(3));
  EXPECT_EQ(f.woken, 2);
}

TEST(outbox, holds_as_many_messages_as_allowed_and_drops_the_oldest_verdict_beyond) {
  Fixture f;
  for (std::uint64_t event = 1; event <= 4; ++event) f.outbox.deliver(verdict(event));
  EXPECT_EQ(f.outbox.dropped(), 0U);
  f.outbox.deliver(verdict(5));
  f.outbox.deliver(verdict(6));
  EXPECT_EQ(f.outbox.dropped(), 2U);
  EXPECT_THAT(f.drain(), ElementsAre(R"({"type":"gap","from":1,"to":2})", "3", "4", "5", "6"));
  f.outbox.deliver(verdict(7));
  EXPECT_THAT(f.drain(), ElementsAre("7"));
}

TEST(outbox, holds_as_many_bytes_as_allowed) {
  Fixture f;
  f.outbox.deliver(verdict(1, 50));
  f.outbox.deliver(verdict(2, 50));
  EXPECT_EQ(f.outbox.dropped(), 0U);
  f.outbox.deliver(verdict(3, 1));
  EXPECT_EQ(f.outbox.dropped(), 1U);
}

TEST(outbox, the_newest_message_stays_however_large) {
  Fixture f;
  f.outbox.deliver(verdict(1, 1000));
  EXPECT_THAT(f.drain(), ElementsAre("1"));
}

TEST(outbox, answers_are_not_dropped_for_verdicts) {
  Fixture f;
  f.outbox.say("answer");
  for (std::uint64_t event = 1; event <= 5; ++event) f.outbox.deliver(verdict(event));
  EXPECT_THAT(f.drain(), ElementsAre(R"({"type":"gap","from":1,"to":2})", "answer", "3", "4", "5"));
}

TEST(outbox, says_when_answers_alone_outgrow_it) {
  Fixture f;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(f.outbox.say("a"));
  EXPECT_FALSE(f.outbox.say("a"));
}

TEST(outbox, a_replay_is_neither_counted_nor_dropped) {
  Fixture f(OutboxLimits{.messages_max = 4, .bytes_max = 100});
  for (std::uint64_t event = 1; event <= 50; ++event) f.outbox.deliver(verdict(event, 10));
  f.outbox.begin_live();
  f.outbox.deliver(verdict(51, 60));
  f.outbox.deliver(verdict(52, 60));
  const auto seen = f.drain();
  ASSERT_EQ(seen.size(), 52U);
  EXPECT_EQ(seen[49], "50");
  EXPECT_EQ(seen[50], R"({"type":"gap","from":51,"to":51})");
  EXPECT_EQ(seen[51], "52");
}

TEST(outbox, remembers_the_end) {
  Fixture f;
  EXPECT_FALSE(f.outbox.ending());
  f.outbox.session_ended(session::EndReason::server_closing, std::chrono::seconds(2));
  ASSERT_TRUE(f.outbox.ending());
  EXPECT_EQ(f.outbox.ending()->reason, session::EndReason::server_closing);
  EXPECT_EQ(f.woken, 1);
}

}  // namespace
}  // namespace hazard::serve
