#include "app/config_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hazard::app {
namespace {

TEST(ConfigTable, has_every_name_of_the_original_server) {
  for (const auto* name : {"STREAMING_SESSION_TIMEOUT", "STREAMING_MAX_FPS", "STREAMING_DEFAULT_FPS", "STREAMING_QUEUE_SIZE",
                           "STREAMING_ENABLE_TRACKING", "MODEL_PATH", "OPENVINO_DEVICE", "OPENVINO_PERFORMANCE_MODE",
                           "CONFIDENCE_THRESHOLD", "HOST", "PORT"}) {
    EXPECT_NE(find_setting(name), nullptr) << name;
  }
}

TEST(ConfigTable, names_are_unique) {
  std::set<std::string_view> names;
  for (const auto& setting : settings()) EXPECT_TRUE(names.insert(setting.environment).second) << setting.environment;
}

TEST(ConfigTable, knows_no_other_name) {
  EXPECT_EQ(find_setting("PROT"), nullptr);
  EXPECT_EQ(find_setting("port"), nullptr);
  EXPECT_EQ(find_setting(""), nullptr);
}

TEST(ConfigTable, every_setting_is_explained_in_a_sentence) {
  for (const auto& setting : settings()) {
    EXPECT_GT(setting.help.size(), 20U) << setting.environment;
    EXPECT_TRUE(setting.help.ends_with('.')) << setting.environment;
  }
}

TEST(ConfigTable, groups_stand_together) {
  std::set<Group> left_behind;
  auto current = settings().front().group;
  for (const auto& setting : settings()) {
    if (setting.group == current) continue;
    left_behind.insert(current);
    current = setting.group;
    EXPECT_FALSE(left_behind.contains(current)) << setting.environment;
  }
}

}  // namespace
}  // namespace hazard::app
