#include "outgoing/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "scripted_poster.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::outgoing {
namespace {

using domain::ErrorCode;
using store::OutboxState;

struct DeliveryTest : testing::Test {
  static Options options(const std::string& url = "https://a.example/in") {
    return *read_options({.urls = {url}, .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .attempts = 1});
  }
  void create_hazard(unsigned number) {
    store.run([&](store::Transaction& transaction) {
      transaction.put(test::sample_hazard(number));
      transaction.append(domain::HistoryEntry{.hazard_id = test::uuid(number), .actor = "system", .action = "created"});
    });
  }
  void add_dead(unsigned number, const std::string& target) {
    store::OutboxRecord record;
    record.event_id = test::uuid(number);
    record.target = target;
    record.hazard_id = test::uuid(100 + number);
    record.state = OutboxState::dead;
    record.attempts = 9;
    record.created_at = record.due_at = clock.wall();
    record.ended_at = clock.wall();
    store.run([&](store::Transaction& transaction) { transaction.append(record); });
  }
  domain::Result<store::OutboxRecord> again(Delivery& delivery, std::int64_t number) {
    domain::Result<store::OutboxRecord> answer = domain::refuse(ErrorCode::internal, "not called");
    delivery.send_again(number, [&](domain::Result<store::OutboxRecord> outcome) { answer = std::move(outcome); });
    store->drain();
    return answer;
  }
  std::int64_t count(OutboxState state) { return store->reads().outbox({.state = state, .target = {}}).total; }

