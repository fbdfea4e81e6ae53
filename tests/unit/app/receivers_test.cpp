#include "app/receivers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config_documents.hpp"
#include "support/temp_store.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

ConfigSources sources(std::map<std::string, std::string, std::less<>> environment) {
  return {.flags = {}, .environment = std::move(environment), .file = {}};
}

std::string mistakes(std::map<std::string, std::string, std::less<>> environment) {
  const auto loaded = load_config(sources(std::move(environment)));
  if (loaded) return "none";
  std::string all;
  for (const auto& mistake : loaded.error()) all += mistake + "\n";
  return all;
}

TEST(Receivers, every_setting_reaches_the_room_that_uses_it) {
  const auto loaded = load_config(sources({{"WEBHOOK_URLS", "https://a.example/in,https://b.example/in"},
                                           {"WEBHOOK_SECRET", kSecret},
                                           {"WEBHOOK_EVENTS", "created, fixed"},
                                           {"WEBHOOK_ALLOW_PRIVATE", "true"},
                                           {"WEBHOOK_TIMEOUT", "7"},
                                           {"WEBHOOK_ATTEMPTS", "3"},
                                           {"WEBHOOK_FIRST_PAUSE_MS", "250"},
                                           {"OPEN311_URL", "http://10.0.0.1/v2"},
                                           {"OPEN311_JURISDICTION_ID", "city"},
                                           {"OPEN311_API_KEY", "key"},
                                           {"OPEN311_SERVICE_CODES", "pothole=1"},
                                           {"PUBLIC_URL", "https://h.example"}}));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front();
  const auto options = outgoing::read_options(receiver_settings(loaded->values));
  ASSERT_TRUE(options.has_value());
  EXPECT_THAT(options->targets, SizeIs(3));
  EXPECT_THAT(options->secret, SizeIs(24));
  EXPECT_THAT(options->event_types, SizeIs(2));
  EXPECT_TRUE(options->allow_private);
  EXPECT_EQ(options->timeout, std::chrono::seconds(7));
  EXPECT_EQ(options->attempts, 3);
  EXPECT_EQ(options->first_pause, std::chrono::milliseconds(250));
  EXPECT_EQ(options->jurisdiction_id, "city");
  EXPECT_EQ(options->api_key, "key");
  EXPECT_THAT(options->service_codes, SizeIs(1));
  EXPECT_EQ(options->public_url, "https://h.example");
}

TEST(Receivers, a_wrong_setting_is_told_without_showing_a_secret) {
  EXPECT_THAT(mistakes({{"WEBHOOK_URLS", "https://a.example/in"}}), HasSubstr("WEBHOOK_SECRET is missing"));
  const auto wrong = mistakes({{"WEBHOOK_URLS", "https://a.example/in"}, {"WEBHOOK_SECRET", "hunter2"}});
  EXPECT_THAT(wrong, HasSubstr("WEBHOOK_SECRET"));
  EXPECT_THAT(wrong, Not(HasSubstr("hunter2")));
  const auto url = mistakes({{"WEBHOOK_URLS", "https://me:hunter2@a.example/"}, {"WEBHOOK_SECRET", kSecret}});
  EXPECT_THAT(url, HasSubstr("WEBHOOK_URLS"));
  EXPECT_THAT(url, Not(HasSubstr("hunter2")));
  EXPECT_THAT(mistakes({{"WEBHOOK_EVENTS", "exploded"}}), HasSubstr("WEBHOOK_EVENTS"));
  EXPECT_EQ(mistakes({}), "none");
}

TEST(Receivers, the_settings_in_effect_say_only_that_a_secret_is_set) {
  const auto loaded = load_config(
      sources({{"WEBHOOK_URLS", "https://a.example/hunter2"}, {"WEBHOOK_SECRET", kSecret}, {"OPEN311_API_KEY", "hunter2"}}));
  ASSERT_TRUE(loaded.has_value());
  const std::string said = config_in_effect(*loaded);
  EXPECT_THAT(said, Not(HasSubstr("hunter2")));
  EXPECT_THAT(said, Not(HasSubstr(kSecret)));
  EXPECT_THAT(said, HasSubstr("(set, not shown)"));
}

TEST(Receivers, a_delivery_needs_a_store_but_not_a_receiver) {
  const base::RealClock clock;
  const Config config = load_config({})->values;
  const auto without = make_delivery(config, nullptr, clock, "0");
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(*without, nullptr);
  test::TempStore store;
  const auto idle = make_delivery(config, &*store, clock, "0");
  ASSERT_TRUE(idle.has_value());
  EXPECT_THAT((*idle)->states(), IsEmpty());
}

TEST(Receivers, a_program_that_ends_needs_nobody_to_send) {
  const base::RealClock clock;
  Config config = load_config({})->values;
  config.webhook_urls = {"https://a.example/in"};
  config.webhook_secret = kSecret;
  test::TempStore store;
  const auto kept = make_delivery(config, &*store, clock, "0", outgoing::Sending::at_next_start);
  ASSERT_TRUE(kept.has_value());
  EXPECT_THAT((*kept)->states(), SizeIs(1));
}

TEST(Receivers, a_delivery_with_wrong_settings_is_refused) {
  const base::RealClock clock;
  Config config = load_config({})->values;
  config.webhook_urls = {"https://a.example/in"};
  EXPECT_FALSE(make_delivery(config, nullptr, clock, "0").has_value());
}

}  // namespace
}  // namespace hazard::app
