#include "app/house.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "detect/fake_engine.hpp"

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

TEST_F(HouseTest, stopping_twice_is_harmless) {
  auto house = House::build(config_, tools([] { return Loaded(detect::make_fake_engine({})); }));
  ASSERT_TRUE(house);
  (*house)->stop();
  (*house)->stop();
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
