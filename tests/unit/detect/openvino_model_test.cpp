// The loader on real files: what it takes, and in which words it refuses the rest.
#include "detect/openvino_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "small_graph.hpp"
#include "small_onnx.hpp"

namespace hazard::detect {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// A loaded small model with the picture painted in one colour.
std::vector<domain::Detection> detect(Engine& engine, std::uint8_t red, std::uint8_t green, std::uint8_t blue,
                                      DetectOptions options = {}) {
  const auto request = engine.make_request();
  const domain::RgbView view = request->input();
  for (int y = 0; y < view.size.height; ++y) {
    for (int x = 0; x < view.size.width; ++x) {
      view.row(y)[3 * x] = red;
      view.row(y)[3 * x + 1] = green;
      view.row(y)[3 * x + 2] = blue;
    }
  }
  EXPECT_TRUE(request->infer());
  return request->detections(domain::Letterbox::fit(view.size, view.size), options);
}

EngineOptions exact(const std::filesystem::path& model) { return {.model = model, .precision = "f32"}; }

std::unique_ptr<Engine> load(const GraphOptions& graph, const std::string& metadata, const TempFolder& folder) {
  auto engine = load_openvino_engine(exact(write_graph(folder, graph, metadata)));
  EXPECT_TRUE(engine) << engine.error().message;
  return engine ? std::move(*engine) : nullptr;
}

std::string why_refused(const GraphOptions& graph, const std::string& metadata, EngineOptions options = {}) {
  const TempFolder folder;
  options.model = write_graph(folder, graph, metadata);
  const auto engine = load_openvino_engine(options);
  if (engine) return "accepted";
  EXPECT_EQ(engine.error().code, domain::ErrorCode::model_not_ready);
  EXPECT_THAT(engine.error().message, testing::Not(HasSubstr("\n")));
  return engine.error().message;
}

void expect_two_boxes(const std::vector<domain::Detection>& found, float score) {
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].box, (domain::PixelBox{4, 4, 12, 12}));
  EXPECT_EQ(found[1].box, (domain::PixelBox{20, 4, 28, 12}));
  EXPECT_EQ(found[0].class_id, 0);
  EXPECT_EQ(found[1].class_id, 1);
  for (const auto& detection : found) EXPECT_NEAR(detection.confidence, score, 1e-4);
}

TEST(SmallModels, every_layout_gives_the_same_boxes) {
  for (const GraphKind kind : {GraphKind::channels_first, GraphKind::boxes_first, GraphKind::nms_inside, GraphKind::open_rows}) {
    const TempFolder folder;
    const auto engine = load({.kind = kind}, small_names(2), folder);
    ASSERT_TRUE(engine);
    SCOPED_TRACE(engine->model().layout);
    expect_two_boxes(detect(*engine, 204, 0, 0), 0.8F);
    EXPECT_TRUE(detect(*engine, 102, 255, 255).empty());
  }
}

TEST(SmallModels, red_is_first_and_full_is_one) {
  const TempFolder folder;
  const auto engine = load({}, small_names(2), folder);
  ASSERT_TRUE(engine);
  expect_two_boxes(detect(*engine, 255, 0, 0), 1.0F);
  EXPECT_TRUE(detect(*engine, 0, 255, 0).empty());
  EXPECT_TRUE(detect(*engine, 0, 0, 255).empty());
}

TEST(SmallModels, rows_of_an_open_output_come_and_go_with_each_picture) {
  const TempFolder folder;
  const auto engine = load({.kind = GraphKind::open_rows, .classes = 10}, small_names(10), folder);
  ASSERT_TRUE(engine);
  EXPECT_EQ(detect(*engine, 255, 0, 0).size(), 10U);
  EXPECT_EQ(detect(*engine, 153, 0, 0).size(), 6U);
  EXPECT_EQ(detect(*engine, 0, 0, 0, {.confidence_threshold = 0.0F}).size(), 0U);
}

TEST(SmallModels, one_to_eighty_classes) {
  for (const std::size_t classes : {1U, 2U, 3U, 16U, 80U}) {
    const TempFolder folder;
    // 128x64: at 64x64 eighty classes and 84 cells could be read either way.
    const auto engine = load({.classes = classes, .width = 128, .cells = 168}, small_names(classes), folder);
    ASSERT_TRUE(engine);
    EXPECT_EQ(engine->model().classes.size(), classes);
    const auto found = detect(*engine, 255, 0, 0, {.max_detections = 300});
    EXPECT_EQ(found.size(), classes);
    for (const auto& detection : found) EXPECT_LT(detection.class_id, static_cast<int>(classes));
  }
}

