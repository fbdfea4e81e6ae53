#include "detect/openvino_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

const std::filesystem::path kShipped = std::filesystem::path(HAZARD_SOURCE_DIR) / "models/hazard-yolo12n";

TEST(ShippedModel, loads_and_says_what_it_is) {
  if (!std::filesystem::exists(kShipped)) GTEST_SKIP() << "NO MODEL in " << kShipped;
  const auto engine = load_openvino_engine({.model = kShipped});
  ASSERT_TRUE(engine) << engine.error().message;
  const domain::ModelInfo& info = (*engine)->model();
  EXPECT_EQ(info.name, "hazard-yolo12n");
  EXPECT_THAT(info.classes, testing::ElementsAre("crack", "pothole"));
  EXPECT_EQ(info.input, (domain::SizePx{640, 640}));
  EXPECT_THAT(info.output_shape, testing::ElementsAre(1, 6, 8400));
  EXPECT_EQ((*engine)->workers(), 1);
  const auto request = (*engine)->make_request();
  ASSERT_TRUE(request->infer());
  EXPECT_EQ(request->input().size, info.input);
}

}  // namespace
}  // namespace hazard::detect
