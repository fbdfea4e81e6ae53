// Who may come back to a session, for how long, and what a restart keeps.
#include <gtest/gtest.h>

#include "session/registry.hpp"
#include "support/house.hpp"
#include "support/owner.hpp"

namespace hazard::session {
namespace {

using namespace std::chrono_literals;
using domain::ErrorCode;
using test::offer_broken;
using test::Owner;

constexpr auto kGrace = 60s;

class RegistryResumeTest : public testing::Test {
 protected:
  static RegistryOptions options(base::Duration grace = kGrace, std::size_t sessions_max = 3) {
    RegistryOptions options = test::House::default_options();
    options.limits.resume_grace = grace;
    options.sessions_max = sessions_max;
    return options;
  }
  struct Begun {
    std::shared_ptr<Session> session;
    std::shared_ptr<Owner> owner;
    std::string token;
  };
  static Begun begin(Registry& registry, std::optional<std::string> id = {}) {
    Begun begun{
        .session = *registry.open(Transport::websocket, std::move(id), {}), .owner = std::make_shared<Owner>(), .token = {}};
    begun.token = test::token_in(begun.session->greeting());
    EXPECT_FALSE(begun.session->attach_owner(begun.owner, 0, {}));
    return begun;
  }
  void lose(const Begun& begun, bool for_good = false) { registry_.lose_owner(begun.session, begun.owner.get(), for_good); }
  bool resumes(const Begun& begun) {
    return registry_.resume(Transport::websocket, begun.session->id(), begun.token).has_value();
  }

