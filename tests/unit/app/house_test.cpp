#include "app/house.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <future>

#include "client/socket.hpp"
#include "detect/fake_engine.hpp"
#include "support/owner.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;
using Loaded = domain::Result<std::unique_ptr<detect::Engine>>;

// Defaults on any free port, heard by `said`.
class HouseTest : public testing::Test {
 protected:
  HouseTest() {
    auto loaded = load_config({.flags = {{"PORT", "0"}, {"SHUTDOWN_GRACE", "1"}}, .environment = {}, .file = {}});
    config_ = loaded->values;
  }

  HouseTools tools(std::function<Loaded()> load) {
    return {.clock = clock_,
            .load = std::move(load),
            .say = [this](std::string_view text) { hear(text); },
            .back_off = {.first = base::Duration::zero(), .most = base::Duration::zero()},
            .calibration = base::Duration::zero()};
  }

  void hear(std::string_view text) {
    const std::lock_guard lock(mutex_);
    said_ += text;
    if (text.find("Ready.") != std::string_view::npos) ready_.set_value();
    if (text.find("cannot be loaded") != std::string_view::npos && !failed_once_) {
      failed_once_ = true;
      failed_.set_value();
    }
  }
  std::string said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }

  base::RealClock clock_;
  Config config_;
  std::mutex mutex_;
  std::string said_;
  bool failed_once_ = false;
  std::promise<void> ready_;
  std::promise<void> failed_;
};

TEST_F(HouseTest, listens_loads_and_says_what_it_loaded) {
  auto house = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
  ASSERT_TRUE(house) << house.error().message;
  EXPECT_NE((*house)->port(), 0);
  ready_.get_future().get();
  EXPECT_TRUE((*house)->ready());
  EXPECT_EQ((*house)->model_error(), "");
  (*house)->stop();
  EXPECT_THAT(said(), HasSubstr("listens on http://127.0.0.1:"));
  EXPECT_THAT(said(), HasSubstr("crack, pothole"));
  EXPECT_THAT(said(), HasSubstr("frames a second"));
}

TEST_F(HouseTest, stays_up_and_says_why_while_the_model_cannot_be_loaded) {
  std::atomic<bool> repaired = false;
  auto house = House::build(config_, tools([&]() -> Loaded {
                              if (repaired) return detect::make_fake_engine({});
                              return domain::refuse(domain::ErrorCode::model_not_ready, "The file is cut short.");
                            }));
  ASSERT_TRUE(house);
  failed_.get_future().get();
  EXPECT_FALSE((*house)->ready());
  EXPECT_EQ((*house)->model_error(), "The file is cut short.");
  repaired = true;
  ready_.get_future().get();
  EXPECT_EQ((*house)->model_error(), "");
}

TEST_F(HouseTest, a_taken_port_is_refused) {
  auto first = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
  ASSERT_TRUE(first);
  config_.port = (*first)->port();
  const auto second = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::ErrorCode::invalid_value);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(config_.port)));
}

TEST_F(HouseTest, a_wrong_file_of_keys_stops_the_start) {
  config_.api_keys_file = "/nowhere/keys.txt";
  const auto house = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
  ASSERT_FALSE(house);
  EXPECT_THAT(house.error().message, HasSubstr("/nowhere/keys.txt"));
}

TEST_F(HouseTest, stopping_twice_is_harmless) {
  auto house = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
  ASSERT_TRUE(house);
  (*house)->stop();
  (*house)->stop();
}

// What a stopped house keeps another one takes up.
class RestartedHouse : public HouseTest {
 protected:
  RestartedHouse() {
    std::string name = (std::filesystem::temp_directory_path() / "house-XXXXXX").string();
    config_.state_dir = ::mkdtemp(name.data());
  }
  ~RestartedHouse() override { std::filesystem::remove_all(config_.state_dir); }
  RestartedHouse(const RestartedHouse&) = delete;
  RestartedHouse& operator=(const RestartedHouse&) = delete;

  std::unique_ptr<House> build() {
    auto house = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
    EXPECT_TRUE(house);
    ready_.get_future().get();
    ready_ = {};
    return std::move(*house);
  }
  static std::string ask(const House& house, const std::string& request) {
    auto connection =
        client::Socket::connect({.host = "127.0.0.1", .port = std::to_string(house.port())}, std::chrono::seconds(5));
    EXPECT_TRUE(connection);
    EXPECT_TRUE(connection->send(request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    std::string answer;
    std::array<char, 4096> piece{};
    while (connection->wait(false, std::chrono::seconds(5))) {
      const auto got = connection->receive(piece.data(), piece.size());
      if (!got) break;
      answer.append(piece.data(), *got);
    }
    return answer;
  }
  std::filesystem::path file() const { return std::filesystem::path(config_.state_dir) / "sessions.state"; }
};

TEST_F(RestartedHouse, keeps_its_sessions_for_the_next_one) {
  auto first = build();
  const std::string opened = ask(*first, "POST /stream/sessions?session_id=mine");
  const std::string token = test::token_in(opened);
  EXPECT_EQ(token.size(), 32u) << opened;
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(file()));
  const auto second = build();
  EXPECT_FALSE(std::filesystem::exists(file())) << "read once";
  const std::string resumed = ask(*second, "POST /stream/sessions?session_id=mine&resume=" + token);
  EXPECT_THAT(resumed, HasSubstr("\"resumed\":true"));
  EXPECT_THAT(ask(*second, "GET /metrics"), HasSubstr("hazardstream_sessions_restored_total 1\n"));
}

TEST_F(RestartedHouse, a_damaged_file_costs_a_count_and_not_the_start) {
  std::ofstream(file()) << "rubbish\n";
  const auto house = build();
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_THAT(ask(*house, "GET /metrics"), HasSubstr("hazardstream_saved_sessions_unreadable_total 1\n"));
}

TEST_F(RestartedHouse, a_folder_that_cannot_be_made_costs_the_sessions_only) {
  std::filesystem::remove_all(config_.state_dir);
  config_.state_dir += "/no/such";
  auto house = build();
  EXPECT_THAT(ask(*house, "POST /stream/sessions"), HasSubstr("200 OK"));
  house.reset();
}

TEST(PageAddress, is_one_that_a_browser_on_this_machine_can_open) {
  EXPECT_EQ(page_address("127.0.0.1", 8080), "http://127.0.0.1:8080/");
  EXPECT_EQ(page_address("0.0.0.0", 80), "http://127.0.0.1:80/");
  EXPECT_EQ(page_address("::", 80), "http://[::1]:80/");
  EXPECT_EQ(page_address("::1", 80), "http://[::1]:80/");
  EXPECT_EQ(page_address("localhost", 80), "http://localhost:80/");
}

}  // namespace
}  // namespace hazard::app
