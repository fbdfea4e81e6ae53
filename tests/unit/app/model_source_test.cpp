#include "app/model_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace hazard::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ModelSourceTest : public testing::Test {
 protected:
  ModelSourceTest()
      : folder_(fs::temp_directory_path() /
                ("hazardstream-model-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ModelSourceTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void make(const std::string& name) { std::ofstream(folder_ / name) << "x"; }

  std::string wrong(const fs::path& model, const std::string& device = "CPU") {
    detect::EngineOptions options;
    options.model = model;
    options.device = device;
    return plainly_wrong(options).value_or("");
  }

  const fs::path folder_;
};

TEST_F(ModelSourceTest, a_missing_path_is_told_with_key_and_remedy) {
  const auto text = wrong(folder_ / "none");
  EXPECT_THAT(text, HasSubstr("MODEL_PATH = \"" + (folder_ / "none").string() + "\": there is no such file or folder"));
  EXPECT_THAT(text, HasSubstr("Remedy:"));
}

TEST_F(ModelSourceTest, a_folder_needs_a_model_file) {
  EXPECT_THAT(wrong(folder_), HasSubstr("no .xml and no .onnx"));
  make("metadata.yaml");
  EXPECT_THAT(wrong(folder_), HasSubstr("no .xml and no .onnx"));
  make("best.xml");
  EXPECT_EQ(wrong(folder_), "");
}

TEST_F(ModelSourceTest, a_file_may_be_named_itself) {
  for (const auto* name : {"best.xml", "best.onnx", "best.pt"}) make(name);
  EXPECT_EQ(wrong(folder_ / "best.xml"), "");
  EXPECT_EQ(wrong(folder_ / "best.onnx"), "");
  EXPECT_THAT(wrong(folder_ / "best.pt"), HasSubstr("neither an .xml nor an .onnx"));
}

TEST_F(ModelSourceTest, a_device_that_is_not_there_is_told_with_those_that_are) {
  make("best.xml");
  const auto text = wrong(folder_, "TOASTER");
  EXPECT_THAT(text, HasSubstr("OPENVINO_DEVICE = \"TOASTER\""));
  EXPECT_THAT(text, HasSubstr("CPU"));
}

TEST_F(ModelSourceTest, composed_devices_are_left_to_the_engine) {
  make("best.xml");
  for (const auto* device : {"AUTO", "AUTO:GPU,CPU", "HETERO:GPU,CPU", "CPU"}) EXPECT_EQ(wrong(folder_, device), "") << device;
}

TEST_F(ModelSourceTest, options_follow_the_settings) {
  auto config = load_config({.flags = {{"MODEL_PATH", "m"},
                                       {"INPUT_SIZE", "640x384"},
                                       {"CACHE_DIR", "none"},
                                       {"OPENVINO_PERFORMANCE_MODE", "THROUGHPUT"},
                                       {"MODEL_CLASSES", "a,b"}},
                             .environment = {},
                             .file = {}});
  ASSERT_TRUE(config);
  const auto options = engine_options(*config);
  EXPECT_EQ(options.model, "m");
  EXPECT_EQ(options.input, (domain::SizePx{640, 384}));
  EXPECT_TRUE(options.cache_dir.empty());
  EXPECT_EQ(options.performance_mode, "throughput");
  EXPECT_EQ(options.class_names, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ModelSourceTest, what_is_in_neither_place_is_left_as_written) { EXPECT_EQ(shipped("no/such/thing"), "no/such/thing"); }

TEST_F(ModelSourceTest, an_absolute_path_is_left_as_written) { EXPECT_EQ(shipped("/no/such/thing"), "/no/such/thing"); }

TEST_F(ModelSourceTest, a_model_without_training_says_so) {
  domain::ModelInfo model{.name = "m",
                          .version = "1",
                          .classes = {"crack", "pothole"},
                          .input = {640, 640},
                          .output_shape = {},
                          .layout = "raw",
                          .device = "CPU",
                          .precision = "bf16",
                          .performance_mode = "latency"};
  EXPECT_THAT(describe_model(model), HasSubstr("crack, pothole"));
  EXPECT_THAT(describe_model(model), testing::Not(HasSubstr("random")));
  model.trained = false;
  EXPECT_THAT(describe_model(model), HasSubstr("random weights"));
}

}  // namespace
}  // namespace hazard::app
