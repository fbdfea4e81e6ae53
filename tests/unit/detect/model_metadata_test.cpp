#include "detect/model_metadata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ModelMetadata parse(std::string_view text) {
  auto metadata = parse_metadata(text);
  EXPECT_TRUE(metadata) << (metadata ? "" : metadata.error().message);
  return metadata ? *metadata : ModelMetadata{};
}

std::string why_refused(std::string_view text) {
  const auto metadata = parse_metadata(text);
  if (metadata) return "accepted";
  EXPECT_EQ(metadata.error().code, domain::ErrorCode::model_not_ready);
  return metadata.error().message;
}

TEST(ModelMetadata, reads_what_our_own_export_writes) {
  const ModelMetadata metadata = parse(R"(description: YOLOv12n for road hazards
task: detect
version: 0.1.0
trained: false
names:
  0: crack
  1: pothole
stride: 32
batch: 1
imgsz:
- 640
- 640
channels: 3
output: '1x6x8400 f32: centre x, centre y'
)");
  EXPECT_EQ(metadata.description, "YOLOv12n for road hazards");
  EXPECT_EQ(metadata.task, "detect");
  EXPECT_EQ(metadata.version, "0.1.0");
  EXPECT_EQ(metadata.trained, false);
  EXPECT_THAT(metadata.names, ElementsAre("crack", "pothole"));
  EXPECT_EQ(metadata.stride, 32);
  EXPECT_EQ(metadata.channels, 3);
  EXPECT_EQ(metadata.input, (domain::SizePx{640, 640}));
  EXPECT_FALSE(metadata.nms_inside.has_value());
  EXPECT_FALSE(metadata.unit_boxes);
}

TEST(ModelMetadata, reads_what_common_exporters_write) {
  const ModelMetadata metadata = parse(R"(author: someone
date: '2025-02-19T10:00:00.123456'
version: 8.3.78
task: detect
imgsz: [384, 640]
names: {0: D00, 1: D40}
args:
  batch: 1
  half: false
  nms: true
)");
  EXPECT_EQ(metadata.input, (domain::SizePx{640, 384}));  // written height first
  EXPECT_THAT(metadata.names, ElementsAre("d00", "d40"));
  EXPECT_EQ(metadata.nms_inside, true);
  EXPECT_FALSE(metadata.trained.has_value());
}

TEST(ModelMetadata, nothing_said_is_nothing_known) {
  const ModelMetadata metadata = parse("");
  EXPECT_TRUE(metadata.names.empty());
  EXPECT_FALSE(metadata.input || metadata.stride || metadata.trained || metadata.nms_inside);
}

TEST(ModelMetadata, names_may_be_a_list_or_a_map_in_any_order) {
  EXPECT_THAT(parse("names: [Crack, ' Pothole ']").names, ElementsAre("crack", "pothole"));
  EXPECT_THAT(parse("names:\n- crack\n- pothole").names, ElementsAre("crack", "pothole"));
  EXPECT_THAT(parse("names:\n  1: pothole\n  '0': crack").names, ElementsAre("crack", "pothole"));
  EXPECT_THAT(parse("names: [\"\\u044f\\u043c\\u0430\"]").names, ElementsAre("\xD1\x8F\xD0\xBC\xD0\xB0"));
}

TEST(ModelMetadata, one_true_word_about_nms_wins) {
  EXPECT_EQ(parse("nms: false").nms_inside, false);
  EXPECT_EQ(parse("end2end: true").nms_inside, true);
  EXPECT_EQ(parse("end2end: true\nargs:\n  nms: false").nms_inside, true);
  EXPECT_EQ(parse("args:\n  nms: false").nms_inside, false);
  EXPECT_FALSE(parse("args:\n  half: true").nms_inside.has_value());
}

TEST(ModelMetadata, knows_both_box_units) {
  EXPECT_TRUE(parse("box_units: unit").unit_boxes);
  EXPECT_FALSE(parse("box_units: pixels").unit_boxes);
  EXPECT_THAT(why_refused("box_units: percent"), HasSubstr("'unit'"));
}

TEST(ModelMetadata, one_side_means_a_square) { EXPECT_EQ(parse("imgsz: 320").input, (domain::SizePx{320, 320})); }

TEST(ModelMetadata, refuses_class_ids_with_gaps_twins_or_letters) {
  EXPECT_THAT(why_refused("names:\n  0: a\n  2: b"), HasSubstr("without gaps"));
  EXPECT_THAT(why_refused("names:\n  1: a\n  2: b"), HasSubstr("without gaps"));
  EXPECT_THAT(why_refused("names:\n  0: a\n  0: b"), HasSubstr("twice"));
  EXPECT_THAT(why_refused("names:\n  x: a"), HasSubstr("no whole number"));
  EXPECT_THAT(why_refused("names:\n  -1: a"), HasSubstr("no whole number"));
  EXPECT_THAT(why_refused("names:\n  99999999999: a"), HasSubstr("no whole number"));
}

