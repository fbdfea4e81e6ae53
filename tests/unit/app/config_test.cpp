#include "app/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace hazard::app {
namespace {

// A configuration file that is gone when the test ends.
class ConfigTest : public testing::Test {
 protected:
  std::string write(std::string_view content) {
    path_ = std::filesystem::temp_directory_path() /
            ("hazardstream-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".toml");
    std::ofstream(path_, std::ios::binary) << content;
    return path_.string();
  }
  ~ConfigTest() override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  std::filesystem::path path_;
};

std::string first_mistake(const ConfigSources& sources) {
  const auto loaded = load_config(sources);
  return loaded ? "" : loaded.error().front();
}

TEST_F(ConfigTest, holds_the_original_servers_defaults) {
  const auto loaded = load_config({});
  ASSERT_TRUE(loaded);
  const auto& config = loaded->values;
  EXPECT_EQ(config.session_timeout, std::chrono::seconds(300));
  EXPECT_EQ(config.max_fps, 30);
  EXPECT_EQ(config.default_fps, 10);
  EXPECT_EQ(config.queue_size, 50);
  EXPECT_TRUE(config.enable_tracking);
  EXPECT_EQ(config.openvino_device, "CPU");
  EXPECT_EQ(config.openvino_performance_mode, "auto") << "LATENCY there; auto is that for a stream alone, and better for several";
  EXPECT_EQ(config.confidence_threshold, 0.5);
  EXPECT_EQ(config.host, "127.0.0.1");
  EXPECT_EQ(config.port, 8080);
  EXPECT_TRUE(loaded->origins.empty());
}

TEST_F(ConfigTest, the_later_source_wins) {
  ConfigSources sources;
  sources.file = write("port = 1\nstreaming_queue_size = 1\nhost = \"127.0.0.9\"\n");
  sources.environment = {{"PORT", "2"}, {"STREAMING_QUEUE_SIZE", "2"}};
  sources.flags = {{"PORT", "3"}};
  const auto loaded = load_config(sources);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.port, 3);
  EXPECT_EQ(loaded->values.queue_size, 2);
  EXPECT_EQ(loaded->values.host, "127.0.0.9");
  EXPECT_EQ(loaded->values.max_fps, 30);
  EXPECT_EQ(loaded->origins.at("PORT"), "--port");
  EXPECT_EQ(loaded->origins.at("STREAMING_QUEUE_SIZE"), "environment");
  EXPECT_EQ(loaded->origins.at("HOST"), sources.file + " line 3");
}

TEST_F(ConfigTest, an_empty_variable_counts_as_none) {
  const auto loaded = load_config({.flags = {}, .environment = {{"PORT", ""}, {"HOST", ""}}, .file = {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.port, 8080);
  EXPECT_TRUE(loaded->origins.empty());
}

TEST_F(ConfigTest, a_wrong_value_is_told_with_origin_range_and_remedy) {
  const auto text = first_mistake({.flags = {}, .environment = {{"STREAMING_MAX_FPS", "fast"}}, .file = {}});
  EXPECT_EQ(text,
            "STREAMING_MAX_FPS = \"fast\" (environment) is not a number.\n"
            "  Range: 1 to 240 frames a second.\n"
            "  Remedy: set STREAMING_MAX_FPS within it, or leave it out: the default is 30.");
}

TEST_F(ConfigTest, a_wrong_value_is_a_mistake_even_where_a_later_source_is_right) {
  ConfigSources sources;
  sources.file = write("port = 70000\n");
  sources.flags = {{"PORT", "8080"}};
  EXPECT_NE(first_mistake(sources).find("line 1) is out of range"), std::string::npos);
}

TEST_F(ConfigTest, all_mistakes_are_told_at_once) {
  const auto loaded =
      load_config({.flags = {{"HOST", "nowhere"}}, .environment = {{"PORT", "-1"}, {"LOG_LEVEL", "loud"}}, .file = {}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().size(), 3U);
}

TEST_F(ConfigTest, the_default_rate_may_not_pass_the_highest) {
  EXPECT_TRUE(load_config({.flags = {{"STREAMING_MAX_FPS", "10"}}, .environment = {}, .file = {}}));
  const auto text = first_mistake({.flags = {{"STREAMING_MAX_FPS", "9.5"}}, .environment = {}, .file = {}});
  EXPECT_NE(text.find("more than STREAMING_MAX_FPS"), std::string::npos);
}

TEST_F(ConfigTest, warns_of_a_variable_that_looks_like_a_setting) {
  const auto loaded = load_config({.flags = {}, .environment = {{"STREAMING_MAXFPS", "5"}, {"PATH", "/bin"}}, .file = {}});
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_NE(loaded->warnings[0].find("Did you mean 'STREAMING_MAX_FPS'?"), std::string::npos);
}

TEST_F(ConfigTest, listens_on_addresses_of_this_machine_without_leave) {
  Config config;
  for (const auto* own : {"127.0.0.1", "127.255.255.254", "localhost", "::1"}) {
    config.host = own;
    EXPECT_EQ(listening_refusal(config), std::nullopt) << own;
  }
  for (const auto* other : {"0.0.0.0", "128.0.0.1", "126.255.255.255", "::", "192.168.0.1"}) {
    config.host = other;
    EXPECT_TRUE(listening_refusal(config)) << other;
  }
}

TEST_F(ConfigTest, refuses_to_listen_beyond_this_machine_without_leave) {
  Config config;
  config.host = "127.0.0.1";
  EXPECT_EQ(listening_refusal(config), std::nullopt);
  config.host = "0.0.0.0";
  const auto refusal = listening_refusal(config);
  ASSERT_TRUE(refusal);
  EXPECT_NE(refusal->find("--allow-anonymous"), std::string::npos);
  EXPECT_NE(refusal->find("0.0.0.0"), std::string::npos);
  EXPECT_NE(refusal->find("API_KEYS_FILE"), std::string::npos);
  config.allow_anonymous = true;
  EXPECT_EQ(listening_refusal(config), std::nullopt);
  config.allow_anonymous = false;
  config.api_keys_file = "keys.txt";
  EXPECT_EQ(listening_refusal(config), std::nullopt);
}

}  // namespace
}  // namespace hazard::app
