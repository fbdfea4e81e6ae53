#include "session/dialogue.hpp"

#include <gtest/gtest.h>

#include "support/house.hpp"
#include "support/recording_subscriber.hpp"
#include "wire/base64.hpp"

namespace hazard::session {
namespace {

class DialogueTest : public testing::Test {
 protected:
  void SetUp() override {
    session_ = *house_.registry.open(Transport::websocket, std::nullopt, {.delivery = "all"});
    ASSERT_TRUE(session_->attach(listener_));
    dialogue_.emplace(session_, clock_);
  }
  bool last_contains(std::string_view text) {
    const auto messages = listener_->messages();
    return !messages.empty() && messages.back().json->find(text) != std::string::npos;
  }

  base::RealClock clock_;
  test::House house_{clock_};
  std::shared_ptr<test::RecordingSubscriber> listener_ = std::make_shared<test::RecordingSubscriber>();
  std::shared_ptr<Session> session_;
  std::optional<Dialogue> dialogue_;
};

TEST_F(DialogueTest, the_seed_documents_frame_is_answered_with_its_label) {
  const std::string picture = wire::base64_encode(test::jpeg({64, 48}));
  EXPECT_FALSE(dialogue_->on_text(R"({"type":"frame","image_data":")" + picture + R"(","frame_id":"frame_1"})"));
  ASSERT_TRUE(listener_->wait_for(1));
  EXPECT_TRUE(last_contains(R"("frame_id":"frame_1")"));
}

TEST_F(DialogueTest, a_binary_frame_goes_by_its_number) {
  dialogue_->on_binary(wire::make_frame_envelope(42, 0, "", test::jpeg({64, 48})));
  ASSERT_TRUE(listener_->wait_for(1));
  EXPECT_TRUE(last_contains(R"("frame_id":"42")"));
}

TEST_F(DialogueTest, what_is_no_frame_is_answered_but_not_counted) {
  for (const auto& [sent, code] :
       {std::pair{"not json", "invalid_json"}, {R"({"type":"dance"})", "unknown_message_type"}, {"[]", "invalid_json"}}) {
    const auto answer = dialogue_->on_text(sent);
    ASSERT_TRUE(answer) << sent;
    EXPECT_NE(answer->find(code), std::string::npos) << *answer;
  }
  EXPECT_EQ(session_->counters().received, 0u);
}

TEST_F(DialogueTest, a_frame_that_its_message_spoiled_counts_and_ends_as_an_error) {
  EXPECT_FALSE(dialogue_->on_text(R"({"type":"frame"})"));
  EXPECT_TRUE(last_contains("missing_image"));
  EXPECT_FALSE(dialogue_->on_text(R"({"type":"frame","image_data":"***"})"));
  EXPECT_TRUE(last_contains("invalid_base64"));
  EXPECT_FALSE(dialogue_->on_binary({'H', 'S', 'F', '1'}));
  EXPECT_TRUE(last_contains("invalid_envelope"));
  EXPECT_EQ(session_->counters().received, 3u);
  EXPECT_EQ(session_->counters().total_errors(), 3u);
}

TEST_F(DialogueTest, a_binary_message_without_our_magic_is_no_frame) {
  const auto answer = dialogue_->on_binary({'X', 'S', 'F', '1'});
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find("invalid_envelope"), std::string::npos);
  EXPECT_EQ(session_->counters().received, 0u);
}

TEST_F(DialogueTest, config_update_is_acknowledged_with_the_whole_configuration) {
  const auto answer = dialogue_->on_text(R"({"type":"config_update","config":{"fps_limit":15}})");
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find("config_updated"), std::string::npos);
  EXPECT_EQ(session_->config().fps_limit, 15);
  const auto refused = dialogue_->on_text(R"({"type":"config_update","config":{"fps_limit":0}})");
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->find("invalid_value"), std::string::npos);
  EXPECT_EQ(session_->config().fps_limit, 15);
}

TEST_F(DialogueTest, ping_comes_back_with_what_it_carried) {
  const auto answer = dialogue_->on_text(R"({"type":"ping","timestamp":12.5,"n":7})");
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find(R"("type":"pong")"), std::string::npos);
  EXPECT_NE(answer->find("12.5"), std::string::npos);
  EXPECT_NE(answer->find("received_at"), std::string::npos);
}

TEST_F(DialogueTest, stats_are_the_sessions_counters) {
  const auto answer = dialogue_->on_text(R"({"type":"stats"})");
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find("\"in_flight\":0"), std::string::npos);
}

}  // namespace
}  // namespace hazard::session
