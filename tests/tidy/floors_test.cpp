#include "tidy/floors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::tidy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kPage = R"(# A house

## Floors

| floor | rooms | what |
| --- | --- | --- |
| F2 | `image` `wire` | engines |
| F1 | `domain` | data |
| F0 | `base` | ground |

## Fences

| foreign code | includes | included only in | seen only in |
|---|---|---|---|
| codecs | `png.h` `webp/` | `image/*_decoder.cpp` | `image/*_decoder.cpp` |
| Boost.JSON | `boost/json` | `wire/json_fence.hpp` | `wire/*` |

## Another

| F9 | `elsewhere` | not a floor |
)";

const std::vector<SourceFile> kGood{
    {"base/clock.hpp", "#include <chrono>\n"},
    {"domain/frame.hpp", "#include \"base/clock.hpp\"\n"},
    {"image/png_decoder.cpp", "#include \"domain/frame.hpp\"\n#include <png.h>\n"},
    {"wire/json_fence.hpp", "#include <boost/json.hpp>\n"},
    {"wire/reader.cpp", "#include \"wire/json_fence.hpp\"\n"},
};

Faults faults_with(SourceFile extra) {
  std::vector<SourceFile> files = kGood;
  files.push_back(std::move(extra));
  return check_floors(read_house(kPage), files);
}

TEST(ReadHouse, takes_floors_and_fences_from_their_own_sections) {
  const House house = read_house(kPage);
  EXPECT_THAT(house.floor_of_room, SizeIs(4));
  EXPECT_EQ(house.floor_of_room.at("wire"), 2);
  EXPECT_EQ(house.floor_of_room.at("base"), 0);
  ASSERT_THAT(house.fences, SizeIs(2));
  EXPECT_EQ(house.fences[0].name, "codecs");
  EXPECT_THAT(house.fences[0].prefixes, ElementsAre("png.h", "webp/"));
  EXPECT_THAT(house.fences[0].included_in, ElementsAre("image/*_decoder.cpp"));
}

TEST(CheckFloors, a_good_house_has_no_fault) { EXPECT_THAT(check_floors(read_house(kPage), kGood), IsEmpty()); }

TEST(CheckFloors, refuses_an_include_of_a_floor_above) {
  const Faults faults = faults_with({"base/bad.cpp", "#include <string>\n\n#include \"domain/frame.hpp\"\n"});
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_EQ(faults[0].place, "src/base/bad.cpp:3");
  EXPECT_THAT(faults[0].what, HasSubstr("base must not include domain"));
}

TEST(CheckFloors, refuses_an_include_of_a_sibling) {
  EXPECT_THAT(faults_with({"image/bad.cpp", "#include \"wire/reader.cpp\"\n"}).front().what,
              HasSubstr("image must not include wire"));
}

TEST(CheckFloors, refuses_a_file_that_is_not_there) {
  EXPECT_THAT(faults_with({"wire/bad.cpp", "#include \"reader.hpp\"\n"}).front().what, HasSubstr("no file below src/"));
}

TEST(CheckFloors, refuses_foreign_code_outside_its_fence) {
  EXPECT_THAT(faults_with({"image/probe.cpp", "  #include <webp/decode.h>\n"}).front().what,
              HasSubstr("outside the fence of codecs"));
}

TEST(CheckFloors, refuses_foreign_code_without_a_fence) {
  EXPECT_THAT(faults_with({"image/probe.cpp", "#include <gif_lib.h>\n"}).front().what, HasSubstr("no row in the table"));
}

TEST(CheckFloors, refuses_foreign_code_that_arrives_through_our_own_headers) {
  const std::string page = std::string(kPage) + "";
  std::vector<SourceFile> files = kGood;
  files.push_back({"image/codec.hpp", "#include <png.h>\n"});
  files.push_back({"image/probe.cpp", "#include \"image/codec.hpp\"\n"});
  const Faults faults = check_floors(read_house(page), files);
  ASSERT_THAT(faults, SizeIs(2));
  EXPECT_EQ(faults[0].place, "src/image/codec.hpp:1");
  EXPECT_EQ(faults[1], (Fault{"src/image/probe.cpp", "sees codecs through image/codec.hpp"}));
}

TEST(CheckFloors, refuses_a_room_without_a_floor_and_a_floor_without_a_room) {
  EXPECT_THAT(faults_with({"common/things.hpp", ""}), ElementsAre(Fault{"src/common", "has no floor in ARCHITECTURE.md"}));
  EXPECT_THAT(check_floors(read_house(kPage), {{"base/clock.hpp", ""}, {"domain/frame.hpp", ""}, {"wire/reader.cpp", ""}}),
              ElementsAre(Fault{"ARCHITECTURE.md", "names the room image, which is empty"}));
}

TEST(CheckFloors, survives_headers_that_include_each_other) {
  EXPECT_THAT(faults_with({"wire/loop.hpp", "#include \"wire/loop.hpp\"\n"}), IsEmpty());
}

TEST(CheckLinks, refuses_a_link_upwards_sideways_or_to_nobody) {
  const House house = read_house(kPage);
  EXPECT_THAT(check_links(house, "image", "hazard_room(image hazard_domain PNG::PNG)\n"), IsEmpty());
  EXPECT_THAT(check_links(house, "domain", "hazard_room(domain hazard_base\n  hazard_image)\n"), SizeIs(1));
  EXPECT_THAT(check_links(house, "image", "hazard_room(image hazard_domain hazard_wire)\n"), SizeIs(1));
  EXPECT_THAT(check_links(house, "image", "hazard_room(image hazard_nowhere)\n"), SizeIs(1));
  EXPECT_THAT(check_links(house, "image", "add_library(image)\n"), SizeIs(1));
}

TEST(Matches, knows_the_star) {
  EXPECT_TRUE(matches("image/*_decoder.cpp", "image/png_decoder.cpp"));
  EXPECT_FALSE(matches("image/*_decoder.cpp", "image/png_decoder.hpp"));
  EXPECT_FALSE(matches("image/*_decoder.cpp", "wire/png_decoder.cpp"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("a", ""));
}

TEST(House, includes_and_links_go_downwards_and_foreign_code_stays_behind_its_fence) {
  const std::filesystem::path root = HAZARD_SOURCE_DIR;
  const House house = read_house(read_text(root / "ARCHITECTURE.md"));
  ASSERT_GE(house.floor_of_room.size(), 7U);
  ASSERT_GE(house.fences.size(), 5U);
  const auto files = read_tree(root / "src", [](std::string_view path) { return has_extension(path, {".cpp", ".hpp"}); });
  ASSERT_GT(files.size(), 50U);
  Faults faults = check_floors(house, files);
  for (const auto& [room, floor] : house.floor_of_room) {
    const Faults links = check_links(house, room, read_text(root / "src" / room / "CMakeLists.txt"));
    faults.insert(faults.end(), links.begin(), links.end());
  }
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

}  // namespace
}  // namespace hazard::tidy
