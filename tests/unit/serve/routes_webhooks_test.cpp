#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/desk.hpp"
#include "outgoing/delivery.hpp"
#include "support/hazards.hpp"
#include "support/live_server.hpp"
#include "support/temp_store.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using store::OutboxState;
using testing::HasSubstr;
using testing::Not;

// Sends nothing: every attempt ends as if the server were stopping.
class SilentPoster final : public outgoing::Poster {
 public:
  outgoing::Posted post(const outgoing::Post&) override { return {.stopped = true}; }
  void stop() override {}
};

struct RoutesWebhooks : testing::Test {
  RoutesWebhooks() {
    const auto read = *outgoing::read_options(
        {.urls = {"https://works.example/in?key=hunter2"}, .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    key = read.targets.at(0).key;
    add(1, key, OutboxState::dead);
    add(2, key, OutboxState::dead);
    add(3, "somebody", OutboxState::dead);
    add(4, key, OutboxState::waiting);
    delivery = std::make_unique<outgoing::Delivery>(read, *store, std::make_unique<SilentPoster>(), clock);
    delivery->stop();
    desk = std::make_unique<desk::Desk>(&*store, nullptr, clock);
    LiveOptions options = live_options();
    options.desk = desk.get();
    options.delivery = delivery.get();
    live = std::make_unique<LiveServer>(std::move(options));
  }
  ~RoutesWebhooks() override {
    desk->close();
    live.reset();
    delivery.reset();
    store.close();
  }
  void add(unsigned number, const std::string& target, OutboxState state) {
    store::OutboxRecord record;
    record.event_id = uuid(number);
    record.target = target;
    record.type = "hazard.created";
    record.hazard_id = uuid(100 + number);
    record.state = state;
    record.status = 500;
    record.error = "The receiver answered 500.";
    record.created_at = record.due_at = clock.wall();
    record.body = R"({"secret":"body"})";
    if (state == OutboxState::dead) record.ended_at = clock.wall();
    store.run([&](store::Transaction& transaction) { transaction.append(record); });
  }
  HttpReply get(std::string_view target) { return Client(live->port()).get(target); }
  HttpReply post(std::string_view target) { return Client(live->port()).post(target, ""); }

  base::RealClock clock;
  TempStore store;
  std::string key;
  std::unique_ptr<outgoing::Delivery> delivery;
  std::unique_ptr<desk::Desk> desk;
  std::unique_ptr<LiveServer> live;
};

TEST_F(RoutesWebhooks, receivers_are_shown_without_what_is_secret) {
  const auto reply = get("/api/v1/webhooks");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("target":")" + key + R"(","form":"event","to":"https://works.example")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("waiting":1,"dead":2)"));
  EXPECT_THAT(reply.body, Not(HasSubstr("hunter2")));
}

TEST_F(RoutesWebhooks, messages_are_listed_by_state_and_receiver_in_pages) {
  EXPECT_THAT(get("/api/v1/webhooks/messages").body, HasSubstr(R"("total_count":3)"));
  EXPECT_THAT(get("/api/v1/webhooks/messages?target=" + key).body, HasSubstr(R"("total_count":2)"));
  EXPECT_THAT(get("/api/v1/webhooks/messages?state=waiting").body, HasSubstr(R"("number":4)"));
  const auto second = get("/api/v1/webhooks/messages?limit=1&page=2");
  EXPECT_THAT(second.body, HasSubstr(R"("number":2)"));
  EXPECT_THAT(second.body, Not(HasSubstr(R"("number":3)")));
  EXPECT_THAT(second.body, HasSubstr("The receiver answered 500."));
  EXPECT_THAT(second.body, Not(HasSubstr("secret")));
}

TEST_F(RoutesWebhooks, questions_out_of_range_are_refused) {
  for (const char* query : {"state=lost", "page=0", "page=1000001", "limit=0", "limit=101", "limit=x"})
    EXPECT_EQ(get("/api/v1/webhooks/messages?" + std::string(query)).status, 422) << query;
  EXPECT_EQ(get("/api/v1/webhooks/messages?limit=100&page=1000000").status, 200);
}

TEST_F(RoutesWebhooks, a_dead_letter_is_sent_again_once) {
  const auto reply = post("/api/v1/webhooks/messages/1/retry");
  EXPECT_EQ(reply.status, 202);
  EXPECT_THAT(reply.body, HasSubstr(R"("state":"waiting")"));
  EXPECT_EQ(post("/api/v1/webhooks/messages/1/retry").status, 422);
  EXPECT_EQ(post("/api/v1/webhooks/messages/3/retry").status, 422);
  for (const char* number : {"99", "0", "-1", "x", "1.0", "99999999999999999999"})
    EXPECT_EQ(post("/api/v1/webhooks/messages/" + std::string(number) + "/retry").status, 404) << number;
}

TEST_F(RoutesWebhooks, all_dead_letters_of_known_receivers_are_sent_again) {
  const auto reply = post("/api/v1/webhooks/messages/retry");
  EXPECT_EQ(reply.status, 202);
  EXPECT_THAT(reply.body, HasSubstr(R"("waiting_again":2)"));
  EXPECT_THAT(get("/api/v1/webhooks/messages").body, HasSubstr(R"("total_count":1)"));
}

TEST_F(RoutesWebhooks, the_metrics_count_them) {
  EXPECT_THAT(get("/metrics").body, HasSubstr("hazardstream_webhook_dead_letters 3\n"));
}

TEST(RoutesWebhooksAlone, without_a_store_there_is_nothing_to_show) {
  base::RealClock clock;
  desk::Desk desk(nullptr, nullptr, clock);
  LiveOptions options = live_options();
  options.desk = &desk;
  LiveServer live(std::move(options));
  EXPECT_EQ(Client(live.port()).get("/api/v1/webhooks").status, 501);
  EXPECT_EQ(Client(live.port()).post("/api/v1/webhooks/messages/1/retry", "").status, 501);
}

}  // namespace
}  // namespace hazard::serve
