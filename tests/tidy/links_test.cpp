#include "tidy/links.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::filesystem::path kRoot = HAZARD_SOURCE_DIR;

TEST(LinksOf, finds_links_and_images_outside_code) {
  std::vector<std::string> targets;
  for (const Link& link : links_of("[a](x.md) ![b](y.png \"title\") `[c](no)`\n```\n[d](no)\n```\n[e](z.md#part)\n"))
    targets.push_back(link.target);
  EXPECT_THAT(targets, ElementsAre("x.md", "y.png", "z.md#part"));
}

TEST(FragmentsOf, are_those_of_the_headings) {
  EXPECT_THAT(fragments_of("# The house: how\ntext\n## Two_words & more\n```\n# not this\n```\n#neither\n"),
              ElementsAre("the-house-how", "two_words--more"));
}

TEST(CheckLinksOf, accepts_what_is_there_and_what_lies_elsewhere) {
  EXPECT_THAT(check_links_of({"docs/x.md", "[a](../CMakeLists.txt) [b](https://example.org/x) [c](mailto:a@b)\n"}, kRoot),
              IsEmpty());
}

TEST(CheckLinksOf, refuses_what_is_not_there_or_outside) {
  EXPECT_THAT(check_links_of({"docs/x.md", "\n[a](no_such_file.md)\n"}, kRoot),
              ElementsAre(Fault{"docs/x.md:2", "the link to no_such_file.md leads nowhere"}));
  EXPECT_THAT(check_links_of({"docs/x.md", "[a](../../..)\n"}, kRoot), SizeIs(1));
  EXPECT_THAT(check_links_of({"docs/x.md", "[a](/etc/hosts)\n"}, kRoot), SizeIs(1));
}

TEST(CheckLinksOf, refuses_a_fragment_without_heading) {
  EXPECT_THAT(check_links_of({"ARCHITECTURE.md", "[a](#floors)\n"}, kRoot), IsEmpty());
  EXPECT_THAT(check_links_of({"ARCHITECTURE.md", "[a](#no-such-heading)\n"}, kRoot), SizeIs(1));
}

TEST(CheckNamedFiles, wants_each_named_file_to_be_there) {
  const std::set<std::string> rooms{"base", "domain"};
  EXPECT_THAT(
      check_named_files({"x.md", "`base/clock` `base/clock.hpp` `src/base/ids.cpp` `domain/*.hpp` `boost/json`\n"}, kRoot, rooms),
      IsEmpty());
  EXPECT_THAT(
      check_named_files({"x.md", "\n`base/no_such_file` and `src/domain/neither.hpp`\n"}, kRoot, rooms),
      ElementsAre(Fault{"x.md:2", "there is no src/base/no_such_file"}, Fault{"x.md:2", "there is no src/domain/neither.hpp"}));
}

TEST(House, pages_name_only_files_that_are_there) {
  std::set<std::string> rooms;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "src")) {
    if (entry.is_directory()) rooms.insert(entry.path().filename().string());
  }
  Faults faults;
  for (const SourceFile& page :
       read_tree(kRoot, [](std::string_view path) { return path.ends_with(".md") && path != "CHANGELOG.md"; })) {
    const Faults found = check_named_files(page, kRoot, rooms);
    faults.insert(faults.end(), found.begin(), found.end());
  }
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

TEST(House, every_link_of_a_page_leads_somewhere) {
  Faults faults;
  std::size_t pages = 0;
  for (const SourceFile& page : read_tree(kRoot, [](std::string_view path) { return path.ends_with(".md"); })) {
    ++pages;
    const Faults found = check_links_of(page, kRoot);
    faults.insert(faults.end(), found.begin(), found.end());
  }
  EXPECT_GT(pages, 2U);
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

}  // namespace
}  // namespace hazard::tidy
