#include "session/session.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <semaphore>

#include "support/house.hpp"
#include "support/recording_subscriber.hpp"

namespace hazard::session {
namespace {

using domain::ErrorCode;

class SessionTest : public testing::Test {
 protected:
  std::shared_ptr<Session> open(const domain::StreamConfigPatch& patch = {.delivery = "all"}) {
    auto opened = house_.registry.open(Transport::sse, std::nullopt, patch);
    EXPECT_TRUE(opened);
    return *opened;
  }
  void add_up(const wire::Counters& counters) {
    EXPECT_EQ(counters.received, counters.results + counters.total_drops() + counters.total_errors() + counters.in_flight);
  }

  base::RealClock clock_;
  test::House house_{clock_};
  std::shared_ptr<test::RecordingSubscriber> listener_ = std::make_shared<test::RecordingSubscriber>();
};

TEST_F(SessionTest, numbers_frames_and_events_from_one_and_adds_up) {
  const auto session = open();
  ASSERT_TRUE(session->attach(listener_));
  for (std::uint64_t i = 1; i <= 5; ++i) EXPECT_EQ(session->offer(test::frame_message("same label"), clock_.now()).seq, i);
  ASSERT_TRUE(listener_->wait_for(5));
  std::uint64_t event = 0;
  for (const auto& message : listener_->messages()) {
    EXPECT_EQ(message.event, ++event);
    EXPECT_NE(message.json->find("\"detection_result\""), std::string::npos);
  }
  add_up(session->counters());
  EXPECT_EQ(session->counters().results, 5u);
  EXPECT_EQ(session->counters().in_flight, 0u);
}

TEST_F(SessionTest, makes_up_a_label_for_a_frame_without_one) {
  const auto session = open();
  EXPECT_EQ(session->offer(test::frame_message(), clock_.now()).frame_id.size(), 36u);
  EXPECT_EQ(session->offer(test::frame_message("mine"), clock_.now()).frame_id, "mine");
}

TEST_F(SessionTest, a_spoiled_frame_is_received_and_ends_as_its_error) {
  const auto session = open();
  ASSERT_TRUE(session->attach(listener_));
  session->refuse({.error = {ErrorCode::missing_image, "image_data is empty"}, .is_frame = true, .frame_id = "f"}, clock_.now());
  ASSERT_TRUE(listener_->wait_for(1));
  EXPECT_NE(listener_->messages()[0].json->find("missing_image"), std::string::npos);
  EXPECT_EQ(session->counters().received, 1u);
  EXPECT_EQ(session->counters().errors.at(ErrorCode::missing_image), 1u);
  add_up(session->counters());
}

TEST_F(SessionTest, a_result_tells_the_age_since_a_capture_time_that_can_be_true) {
  const auto session = open();
  ASSERT_TRUE(session->attach(listener_));
  const double now = base::epoch_seconds(clock_.wall());
  for (const double captured : {now - 2, now - 2000}) {
    auto message = test::frame_message();
    message.frame.timestamp = captured;
    session->offer(std::move(message), clock_.now());
  }
  session->offer(test::frame_message(), clock_.now());
  ASSERT_TRUE(listener_->wait_for(3));
  EXPECT_NE(listener_->messages()[0].json->find("\"capture_age_ms\":2"), std::string::npos);
  EXPECT_EQ(listener_->messages()[1].json->find("capture_age_ms"), std::string::npos);
  EXPECT_EQ(listener_->messages()[2].json->find("capture_age_ms"), std::string::npos);
}

TEST_F(SessionTest, every_listener_hears_the_same_bytes) {
  const auto session = open();
  const auto other = std::make_shared<test::RecordingSubscriber>();
  ASSERT_TRUE(session->attach(listener_));
  ASSERT_TRUE(session->attach(other));
  session->offer(test::frame_message(), clock_.now());
  ASSERT_TRUE(listener_->wait_for(1));
  ASSERT_TRUE(other->wait_for(1));
  EXPECT_EQ(listener_->messages()[0].json.get(), other->messages()[0].json.get());
}

TEST_F(SessionTest, a_reader_that_comes_back_gets_what_it_missed_marked_and_then_live) {
  const auto session = open();
  ASSERT_TRUE(session->attach(listener_));
  for (int i = 0; i < 4; ++i) session->offer(test::frame_message(), clock_.now());
  ASSERT_TRUE(listener_->wait_for(4));
  session->detach(listener_.get());
  const auto back = std::make_shared<test::RecordingSubscriber>();
  ASSERT_TRUE(session->attach(back, 2));
  session->offer(test::frame_message(), clock_.now());
  ASSERT_TRUE(back->wait_for(3));
  const auto messages = back->messages();
  EXPECT_EQ(messages[0].event, 3u);
  EXPECT_TRUE(messages[0].replayed);
  EXPECT_EQ(messages[0].json.get(), listener_->messages()[2].json.get()) << "shared: a reader that comes back costs no copy";
  EXPECT_EQ(messages[1].event, 4u);
  EXPECT_EQ(messages[2].event, 5u);
  EXPECT_FALSE(messages[2].replayed);
}

TEST_F(SessionTest, verdicts_gone_from_the_ring_are_declared_as_a_gap) {
  const auto session = open();
  ASSERT_TRUE(session->attach(listener_));
  for (std::size_t i = 1; i <= 2100; ++i) {
    session->refuse({.error = {ErrorCode::invalid_envelope, "x"}, .is_frame = true, .frame_id = {}}, clock_.now());
  }
  const auto back = std::make_shared<test::RecordingSubscriber>();
  ASSERT_TRUE(session->attach(back, 0));
  ASSERT_TRUE(back->wait_for(2049));
  EXPECT_EQ(*back->messages()[0].json, R"({"type":"gap","from":1,"to":52})");
  EXPECT_EQ(back->messages()[1].event, 53u);
}

TEST_F(SessionTest, an_update_changes_only_what_it_names_and_a_wrong_one_nothing) {
  const auto session = open({.fps_limit = 7.0});
  ASSERT_TRUE(session->update({.confidence_threshold = 0.9}));
  EXPECT_EQ(session->config().fps_limit, 7);
  EXPECT_EQ(session->config().confidence_threshold, 0.9);
  const auto refused = session->update({.fps_limit = 99.0, .confidence_threshold = 0.1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_value);
  EXPECT_EQ(session->config().confidence_threshold, 0.9);
}

TEST_F(SessionTest, an_update_takes_effect_on_the_next_frame) {
  detect::FakeScript script;
  script.detections = {{.box = {1, 1, 30, 30}, .confidence = 0.6F, .class_id = 0}};
  test::House house(clock_, script);
  const auto session = *house.registry.open(Transport::sse, std::nullopt, {.enable_tracking = false, .delivery = "all"});
  ASSERT_TRUE(session->attach(listener_));
  session->offer(test::frame_message(), clock_.now());
  ASSERT_TRUE(listener_->wait_for(1));
  EXPECT_EQ(listener_->messages()[0].json->find("\"detections\":[]"), std::string::npos);
  ASSERT_TRUE(session->update({.confidence_threshold = 0.7}));
  session->offer(test::frame_message(), clock_.now());
  ASSERT_TRUE(listener_->wait_for(2));
  EXPECT_NE(listener_->messages()[1].json->find("\"detections\":[]"), std::string::npos);
}

TEST_F(SessionTest, an_update_holds_from_the_next_frame_taken_and_not_for_the_one_in_flight) {
  std::counting_semaphore<8> entered(0);
  std::counting_semaphore<8> leave(0);
  test::House house(clock_, {.on_infer = [&]() -> domain::Result<void> {
                      entered.release();
                      leave.acquire();
                      return {};
                    }});
  const auto session = *house.registry.open(Transport::sse, std::nullopt, {.delivery = "all"});
  ASSERT_TRUE(session->attach(listener_));
  session->offer(test::frame_message(), clock_.now());
  session->offer(test::frame_message(), clock_.now());
  entered.acquire();
  ASSERT_TRUE(session->update({.quality_mode = "speed"}));
  ASSERT_TRUE(session->update({.quality_mode = "quality"}));
  leave.release(2);
  ASSERT_TRUE(listener_->wait_for(2));
  EXPECT_NE(listener_->messages()[0].json->find(R"("mode":"balanced")"), std::string::npos) << *listener_->messages()[0].json;
  EXPECT_NE(listener_->messages()[1].json->find(R"("mode":"quality")"), std::string::npos) << *listener_->messages()[1].json;
}

// A client of the original protocol takes whatever message comes next for the answer to its frame.
TEST_F(SessionTest, changes_of_quality_are_told_to_who_can_tell_them_from_an_answer) {
  const domain::QualityChange change{.input = {416, 256}, .every = 1, .reason = "late"};
  const auto told = [&](Transport transport, const domain::StreamConfigPatch& patch, auto&& prepare) {
    const auto session = *house_.registry.open(transport, std::nullopt, patch);
    const auto listener = std::make_shared<test::RecordingSubscriber>();
    EXPECT_TRUE(session->attach(listener));
    prepare(*session);
    session->on_quality(change);
    return listener->messages().size();
  };
  const auto nothing = [](Session&) {};
  EXPECT_EQ(told(Transport::websocket, {}, nothing), 0u);
  EXPECT_EQ(told(Transport::websocket, {.fps_limit = 5.0, .confidence_threshold = 0.4}, nothing), 0u);
  EXPECT_EQ(told(Transport::sse, {}, nothing), 1u) << "an event stream answers nothing";
  EXPECT_EQ(told(Transport::websocket, {.quality_mode = "balanced"}, nothing), 1u);
  EXPECT_EQ(told(Transport::websocket, {.delivery = "all"}, nothing), 1u);
  EXPECT_EQ(told(Transport::websocket, {}, [](Session& session) { session.note_new_words(); }), 1u);
}

TEST_F(SessionTest, closing_tells_how_waiting_frames_ended_and_then_that_it_is_over) {
  std::latch entered(1);
  std::latch leave(1);
  test::House house(clock_, {.on_infer = [&]() -> domain::Result<void> {
                      entered.count_down();
                      leave.wait();
                      return {};
                    }});
  const auto session = *house.registry.open(Transport::sse, std::nullopt, {.delivery = "all"});
  ASSERT_TRUE(session->attach(listener_));
  session->offer(test::frame_message(), clock_.now());
  session->offer(test::frame_message(), clock_.now());
  entered.wait();
  EXPECT_TRUE(house.registry.close(session->id(), EndReason::closed_by_client));
  EXPECT_EQ(listener_->messages().size(), 1u);
  EXPECT_NE(listener_->messages()[0].json->find("session_closed"), std::string::npos);
  EXPECT_FALSE(listener_->ended()) << "one frame is still in flight: its verdict comes first";
  EXPECT_FALSE(session->attach(listener_));
  leave.count_down();
  ASSERT_TRUE(listener_->wait_for_end());
  EXPECT_EQ(listener_->ended(), EndReason::closed_by_client);
  EXPECT_EQ(listener_->messages().size(), 2u);
  EXPECT_NE(listener_->messages()[1].json->find("detection_result"), std::string::npos);
  // A frame that still comes is received, and ends.
  session->offer(test::frame_message(), clock_.now());
  add_up(session->counters());
  EXPECT_EQ(session->counters().in_flight, 0u);
}

TEST_F(SessionTest, the_greeting_names_what_a_client_needs) {
  const std::string greeting = open()->greeting();
  for (const char* key :
       {"\"session_created\"", "\"session_id\"", "\"client_id\"", "\"config\"", "\"resume_token\"", "\"granted_fps\"",
        "\"credits\"", "\"heartbeat_ms\"", "\"max_frame_bytes\"", "\"model\"", "\"protocol\""}) {
    EXPECT_NE(greeting.find(key), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace hazard::session
