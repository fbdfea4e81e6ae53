#include "outgoing/courier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "outgoing/retry.hpp"
#include "scripted_poster.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::outgoing {
namespace {

using std::chrono::seconds;
using store::OutboxState;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct CourierTest : testing::Test {
  CourierTest() { configure({.urls = {"https://a.example/in"}, .secret = kSecret}); }
  void configure(Settings settings) {
    settings.attempts = 3;
    options = *read_options(settings);
    courier.emplace(options, Courier::Tools{*store, poster, clock, [] { return 0.5; }}, metrics);
  }
  void add(unsigned number, std::size_t target = 0, const std::string& body = "{}") {
    store::OutboxRecord record;
    record.event_id = test::uuid(number);
    record.target = options.targets[target].key;
    record.type = "hazard.created";
    record.hazard_id = test::uuid(100 + number);
    record.created_at = record.due_at = clock.wall();
    record.body = body;
    store.run([&](store::Transaction& transaction) { transaction.append(record); });
  }
  // One round for every receiver; how long there is nothing to do for any.
  base::Duration round() {
    base::Duration idle = Courier::kIdleMost;
    for (std::size_t i = 0; i < options.targets.size(); ++i) idle = std::min(idle, courier->round(i));
    return idle;
  }
  std::optional<store::OutboxRecord> row(std::int64_t number) { return store->reads().outbox_row(number); }
  TargetState state(std::size_t index = 0) { return courier->states()[index]; }

  base::ManualClock clock;
  test::TempStore store;
  ScriptedPoster poster;
  OutgoingMetrics metrics;
  Options options;
  std::optional<Courier> courier;
};

TEST_F(CourierTest, what_was_delivered_leaves_the_outbox) {
  add(1, 0, R"({"a":1})");
  EXPECT_EQ(round(), Courier::kIdleMost);
  ASSERT_THAT(poster.posts(), SizeIs(1));
  const Post post = poster.posts()[0];
  EXPECT_EQ(post.url, "https://a.example/in");
  EXPECT_EQ(post.content_type, "application/json");
  EXPECT_EQ(post.body, R"({"a":1})");
  EXPECT_FALSE(row(1).has_value());
  EXPECT_EQ(metrics.delivered.value(), 1U);
  EXPECT_EQ(state().delivered, 1U);
  EXPECT_TRUE(state().last_delivered_at.has_value());
}

TEST_F(CourierTest, each_attempt_is_signed_anew_under_the_same_id) {
  add(1);
  poster.answer(500);
  round();
  clock.advance(seconds(60));
  round();
  const auto posts = poster.posts();
  ASSERT_THAT(posts, SizeIs(2));
  EXPECT_EQ(header(posts[0], "webhook-id"), test::uuid(1));
  EXPECT_EQ(header(posts[1], "webhook-id"), test::uuid(1));
  EXPECT_NE(header(posts[0], "webhook-timestamp"), header(posts[1], "webhook-timestamp"));
  for (const Post& post : posts)
    EXPECT_EQ(header(post, "webhook-signature"),
              signature(options.secret, test::uuid(1), std::stoll(header(post, "webhook-timestamp")), post.body));
}

TEST_F(CourierTest, every_2xx_is_a_success_and_nothing_else_is) {
  for (const int good : {200, 204, 299}) poster.answer(good);
  for (unsigned i = 1; i <= 3; ++i) add(i);
  round();
  EXPECT_EQ(metrics.delivered.value(), 3U);
  for (const int bad : {199, 300, 301, 404}) poster.answer(bad);
  for (unsigned i = 4; i <= 7; ++i) add(i);
  round();
  EXPECT_EQ(metrics.delivered.value(), 3U);
  EXPECT_EQ(metrics.failed.value(), 4U);
}

TEST_F(CourierTest, a_failed_one_waits_longer_each_time_and_then_is_a_dead_letter) {
  add(1);
  for (int i = 0; i < 3; ++i) poster.answer(400);
  EXPECT_EQ(round(), seconds(5));
  EXPECT_EQ(row(1)->attempts, 1);
  EXPECT_EQ(row(1)->status, 400);
  EXPECT_EQ(round(), seconds(5));  // not yet due: no attempt
  EXPECT_THAT(poster.posts(), SizeIs(1));
  clock.advance(seconds(5));
  EXPECT_EQ(round(), seconds(10));
  clock.advance(seconds(10));
  EXPECT_EQ(round(), Courier::kIdleMost);
  EXPECT_EQ(row(1)->state, OutboxState::dead);
  EXPECT_EQ(row(1)->attempts, 3);
  EXPECT_EQ(row(1)->error, "The receiver answered 400.");
  EXPECT_EQ(metrics.dead.value(), 1U);
  EXPECT_EQ(state().dead, 1);
  EXPECT_EQ(metrics.dead_letters.value(), 1);
}

TEST_F(CourierTest, gone_is_a_dead_letter_at_once) {
  add(1);
  poster.answer(410);
  round();
  EXPECT_EQ(row(1)->state, OutboxState::dead);
  EXPECT_EQ(row(1)->attempts, 1);
}

TEST_F(CourierTest, a_receiver_that_is_down_is_left_alone_and_the_others_lose_no_attempt) {
  for (unsigned i = 1; i <= 5; ++i) add(i);
  poster.answer(Posted{.error = "Timeout was reached."});
  EXPECT_EQ(round(), seconds(5));
  EXPECT_THAT(poster.posts(), SizeIs(1));
  EXPECT_EQ(row(2)->attempts, 0);
  EXPECT_EQ(state().failures, 1);
  EXPECT_EQ(state().last_error, "Timeout was reached.");
  round();
  EXPECT_THAT(poster.posts(), SizeIs(1));
  clock.advance(seconds(5));
  EXPECT_EQ(round(), Courier::kIdleMost);
  EXPECT_EQ(metrics.delivered.value(), 5U);
  EXPECT_EQ(state().failures, 0);
}

TEST_F(CourierTest, a_refused_message_does_not_hold_up_the_next) {
  add(1);
  add(2);
  poster.answer(422);
  round();
  EXPECT_THAT(poster.posts(), SizeIs(2));
  EXPECT_EQ(metrics.delivered.value(), 1U);
}

TEST_F(CourierTest, one_receiver_that_is_down_does_not_stop_another) {
  configure({.urls = {"https://a.example/in", "https://b.example/in"}, .secret = kSecret});
  add(1, 0);
  add(2, 1);
  poster.answer(503);
  round();
  EXPECT_EQ(row(1)->attempts, 1);
  EXPECT_FALSE(row(2).has_value());
  EXPECT_EQ(state(1).delivered, 1U);
}

TEST_F(CourierTest, a_receiver_may_ask_for_time_up_to_six_hours) {
  add(1);
  poster.answer(Posted{.status = 503, .retry_after = seconds(30)});
  EXPECT_EQ(round(), seconds(30));
  clock.advance(seconds(30));
  poster.answer(Posted{.status = 429, .retry_after = std::chrono::hours(100)});
  round();
  EXPECT_EQ(row(1)->due_at - clock.wall(), kRetryAfterMost);
}

TEST_F(CourierTest, an_attempt_that_was_stopped_is_none) {
  add(1);
  poster.answer(Posted{.stopped = true});
  round();
  EXPECT_EQ(row(1)->attempts, 0);
  EXPECT_EQ(metrics.failed.value(), 0U);
}

TEST_F(CourierTest, a_round_takes_no_more_than_its_share_and_comes_back_at_once) {
  for (unsigned i = 1; i <= Courier::kRoundMost + 1; ++i) add(i);
  EXPECT_EQ(round(), base::Duration{});
  EXPECT_THAT(poster.posts(), SizeIs(Courier::kRoundMost));
  EXPECT_EQ(round(), Courier::kIdleMost);
  EXPECT_THAT(poster.posts(), SizeIs(Courier::kRoundMost + 1));
}

TEST_F(CourierTest, what_waits_for_three_days_is_given_up) {
  add(1);
  poster.answer(503);
  round();
  clock.advance(kGiveUpAfter);
  poster.answer(503);
  round();
  EXPECT_EQ(row(1)->state, OutboxState::waiting);
  clock.advance(std::chrono::minutes(2));
  round();
  EXPECT_EQ(row(1)->state, OutboxState::dead);
  EXPECT_THAT(row(1)->error, HasSubstr("three days"));
}

TEST_F(CourierTest, what_waits_for_a_receiver_that_is_gone_from_the_settings_is_given_up) {
  add(1);
  configure({.urls = {"https://other.example/in"}, .secret = kSecret});
  courier->begin();
  EXPECT_EQ(row(1)->state, OutboxState::dead);
  EXPECT_THAT(row(1)->error, HasSubstr("no longer configured"));
  EXPECT_EQ(metrics.dead.value(), 1U);
}

TEST_F(CourierTest, an_open311_server_gets_a_form_with_its_key_and_its_receipt_is_kept) {
  configure({.open311_url = "https://311.example/v2",
             .open311_jurisdiction = "city.example",
             .open311_api_key = "k&y",
             .open311_codes = {"pothole=001"}});
  add(1, 0, "service_code=001");
  poster.answer(Posted{.status = 201, .body = R"([{"service_request_id":"293944"}])"});
  round();
  const Post post = poster.posts().at(0);
  EXPECT_EQ(post.url, "https://311.example/v2/requests.json");
  EXPECT_THAT(post.content_type, HasSubstr("application/x-www-form-urlencoded"));
  EXPECT_EQ(post.body, "jurisdiction_id=city.example&api_key=k%26y&service_code=001");
  ASSERT_TRUE(row(1).has_value());
  EXPECT_EQ(row(1)->state, OutboxState::delivered);
  EXPECT_EQ(row(1)->receipt, "293944");
  EXPECT_EQ(row(1)->body, "");
  EXPECT_EQ(state().receipts, 1);
}

}  // namespace
}  // namespace hazard::outgoing
