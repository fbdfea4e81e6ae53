// A stream through lost connections and restarted servers, without a network: real frames, tracks, and books that must balance.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "support/house.hpp"
#include "support/owner.hpp"

namespace hazard {
namespace {

using session::Transport;
using test::Owner;

// What a client knows: the verdicts it heard, in the order it heard them.
struct Client {
  std::string token;
  std::uint64_t last_event = 0;
  std::set<std::uint64_t> seqs;
  std::set<std::string> tracks;
  std::uint64_t gone = 0;

  // Reads what its connection heard, up to `most` messages: the rest is lost with the connection.
  void read(const Owner& owner, std::size_t most) {
    std::size_t count = 0;
    for (const auto& message : owner.heard.messages()) {
      if (count++ == most) return;
      if (message.event == 0) {
        gone += std::stoull(test::member(*message.json, "to")) - std::stoull(test::member(*message.json, "from")) + 1;
        last_event = std::stoull(test::member(*message.json, "to"));
        continue;
      }
      EXPECT_EQ(message.event, last_event + 1) << "none twice, none left out";
      last_event = message.event;
      EXPECT_TRUE(seqs.insert(message.seq).second) << "frame " << message.seq;
      const auto track = test::member(*message.json, "track_id");
      if (!track.empty()) tracks.insert(track);
    }
  }
};

detect::FakeScript one_hazard() {
  detect::FakeScript script;
  script.detections = {{.box = {4, 5, 30, 40}, .confidence = 0.9F, .class_id = 1}};
  return script;
}

void wait_until_ended(const session::Session& session) {
  while (session.counters().in_flight > 0) std::this_thread::yield();
}

TEST(Restart, a_stream_survives_forty_lost_connections_and_ten_restarts) {
  base::RealClock clock;
  std::mt19937 random(7);
  auto house = std::make_unique<test::House>(clock, one_hazard());
  auto session = *house->registry.open(Transport::websocket, "car", {.fps_limit = 30.0, .delivery = "all"});
  Client client;
  client.token = test::token_in(session->greeting());
  auto owner = std::make_shared<Owner>();
  ASSERT_FALSE(session->attach_owner(owner, 0, {}));
  std::uint64_t sent = 0;
  for (int round = 1; round <= 50; ++round) {
    for (std::uint32_t i = 0; i < random() % 5; ++i, ++sent) session->offer(test::frame_message(), clock.now());
    // Now and then the worker catches up: else a quick run could end before it looked at a single frame.
    if (round % 5 == 2) wait_until_ended(*session);
    if (round % 5 == 0) {
      house->registry.close_all(session::EndReason::server_closing, {});
      house->pipeline.stop();
      client.read(*owner, random() % 4);
      const auto saved = wire::parse_saved_sessions(wire::saved_sessions(house->registry.save(), clock.wall(), 1 << 20));
      ASSERT_TRUE(saved);
      house = std::make_unique<test::House>(clock, one_hazard());
      house->registry.restore(*saved);
    } else {
      client.read(*owner, random() % 4);
      house->registry.lose_owner(session, owner.get(), false);
    }
    const auto resumed = house->registry.resume(Transport::websocket, "car", client.token);
    ASSERT_TRUE(resumed) << round;
    session = resumed->session;
    client.token = resumed->claim.token;
    owner = std::make_shared<Owner>();
    ASSERT_FALSE(session->attach_owner(owner, resumed->claim.number, {.event = client.last_event}));
  }
  wait_until_ended(*session);
  client.read(*owner, SIZE_MAX);
  const auto counters = session->counters();
  EXPECT_EQ(counters.received, sent);
  EXPECT_EQ(counters.received, counters.results + counters.total_drops() + counters.total_errors());
  EXPECT_EQ(client.seqs.size() + client.gone, sent);
  EXPECT_EQ(client.gone, 0u);
  EXPECT_EQ(client.tracks, std::set<std::string>{"1"}) << "one hazard, one identity";
}

}  // namespace
}  // namespace hazard
