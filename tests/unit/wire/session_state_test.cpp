#include "wire/session_state.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"

namespace hazard::wire {
namespace {

const base::WallTime kNow = base::WallTime{std::chrono::seconds{1'700'000'000}};
constexpr std::size_t kRoom = 1024 * 1024;

// Ten frames: six results, three drops, one error; the last four verdicts are kept.
SessionState session(std::string id = "car-1") {
  SessionState state;
  state.session_id = std::move(id);
  state.websocket = true;
  state.config.fps_limit = 12.5;
  state.config.delivery = domain::Delivery::all;
  state.config.max_age_ms.reset();
  state.config.fields = domain::Fields::lean;
  state.counters.received = state.last_seq = state.last_event = 10;
  state.counters.results = 6;
  state.counters.drops[static_cast<std::size_t>(domain::DropReason::superseded)] = 3;
  state.counters.errors[domain::ErrorCode::undecodable_image] = 1;
  state.handed_event = 8;
  state.token = base::to_hex(base::sha256("token"));
  state.created_at = 1'699'999'000.25;
  state.total_ms_sum = 123.5;
  state.tracker = std::string("HSTK\0\xff\x01", 7);
  for (std::uint64_t i = 7; i <= 10; ++i) {
    state.verdicts.push_back({.event = i,
                              .seq = i,
                              .is_result = i % 2 == 0,
                              .json = R"({"type":"x","text":"a \"quoted\" \u00e9","n":)" + std::to_string(i) + "}"});
  }
  return state;
}

// The file with one piece of its text exchanged and a digest that is right again: what a hostile hand would write.
std::string forged(std::string_view from, std::string_view to) {
  std::string text = saved_sessions({session()}, kNow, kRoom);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  text.erase(text.rfind("{\"sha256\""));
  return text + "{\"sha256\":\"" + base::to_hex(base::sha256(text)) + "\"}\n";
}

// Whether the one session in it is still taken.
bool takes(std::string_view text) {
  const auto saved = parse_saved_sessions(text);
  if (!saved) return false;
  EXPECT_EQ(saved->sessions.size() + saved->refused, 1u);
  return saved->sessions.size() == 1;
}

TEST(SavedSessions, come_back_as_they_were) {
  const auto saved = parse_saved_sessions(saved_sessions({session("a"), session("b")}, kNow, kRoom));
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(saved->saved_at, 1'700'000'000);
  EXPECT_EQ(saved->refused, 0u);
  ASSERT_EQ(saved->sessions.size(), 2u);
  const SessionState& back = saved->sessions[1];
  const SessionState was = session("b");
  EXPECT_EQ(back.session_id, "b");
  EXPECT_TRUE(back.websocket);
  EXPECT_EQ(config_object(back.config), config_object(was.config));
  EXPECT_EQ(counters_object(back.counters), counters_object(was.counters));
  EXPECT_EQ(back.last_seq, 10u);
  EXPECT_EQ(back.last_event, 10u);
  EXPECT_EQ(back.handed_event, 8u);
  EXPECT_EQ(back.token, was.token);
  EXPECT_EQ(back.previous_token, "");
  EXPECT_EQ(back.created_at, was.created_at);
  EXPECT_EQ(back.total_ms_sum, was.total_ms_sum);
  EXPECT_EQ(back.tracker, was.tracker);
  ASSERT_EQ(back.verdicts.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(back.verdicts[i].event, was.verdicts[i].event);
    EXPECT_EQ(back.verdicts[i].is_result, was.verdicts[i].is_result);
    EXPECT_EQ(back.verdicts[i].json, was.verdicts[i].json);
  }
}

TEST(SavedSessions, none_is_a_file_too) {
  const auto saved = parse_saved_sessions(saved_sessions({}, kNow, kRoom));
  ASSERT_TRUE(saved);
  EXPECT_TRUE(saved->sessions.empty());
}

TEST(SavedSessions, are_refused_whole_when_any_byte_changed_or_the_end_is_gone) {
  const std::string text = saved_sessions({session()}, kNow, kRoom);
  for (std::size_t i = 0; i < text.size(); i += 7) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x04);
    EXPECT_FALSE(parse_saved_sessions(damaged)) << i;
  }
  for (std::size_t length = 0; length < text.size(); length += 11) {
    EXPECT_FALSE(parse_saved_sessions(std::string_view(text).substr(0, length))) << length;
  }
  EXPECT_FALSE(parse_saved_sessions(text + "\n"));
  EXPECT_FALSE(parse_saved_sessions("\n"));
  EXPECT_FALSE(parse_saved_sessions("{}\n{}\n"));
}

TEST(SavedSessions, of_another_format_or_version_are_refused_whole) {
  EXPECT_FALSE(parse_saved_sessions(forged("hazardstream sessions", "hazardstream reports")));
  EXPECT_FALSE(parse_saved_sessions(forged(R"("version":1)", R"("version":2)")));
  EXPECT_FALSE(parse_saved_sessions(forged(R"("saved_at":1700000000)", R"("saved_at":-1)")));
  EXPECT_FALSE(parse_saved_sessions(forged(R"("saved_at":1700000000)", R"("saved_at":4e9999)")));
  EXPECT_FALSE(parse_saved_sessions(forged(R"("saved_at":1700000000)", R"("saved_at":5000000000)")));
  EXPECT_TRUE(parse_saved_sessions(forged(R"("saved_at":1700000000)", R"("saved_at":4000000000)")));
}

TEST(SavedSessions, with_a_right_digest_must_still_keep_every_law) {
  EXPECT_TRUE(takes(forged("car-1", "car-2")));
  const std::pair<std::string_view, std::string_view> lies[] = {
      {R"("session_id":"car-1")", R"("session_id":"car 1")"},
      {R"("session_id":"car-1")", R"("session_id":"")"},
      {R"("session_id":"car-1")", R"("session_id":7)"},
      {R"("websocket":true)", R"("websocket":"yes")"},
      {R"("fps_limit":12.5)", R"("fps_limit":0)"},
      {R"("fps_limit":12.5)", R"("fps_limit":1000)"},
      {R"("fields":"lean")", R"("fields":"fat")"},
      {R"("received":10)", R"("received":11)"},
      {R"("received":10)", R"("received":-1)"},
      {R"("received":10)", R"("received":10.5)"},
      {R"("results":6)", R"("results":7)"},
      {R"("results":6)", R"("results":18446744073709551615)"},
      {R"("in_flight":0)", R"("in_flight":1)"},
      {R"("superseded":3)", R"("replaced":3)"},
      {R"("undecodable_image":1)", R"("unheard_of":1)"},
      {R"("last_seq":10)", R"("last_seq":9)"},
      {R"("last_event":10)", R"("last_event":11)"},
      {R"("handed_event":8)", R"("handed_event":11)"},
      {R"("created_at":1699999000.25)", R"("created_at":4000000001)"},
      {R"("total_ms_sum":123.5)", R"("total_ms_sum":-1)"},
      {R"("token":")", R"("token":"0)"},
      {R"("previous_token":"")", R"("previous_token":"ab")"},
      {R"("event":7)", R"("event":6)"},
      {R"("event":7)", R"("event":0)"},
      {R"("event":10)", R"("event":9)"},
      {R"("event":10,"seq":10)", R"("event":10,"seq":11)"},
      {R"("event":10,"seq":10)", R"("event":10,"seq":0)"},
      {R"("json":"{\"type\")", R"("json":"[\"type\")"},
      {R"("json":"{\"type\")", R"("json":"{\"\ntype\")"},
      {R"("verdicts":[)", R"("verdicts":[7,)"},
      {R"("verdicts":[)", R"("verdict":[)"},
  };
  for (const auto& [from, to] : lies) EXPECT_FALSE(takes(forged(from, to))) << to;
}

TEST(SavedSessions, a_bad_one_does_not_cost_its_neighbour) {
  std::string text = saved_sessions({session("a"), session("b")}, kNow, kRoom);
  text.replace(text.find(R"("results":6)"), 11, R"("results":5)");
  text.erase(text.rfind("{\"sha256\""));
  const auto saved = parse_saved_sessions(text + "{\"sha256\":\"" + base::to_hex(base::sha256(text)) + "\"}\n");
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->refused, 1u);
  ASSERT_EQ(saved->sessions.size(), 1u);
  EXPECT_EQ(saved->sessions[0].session_id, "b");
}

TEST(SavedSessions, an_unreadable_tracker_is_passed_on_for_the_tracker_to_judge) {
  const auto saved = parse_saved_sessions(forged(R"("tracker":"SFNUSwD/AQ==")", R"("tracker":"****")"));
  ASSERT_TRUE(saved);
  ASSERT_EQ(saved->sessions.size(), 1u);
  EXPECT_EQ(saved->sessions[0].tracker, "");
}

TEST(SavedSessions, give_up_their_oldest_verdicts_for_the_bound) {
  SessionState large = session("large");
  large.counters.results = 296;
  large.counters.received = large.last_seq = large.last_event = 300;
  large.verdicts.clear();
  for (std::uint64_t i = 45; i <= 300; ++i) {
    large.verdicts.push_back({.event = i, .seq = i, .is_result = true, .json = "{\"x\":\"" + std::string(1000, 'x') + "\"}"});
  }
  std::size_t left_out = 9;
  const std::size_t bound = 100'000;
  const std::string text = saved_sessions({session("small"), large}, kNow, bound, &left_out);
  EXPECT_LE(text.size(), bound);
  EXPECT_EQ(left_out, 0u);
  const auto saved = parse_saved_sessions(text);
  ASSERT_TRUE(saved);
  ASSERT_EQ(saved->sessions.size(), 2u);
  EXPECT_EQ(saved->sessions[0].verdicts.size(), 4u);
  const auto& kept = saved->sessions[1].verdicts;
  ASSERT_FALSE(kept.empty());
  EXPECT_LT(kept.size(), 256u);
  EXPECT_EQ(kept.back().event, 300u);
}

TEST(SavedSessions, leave_out_what_does_not_fit_at_all) {
  std::size_t left_out = 0;
  const std::string text = saved_sessions({session("a"), session("b")}, kNow, 1000, &left_out);
  EXPECT_LE(text.size(), 1000u);
  EXPECT_EQ(left_out, 2u);
  EXPECT_TRUE(parse_saved_sessions(text));
}

}  // namespace
}  // namespace hazard::wire
