#include "detect/fake_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

using domain::Detection;

domain::Letterbox square() { return domain::Letterbox::fit({640, 640}, {640, 640}); }

TEST(FakeEngine, describes_itself_by_its_script) {
  const auto engine = make_fake_engine({.input = {320, 192}, .workers = 3, .classes = {"a", "b", "c"}});
  EXPECT_EQ(engine->workers(), 3);
  EXPECT_EQ(engine->model().input, (domain::SizePx{320, 192}));
  EXPECT_THAT(engine->model().classes, testing::ElementsAre("a", "b", "c"));
  EXPECT_THAT(engine->model().output_shape, testing::ElementsAre(1, 7, 1260));
}

TEST(FakeEngine, gives_each_request_its_own_packed_input) {
  const auto engine = make_fake_engine({.input = {64, 32}});
  const auto one = engine->make_request();
  const auto two = engine->make_request();
  EXPECT_EQ(one->input().row_bytes, 192U);
  EXPECT_EQ(one->input().size, (domain::SizePx{64, 32}));
  EXPECT_NE(one->input().data, two->input().data);
  one->input().row(31)[191] = 7;  // the last byte belongs to the view
  EXPECT_EQ(two->input().row(31)[191], 0);
}

TEST(FakeEngine, infers_without_a_script_and_reports_scripted_failures) {
  EXPECT_TRUE(make_fake_engine({})->make_request()->infer());
  const auto engine = make_fake_engine(
      {.on_infer = [] { return domain::Result<void>(domain::refuse(domain::ErrorCode::inference_failed, "as scripted")); }});
  const auto outcome = engine->make_request()->infer();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, domain::ErrorCode::inference_failed);
}

TEST(FakeEngine, filters_at_the_threshold_sorts_and_caps) {
  const auto engine = make_fake_engine({.detections = {Detection{{0, 0, 1, 1}, 0.49F, 0}, Detection{{1, 0, 2, 1}, 0.5F, 1},
                                                       Detection{{2, 0, 3, 1}, 0.9F, 0}, Detection{{3, 0, 4, 1}, 0.7F, 1}}});
  const auto request = engine->make_request();
  const auto all = request->detections(square(), {});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_FLOAT_EQ(all[0].confidence, 0.9F);
  EXPECT_FLOAT_EQ(all[1].confidence, 0.7F);
  EXPECT_FLOAT_EQ(all[2].confidence, 0.5F);
  EXPECT_EQ(request->detections(square(), {.max_detections = 2}).size(), 2U);
  EXPECT_EQ(request->detections(square(), {.max_detections = 3}).size(), 3U);
  EXPECT_TRUE(request->detections(square(), {.max_detections = 0}).empty());
}

TEST(FakeEngine, requests_may_outlive_the_engine) {
  auto request = make_fake_engine({.detections = {Detection{{0, 0, 1, 1}, 0.9F, 0}}})->make_request();
  EXPECT_EQ(request->detections(square(), {}).size(), 1U);
}

}  // namespace
}  // namespace hazard::detect