  base::RealClock clock;
  test::TempStore store;
};

TEST_F(DeliveryTest, what_happens_to_a_hazard_is_posted_by_itself) {
  auto poster = std::make_unique<ScriptedPoster>();
  ScriptedPoster& seen = *poster;
  auto posted = seen.await(1);
  Delivery delivery(options(), *store, std::move(poster), clock);
  create_hazard(1);
  ASSERT_EQ(posted.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  delivery.stop();
  EXPECT_THAT(seen.posts().at(0).body, testing::HasSubstr(R"("type":"hazard.created")"));
}

// Answers nothing to one receiver until it is stopped, and everybody else at once.
class HangingPoster final : public Poster {
 public:
  HangingPoster(std::string hangs, std::size_t awaited) : hangs_(std::move(hangs)), awaited_(awaited) {}
  Posted post(const Post& message) override {
    std::unique_lock lock(mutex_);
    if (message.url == hangs_) {
      ++hanging_;
      stopped_changed_.wait(lock, [this] { return stopped_; });
      return {.status = 0, .body = {}, .error = {}, .retry_after = {}, .stopped = true};
    }
    if (++answered_ == awaited_) all_answered_.set_value();
    return {.status = 200};
  }
  void stop() override {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    stopped_changed_.notify_all();
  }
  std::future<void> all_answered() { return all_answered_.get_future(); }
  int hanging() {
    const std::lock_guard lock(mutex_);
    return hanging_;
  }

 private:
  const std::string hangs_;
  const std::size_t awaited_;
  std::mutex mutex_;
  std::condition_variable stopped_changed_;
  std::promise<void> all_answered_;
  std::size_t answered_ = 0;
  int hanging_ = 0;
  bool stopped_ = false;
};

TEST_F(DeliveryTest, a_receiver_that_hangs_keeps_no_other_waiting) {
  Options three = *read_options({.urls = {"https://hangs.example/in", "https://b.example/in", "https://c.example/in"},
                                 .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                 .attempts = 1});
  auto made = std::make_unique<HangingPoster>("https://hangs.example/in", 40);  // 20 events to each of the two others
  HangingPoster& poster = *made;
  auto answered = poster.all_answered();
  Delivery delivery(three, *store, std::move(made), clock);
  for (unsigned number = 1; number <= 20; ++number) create_hazard(number);
  ASSERT_EQ(answered.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  delivery.stop();
  EXPECT_LE(poster.hanging(), 1);
  EXPECT_EQ(count(OutboxState::waiting), 20) << "all of them its own, to be sent at the next start";
  EXPECT_EQ(store->reads().outbox({.state = OutboxState::waiting, .target = three.targets[0].key}).total, 20);
}

TEST_F(DeliveryTest, what_waited_from_before_is_posted_after_the_start) {
  {
    Delivery before(options(), *store, std::make_unique<ScriptedPoster>(), clock);
    before.stop();
    create_hazard(1);
  }
  EXPECT_EQ(count(OutboxState::waiting), 1);
  store.close();
  store.open();
  const std::string id = store->reads().outbox({.state = OutboxState::waiting, .target = {}}).items.at(0).event_id;
  auto poster = std::make_unique<ScriptedPoster>();
  ScriptedPoster& seen = *poster;
  auto posted = seen.await(1);
  Delivery after(options(), *store, std::move(poster), clock);
  ASSERT_EQ(posted.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  after.stop();
  EXPECT_EQ(header(seen.posts().at(0), "webhook-id"), id);
  EXPECT_EQ(count(OutboxState::waiting), 0);
}

TEST_F(DeliveryTest, one_that_sends_at_the_next_start_keeps_events_and_gives_nothing_up) {
  {
    Delivery before(options(), *store, std::make_unique<ScriptedPoster>(), clock);
    before.stop();
    create_hazard(1);
  }
  auto poster = std::make_unique<ScriptedPoster>();
  ScriptedPoster& seen = *poster;
  Delivery other(options("https://other.example/in"), *store, std::move(poster), clock, Sending::at_next_start);
  create_hazard(2);
  other.stop();
  EXPECT_EQ(count(OutboxState::waiting), 2);
  EXPECT_EQ(count(OutboxState::dead), 0);
  EXPECT_TRUE(seen.posts().empty());
}

TEST_F(DeliveryTest, without_receivers_nothing_is_kept) {
  Delivery delivery(*read_options({}), *store, nullptr, clock);
  create_hazard(1);
  EXPECT_EQ(count(OutboxState::waiting), 0);
  EXPECT_TRUE(delivery.states().empty());
}

TEST_F(DeliveryTest, a_dead_letter_waits_again_as_if_new) {
  Delivery delivery(options(), *store, std::make_unique<ScriptedPoster>(), clock);
  delivery.stop();
  add_dead(1, options().targets[0].key);
  const auto revived = again(delivery, 1);
  ASSERT_TRUE(revived.has_value()) << revived.error().message;
  EXPECT_EQ(revived->state, OutboxState::waiting);
  EXPECT_EQ(revived->attempts, 0);
  EXPECT_EQ(count(OutboxState::waiting), 1);
  EXPECT_EQ(again(delivery, 1).error().code, ErrorCode::invalid_value);
}

TEST_F(DeliveryTest, unknown_messages_and_receivers_of_before_are_refused) {
  Delivery delivery(options(), *store, std::make_unique<ScriptedPoster>(), clock);
  delivery.stop();
  add_dead(1, "somebody");
  EXPECT_EQ(again(delivery, 2).error().code, ErrorCode::not_found);
  EXPECT_EQ(again(delivery, 1).error().code, ErrorCode::invalid_value);
  EXPECT_EQ(count(OutboxState::dead), 1);
}

TEST_F(DeliveryTest, all_dead_letters_of_known_receivers_wait_again_together) {
  Delivery delivery(options(), *store, std::make_unique<ScriptedPoster>(), clock);
  delivery.stop();
  add_dead(1, options().targets[0].key);
  add_dead(2, options().targets[0].key);
  add_dead(3, "somebody");
  std::int64_t revived = -1;
  delivery.send_all_again([&](domain::Result<std::int64_t> outcome) { revived = outcome.value_or(-2); });
  store->drain();
  EXPECT_EQ(revived, 2);
  EXPECT_EQ(count(OutboxState::waiting), 2);
  EXPECT_EQ(count(OutboxState::dead), 1);
}

}  // namespace
}  // namespace hazard::outgoing