  base::ManualClock clock_;
  test::House house_{clock_, {}, options()};
  Registry& registry_ = house_.registry;
};

TEST_F(RegistryResumeTest, a_lost_connection_leaves_the_session_and_its_token_opens_it) {
  const auto begun = begin(registry_, "car");
  lose(begun);
  EXPECT_EQ(registry_.find("car"), begun.session);
  EXPECT_EQ(registry_.service().detached_sessions, 1u);
  const auto resumed = registry_.resume(Transport::websocket, "car", begun.token);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->session, begun.session);
  EXPECT_NE(resumed->claim.token, begun.token);
  EXPECT_EQ(registry_.service().resumes.resumed, 1u);
}

TEST_F(RegistryResumeTest, a_late_goodbye_does_not_end_a_new_session_of_the_same_name) {
  const auto old = begin(registry_, "car");
  // Its connection still lives when somebody deletes the session and another client takes the name.
  const auto session = old.session;
  EXPECT_TRUE(registry_.close("car", EndReason::closed_by_client));
  const auto next = begin(registry_, "car");
  registry_.lose_owner(session, old.owner.get(), true);
  EXPECT_EQ(registry_.find("car"), next.session);
}

TEST_F(RegistryResumeTest, one_that_is_gone_for_good_ends_it) {
  const auto begun = begin(registry_, "car");
  lose(begun, true);
  EXPECT_EQ(registry_.find("car"), nullptr);
  EXPECT_FALSE(resumes(begun));
  EXPECT_EQ(registry_.service().detached_sessions, 0u);
}

TEST_F(RegistryResumeTest, the_end_of_a_connection_that_was_replaced_ends_nothing) {
  const auto begun = begin(registry_);
  ASSERT_TRUE(resumes(begun));
  lose(begun, true);
  EXPECT_NE(registry_.find(begun.session->id()), nullptr);
}

TEST_F(RegistryResumeTest, waits_for_the_time_of_grace_and_no_longer) {
  const auto begun = begin(registry_);
  lose(begun);
  clock_.advance(kGrace - 1ns);
  EXPECT_EQ(registry_.reap(), 0u);
  ASSERT_TRUE(resumes(begun));
  // The claim came to nothing: it counts anew from there.
  clock_.advance(kGrace);
  EXPECT_EQ(registry_.reap(), 1u);
  EXPECT_EQ(registry_.service().resumes.expired, 1u);
  EXPECT_FALSE(resumes(begun));
}

TEST_F(RegistryResumeTest, is_late_at_the_time_of_grace_even_before_it_is_reaped) {
  for (const auto after : {base::Duration(kGrace), base::Duration(kGrace + 1s)}) {
    const auto begun = begin(registry_);
    lose(begun);
    registry_.reap();
    clock_.advance(after);
    EXPECT_FALSE(resumes(begun));
    EXPECT_EQ(registry_.reap(), 1u);
  }
}

TEST_F(RegistryResumeTest, a_connected_session_never_expires) {
  const auto begun = begin(registry_);
  clock_.advance(10h);
  EXPECT_EQ(registry_.reap(), 0u);
  EXPECT_TRUE(resumes(begun));
}

TEST_F(RegistryResumeTest, refuses_in_the_same_words_whatever_is_wrong) {
  const auto mine = begin(registry_, "mine");
  const auto other = begin(registry_, "other");
  const auto late = begin(registry_, "late");
  lose(late);
  registry_.reap();
  clock_.advance(kGrace);
  const auto spent = registry_.resume(Transport::websocket, "mine", mine.token);
  ASSERT_TRUE(spent);
  spent->session->confirm(spent->claim.number);
  const std::pair<std::string, std::string> tries[] = {{"mine", "wrong"},      {"mine", ""},         {"mine", mine.token},
                                                       {"mine", other.token},  {"late", late.token}, {"nobody", mine.token},
                                                       {"nobody", "anything"}, {"", mine.token}};
  for (const auto& [id, token] : tries) {
    const auto refused = registry_.resume(Transport::websocket, id, token);
    ASSERT_FALSE(refused) << id << " " << token;
    EXPECT_EQ(refused.error().code, ErrorCode::resume_refused);
    EXPECT_EQ(refused.error().message, "The resume token is wrong, spent or expired.");
  }
  EXPECT_EQ(registry_.service().resumes.refused, std::size(tries));
  EXPECT_FALSE(other.owner->heard.ended());
}

TEST_F(RegistryResumeTest, the_id_alone_opens_nothing) {
  const auto begun = begin(registry_, "mine");
  for (const bool lost : {false, true}) {
    if (lost) lose(begun);
    const auto refused = registry_.open(Transport::websocket, "mine", {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::session_exists);
  }
}

TEST_F(RegistryResumeTest, somebody_who_is_here_goes_before_somebody_who_may_come_back) {
  const auto oldest = begin(registry_, "oldest");
  const auto second = begin(registry_, "second");
  begin(registry_, "third");
  lose(oldest);
  clock_.advance(1s);
  lose(second);
  EXPECT_TRUE(registry_.open(Transport::websocket, "fourth", {}));
  EXPECT_EQ(registry_.find("oldest"), nullptr);
  EXPECT_NE(registry_.find("second"), nullptr);
  EXPECT_TRUE(registry_.open(Transport::websocket, "fifth", {}));
  EXPECT_EQ(registry_.open(Transport::websocket, "sixth", {}).error().code, ErrorCode::overloaded);
  EXPECT_EQ(registry_.service().resumes.expired, 2u);
}

TEST_F(RegistryResumeTest, without_grace_a_lost_connection_is_the_end) {
  test::House house(clock_, {}, options(base::Duration::zero()));
  const auto begun = begin(house.registry, "car");
  EXPECT_FALSE(house.registry.resume(Transport::websocket, "car", begun.token)) << "not even from a connection that looks alive";
  house.registry.lose_owner(begun.session, begun.owner.get(), false);
  EXPECT_EQ(house.registry.find("car"), nullptr);
}

TEST_F(RegistryResumeTest, nobody_resumes_while_the_server_ends) {
  const auto begun = begin(registry_);
  registry_.close_all(EndReason::server_closing, 1s);
  EXPECT_EQ(begun.owner->heard.ended(), EndReason::server_closing);
  EXPECT_EQ(registry_.resume(Transport::websocket, begun.session->id(), begun.token).error().code, ErrorCode::server_closing);
}

// A server's end and the next one's start.
class RestartTest : public RegistryResumeTest {
 protected:
  wire::SavedSessions stop() {
    registry_.close_all(EndReason::server_closing, 1s);
    house_.pipeline.stop();
    const auto saved = wire::parse_saved_sessions(wire::saved_sessions(registry_.save(), clock_.wall(), 1 << 20));
    EXPECT_TRUE(saved);
    return *saved;
  }
};

TEST_F(RestartTest, sessions_wait_in_the_next_server_and_go_on) {
  const auto here = begin(registry_, "here");
  const auto away = begin(registry_, "away");
  offer_broken(*here.session, clock_, 3);
  here.owner->handed = 3;
  lose(away);
  offer_broken(*away.session, clock_, 2);
  const auto saved = stop();
  ASSERT_EQ(saved.sessions.size(), 2u);

  test::House next(clock_, {}, options());
  next.registry.restore(saved);
  EXPECT_EQ(next.registry.service().resumes.restored, 2u);
  EXPECT_EQ(next.registry.service().detached_sessions, 2u);
  for (const auto& [begun, missed] : {std::pair(here, 0U), std::pair(away, 2U)}) {
    const auto resumed = next.registry.resume(Transport::websocket, begun.session->id(), begun.token);
    ASSERT_TRUE(resumed);
    const auto owner = std::make_shared<Owner>();
    EXPECT_FALSE(resumed->session->attach_owner(owner, resumed->claim.number, {}));
    EXPECT_EQ(owner->heard.messages().size(), missed);
  }
}

TEST_F(RestartTest, what_ended_before_is_not_kept) {
  const auto closed = begin(registry_, "closed");
  const auto late = begin(registry_, "late");
  const auto leaves = begin(registry_, "leaves-last");
  lose(closed, true);
  lose(late);
  registry_.reap();
  clock_.advance(kGrace);
  registry_.close_all(EndReason::server_closing, 1s);
  registry_.close("leaves-last", EndReason::closed_by_client);
  EXPECT_TRUE(registry_.save().empty());
}

TEST_F(RestartTest, a_session_whose_client_was_never_greeted_is_not_kept) {
  ASSERT_TRUE(registry_.open(Transport::websocket, "early", {}));
  EXPECT_TRUE(stop().sessions.empty());
}

TEST_F(RestartTest, the_time_of_grace_begins_when_somebody_can_come_back) {
  const auto begun = begin(registry_, "car");
  const auto saved = stop();
  pipeline::Pipeline pipeline(clock_);
  Registry next(options(), pipeline);
  next.restore(saved);
  EXPECT_EQ(next.resume(Transport::websocket, "car", begun.token).error().code, ErrorCode::model_not_ready);
  clock_.advance(10 * kGrace);
  EXPECT_EQ(next.reap(), 0u) << "the model is still loading";
  pipeline.start(detect::make_fake_engine({}));
  EXPECT_EQ(next.reap(), 0u);
  clock_.advance(kGrace - 1ns);
  EXPECT_TRUE(next.resume(Transport::websocket, "car", begun.token));
  clock_.advance(kGrace);
  EXPECT_EQ(next.reap(), 1u);
  next.close_all(EndReason::server_closing, {});
  pipeline.stop();
}

TEST_F(RestartTest, what_does_not_fit_is_counted_and_costs_nothing_else) {
  begin(registry_, "a");
  begin(registry_, "b");
  auto saved = stop();
  saved.sessions.push_back(saved.sessions.front());
  saved.refused = 4;
  test::House next(clock_, {}, options(kGrace, 2));
  next.registry.restore(saved);
  EXPECT_EQ(next.registry.service().resumes.restored, 2u);
  EXPECT_EQ(next.registry.service().resumes.unreadable, 5u);
  next.registry.note_unreadable(1);
  EXPECT_EQ(next.registry.service().resumes.unreadable, 6u);
}

TEST_F(RestartTest, a_rate_above_the_new_limit_is_cut_to_it) {
  begin(registry_, "a").session->update({.fps_limit = 30.0});
  const auto saved = stop();
  auto slower = options();
  slower.limits.stream.max_fps = 5;
  test::House next(clock_, {}, slower);
  next.registry.restore(saved);
  EXPECT_EQ(next.registry.find("a")->config().fps_limit, 5);
}

TEST_F(RestartTest, without_grace_nothing_is_kept) {
  test::House house(clock_, {}, options(base::Duration::zero()));
  begin(house.registry, "a");
  house.registry.close_all(EndReason::server_closing, {});
  house.pipeline.stop();
  EXPECT_TRUE(house.registry.save().empty());
}

}  // namespace
}  // namespace hazard::session
