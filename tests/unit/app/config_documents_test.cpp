#include "app/config_documents.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "app/config_table.hpp"

namespace hazard::app {
namespace {

std::string content(const std::string& path) {
  std::ifstream stream(std::string(HAZARD_SOURCE_DIR) + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ConfigDocuments, the_page_is_up_to_date) {
  EXPECT_EQ(content("docs/configuration.md"), config_markdown()) << "run: hazardstream config --markdown > docs/configuration.md";
}

TEST(ConfigDocuments, the_sample_file_is_up_to_date) {
  EXPECT_EQ(content("config/hazardstream.toml"), config_toml()) << "run: hazardstream config --toml > config/hazardstream.toml";
}

TEST(ConfigDocuments, the_sample_file_sets_every_setting_to_its_default) {
  const auto defaults = load_config({});
  const auto sample =
      load_config({.flags = {}, .environment = {}, .file = std::string(HAZARD_SOURCE_DIR) + "/config/hazardstream.toml"});
  ASSERT_TRUE(defaults);
  ASSERT_TRUE(sample) << sample.error().front();
  EXPECT_EQ(sample->origins.size(), settings().size());
  auto as_default = *sample;
  as_default.origins.clear();
  EXPECT_EQ(config_in_effect(as_default), config_in_effect(*defaults));
}

TEST(ConfigDocuments, values_in_effect_name_their_origin) {
  const auto loaded = load_config({.flags = {{"PORT", "9"}}, .environment = {{"LOG_LEVEL", "debug"}}, .file = {}});
  ASSERT_TRUE(loaded);
  const auto text = config_in_effect(*loaded);
  EXPECT_NE(text.find("\"9\""), std::string::npos);
  EXPECT_NE(text.find("--port"), std::string::npos);
  EXPECT_NE(text.find("environment"), std::string::npos);
  EXPECT_NE(text.find("default"), std::string::npos);
}

}  // namespace
}  // namespace hazard::app