TEST(ModelMetadata, refuses_names_that_are_no_names) {
  EXPECT_THAT(why_refused("a: 1\nnames: crack"), HasSubstr("line 2"));
  EXPECT_THAT(why_refused("names: []"), HasSubstr("no class name"));
  EXPECT_THAT(why_refused("names: ['']"), HasSubstr("empty"));
  EXPECT_THAT(why_refused("names: [\"a\\tb\"]"), HasSubstr("printable"));
  EXPECT_THAT(why_refused("names:\n- a\n- b: c"), HasSubstr("must be a map"));
  EXPECT_THAT(why_refused("names:\n  0:\n    deep: x\n  1: b"), HasSubstr("without gaps"));
}

TEST(ModelMetadata, class_names_hold_their_bounds) {
  const std::string longest(kClassNameBytesMax, 'x');
  EXPECT_EQ(why_refused("names: [" + longest + "]"), "accepted");
  EXPECT_THAT(why_refused("names: [" + longest + "x]"), HasSubstr("longer"));
  std::vector<std::string> names(kClassesMax, "x");
  EXPECT_TRUE(clean_names(names));
  names.emplace_back("x");
  EXPECT_FALSE(clean_names(names));
}

TEST(ModelMetadata, refuses_values_of_the_wrong_kind) {
  EXPECT_THAT(why_refused("imgsz: big"), HasSubstr("whole numbers"));
  EXPECT_THAT(why_refused("imgsz: [640]"), HasSubstr("height, width"));
  EXPECT_THAT(why_refused("imgsz: [640, 640, 3]"), HasSubstr("height, width"));
  EXPECT_THAT(why_refused("imgsz: [640, 0]"), HasSubstr("above 0"));
  EXPECT_THAT(why_refused("imgsz: {a: 1}"), HasSubstr("height, width"));
  EXPECT_THAT(why_refused("stride: 0"), HasSubstr("above 0"));
  EXPECT_THAT(why_refused("stride: 32.5"), HasSubstr("above 0"));
  EXPECT_THAT(why_refused("trained: maybe"), HasSubstr("true or false"));
  EXPECT_THAT(why_refused("nms: 1"), HasSubstr("true or false"));
  EXPECT_THAT(why_refused("task: [detect]"), HasSubstr("one word"));
  EXPECT_THAT(why_refused("task: detect\ntask: segment"), HasSubstr("given twice, first on line 1"));
}

TEST(ParseNames, reads_the_forms_found_inside_models) {
  EXPECT_THAT(*parse_names("{0: 'crack', 1: 'pothole'}"), ElementsAre("crack", "pothole"));
  EXPECT_THAT(*parse_names("['crack', 'pothole']"), ElementsAre("crack", "pothole"));
  EXPECT_THAT(*parse_names("crack  manhole_cover pothole "), ElementsAre("crack", "manhole_cover", "pothole"));
  EXPECT_FALSE(parse_names(""));
  EXPECT_FALSE(parse_names("{0: 'crack'"));
  EXPECT_FALSE(parse_names("{1: 'crack'}"));
}

TEST(ChooseNames, the_file_comes_before_the_model_and_both_before_the_configuration) {
  EXPECT_THAT(choose_names({{"a"}, {"b"}, {}})->names, ElementsAre("a"));
  EXPECT_EQ(choose_names({{"a"}, {"b"}, {}})->source, "metadata.yaml");
  EXPECT_THAT(choose_names({{}, {"b"}, {}})->names, ElementsAre("b"));
  EXPECT_THAT(choose_names({{}, {}, {"C"}})->names, ElementsAre("c"));
  EXPECT_EQ(choose_names({{}, {}, {"c"}})->source, "the configuration");
}

TEST(ChooseNames, configured_names_may_repeat_the_models_but_not_contradict_them) {
  EXPECT_TRUE(choose_names({{"crack", "pothole"}, {}, {"Crack", " pothole"}}));
  const auto other = choose_names({{"crack", "pothole"}, {}, {"pothole", "crack"}});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("[pothole, crack], but metadata.yaml names them [crack, pothole]"));
  EXPECT_FALSE(choose_names({{}, {"crack"}, {"crack", "pothole"}}));
}

TEST(ChooseNames, refuses_a_model_that_nobody_names) {
  EXPECT_THAT(choose_names({}).error().message, HasSubstr("names no classes"));
  EXPECT_THAT(choose_names({{}, {}, {""}}).error().message, HasSubstr("configured"));
}

}  // namespace
}  // namespace hazard::detect
