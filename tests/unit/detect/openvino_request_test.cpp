#include "detect/openvino_request.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/runtime/core.hpp>

#include "small_graph.hpp"

namespace hazard::detect {
namespace {

// The small graph behind u8 pixels; `input` is what the request is told, which a test may make wrong.
std::shared_ptr<LoadedModel> loaded(domain::SizePx input) {
  ov::preprocess::PrePostProcessor steps(small_graph({}));
  steps.input().tensor().set_element_type(ov::element::u8).set_layout("NHWC");
  steps.input().preprocess().convert_element_type(ov::element::f32).scale(255.0F);
  steps.input().model().set_layout("NCHW");
  auto compiled = ov::Core().compile_model(steps.build(), "CPU", ov::hint::inference_precision(ov::element::f32));
  return std::make_shared<LoadedModel>(
      LoadedModel{std::move(compiled),
                  {.order = BoxOrder::channels_first, .units = BoxUnits::input_pixels, .classes = 2, .boxes = 84, .words = {}},
                  {.input = input, .strategy = Strategy::alone}});
}

constexpr domain::SizePx kRight{64, 64};
constexpr domain::SizePx kWrong{96, 64};

TEST(OpenvinoRequest, starts_with_a_grey_picture_and_no_result) {
  OpenvinoRequest request(loaded(kRight));
  const domain::RgbView view = request.input();
  EXPECT_TRUE(std::all_of(view.data, view.data + 3 * 64 * 64, [](std::uint8_t byte) { return byte == 114; }));
  EXPECT_TRUE(request.output().empty());
  EXPECT_TRUE(request.detections(domain::Letterbox::fit(kRight, kRight), {}).empty());
}

TEST(OpenvinoRequest, gives_the_result_of_its_last_inference) {
  OpenvinoRequest request(loaded(kRight));
  const domain::RgbView view = request.input();
  std::fill_n(view.data, 3 * 64 * 64, std::uint8_t{255});
  ASSERT_TRUE(request.infer());
  EXPECT_EQ(request.output().size(), 6U * 84U);
  const auto letterbox = domain::Letterbox::fit(kRight, kRight);
  EXPECT_EQ(request.detections(letterbox, {}).size(), 2U);
  EXPECT_EQ(request.detections(letterbox, {.max_detections = 1}).size(), 1U);  // the output is still there
  std::fill_n(view.data, 3 * 64 * 64, std::uint8_t{0});
  ASSERT_TRUE(request.infer());
  EXPECT_TRUE(request.detections(letterbox, {}).empty());
}

TEST(OpenvinoRequest, a_failure_is_an_error_each_time_and_leaves_no_old_boxes) {
  OpenvinoRequest request(loaded(kWrong));
  const std::uint8_t* place = request.input().data;
  for (int round = 0; round < 3; ++round) {
    const auto done = request.infer();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, domain::ErrorCode::inference_failed);
    EXPECT_EQ(done.error().message.find('\n'), std::string::npos);
    EXPECT_TRUE(request.output().empty());
    EXPECT_TRUE(request.detections(domain::Letterbox::fit(kWrong, kWrong), {}).empty());
    EXPECT_EQ(request.input().data, place);
  }
}

TEST(OpenvinoRequest, recovers_once_the_cause_is_gone) {
  const auto model = loaded(kRight);
  OpenvinoRequest request(model);
  const ov::CompiledModel good = model->compiled;
  model->compiled = ov::CompiledModel();  // not initialised: every use of it throws
  EXPECT_FALSE(request.infer());
  model->compiled = good;
  EXPECT_TRUE(request.infer());
  EXPECT_EQ(request.output().size(), 6U * 84U);
}

}  // namespace
}  // namespace hazard::detect
