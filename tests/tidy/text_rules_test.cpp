#include "tidy/text_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kFileLinesMax = 400;
constexpr std::size_t kColumnsMax = 140;

// Sources that have no unit test of their own, each with its reason.
const std::vector<Untested> kUntested{
    {"app/main.cpp", "hands the arguments over and nothing else; the tests of tests/e2e run it"},
    {"serve/beast_impl.cpp", "compiles Asio and Beast, no line of our own"},
};

Faults& operator+=(Faults& all, const Faults& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(CheckSize, at_the_bound_and_above) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "x\n";
  EXPECT_THAT(check_size({"a.cpp", text}, 400), IsEmpty());
  EXPECT_THAT(check_size({"a.cpp", text + "x"}, 400), SizeIs(1));
}

TEST(CheckColumns, counts_characters_not_bytes) {
  EXPECT_THAT(check_columns({"a.cpp", std::string(140, 'x') + "\n"}, 140), IsEmpty());
  EXPECT_THAT(check_columns({"a.cpp", "\n" + std::string(141, 'x')}, 140),
              ElementsAre(Fault{"a.cpp:2", "141 columns, at most 140"}));
  std::string umlauts;
  for (int i = 0; i < 140; ++i) umlauts += "\xC3\xBC";
  EXPECT_THAT(check_columns({"a.md", umlauts}, 140), IsEmpty());
}

TEST(CheckBlanks, finds_tabs_carriage_returns_trailing_blanks_and_a_missing_end) {
  EXPECT_THAT(check_blanks({"a", "good\n"}), IsEmpty());
  EXPECT_THAT(check_blanks({"a", ""}), IsEmpty());
  EXPECT_THAT(check_blanks({"a", "\tx\n"}), SizeIs(1));
  EXPECT_THAT(check_blanks({"a", "x\r\n"}), SizeIs(1));
  EXPECT_THAT(check_blanks({"a", "x \n"}), SizeIs(1));
  EXPECT_THAT(check_blanks({"a", "x"}), SizeIs(1));
}

TEST(CheckReminders, finds_whole_words_only) {
  for (const std::string& word : reminder_words()) {
    EXPECT_THAT(check_reminders({"a", "// " + word + ": later\n"}), SizeIs(1)) << word;
    EXPECT_THAT(check_reminders({"a", word}), SizeIs(1)) << word;
    EXPECT_THAT(check_reminders({"a", "MA" + word + "S\n"}), IsEmpty()) << word;
    EXPECT_THAT(check_reminders({"a", word + "_LIST\n"}), IsEmpty()) << word;
  }
}

TEST(CheckMachinePaths, finds_somebodys_own_folders) {
  EXPECT_THAT(check_machine_paths({"a", std::string("cd /ho") + "me/me/project\n"}), SizeIs(1));
  EXPECT_THAT(check_machine_paths({"a", std::string("\"/wo") + "rk/main\"\n"}), SizeIs(1));
  EXPECT_THAT(check_machine_paths({"a", std::string("web/ho") + "me/index.html and ./wo" + "rk/x and ${X}/ro" + "ot/y\n"}),
              IsEmpty());
}

TEST(CheckHeaderOpening, wants_a_comment_and_then_pragma_once) {
  EXPECT_THAT(check_header_opening({"a.hpp", "// What it is.\n#pragma once\n"}), IsEmpty());
  EXPECT_THAT(check_header_opening({"a.hpp", "#pragma once\n// Too late.\n"}), SizeIs(1));
  EXPECT_THAT(check_header_opening({"a.hpp", "// What it is.\n#include <string>\n#pragma once\n"}), SizeIs(1));
  EXPECT_THAT(check_header_opening({"a.hpp", "// What it is.\n"}), SizeIs(1));
  EXPECT_THAT(check_header_opening({"a.hpp", ""}), SizeIs(1));
}

TEST(CheckMirror, wants_a_test_or_a_reason_for_each_source) {
  EXPECT_THAT(check_mirror({"a/x.cpp"}, {}, {"a/x_test.cpp"}, {}), IsEmpty());
  EXPECT_THAT(check_mirror({"a/x.cpp"}, {}, {"a/x_sizes_test.cpp"}, {}), IsEmpty());
  EXPECT_THAT(check_mirror({"a/x.cpp"}, {}, {}, {}), SizeIs(1));
  EXPECT_THAT(check_mirror({"a/x.cpp", "b/x.cpp"}, {}, {"b/x_test.cpp"}, {}),
              ElementsAre(Fault{"src/a/x.cpp", "has no tests/unit/a/x_test.cpp"}));
  EXPECT_THAT(check_mirror({"a/x.cpp"}, {}, {}, {{"a/x.cpp", "why"}}), IsEmpty());
}

TEST(CheckMirror, refuses_exceptions_that_are_none_and_tests_of_nothing) {
  EXPECT_THAT(check_mirror({}, {}, {}, {{"a/gone.cpp", "why"}}), SizeIs(1));
  EXPECT_THAT(check_mirror({"a/x.cpp"}, {}, {"a/x_test.cpp"}, {{"a/x.cpp", "why"}}), SizeIs(1));
  EXPECT_THAT(check_mirror({}, {"a/x.hpp"}, {"a/x_test.cpp"}, {}), IsEmpty());
  EXPECT_THAT(check_mirror({}, {"a/x.hpp"}, {"a/y_test.cpp"}, {}), SizeIs(1));
}

std::set<std::string> paths_below(const char* folder, std::string_view ending) {
  std::set<std::string> paths;
  for (const SourceFile& file : read_tree(std::filesystem::path(HAZARD_SOURCE_DIR) / folder,
                                          [&](std::string_view path) { return path.ends_with(ending); })) {
    paths.insert(file.path);
  }
  return paths;
}

// Everything people write here: neither data nor what a licence or a tool fixes.
std::vector<SourceFile> written_files() {
  return read_tree(HAZARD_SOURCE_DIR, [](std::string_view path) {
    if (path.starts_with("tests/data/") || path.starts_with("models/")) return false;
    return path.starts_with("scripts/") || path.starts_with("docs/") || path == "Makefile" ||
           has_extension(
               path, {".cpp", ".hpp", ".cmake", "CMakeLists.txt", ".md", ".py", ".js", ".mjs", ".css", ".html", ".toml", ".sh"});
  });
}

TEST(House, unit_tests_mirror_the_sources) {
  const Faults faults =
      check_mirror(paths_below("src", ".cpp"), paths_below("src", ".hpp"), paths_below("tests/unit", "_test.cpp"), kUntested);
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

TEST(House, headers_open_with_what_they_are) {
  Faults faults;
  for (const SourceFile& file : written_files()) {
    if (file.path.ends_with(".hpp")) faults += check_header_opening(file);
  }
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

TEST(House, files_are_short_and_lines_fit) {
  Faults faults;
  for (const SourceFile& file : written_files()) {
    if (file.path.ends_with(".md")) continue;
    // An interface description is one document by its standard, as long as the interface is; programs read it whole.
    if (file.path != "docs/openapi.yaml") faults += check_size(file, kFileLinesMax);
    faults += check_columns(file, kColumnsMax);
  }
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

TEST(House, has_no_tabs_reminders_or_machine_paths) {
  Faults faults;
  for (const SourceFile& file : written_files()) {
    if (file.path != "Makefile") faults += check_blanks(file);
    faults += check_reminders(file);
    faults += check_machine_paths(file);
  }
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

}  // namespace
}  // namespace hazard::tidy
