#include "tidy/functions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kFunctionLinesMax = 70;

std::vector<std::string> headings(std::string_view text) {
  std::vector<std::string> found;
  for (const Function& function : functions_of(text)) found.push_back(function.heading);
  return found;
}

TEST(FunctionsOf, counts_from_the_heading_to_the_closing_brace) {
  const auto functions = functions_of("int a;\n\nint f(int x,\n      int y) {\n  return x;\n}\n");
  ASSERT_THAT(functions, SizeIs(1));
  EXPECT_EQ(functions[0].first_line, 3U);
  EXPECT_EQ(functions[0].lines, 4U);
}

TEST(FunctionsOf, looks_into_namespaces_classes_and_structs) {
  EXPECT_THAT(headings("namespace a::b {\nnamespace {\nint f() { return 1; }\n}\nclass C final : public B<int> {\n public:\n"
                       "  int g() const noexcept override { return 2; }\n};\nstruct S { int x = 0; S() {} };\n}\n"),
              ElementsAre("int f()", "public:\n  int g() const noexcept override", "S()"));
}

TEST(FunctionsOf, knows_templates_operators_and_trailing_returns) {
  EXPECT_THAT(headings("template <typename T, std::size_t N>\nauto f(T x) -> std::vector<T> {}\n"
                       "bool operator==(const A& a, const A& b) { return true; }\nvoid C::operator()(int x) const {}\n"),
              SizeIs(3));
}

TEST(FunctionsOf, a_constructor_with_braced_members_is_one_function) {
  EXPECT_THAT(headings("A::A(int x) : a_{x}, b_(x), c_{x} {\n  f();\n}\nA::~A() {}\n"),
              ElementsAre("A::A(int x) : a_{x}, b_(x), c_{x}", "A::~A()"));
}

TEST(FunctionsOf, default_arguments_with_braces_do_not_begin_a_body) {
  EXPECT_THAT(headings("void f(Options o = {}, int n = int{3}) {\n}\n"), SizeIs(1));
}

TEST(FunctionsOf, tables_and_initialisers_are_no_functions) {
  EXPECT_THAT(headings("constexpr std::array<int, 2> kTable{{\n  1,\n  2,\n}};\nconst auto x = f(1, {2});\nint y{3};\nenum class "
                       "E { a, b };\n"),
              IsEmpty());
}

TEST(FunctionsOf, lambdas_count_with_the_function_around_them) {
  const auto functions = functions_of("void f() {\n  auto g = [](int x) {\n    return x;\n  };\n}\n");
  ASSERT_THAT(functions, SizeIs(1));
  EXPECT_EQ(functions[0].lines, 5U);
}

TEST(FunctionsOf, braces_in_comments_literals_and_macros_do_not_count) {
  const auto functions = functions_of(
      "#define OPEN {\n// {\n/* { */\nvoid f() {\n  s = \"{\\\"{\";\n  c = '{';\n  r = R\"x({ )\" { )x\";\n  n = 1'000;\n}\n"
      "void g() {}\n");
  ASSERT_THAT(functions, SizeIs(2));
  EXPECT_EQ(functions[0].lines, 6U);
}

TEST(FunctionsOf, a_test_is_a_function) { EXPECT_THAT(headings("TEST(A, b) {\n}\n"), ElementsAre("TEST(A, b)")); }

TEST(CheckFunctions, speaks_up_only_above_the_bound) {
  const auto body = [](std::size_t lines) { return "void f() {\n" + std::string(lines - 2, '\n') + "}\n"; };
  EXPECT_THAT(check_functions({"x.cpp", body(70)}, 70), IsEmpty());
  const Faults faults = check_functions({"x.cpp", "\n" + body(71)}, 70);
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_EQ(faults[0].place, "x.cpp:2");
}

TEST(House, functions_fit_on_a_screen) {
  Faults faults;
  std::size_t functions = 0;
  for (const char* folder : {"src", "tests", "bench", "fuzz"}) {
    const std::filesystem::path root = std::filesystem::path(HAZARD_SOURCE_DIR) / folder;
    if (!std::filesystem::exists(root)) continue;
    for (SourceFile& file : read_tree(root, [](std::string_view path) { return has_extension(path, {".cpp", ".hpp"}); })) {
      file.path = std::string(folder) + "/" + file.path;
      functions += functions_of(file.text).size();
      const Faults found = check_functions(file, kFunctionLinesMax);
      faults.insert(faults.end(), found.begin(), found.end());
    }
  }
  EXPECT_GT(functions, 300U);
  EXPECT_TRUE(faults.empty()) << to_text(faults);
}

}  // namespace
}  // namespace hazard::tidy
