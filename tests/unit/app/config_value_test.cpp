#include "app/config_value.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>

namespace hazard::app {
namespace {

using std::chrono::milliseconds;

const Setting& setting(std::string_view name) {
  const auto* found = find_setting(name);
  if (found == nullptr) throw std::logic_error(std::string(name));
  return *found;
}

// The error's text, or "" when it was taken.
std::string refused(std::string_view name, std::string_view text) {
  Config config;
  const auto done = assign(config, setting(name), text);
  return done ? "" : done.error();
}

TEST(ConfigValue, names_follow_from_the_environment_name) {
  EXPECT_EQ(file_key(setting("STREAMING_MAX_FPS")), "streaming_max_fps");
  EXPECT_EQ(flag(setting("STREAMING_MAX_FPS")), "streaming-max-fps");
}

TEST(ConfigValue, every_default_is_accepted_and_reads_back) {
  for (const auto& each : settings()) {
    Config config;
    ASSERT_TRUE(assign(config, each, each.fallback)) << each.environment;
    Config again;
    ASSERT_TRUE(assign(again, each, value_text(config, each))) << each.environment;
    EXPECT_EQ(value_text(again, each), value_text(config, each)) << each.environment;
  }
}

TEST(ConfigValue, every_whole_number_holds_its_bounds) {
  for (const auto& each : settings()) {
    long long least = 0;
    long long most = 0;
    if (const auto* field = std::get_if<IntegerField>(&each.field)) {
      least = field->least;
      most = field->most;
    } else if (const auto* duration = std::get_if<DurationField>(&each.field)) {
      least = duration->least;
      most = duration->most;
    } else {
      continue;
    }
    EXPECT_EQ(refused(each.environment, std::to_string(least)), "") << each.environment;
    EXPECT_EQ(refused(each.environment, std::to_string(most)), "") << each.environment;
    EXPECT_EQ(refused(each.environment, std::to_string(least - 1)), "is out of range") << each.environment;
    EXPECT_EQ(refused(each.environment, std::to_string(most + 1)), "is out of range") << each.environment;
  }
}

TEST(ConfigValue, every_number_holds_its_bounds) {
  for (const auto& each : settings()) {
    const auto* field = std::get_if<NumberField>(&each.field);
    if (field == nullptr) continue;
    const auto text = [](double value) { return fmt::format("{}", value); };
    EXPECT_EQ(refused(each.environment, text(field->least)), "") << each.environment;
    EXPECT_EQ(refused(each.environment, text(field->most)), "") << each.environment;
    EXPECT_EQ(refused(each.environment, text(std::nextafter(field->least, -1e9))), "is out of range") << each.environment;
    EXPECT_EQ(refused(each.environment, text(std::nextafter(field->most, 1e9))), "is out of range") << each.environment;
  }
}

TEST(ConfigValue, a_number_is_all_of_the_text) {
  EXPECT_EQ(refused("PORT", "80a"), "is not a whole number");
  EXPECT_EQ(refused("PORT", "8.5"), "is not a whole number");
  EXPECT_EQ(refused("PORT", ""), "is not a whole number");
  EXPECT_EQ(refused("PORT", "0x50"), "is not a whole number");
  EXPECT_EQ(refused("PORT", "99999999999999999999"), "is not a whole number");
  EXPECT_EQ(refused("STREAMING_MAX_FPS", "fast"), "is not a number");
  EXPECT_EQ(refused("STREAMING_MAX_FPS", "nan"), "is not a number");
  EXPECT_EQ(refused("STREAMING_MAX_FPS", "inf"), "is not a number");
  EXPECT_EQ(refused("PORT", " 80 "), "");
}

TEST(ConfigValue, durations_are_in_their_own_unit) {
  Config config;
  ASSERT_TRUE(assign(config, setting("STREAMING_SESSION_TIMEOUT"), "300"));
  ASSERT_TRUE(assign(config, setting("STREAMING_HEARTBEAT_MS"), "15000"));
  EXPECT_EQ(config.session_timeout, milliseconds(300'000));
  EXPECT_EQ(config.heartbeat, milliseconds(15'000));
}

TEST(ConfigValue, switches_take_the_usual_words) {
  for (const auto* word : {"true", "TRUE", "1", "yes", "on"}) {
    Config config;
    ASSERT_TRUE(assign(config, setting("ALLOW_ANONYMOUS"), word)) << word;
    EXPECT_TRUE(config.allow_anonymous) << word;
  }
  for (const auto* word : {"false", "False", "0", "no", "off"}) {
    Config config;
    config.allow_anonymous = true;
    ASSERT_TRUE(assign(config, setting("ALLOW_ANONYMOUS"), word)) << word;
    EXPECT_FALSE(config.allow_anonymous) << word;
  }
  EXPECT_EQ(refused("ALLOW_ANONYMOUS", "maybe"), "is neither true nor false");
  EXPECT_EQ(refused("ALLOW_ANONYMOUS", ""), "is neither true nor false");
}

TEST(ConfigValue, choices_are_compared_without_case) {
  Config config;
  ASSERT_TRUE(assign(config, setting("OPENVINO_PERFORMANCE_MODE"), "THROUGHPUT"));
  EXPECT_EQ(config.openvino_performance_mode, "throughput");
  EXPECT_EQ(refused("OPENVINO_PERFORMANCE_MODE", "fastest"), "is none of the choices");
  EXPECT_EQ(refused("INFERENCE_PRECISION", "int8"), "is none of the choices");
}

TEST(ConfigValue, an_input_size_is_two_multiples_of_32) {
  Config config;
  ASSERT_TRUE(assign(config, setting("INPUT_SIZE"), "640x384"));
  EXPECT_EQ(config.input_size, (domain::SizePx{640, 384}));
  ASSERT_TRUE(assign(config, setting("INPUT_SIZE"), ""));
  EXPECT_EQ(config.input_size, std::nullopt);
  EXPECT_EQ(refused("INPUT_SIZE", "64x2048"), "");
  EXPECT_EQ(refused("INPUT_SIZE", "32x640"), "is out of range");
  EXPECT_EQ(refused("INPUT_SIZE", "640x2080"), "is out of range");
  EXPECT_EQ(refused("INPUT_SIZE", "640x360"), "has a side that is no multiple of 32");
  EXPECT_EQ(refused("INPUT_SIZE", "640"), "is not of the form WIDTHxHEIGHT");
  EXPECT_EQ(refused("INPUT_SIZE", "640x"), "is not of the form WIDTHxHEIGHT");
  EXPECT_EQ(refused("INPUT_SIZE", "x640"), "is not of the form WIDTHxHEIGHT");
}

TEST(ConfigValue, an_address_is_numeric_or_localhost) {
  for (const auto* good : {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost", "192.168.1.20"})
    EXPECT_EQ(refused("HOST", good), "") << good;
  for (const auto* bad : {"my-machine", "300.1.1.1", "127.0.0.1:8080", "http://localhost"})
    EXPECT_NE(refused("HOST", bad), "") << bad;
}

TEST(ConfigValue, origins_have_a_scheme_and_no_path) {
  Config config;
  ASSERT_TRUE(assign(config, setting("CORS_ORIGINS"), "https://a.example, http://b.example:8000"));
  EXPECT_EQ(config.cors_origins, (std::vector<std::string>{"https://a.example", "http://b.example:8000"}));
  for (const auto* bad :
       {"a.example", "https://", "https://a.example/", "*", "https://*.example", "https://a.example,,https://b.example"}) {
    EXPECT_NE(refused("CORS_ORIGINS", bad), "") << bad;
  }
}

TEST(ConfigValue, lists_may_be_empty) {
  Config config;
  config.extra_ports = {1};
  config.model_classes = {"crack"};
  ASSERT_TRUE(assign(config, setting("EXTRA_PORTS"), ""));
  ASSERT_TRUE(assign(config, setting("MODEL_CLASSES"), " "));
  EXPECT_TRUE(config.extra_ports.empty());
  EXPECT_TRUE(config.model_classes.empty());
}

TEST(ConfigValue, extra_ports_hold_their_bounds) {
  Config config;
  ASSERT_TRUE(assign(config, setting("EXTRA_PORTS"), "1,65535"));
  EXPECT_EQ(config.extra_ports, (std::vector<int>{1, 65535}));
  EXPECT_NE(refused("EXTRA_PORTS", "0"), "");
  EXPECT_NE(refused("EXTRA_PORTS", "65536"), "");
  EXPECT_NE(refused("EXTRA_PORTS", "80,"), "");
  EXPECT_NE(refused("EXTRA_PORTS", "80;81"), "");
}

TEST(ConfigValue, a_refused_value_changes_nothing) {
  Config config;
  ASSERT_TRUE(assign(config, setting("PORT"), "8080"));
  EXPECT_FALSE(assign(config, setting("PORT"), "70000"));
  EXPECT_EQ(config.port, 8080);
}

TEST(ConfigValue, every_setting_says_its_range) {
  for (const auto& each : settings()) EXPECT_FALSE(range_text(each).empty()) << each.environment;
}

}  // namespace
}  // namespace hazard::app
