#include "session/verdict_ring.hpp"

#include <gtest/gtest.h>

namespace hazard::session {
namespace {

Outgoing verdict(std::uint64_t event, std::size_t bytes = 10) {
  return {.event = event, .seq = event, .json = std::make_shared<const std::string>(bytes, 'x')};
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

TEST(VerdictRing, declares_no_gap_when_nothing_is_missing) {
  VerdictRing ring(3);
  for (std::uint64_t event = 1; event <= 5; ++event) ring.push(verdict(event));
  EXPECT_EQ(ring.after(2).missing_to, 0u);
  EXPECT_EQ(ring.after(2).verdicts.size(), 3u);
  EXPECT_TRUE(ring.after(5).verdicts.empty());
  EXPECT_TRUE(ring.after(99).verdicts.empty());
}

TEST(VerdictRing, keeps_within_its_bytes_but_always_the_newest) {
  VerdictRing ring(100, 25);
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

}  // namespace
}  // namespace hazard::session