TEST(SmallModels, nms_inside_is_known_whatever_the_class_count) {
  for (const std::size_t classes : {1U, 2U, 80U}) {
    const TempFolder folder;
    const auto engine = load({.kind = GraphKind::nms_inside, .classes = classes}, small_names(classes), folder);
    ASSERT_TRUE(engine);
    EXPECT_EQ(detect(*engine, 255, 0, 0, {.max_detections = 300}).size(), classes);
  }
}

TEST(SmallModels, colours_may_come_last_and_numbers_be_half_as_wide) {
  const TempFolder folder;
  expect_two_boxes(detect(*load({.channels_last = true}, small_names(2), folder), 204, 0, 0), 0.8F);
  const TempFolder other;
  const auto half = load({.type = ov::element::f16}, small_names(2), other);
  ASSERT_TRUE(half);
  const auto found = detect(*half, 204, 0, 0);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].confidence, 0.8F, 1e-3);
}

TEST(SmallModels, an_open_size_takes_the_configured_else_the_metadatas_else_640) {
  const GraphOptions open{.height = -1, .width = -1, .batch = -1};
  const TempFolder folder;
  const auto path = write_graph(folder, open, small_names(2) + "imgsz: [96, 128]\n");
  EXPECT_EQ((*load_openvino_engine(exact(path)))->model().input, (domain::SizePx{128, 96}));
  auto options = exact(path);
  options.input = domain::SizePx{64, 32};
  const auto engine = load_openvino_engine(options);
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->model().input, (domain::SizePx{64, 32}));
  EXPECT_EQ((*engine)->make_request()->input().row_bytes, 192U);
  expect_two_boxes(detect(**engine, 255, 0, 0), 1.0F);
  const TempFolder silent;
  EXPECT_EQ(load(open, small_names(2), silent)->model().input, (domain::SizePx{640, 640}));
}

TEST(SmallModels, a_fixed_size_is_changed_on_request) {
  const TempFolder folder;
  auto options = exact(write_graph(folder, {}, small_names(2)));
  options.input = domain::SizePx{128, 96};
  const auto engine = load_openvino_engine(options);
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->model().input, (domain::SizePx{128, 96}));
  expect_two_boxes(detect(**engine, 255, 0, 0), 1.0F);
}

TEST(SmallModels, a_batch_of_more_is_brought_to_one) {
  const TempFolder folder;
  const auto engine = load({.batch = -1}, small_names(2), folder);
  ASSERT_TRUE(engine);
  expect_two_boxes(detect(*engine, 255, 0, 0), 1.0F);
}

TEST(SmallModels, names_come_from_the_file_then_the_graph_then_the_configuration) {
  const TempFolder folder;
  const GraphOptions labelled{.labels = "Alpha beta"};
  EXPECT_THAT(load(labelled, small_names(2), folder)->model().classes, ElementsAre("c0", "c1"));
  const TempFolder bare;
  EXPECT_THAT(load(labelled, "", bare)->model().classes, ElementsAre("alpha", "beta"));
  const TempFolder nameless;
  auto options = exact(write_graph(nameless, {}, ""));
  EXPECT_THAT(load_openvino_engine(options).error().message, HasSubstr("names no classes"));
  options.class_names = {"Crack", "pothole"};
  EXPECT_THAT((*load_openvino_engine(options))->model().classes, ElementsAre("crack", "pothole"));
}

TEST(SmallModels, configured_names_that_contradict_the_models_are_refused) {
  EXPECT_THAT(why_refused({}, small_names(2), {.class_names = {"a", "b"}}),
              HasSubstr("[a, b], but metadata.yaml names them [c0, c1]"));
  EXPECT_THAT(why_refused({}, "", {.class_names = {"a", "b", "c"}}), HasSubstr("2 classes, but 3 are named"));
}

TEST(SmallModels, a_name_count_that_is_not_the_outputs_is_refused) {
  EXPECT_THAT(why_refused({.classes = 5}, small_names(2)), HasSubstr("(1, 9, 84)"));
  EXPECT_THAT(why_refused({.kind = GraphKind::nms_inside, .classes = 80}, small_names(2)), HasSubstr("class 2, but 2 are named"));
}

