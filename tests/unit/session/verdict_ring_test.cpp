#include "session/verdict_ring.hpp"

#include <gtest/gtest.h>

namespace hazard::session {
namespace {

Outgoing verdict(std::uint64_t event, std::size_t bytes = 10) {
  return {.event = event,
          .seq = event,
          .json = std::make_shared<const std::string>(bytes, 'x'),
          .drop = std::nullopt,
          .is_result = true};
}

TEST(VerdictRing, keeps_the_newest_within_its_count) {
  VerdictRing ring(3);
  for (std::uint64_t event = 1; event <= 5; ++event) ring.push(verdict(event));
  const auto replay = ring.after(0);
  ASSERT_EQ(replay.verdicts.size(), 3u);
  EXPECT_EQ(replay.verdicts[0].event, 3u);
  EXPECT_EQ(replay.missing_from, 1u);
  EXPECT_EQ(replay.missing_to, 2u);
}

TEST(VerdictRing, drops_between_them_cost_no_results_until_there_are_very_many) {
  VerdictRing ring(2, 8);
  const auto drop = [&](std::uint64_t event) {
    Outgoing message = verdict(event);
    message.is_result = false;
    ring.push(message);
  };
  ring.push(verdict(1));
  for (std::uint64_t event = 2; event <= 6; ++event) drop(event);
  ring.push(verdict(7));
  EXPECT_EQ(ring.size(), 7u);
  ring.push(verdict(8));
  EXPECT_EQ(ring.after(0).missing_to, 1u) << "the first of three results, and no drop";
  for (std::uint64_t event = 9; event <= 30; ++event) drop(event);
  EXPECT_EQ(ring.size(), 8u);
  ring.push(verdict(31));
  ring.push(verdict(32));
  EXPECT_EQ(ring.after(29).verdicts.size(), 3u) << "results that fell out are not counted any more";
}

TEST(VerdictRing, declares_no_gap_when_nothing_is_missing) {
  VerdictRing ring(3);
  for (std::uint64_t event = 1; event <= 5; ++event) ring.push(verdict(event));
  EXPECT_EQ(ring.after(2).missing_to, 0u);
  EXPECT_EQ(ring.after(2).verdicts.size(), 3u);
  EXPECT_TRUE(ring.after(5).verdicts.empty());
  EXPECT_TRUE(ring.after(99).verdicts.empty());
}

TEST(VerdictRing, keeps_within_its_bytes_but_always_the_newest) {
  VerdictRing ring(100, 100, 25);
  ring.push(verdict(1));
  ring.push(verdict(2));
  EXPECT_EQ(ring.size(), 2u);
  ring.push(verdict(3));
  EXPECT_EQ(ring.size(), 2u);
  ring.push(verdict(4, 1000));
  EXPECT_EQ(ring.size(), 1u);
  EXPECT_EQ(ring.after(0).missing_to, 3u);
}

TEST(VerdictRing, an_empty_one_has_nothing_to_say) {
  EXPECT_TRUE(VerdictRing().after(0).verdicts.empty());
  EXPECT_EQ(VerdictRing().after(7).missing_to, 0u);
}

TEST(VerdictRing, an_empty_one_that_is_not_new_declares_what_is_gone) {
  VerdictRing ring(3);
  EXPECT_EQ(ring.after(0).missing_to, 0u);
  ring.begin_after(9);
  EXPECT_EQ(ring.after(9).missing_to, 0u);
  EXPECT_EQ(ring.after(4).missing_from, 5u);
  EXPECT_EQ(ring.after(4).missing_to, 9u);
}

// Event 1 is the drop of frame 2, event 2 the result of frame 1, and so on in pairs.
VerdictRing pairs(std::size_t kept) {
  VerdictRing ring(100, kept);
  const auto json = std::make_shared<const std::string>("{}");
  for (std::uint64_t i = 1; i < 10; i += 2) {
    ring.push({.event = i, .seq = i + 1, .json = json, .drop = domain::DropReason::superseded});
    ring.push({.event = i + 1, .seq = i, .json = json, .drop = std::nullopt, .is_result = true});
  }
  return ring;
}

TEST(VerdictRing, goes_on_after_the_verdict_of_the_frame_last_seen) {
  const VerdictRing ring = pairs(100);
  EXPECT_EQ(ring.event_of_seq(3), 4u);
  EXPECT_EQ(ring.event_of_seq(4), 3u);
  EXPECT_EQ(ring.event_of_seq(0), 0u);
  EXPECT_EQ(ring.event_of_seq(99), 10u) << "after the last result of an earlier frame";
}

TEST(VerdictRing, a_frame_whose_verdict_is_gone_never_makes_it_pass_one_over) {
  const VerdictRing ring = pairs(4);  // events 7 to 10, frames 7 to 10
  EXPECT_EQ(ring.event_of_seq(7), 8u);
  EXPECT_EQ(ring.event_of_seq(5), 5u) << "its result was event 6: the gap begins no later than behind it";
  EXPECT_EQ(ring.after(ring.event_of_seq(5)).missing_from, 6u);
  EXPECT_EQ(ring.after(ring.event_of_seq(5)).missing_to, 6u);
  EXPECT_EQ(ring.event_of_seq(0), 0u);
}

}  // namespace
}  // namespace hazard::session
