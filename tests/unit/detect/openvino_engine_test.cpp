// The engine on the shipped model, at its real size: modes, precision, cache, requests side by side. Without the model these
// tests say so loudly and are skipped.
#include "detect/openvino_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "detect/cpu_budget.hpp"
#include "temp_folder.hpp"

namespace hazard::detect {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// HAZARD_TEST_MODEL tries another export of the same network, such as weights that are not shipped yet.
const std::filesystem::path kShipped = std::getenv("HAZARD_TEST_MODEL") != nullptr
                                           ? std::filesystem::path(std::getenv("HAZARD_TEST_MODEL"))
                                           : std::filesystem::path(HAZARD_SOURCE_DIR) / "models/hazard-yolo12n";

class ShippedModel : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kShipped))
      GTEST_SKIP() << "\n*** NO MODEL in " << kShipped << ": the real engine is NOT tested ***";
  }

  static std::unique_ptr<Engine> load(EngineOptions options = {}) {
    options.model = kShipped;
    auto engine = load_openvino_engine(options);
    EXPECT_TRUE(engine) << engine.error().message;
    return engine ? std::move(*engine) : nullptr;
  }

  // One engine as the product makes it, for every test that needs no other.
  static Engine& usual() {
    static const std::unique_ptr<Engine> engine = load();
    return *engine;
  }
};

// Smooth waves of colour: something in every frequency, the same on every machine.
void paint(const domain::RgbView& view, double phase) {
  for (int y = 0; y < view.size.height; ++y) {
    for (int x = 0; x < view.size.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double wave = std::sin(x * 0.05 * (c + 1) + phase) * std::cos(y * 0.03 * (c + 2) - phase);
        view.row(y)[3 * x + c] = static_cast<std::uint8_t>(127 + 100 * wave);
      }
    }
  }
}

// The best boxes whatever their score; untrained weights have opinions too.
std::vector<domain::Detection> best(InferenceRequest& request) {
  const domain::SizePx size = request.input().size;
  return request.detections(domain::Letterbox::fit(size, size),
                            {.confidence_threshold = 0.0F, .iou_threshold = 1.0F, .max_detections = 3000});
}

std::vector<domain::Detection> best(Engine& engine, double phase) {
  const auto request = engine.make_request();
  paint(request->input(), phase);
  EXPECT_TRUE(request->infer());
  return best(*request);
}

bool same(const std::vector<domain::Detection>& a, const std::vector<domain::Detection>& b) {
  return std::ranges::equal(a, b, [](const domain::Detection& one, const domain::Detection& two) {
    return one.box == two.box && one.confidence == two.confidence && one.class_id == two.class_id;
  });
}

TEST_F(ShippedModel, says_what_it_is) {
  const domain::ModelInfo& info = usual().model();
  EXPECT_EQ(info.name, "hazard-yolo12n");
  EXPECT_THAT(info.classes, ElementsAre("crack", "pothole"));
  EXPECT_EQ(info.input, (domain::SizePx{640, 640}));
  EXPECT_THAT(info.output_shape, ElementsAre(1, 6, 8400));
  EXPECT_THAT(info.layout, StartsWith("raw (1, 4+2, 8400)"));
  EXPECT_EQ(info.device, "CPU");
  EXPECT_THAT(info.precision, AnyOf("bf16", "f32"));
}

TEST_F(ShippedModel, latency_mode_gives_every_core_to_one_picture) {
  EXPECT_EQ(usual().workers(), 1);
  EXPECT_EQ(usual().model().performance_mode, "latency");
  EXPECT_EQ(usual().model().streams, 1);
  EXPECT_EQ(usual().model().threads, usable_cores());
}

TEST_F(ShippedModel, throughput_mode_gives_one_core_to_each_picture) {
  const auto engine = load({.performance_mode = "Throughput"});
  EXPECT_EQ(engine->model().performance_mode, "throughput");
  EXPECT_EQ(engine->workers(), usable_cores());
  EXPECT_EQ(engine->model().streams, usable_cores());
  EXPECT_EQ(engine->model().threads, engine->model().streams);
}

TEST_F(ShippedModel, fewer_threads_than_cores_are_kept_to) {
  const auto engine = load({.performance_mode = "throughput", .threads = 1});
  EXPECT_EQ(engine->workers(), 1);
  EXPECT_EQ(engine->model().threads, 1);
}

TEST_F(ShippedModel, takes_the_wide_size_for_wide_pictures) {
  const auto engine = load({.input = domain::SizePx{640, 384}});
  EXPECT_EQ(engine->model().input, (domain::SizePx{640, 384}));
  EXPECT_THAT(engine->model().output_shape, ElementsAre(1, 6, 5040));
  const auto request = engine->make_request();
  EXPECT_EQ(request->input().size, (domain::SizePx{640, 384}));
  paint(request->input(), 0);
  ASSERT_TRUE(request->infer());
  const auto found = best(*request);
  EXPECT_FALSE(found.empty());
  for (const auto& detection : found) EXPECT_LE(detection.box.y2, 384);
}

