// Sessions that lose their connection and get another: take-over, replay, what stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/session.hpp"
#include "support/house.hpp"
#include "support/owner.hpp"

namespace hazard::session {
namespace {

using test::events_of;
using test::offer_broken;
using test::Owner;
using test::token_in;
using testing::ElementsAre;
using testing::IsEmpty;

class SessionResumeTest : public testing::Test {
 protected:
  std::shared_ptr<Session> open(Transport transport = Transport::websocket) {
    return *house_.registry.open(transport, std::nullopt, {.delivery = "all"});
  }
  // Greeted and attached to, as a connection does.
  std::string begin(Session& session, const std::shared_ptr<Owner>& owner) {
    const std::string token = token_in(session.greeting());
    EXPECT_FALSE(session.attach_owner(owner, 0, {}));
    return token;
  }
  // The session goes on with `owner`; the new token.
  std::string resume(Session& session, std::string_view token, const std::shared_ptr<Owner>& owner, const LastSeen& seen = {}) {
    const auto claim = session.resume(Transport::websocket, token);
    EXPECT_TRUE(claim);
    if (!claim) return {};
    EXPECT_FALSE(session.attach_owner(owner, claim->number, seen));
    return claim->token;
  }

  std::shared_ptr<Session> restored(test::House& house, const wire::SessionState& state) {
    house.registry.restore({.saved_at = base::epoch_seconds(clock_.wall()), .sessions = {state}, .refused = 0});
    return house.registry.find(state.session_id);
  }

