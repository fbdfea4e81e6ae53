// Rules on plain text: sizes, tabs, left-over reminders, machine paths, and how a header begins.
#pragma once

#include <cctype>
#include <optional>

#include "tidy/source_tree.hpp"

namespace hazard::tidy {

// Columns as a reader counts them: bytes that continue a UTF-8 character take no column.
inline std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

inline Faults check_size(const SourceFile& file, std::size_t lines_max) {
  const std::size_t lines = lines_of(file.text).size();
  if (lines <= lines_max) return {};
  return {{file.path, std::to_string(lines) + " lines, at most " + std::to_string(lines_max)}};
}

inline Faults check_columns(const SourceFile& file, std::size_t columns_max) {
  Faults faults;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (columns_of(line) > columns_max) {
      faults.push_back(
          {at_line(file.path, number), std::to_string(columns_of(line)) + " columns, at most " + std::to_string(columns_max)});
    }
  }
  return faults;
}

inline Faults check_blanks(const SourceFile& file) {
  Faults faults;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (line.find('\t') != std::string_view::npos) faults.push_back({at_line(file.path, number), "a tab"});
    if (line.ends_with('\r')) faults.push_back({at_line(file.path, number), "a carriage return"});
    if (line.ends_with(' ')) faults.push_back({at_line(file.path, number), "a blank at the end"});
  }
  if (!file.text.empty() && !file.text.ends_with('\n')) faults.push_back({file.path, "no line break at the end"});
  return faults;
}

// The words are put together here so that this file does not break its own rule.
inline const std::vector<std::string>& reminder_words() {
  static const std::vector<std::string> kWords{std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X",
                                               std::string("HA") + "CK"};
  return kWords;
}

inline bool is_word_at(std::string_view text, std::size_t at, std::size_t size) {
  const auto word = [&](std::size_t i) {
    return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_');
  };
  return (at == 0 || !word(at - 1)) && !word(at + size);
}

inline Faults check_reminders(const SourceFile& file) {
  Faults faults;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    for (const std::string& word : reminder_words()) {
      const std::size_t at = line.find(word);
      if (at != std::string_view::npos && is_word_at(line, at, word.size())) {
        faults.push_back({at_line(file.path, number), "the reminder " + word + ": finish it or leave it out"});
      }
    }
  }
  return faults;
}

// Paths that exist on one person's machine only.
inline Faults check_machine_paths(const SourceFile& file) {
  static const std::vector<std::string> kStarts{std::string("/ho") + "me/", std::string("/Us") + "ers/",
                                                std::string("/wo") + "rk/", std::string("/ro") + "ot/",
                                                std::string("C:\\Us") + "ers\\"};
  Faults faults;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    for (const std::string& start : kStarts) {
      const std::size_t at = line.find(start);
      const bool within_a_longer_path =
          at != std::string_view::npos && at > 0 &&
          (std::isalnum(static_cast<unsigned char>(line[at - 1])) != 0 || line[at - 1] == '.' || line[at - 1] == '}');
      if (at != std::string_view::npos && !within_a_longer_path)
        faults.push_back({at_line(file.path, number), "a machine's own path: " + start});
    }
  }
  return faults;
}

// A header opens with what it is for, then #pragma once.
inline Faults check_header_opening(const SourceFile& file) {
  bool comment = false;
  for (std::string_view line : lines_of(file.text)) {
    line = trimmed(line);
    if (line.starts_with("//")) {
      comment = true;
    } else if (!line.empty()) {
      if (!comment) return {{file.path, "does not begin with a comment that says what it is"}};
      if (line != "#pragma once") return {{file.path, "has no #pragma once before its first line of code"}};
      return {};
    }
  }
  return {{file.path, "has no #pragma once"}};
}

// A source's tests: tests/unit/<room>/<stem>_test.cpp, or several <stem>_<aspect>_test.cpp.
inline bool has_test(const std::string& source, const std::set<std::string>& tests) {
  const std::string stem = source.substr(0, source.rfind('.'));
  if (tests.contains(stem + "_test.cpp")) return true;
  const auto after = tests.lower_bound(stem + "_");
  return after != tests.end() && after->starts_with(stem + "_");
}

struct Untested {
  std::string source;  // from src/
  std::string reason;
};

// `sources` are .cpp files from src/, `tests` the files from tests/unit/.
inline Faults check_mirror(const std::set<std::string>& sources, const std::set<std::string>& headers,
                           const std::set<std::string>& tests, const std::vector<Untested>& untested) {
  Faults faults;
  std::set<std::string> excused;
  for (const Untested& exception : untested) {
    excused.insert(exception.source);
    if (!sources.contains(exception.source))
      faults.push_back({"src/" + exception.source, "excused from tests, but is not there"});
    else if (has_test(exception.source, tests))
      faults.push_back({"src/" + exception.source, "excused from tests, but has one"});
  }
  for (const std::string& source : sources) {
    if (!excused.contains(source) && !has_test(source, tests)) {
      faults.push_back({"src/" + source, "has no tests/unit/" + source.substr(0, source.rfind('.')) + "_test.cpp"});
    }
  }
  for (const std::string& test : tests) {
    std::string stem = test.substr(0, test.size() - std::string_view("_test.cpp").size());
    const auto exists = [&] { return sources.contains(stem + ".cpp") || headers.contains(stem + ".hpp"); };
    while (!exists() && stem.rfind('_') != std::string::npos && stem.rfind('_') > stem.rfind('/')) stem.resize(stem.rfind('_'));
    if (!exists()) faults.push_back({"tests/unit/" + test, "mirrors no file of src/"});
  }
  return faults;
}

}  // namespace hazard::tidy