// bf16 keeps 8 bits of mantissa, a relative step of 0.4 %. Of the 50 surest boxes of the f32 graph 45 must have a twin in
// the bf16 graph: same class, score within 0.03, overlap of at least 0.8.
TEST_F(ShippedModel, bf16_agrees_with_f32) {
  const auto exact = load({.precision = "f32"});
  EXPECT_EQ(exact->model().precision, "f32");
  if (usual().model().precision != "bf16") GTEST_SKIP() << "this CPU has no bf16";
  const auto want = best(*exact, 0.5);
  const auto have = best(usual(), 0.5);
  ASSERT_GE(want.size(), 50U);
  const auto has_twin = [&](const domain::Detection& one) {
    return std::ranges::any_of(have, [&](const domain::Detection& other) {
      return one.class_id == other.class_id && std::abs(one.confidence - other.confidence) <= 0.03F &&
             domain::iou(one.box, other.box) >= 0.8F;
    });
  };
  EXPECT_GE(std::count_if(want.begin(), want.begin() + 50, has_twin), 45);
}

TEST_F(ShippedModel, repeats_exactly_and_sees_the_picture) {
  const auto once = best(usual(), 0.5);
  EXPECT_TRUE(same(once, best(usual(), 0.5)));
  if (!usual().model().trained) GTEST_SKIP() << "random weights hardly see the picture";
  EXPECT_FALSE(same(once, best(usual(), 2.0)));
}

TEST_F(ShippedModel, requests_side_by_side_do_not_mix_their_pictures) {
  const auto engine = load({.performance_mode = "throughput"});
  const auto alone_a = best(*engine, 0.5);
  const auto alone_b = best(*engine, 2.0);
  std::vector<std::jthread> workers;
  std::vector<int> mixed(4, 0);
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    workers.emplace_back([&, i] {
      for (int round = 0; round < 3; ++round)
        mixed[i] += same(best(*engine, i % 2 == 0 ? 0.5 : 2.0), i % 2 == 0 ? alone_a : alone_b) ? 0 : 1;
    });
  }
  workers.clear();
  EXPECT_THAT(mixed, ElementsAre(0, 0, 0, 0));
}

TEST_F(ShippedModel, the_input_stays_where_it_is) {
  const auto request = usual().make_request();
  const std::uint8_t* place = request->input().data;
  EXPECT_EQ(request->input().row_bytes, 1920U);
  ASSERT_TRUE(request->infer());
  EXPECT_EQ(request->input().data, place);
}

TEST_F(ShippedModel, detections_before_the_first_inference_are_none) {
  const auto request = usual().make_request();
  EXPECT_TRUE(best(*request).empty());
}

TEST_F(ShippedModel, requests_may_outlive_the_engine) {
  auto engine = load();
  const auto request = engine->make_request();
  engine.reset();
  EXPECT_TRUE(request->infer());
}

TEST_F(ShippedModel, boxes_lie_inside_the_picture_and_come_best_first) {
  const auto request = usual().make_request();
  paint(request->input(), 0.3);
  ASSERT_TRUE(request->infer());
  const auto found =
      request->detections(domain::Letterbox::fit({1280, 720}, {640, 640}), {.confidence_threshold = 0.0F, .max_detections = 300});
  float last = 1;
  for (const auto& detection : found) {
    EXPECT_LE(detection.confidence, last);
    last = detection.confidence;
    EXPECT_LT(detection.box.x1, detection.box.x2);
    EXPECT_LT(detection.box.y1, detection.box.y2);
    EXPECT_GE(detection.box.x1, 0);
    EXPECT_LE(detection.box.x2, 1280);
    EXPECT_LE(detection.box.y2, 720);
    EXPECT_THAT(detection.class_id, AnyOf(0, 1));
  }
  EXPECT_LE(found.size(), 300U);
}

TEST_F(ShippedModel, keeps_its_cache_by_openvinos_version) {
  const TempFolder folder;
  const auto first = load({.cache_dir = folder.path() / "deep/cache"});
  const std::filesystem::directory_iterator inside(folder.path() / "deep/cache");
  ASSERT_NE(inside, std::filesystem::directory_iterator());
  EXPECT_THAT(inside->path().filename().string(), StartsWith("openvino-20"));
  EXPECT_FALSE(std::filesystem::is_empty(inside->path()));
  const auto second = load({.cache_dir = folder.path() / "deep/cache"});
  EXPECT_TRUE(same(best(*first, 0.5), best(*second, 0.5)));
  EXPECT_EQ(second->model().precision, first->model().precision);
}

TEST_F(ShippedModel, the_device_that_chooses_by_itself_works) {
  const auto engine = load({.device = "AUTO"});
  ASSERT_TRUE(engine);
  EXPECT_GE(engine->workers(), 1);
  EXPECT_THAT(engine->model().device, HasSubstr("CPU"));
  EXPECT_FALSE(best(*engine, 0.5).empty());
}

}  // namespace
}  // namespace hazard::detect