  base::ManualClock clock_;
  test::House house_{clock_};
  std::shared_ptr<Owner> first_ = std::make_shared<Owner>();
  std::shared_ptr<Owner> second_ = std::make_shared<Owner>();
};

TEST_F(SessionResumeTest, what_was_missed_is_replayed_in_order_once_and_then_it_is_live) {
  const auto session = open();
  const auto token = begin(*session, first_);
  offer_broken(*session, clock_, 3);
  first_->handed = 3;
  EXPECT_TRUE(session->lose_owner(first_.get()));
  offer_broken(*session, clock_, 2);
  resume(*session, token, second_);
  offer_broken(*session, clock_);
  EXPECT_THAT(events_of(first_->heard), ElementsAre(1, 2, 3));
  EXPECT_THAT(events_of(second_->heard), ElementsAre(4, 5, 6));
  const auto messages = second_->heard.messages();
  EXPECT_TRUE(messages[0].replayed);
  EXPECT_TRUE(messages[1].replayed);
  EXPECT_FALSE(messages[2].replayed);
}

TEST_F(SessionResumeTest, the_clients_word_counts_more_than_what_its_socket_was_handed) {
  const auto session = open();
  auto token = begin(*session, first_);
  offer_broken(*session, clock_, 5);
  first_->handed = 5;
  session->lose_owner(first_.get());
  token = resume(*session, token, second_, {.event = 2});
  EXPECT_THAT(events_of(second_->heard), ElementsAre(3, 4, 5));
  // It is lost again before it was handed anything: what it had not seen then is still not seen.
  session->lose_owner(second_.get());
  const auto third = std::make_shared<Owner>();
  resume(*session, token, third);
  EXPECT_THAT(events_of(third->heard), ElementsAre(3, 4, 5));
}

TEST_F(SessionResumeTest, a_client_that_counts_frames_goes_on_after_its_last_result) {
  const auto session = open();
  const auto token = begin(*session, first_);
  offer_broken(*session, clock_, 4);
  session->lose_owner(first_.get());
  resume(*session, token, second_, {.seq = 3});
  EXPECT_THAT(events_of(second_->heard), ElementsAre(4));
}

TEST_F(SessionResumeTest, an_event_beyond_all_there_were_replays_nothing) {
  const auto session = open();
  const auto token = begin(*session, first_);
  offer_broken(*session, clock_, 4);
  session->lose_owner(first_.get());
  resume(*session, token, second_, {.event = 999});
  EXPECT_THAT(events_of(second_->heard), IsEmpty());
  offer_broken(*session, clock_);
  EXPECT_THAT(events_of(second_->heard), ElementsAre(5));
}

TEST_F(SessionResumeTest, what_fell_out_of_the_ring_is_told_as_a_gap) {
  const auto session = open();
  const auto token = begin(*session, first_);
  session->lose_owner(first_.get());
  offer_broken(*session, clock_, 2048);
  auto other = std::make_shared<Owner>();
  const auto next = resume(*session, token, other);
  EXPECT_EQ(other->heard.messages().size(), 2048u) << "at the bound nothing is gone";
  session->lose_owner(other.get());
  offer_broken(*session, clock_);
  resume(*session, next, second_, {.event = 0});
  const auto messages = second_->heard.messages();
  ASSERT_EQ(messages.size(), 2049u);
  EXPECT_EQ(*messages[0].json, R"({"type":"gap","from":1,"to":1})");
  EXPECT_EQ(messages[1].event, 2u);
  EXPECT_EQ(messages[2048].event, 2049u);
}

TEST_F(SessionResumeTest, takes_over_from_a_connection_that_looks_alive) {
  const auto session = open();
  const auto token = begin(*session, first_);
  offer_broken(*session, clock_, 2);
  first_->handed = 1;
  resume(*session, token, second_);
  EXPECT_EQ(first_->heard.ended(), EndReason::replaced);
  EXPECT_THAT(events_of(second_->heard), ElementsAre(2));
  EXPECT_FALSE(session->lose_owner(first_.get())) << "the old connection's end is no business of the session any more";
  EXPECT_FALSE(session->detached_since());
  offer_broken(*session, clock_);
  EXPECT_THAT(events_of(first_->heard), ElementsAre(1, 2));
  EXPECT_THAT(events_of(second_->heard), ElementsAre(2, 3));
}

TEST_F(SessionResumeTest, of_two_that_resume_at_once_the_later_one_stays) {
  const auto session = open();
  const auto token = begin(*session, first_);
  const auto early = session->resume(Transport::websocket, token);
  const auto late = session->resume(Transport::websocket, token);
  ASSERT_TRUE(early && late);
  EXPECT_FALSE(session->attach_owner(second_, late->number, {}));
  const auto other = std::make_shared<Owner>();
  EXPECT_EQ(session->attach_owner(other, early->number, {}), EndReason::replaced);
  session->confirm(early->number);
  EXPECT_TRUE(session->resume(Transport::websocket, token)) << "an old connection's pong proves nothing about the new token";
}

TEST_F(SessionResumeTest, the_old_token_is_spent_when_the_new_one_has_arrived) {
  const auto session = open();
  const auto token = begin(*session, first_);
  const auto claim = session->resume(Transport::websocket, token);
  ASSERT_TRUE(claim);
  EXPECT_NE(claim->token, token);
  session->confirm(claim->number);
  EXPECT_FALSE(session->resume(Transport::websocket, token));
  EXPECT_TRUE(session->resume(Transport::websocket, claim->token));
}

TEST_F(SessionResumeTest, a_wrong_token_changes_nothing) {
  const auto session = open();
  const auto token = begin(*session, first_);
  EXPECT_FALSE(session->resume(Transport::websocket, std::string(32, '0')));
  EXPECT_FALSE(session->resume(Transport::websocket, ""));
  EXPECT_FALSE(first_->heard.ended());
  offer_broken(*session, clock_);
  EXPECT_THAT(events_of(first_->heard), ElementsAre(1));
}

TEST_F(SessionResumeTest, another_sessions_token_is_a_wrong_one) {
  const auto mine = open();
  const auto other = open();
  begin(*mine, first_);
  const auto token = begin(*other, second_);
  EXPECT_FALSE(mine->resume(Transport::websocket, token));
}

TEST_F(SessionResumeTest, a_closed_session_is_not_resumed) {
  const auto session = open();
  const auto token = begin(*session, first_);
  session->close(EndReason::closed_by_client);
  EXPECT_FALSE(session->resume(Transport::websocket, token));
}

TEST_F(SessionResumeTest, keeps_configuration_and_counters_and_says_where_it_stands) {
  const auto session = open();
  const auto token = begin(*session, first_);
  ASSERT_TRUE(session->update({.fps_limit = 7.0, .fields = "lean"}));
  offer_broken(*session, clock_, 3);
  session->lose_owner(first_.get());
  resume(*session, token, second_);
  EXPECT_EQ(session->counters().received, 3u);
  const auto greeting = session->greeting_again("t");
  EXPECT_EQ(test::member(greeting, "type"), "session_resumed");
  EXPECT_EQ(test::member(greeting, "resume_token"), "t");
  EXPECT_EQ(test::member(greeting, "fps_limit"), "7");
  EXPECT_EQ(test::member(greeting, "fields"), "lean");
  EXPECT_EQ(test::member(greeting, "last_seq"), "3");
  EXPECT_EQ(test::member(greeting, "last_event"), "3");
  EXPECT_EQ(test::member(greeting, "resume_grace_ms"), "60000");
}

TEST_F(SessionResumeTest, readers_keep_hearing_while_the_owner_is_away_and_do_not_count_as_one) {
  const auto session = open();
  begin(*session, first_);
  const auto reader = std::make_shared<test::RecordingSubscriber>();
  ASSERT_TRUE(session->attach(reader));
  session->lose_owner(first_.get());
  ASSERT_TRUE(session->detached_since());
  EXPECT_FALSE(session->idle_since()) << "the time of grace rules, not the time-out";
  offer_broken(*session, clock_, 2);
  EXPECT_TRUE(session->detached_since());
  EXPECT_THAT(events_of(*reader), ElementsAre(1, 2));
  EXPECT_TRUE(session->view().detached);
}

TEST_F(SessionResumeTest, a_websocket_session_may_go_on_as_an_event_stream) {
  const auto session = open();
  const auto token = begin(*session, first_);
  ASSERT_TRUE(session->resume(Transport::sse, token));
  EXPECT_EQ(session->transport(), Transport::sse);
  EXPECT_EQ(first_->heard.ended(), EndReason::replaced);
  EXPECT_FALSE(session->detached_since());
  EXPECT_TRUE(session->idle_since());
}

TEST_F(SessionResumeTest, what_is_saved_holds_no_token_and_is_restored_whole) {
  const auto session = open();
  const auto token = begin(*session, first_);
  ASSERT_TRUE(session->update({.fps_limit = 7.0}));
  offer_broken(*session, clock_, 3);
  first_->handed = 2;
  clock_.advance(std::chrono::seconds(5));
  session->close(EndReason::server_closing);
  const auto state = session->save();
  EXPECT_EQ(state.token.find(token), std::string::npos);
  EXPECT_EQ(state.handed_event, 2u);
  EXPECT_EQ(state.verdicts.size(), 3u);
  EXPECT_FALSE(state.tracker.empty());

  test::House next(clock_);
  const auto again = restored(next, state);
  EXPECT_TRUE(again->detached_since());
  EXPECT_NEAR(again->view().uptime_seconds, 5, 0.01);
  resume(*again, token, second_);
  EXPECT_THAT(events_of(second_->heard), ElementsAre(3));
  offer_broken(*again, clock_);
  EXPECT_EQ(second_->heard.messages()[1].event, 4u);
  EXPECT_EQ(second_->heard.messages()[1].seq, 4u);
  const auto counters = again->counters();
  EXPECT_EQ(counters.received, 4u);
  EXPECT_EQ(counters.received, counters.results + counters.total_drops() + counters.total_errors() + counters.in_flight);
}

TEST_F(SessionResumeTest, a_tracker_that_cannot_be_read_costs_the_tracks_only) {
  const auto session = open();
  begin(*session, first_);
  session->close(EndReason::server_closing);
  auto state = session->save();
  state.tracker = "rubbish";
  state.websocket = false;
  test::House next(clock_);
  const auto again = restored(next, state);
  EXPECT_TRUE(again->detached_since());
  offer_broken(*again, clock_);
  EXPECT_FALSE(again->detached_since()) << "an event stream's session is in use again with its first frame";
}

}  // namespace
}  // namespace hazard::session
