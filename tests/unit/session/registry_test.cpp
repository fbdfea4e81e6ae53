#include "session/registry.hpp"

#include <gtest/gtest.h>

#include "support/house.hpp"
#include "support/recording_subscriber.hpp"

namespace hazard::session {
namespace {

using namespace std::chrono_literals;
using domain::ErrorCode;

class RegistryTest : public testing::Test {
 protected:
  static RegistryOptions options() {
    RegistryOptions options = test::House::default_options();
    options.sessions_max = 3;
    return options;
  }
  base::ManualClock clock_;
  test::House house_{clock_, {}, options()};
  Registry& registry_ = house_.registry;
};

TEST_F(RegistryTest, takes_a_clients_id_over_and_refuses_it_a_second_time) {
  const auto mine = registry_.open(Transport::websocket, "my-car", {});
  ASSERT_TRUE(mine);
  EXPECT_EQ((*mine)->id(), "my-car");
  const auto again = registry_.open(Transport::websocket, "my-car", {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::session_exists);
}

TEST_F(RegistryTest, refuses_beyond_its_bound_and_harms_nobody) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(registry_.open(Transport::sse, std::nullopt, {}));
  const auto refused = registry_.open(Transport::sse, std::nullopt, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_EQ(registry_.all().size(), 3u);
}

TEST_F(RegistryTest, a_session_lives_while_frames_come_and_ends_after_the_time_out) {
  const auto session = *registry_.open(Transport::sse, std::nullopt, {});
  for (int i = 0; i < 5; ++i) {
    clock_.advance(299s);
    EXPECT_EQ(registry_.reap(), 0u);
    session->offer(test::frame_message(), clock_.now());
  }
  clock_.advance(300s);
  EXPECT_EQ(registry_.reap(), 1u);
  EXPECT_EQ(registry_.find(session->id()), nullptr);
}

TEST_F(RegistryTest, a_reader_keeps_a_silent_session_alive) {
  const auto session = *registry_.open(Transport::sse, std::nullopt, {});
  const auto reader = std::make_shared<test::RecordingSubscriber>();
  ASSERT_TRUE(session->attach(reader));
  clock_.advance(10h);
  EXPECT_EQ(registry_.reap(), 0u);
  session->detach(reader.get());
  EXPECT_EQ(registry_.reap(), 0u) << "the time-out runs from the reader's leaving";
  clock_.advance(300s);
  EXPECT_EQ(registry_.reap(), 1u);
}

TEST_F(RegistryTest, after_close_all_nothing_opens) {
  const auto session = *registry_.open(Transport::websocket, std::nullopt, {});
  const auto reader = std::make_shared<test::RecordingSubscriber>();
  ASSERT_TRUE(session->attach(reader));
  registry_.close_all(EndReason::server_closing, 2s);
  EXPECT_EQ(reader->ended(), EndReason::server_closing);
  EXPECT_EQ(registry_.open(Transport::sse, std::nullopt, {}).error().code, ErrorCode::server_closing);
}

TEST_F(RegistryTest, a_wrong_setting_opens_nothing) {
  const auto refused = registry_.open(Transport::sse, std::nullopt, {.fps_limit = 31.0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_value);
  EXPECT_TRUE(registry_.all().empty());
}

TEST(RegistryWithoutModel, refuses_in_the_words_old_clients_wait_on) {
  base::ManualClock clock;
  pipeline::Pipeline pipeline(clock);
  Registry registry({}, pipeline);
  const auto refused = registry.open(Transport::sse, std::nullopt, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::model_not_ready);
  EXPECT_NE(refused.error().message.find("model not loaded"), std::string::npos);
}

TEST_F(RegistryTest, totals_outlive_sessions) {
  const auto session = *registry_.open(Transport::sse, std::nullopt, {});
  session->refuse({.error = {ErrorCode::missing_image, "none"}, .is_frame = true, .frame_id = {}}, clock_.now());
  registry_.close(session->id(), EndReason::closed_by_client);
  const auto view = registry_.service();
  EXPECT_EQ(view.totals.received, 1u);
  EXPECT_EQ(view.active_sessions, 0u);
  EXPECT_EQ(view.total_sessions, 1u);
}

}  // namespace
}  // namespace hazard::session
