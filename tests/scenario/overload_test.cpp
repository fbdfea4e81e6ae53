// Several floors under load without a network: sessions, scheduler and workers over an engine that is too slow for what comes.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "support/house.hpp"
#include "support/recording_subscriber.hpp"

namespace hazard {
namespace {

using session::Transport;

void expect_law(const wire::Counters& counters) {
  EXPECT_EQ(counters.received, counters.results + counters.total_drops() + counters.total_errors() + counters.in_flight);
}

// An engine that lets one frame through for every call of release().
struct Turnstile {
  std::mutex mutex;
  std::condition_variable opened;
  int places = 0;

  domain::Result<void> pass() {
    std::unique_lock lock(mutex);
    opened.wait(lock, [this] { return places > 0; });
    --places;
    return {};
  }
  void release(int count) {
    const std::lock_guard lock(mutex);
    places += count;
    opened.notify_all();
  }
};

TEST(Overload, every_frame_of_every_session_ends_and_the_shares_are_equal) {
  base::RealClock clock;
  Turnstile turnstile;
  test::House house(clock, {.workers = 2, .on_infer = [&] { return turnstile.pass(); }});
  constexpr int kSessions = 4;
  constexpr int kRounds = 100;
  std::vector<std::shared_ptr<session::Session>> sessions;
  std::vector<std::shared_ptr<test::RecordingSubscriber>> listeners;
  for (int i = 0; i < kSessions; ++i) {
    // Quality stays as it is: on a slow machine its steps would come between the verdicts, and have no number.
    sessions.push_back(*house.registry.open(Transport::websocket, std::nullopt,
                                            {.fps_limit = 30.0, .quality_mode = "quality", .max_age_ms = 10000.0}));
    listeners.push_back(std::make_shared<test::RecordingSubscriber>());
    ASSERT_TRUE(sessions.back()->attach(listeners.back()));
  }
  // The first sends ten times as much. For every frame the others send, the engine works off one of the four.
  std::uint64_t released = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kSessions; ++i) {
      for (int n = 0; n < (i == 0 ? 10 : 1); ++n)
        sessions[static_cast<std::size_t>(i)]->offer(test::frame_message(), clock.now());
      expect_law(sessions[static_cast<std::size_t>(i)]->counters());
    }
    turnstile.release(1);
    ++released;
    expect_law(house.registry.totals()->counters());
    while (house.registry.totals()->counters().results < released) std::this_thread::yield();
  }
  turnstile.release(1'000'000);
  for (int i = 0; i < kSessions; ++i) {
    const std::uint64_t sent = i == 0 ? 10 * kRounds : kRounds;
    auto& listener = *listeners[static_cast<std::size_t>(i)];
    ASSERT_TRUE(listener.wait_for(sent)) << "session " << i;
    const auto counters = sessions[static_cast<std::size_t>(i)]->counters();
    expect_law(counters);
    EXPECT_EQ(counters.received, sent);
    EXPECT_EQ(counters.in_flight, 0u);
    // The rate limit of 30 a second is also the greedy one's: its share can be smaller than a quarter, never larger.
    EXPECT_LE(counters.results, static_cast<std::uint64_t>(kRounds / kSessions + 8)) << "session " << i;
    std::uint64_t event = 0;
    for (const auto& message : listener.messages()) EXPECT_EQ(message.event, ++event);
  }
}

TEST(Churn, sessions_that_come_and_go_leave_nothing_behind) {
  base::RealClock clock;
  test::House house(clock, {.workers = 2});
  std::vector<std::thread> clients;
  std::atomic<std::uint64_t> offered = 0;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        const auto session =
            *house.registry.open(n % 2 == 0 ? Transport::websocket : Transport::sse, std::nullopt, {.delivery = "all"});
        const auto listener = std::make_shared<test::RecordingSubscriber>();
        EXPECT_TRUE(session->attach(listener));
        for (int f = 0; f < 5; ++f) session->offer(test::frame_message(), clock.now());
        offered += 5;
        house.registry.close(session->id(), session::EndReason::closed_by_client);
        EXPECT_TRUE(listener->wait_for(5)) << "each frame is told how it ended, also when its session ends";
        EXPECT_TRUE(listener->wait_for_end());
        expect_law(session->counters());
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(house.pipeline.scheduler().lanes(), 0u);
  EXPECT_EQ(house.pipeline.scheduler().waiting_frames(), 0u);
  EXPECT_TRUE(house.registry.all().empty());
  const auto totals = house.registry.totals()->counters();
  EXPECT_EQ(totals.received, offered.load());
  EXPECT_EQ(totals.in_flight, 0u);
  expect_law(totals);
}

}  // namespace
}  // namespace hazard
