// Finds the functions of a C++ file and their lengths, by braces alone: comments, literals and preprocessor lines are blanked out
// first. Not a parser: good enough for code laid out by clang-format, and tested on the shapes that occur here.
#pragma once

#include <cctype>

#include "tidy/source_tree.hpp"

namespace hazard::tidy {

struct Function {
  std::string heading;  // from its first word to the brace
  std::size_t first_line = 0;
  std::size_t lines = 0;  // heading and closing brace included
};

// Blanks comments, string and character literals and preprocessor lines, newlines kept.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//"))
        blank_until("\n", 0);
      else if (starts("/*"))
        blank_until("*/", 2);
      else if (starts("R\""))
        blank_raw_string();
      else if (text_[at_] == '"')
        blank_quoted('"');
      else if (text_[at_] == '\'' && !inside_number())
        blank_quoted('\'');
      else if (text_[at_] == '#' && only_blanks_before())
        blank_directive();
      else
        keep();
    }
    return out_;
  }

 private:
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool inside_number() const { return at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0; }
  bool only_blanks_before() const {
    const std::size_t line = out_.rfind('\n') + 1;  // npos + 1 is 0
    return out_.find_first_not_of(" \t", line) == std::string::npos;
  }
  void keep() { out_ += text_[at_++]; }
  void blank() {
    out_ += text_[at_] == '\n' ? '\n' : ' ';
    ++at_;
  }
  void blank_until(std::string_view end, std::size_t beyond) {
    const std::size_t stop = text_.find(end, at_ + 1);
    const std::size_t target = stop == std::string_view::npos ? text_.size() : stop + beyond;
    while (at_ < target) blank();
  }
  void blank_raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return keep();
    const std::string end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    blank_until(end, end.size());
  }
  void blank_quoted(char quote) {
    blank();
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) blank();
      blank();
    }
    if (at_ < text_.size()) blank();
  }
  void blank_directive() {
    while (at_ < text_.size() && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) blank();
      blank();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

class FunctionScanner {
 public:
  explicit FunctionScanner(std::string_view text) : code_(Blanker(text).run()) {}

  std::vector<Function> run() {
    std::size_t heading = 0;  // where the statement now being read began
    int parentheses = 0;
    for (std::size_t at = 0; at < code_.size(); ++at) {
      const char c = code_[at];
      if (c == '(') ++parentheses;
      if (c == ')') --parentheses;
      if ((c == ';' || c == '}') && parentheses == 0) heading = at + 1;
      if (c != '{') continue;
      const std::string before = code_.substr(heading, at - heading);
      if (parentheses > 0 || is_member_initialiser(before)) {
        at = closing_brace(at);
      } else if (opens_scope(before)) {
        heading = at + 1;
      } else {
        const std::size_t end = closing_brace(at);
        if (is_function(before)) note(heading, at, end);
        // What follows a function's body is a new statement; what follows an initialiser still belongs to its declaration.
        at = end;
        if (is_function(before)) heading = end + 1;
      }
    }
    return std::move(functions_);
  }

 private:
  std::size_t closing_brace(std::size_t open) const {
    int depth = 0;
    for (std::size_t at = open; at < code_.size(); ++at) {
      if (code_[at] == '{') ++depth;
      if (code_[at] == '}' && --depth == 0) return at;
    }
    return code_.size() - 1;
  }

  void note(std::size_t heading, std::size_t open, std::size_t end) {
    const std::size_t start = code_.find_first_not_of(" \t\n", heading);
    const auto line_of = [&](std::size_t at) {
      return 1 + static_cast<std::size_t>(std::ranges::count(code_.substr(0, at), '\n'));
    };
    const std::string text(trimmed(code_.substr(start, open - start)));
    functions_.push_back({text, line_of(start), line_of(end) - line_of(start) + 1});
  }

  static std::string_view without_template(std::string_view heading) {
    for (;;) {
      const std::size_t first = heading.find_first_not_of(" \t\n");
      if (first == std::string_view::npos) return {};
      heading.remove_prefix(first);
      if (!heading.starts_with("template")) return heading;
      std::size_t at = heading.find('<');
      int depth = 0;
      for (; at < heading.size(); ++at) {
        if (heading[at] == '<') ++depth;
        if (heading[at] == '>' && heading[at - 1] != '-' && --depth == 0) break;
      }
      heading.remove_prefix(std::min(at + 1, heading.size()));
    }
  }

  // namespace, class, struct, union, enum, extern "C": their insides are read on. An enum's inside has no braces to find.
  static bool opens_scope(std::string_view heading) {
    heading = without_template(heading);
    if (heading.starts_with("inline ")) heading.remove_prefix(7);
    const std::string_view word = heading.substr(0, heading.find_first_of(" \t\n"));
    if (word == "namespace" || word == "enum" || word == "union" || trimmed(heading) == "extern") return true;
    if (word != "class" && word != "struct") return false;
    const std::size_t call = heading.find('(');
    const std::size_t bases = heading.find(':');
    return call == std::string_view::npos || call > bases || heading.find("alignas") != std::string_view::npos;
  }

  static bool is_function(std::string_view heading) {
    heading = without_template(heading);
    const std::size_t call = heading.find('(');
    if (call == std::string_view::npos) return false;
    const std::size_t equals = heading.find('=');
    return equals == std::string_view::npos || call < equals ||
           heading.substr(0, equals).find("operator") != std::string_view::npos;
  }

  // `Box::Box(int w) : width_{w} {`: the first brace belongs to a member. A single colon behind the parameters says so.
  static bool is_member_initialiser(std::string_view heading) {
    std::size_t colon = heading.find(')');
    if (colon == std::string_view::npos) return false;
    for (colon = heading.find(':', colon); colon != std::string_view::npos; colon = heading.find(':', colon + 1)) {
      if (colon + 1 < heading.size() && heading[colon + 1] == ':')
        ++colon;
      else
        break;
    }
    if (colon == std::string_view::npos) return false;
    const std::size_t last = heading.find_last_not_of(" \t\n");
    return std::isalnum(static_cast<unsigned char>(heading[last])) != 0 || heading[last] == '_' || heading[last] == '>';
  }

  std::string code_;
  std::vector<Function> functions_;
};

inline std::vector<Function> functions_of(std::string_view text) { return FunctionScanner(text).run(); }

inline Faults check_functions(const SourceFile& file, std::size_t lines_max) {
  Faults faults;
  for (const Function& function : functions_of(file.text)) {
    if (function.lines <= lines_max) continue;
    faults.push_back(
        {at_line(file.path, function.first_line), std::to_string(function.lines) + " lines in one function, at most " +
                                                      std::to_string(lines_max) + ": " + function.heading.substr(0, 60)});
  }
  return faults;
}

}  // namespace hazard::tidy