TEST(SmallModels, what_is_no_score_is_refused_before_the_first_picture) {
  EXPECT_THAT(why_refused({.kind = GraphKind::logits}, small_names(2)), HasSubstr("where 0 to 1 is meant"));
}

TEST(SmallModels, other_kinds_of_model_are_refused) {
  EXPECT_THAT(why_refused({.kind = GraphKind::two_outputs}, small_names(2)), HasSubstr("2 outputs"));
  EXPECT_THAT(why_refused({.kind = GraphKind::no_picture}, small_names(2)), HasSubstr("4 dimensions"));
  EXPECT_THAT(why_refused({.type = ov::element::f64}, small_names(2)), HasSubstr("f64"));
  EXPECT_THAT(why_refused({}, small_names(2) + "task: segment\n"), HasSubstr("'segment'"));
  EXPECT_THAT(why_refused({}, small_names(2) + "channels: 1\n"), HasSubstr("1 channels"));
  EXPECT_THAT(why_refused({}, "names: [a, b\n"), HasSubstr("metadata.yaml, line 1"));
}

TEST(SmallModels, sizes_hold_their_bounds) {
  const auto with_size = [](int width, int height) {
    return why_refused({}, small_names(2), {.input = domain::SizePx{width, height}});
  };
  EXPECT_EQ(with_size(32, 64), "accepted");
  EXPECT_EQ(with_size(2048, 64), "accepted");
  EXPECT_THAT(with_size(0, 64), HasSubstr("multiples of 32 from 32 to 2048"));
  EXPECT_THAT(with_size(-32, 64), HasSubstr("multiples of 32"));
  EXPECT_THAT(with_size(63, 64), HasSubstr("multiples of 32"));
  EXPECT_THAT(with_size(64, 65), HasSubstr("multiples of 32"));
  EXPECT_THAT(with_size(64, 2080), HasSubstr("multiples of 32"));
  EXPECT_THAT(why_refused({}, small_names(2) + "stride: 64\n", {.input = domain::SizePx{96, 64}}), HasSubstr("multiples of 64"));
  EXPECT_THAT(why_refused({.height = 4096, .width = 4096}, small_names(2)), HasSubstr("4096x4096"));
}

TEST(SmallModels, a_graph_that_bears_no_other_size_says_so) {
  const GraphOptions baked{.kind = GraphKind::baked_size};
  EXPECT_EQ(why_refused(baked, small_names(2)), "accepted");
  EXPECT_THAT(why_refused(baked, small_names(2), {.input = domain::SizePx{128, 96}}),
              HasSubstr("cannot be given the input size 128x96"));
}

TEST(SmallModels, onnx_files_load_with_names_from_beside_or_inside) {
  const TempFolder folder;
  folder.write("net.onnx", small_onnx(""));
  folder.write("metadata.yaml", small_names(2));
  const auto beside = load_openvino_engine(exact(folder.path()));
  ASSERT_TRUE(beside) << beside.error().message;
  expect_two_boxes(detect(**beside, 204, 0, 0), 0.8F);
  const TempFolder other;
  const auto inside = load_openvino_engine(exact(other.write("net.onnx", small_onnx("{0: 'crack', 1: 'pothole'}"))));
  ASSERT_TRUE(inside) << inside.error().message;
  EXPECT_THAT((*inside)->model().classes, ElementsAre("crack", "pothole"));
  EXPECT_TRUE(detect(**inside, 0, 255, 255).empty());
}

TEST(SmallModels, broken_files_are_refused_by_name) {
  const TempFolder folder;
  const auto path = write_graph(folder, {}, small_names(2));
  std::filesystem::resize_file(folder.path() / "model.bin", 40);
  EXPECT_THAT(load_openvino_engine({.model = path}).error().message, HasSubstr("model.xml cannot be read"));
  std::filesystem::resize_file(folder.path() / "model.xml", 600);
  EXPECT_THAT(load_openvino_engine({.model = path}).error().message, HasSubstr("model.xml cannot be read"));
  folder.write("model.xml", "<?xml version='1.0'?><net><layers></layers></net>");
  EXPECT_THAT(load_openvino_engine({.model = path}).error().message, HasSubstr("0 outputs"));
  EXPECT_THAT(load_openvino_engine({.model = folder.write("x/y.onnx", "\x08\x07 no protobuf")}).error().message,
              HasSubstr("y.onnx cannot be read"));
  EXPECT_THAT(load_openvino_engine({.model = folder.path() / "gone"}).error().message, HasSubstr("does not exist"));
}

