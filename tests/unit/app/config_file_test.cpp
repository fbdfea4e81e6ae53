#include "app/config_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace hazard::app {
namespace {

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest()
      : path_(std::filesystem::temp_directory_path() /
              ("hazardstream-file-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".toml")) {}
  ~ConfigFileTest() override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  std::expected<FileValues, ConfigMistakes> read(std::string_view content) {
    std::ofstream(path_, std::ios::binary) << content;
    return read_config_file(path_.string());
  }
  std::string first_mistake(std::string_view content) {
    const auto values = read(content);
    return values ? "" : values.error().front();
  }

  std::filesystem::path path_;
};

TEST_F(ConfigFileTest, reads_every_kind_of_value) {
  const auto values = read(
      "port = 8081\nconfidence_threshold = 0.25\nallow_anonymous = true\nmodel_path = \"m\"\n"
      "model_classes = [\"crack\", \"pothole\"]\nextra_ports = [8000, 8001]\n");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("PORT").text, "8081");
  EXPECT_EQ(values->at("CONFIDENCE_THRESHOLD").text, "0.25");
  EXPECT_EQ(values->at("ALLOW_ANONYMOUS").text, "true");
  EXPECT_EQ(values->at("MODEL_PATH").text, "m");
  EXPECT_EQ(values->at("MODEL_CLASSES").text, "crack,pothole");
  EXPECT_EQ(values->at("EXTRA_PORTS").text, "8000,8001");
  EXPECT_EQ(values->at("MODEL_PATH").origin, path_.string() + " line 4");
}

TEST_F(ConfigFileTest, an_empty_file_sets_nothing) {
  const auto values = read("# nothing here\n");
  ASSERT_TRUE(values);
  EXPECT_TRUE(values->empty());
}

TEST_F(ConfigFileTest, an_unknown_key_is_a_mistake_with_its_line) {
  const auto text = first_mistake("port = 1\n\nstreaming_max_fsp = 5\n");
  EXPECT_NE(text.find("line 3"), std::string::npos) << text;
  EXPECT_NE(text.find("Did you mean 'streaming_max_fps'?"), std::string::npos) << text;
}

TEST_F(ConfigFileTest, a_section_is_a_mistake) {
  EXPECT_NE(first_mistake("[streaming]\nmax_fps = 5\n").find("without sections"), std::string::npos);
}

TEST_F(ConfigFileTest, a_value_of_another_kind_is_a_mistake) {
  EXPECT_NE(first_mistake("port = 1979-05-27\n").find("another kind"), std::string::npos);
  EXPECT_NE(first_mistake("extra_ports = [[1]]\n").find("another kind"), std::string::npos);
  EXPECT_NE(first_mistake("port = {a = 1}\n").find("another kind"), std::string::npos);
}

TEST_F(ConfigFileTest, broken_toml_is_told_with_its_line) {
  EXPECT_NE(first_mistake("port = 1\nhost = 127.0.0.1\n").find("line 2"), std::string::npos);
  EXPECT_NE(first_mistake("port = 1\nport = 2\n").find("line 2"), std::string::npos);
}

TEST_F(ConfigFileTest, a_missing_file_is_a_mistake) {
  const auto values = read_config_file("/nonexistent/hazardstream.toml");
  ASSERT_FALSE(values);
  EXPECT_NE(values.error().front().find("no such file"), std::string::npos);
}

TEST_F(ConfigFileTest, a_folder_is_no_file) { EXPECT_FALSE(read_config_file(std::filesystem::temp_directory_path().string())); }

TEST_F(ConfigFileTest, a_huge_file_is_refused) {
  EXPECT_TRUE(read(std::string(1024 * 1024, '\n')));
  EXPECT_NE(first_mistake(std::string(1024 * 1024 + 1, '\n')).find("1 MiB"), std::string::npos);
}

}  // namespace
}  // namespace hazard::app