TEST(SmallModels, requests_side_by_side_do_not_mix_their_pictures) {
  const TempFolder folder;
  auto options = exact(write_graph(folder, {}, small_names(2)));
  options.performance_mode = "throughput";
  const auto engine = load_openvino_engine(options);
  ASSERT_TRUE(engine);
  std::vector<int> mixed(4, 0);
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < mixed.size(); ++i) {
      workers.emplace_back([&, i] {
        const auto red = static_cast<std::uint8_t>(180 + 20 * i);
        for (int round = 0; round < 50; ++round) {
          const auto found = detect(**engine, red, 0, 0);
          const bool good = found.size() == 2 && std::abs(found[0].confidence - static_cast<float>(red) / 255.0F) < 1e-3F;
          mixed[i] += good ? 0 : 1;
        }
      });
    }
  }
  EXPECT_THAT(mixed, ElementsAre(0, 0, 0, 0));
}

// New weights in an old graph, under the same names: what an update of a model looks like.
TEST(SmallModels, a_cache_never_answers_for_other_weights) {
  const TempFolder folder;
  const TempFolder cache;
  const auto boxes_with = [&](float side, domain::SizePx input) {
    auto options = exact(write_graph(folder, {.side = side}, small_names(2)));
    options.cache_dir = cache.path();
    options.input = input;
    const auto engine = load_openvino_engine(options);
    EXPECT_TRUE(engine);
    const auto found = detect(**engine, 255, 0, 0);
    EXPECT_EQ(found.size(), 2U);
    EXPECT_EQ((*engine)->model().input, input);
    return found.empty() ? 0 : found[0].box.width();
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(boxes_with(8, {64, 64}), 8);
    EXPECT_EQ(boxes_with(12, {64, 64}), 12);
    EXPECT_EQ(boxes_with(12, {128, 96}), 12);
  }
  EXPECT_FALSE(std::filesystem::is_empty(cache.path()));
}

TEST(SmallModels, a_damaged_cache_is_made_anew) {
  const TempFolder folder;
  const TempFolder cache;
  auto options = exact(write_graph(folder, {}, small_names(2)));
  options.cache_dir = cache.path();
  ASSERT_TRUE(load_openvino_engine(options));
  for (const double share : {0.9, 0.5, 0.1, 0.0}) {
    std::size_t blobs = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cache.path())) {
      if (!entry.is_regular_file()) continue;
      ++blobs;
      std::filesystem::resize_file(entry.path(), static_cast<std::uintmax_t>(share * static_cast<double>(entry.file_size())));
    }
    EXPECT_GT(blobs, 0U);
    const auto engine = load_openvino_engine(options);
    ASSERT_TRUE(engine) << share << ": " << engine.error().message;
    expect_two_boxes(detect(**engine, 255, 0, 0), 1.0F);
  }
}

TEST(CheckModel, says_each_fact_and_the_end) {
  const TempFolder folder;
  const auto report = check_model(exact(write_graph(folder, {}, small_names(2) + "version: 7\n")));
  EXPECT_TRUE(report.usable);
  EXPECT_THAT(report.lines, Contains(HasSubstr("version 7, 2 classes")));
  EXPECT_THAT(report.lines, Contains("input: 64x64 pixels, RGB"));
  EXPECT_THAT(report.lines, Contains("classes: c0, c1 (from metadata.yaml)"));
  EXPECT_THAT(report.lines, Contains(HasSubstr("raw (1, 4+2, 84)")));
  EXPECT_THAT(report.lines, Contains(HasSubstr("device: CPU, f32, latency mode")));
  EXPECT_EQ(report.lines.back(), "usable: yes");
}

TEST(CheckModel, keeps_what_it_found_before_a_refusal) {
  const TempFolder folder;
  const auto report = check_model({.model = write_graph(folder, {.classes = 5}, small_names(2))});
  EXPECT_FALSE(report.usable);
  EXPECT_THAT(report.lines, Contains("input: 64x64 pixels, RGB"));
  EXPECT_THAT(report.lines.back(), HasSubstr("usable: no: the output"));
}

}  // namespace
}  // namespace hazard::detect
