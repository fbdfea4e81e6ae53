// One event as one line of text: levels, fields and the two formats. Pure functions; log.hpp adds the thread that writes the lines.
//
// What always holds: a line has no line break before its end, is valid UTF-8, and is at most kLineBytesMax bytes long, whatever bytes
// a stranger put into a value. Names of events and keys are literals, checked by the compiler.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"

namespace hazard::base::log {

enum class Level : std::uint8_t { debug, info, warn, error };

enum class Format : std::uint8_t {
  json,           // one object per line, for pipes and files
  text,           // aligned columns
  coloured_text,  // the same with ANSI colours, for a terminal
};

std::string_view to_string(Level level) noexcept;
std::optional<Level> level_from(std::string_view text) noexcept;  // "debug", "info", "warn", "error"

// A POSIX pipe takes that much in one piece, so lines of several processes never mix (PIPE_BUF).
inline constexpr std::size_t kLineBytesMax = 4096;
inline constexpr std::size_t kValueBytesMax = 256;     // of a string as given; the rest is cut off and marked
inline constexpr std::size_t kSentenceBytesMax = 512;  // room for a refusal with its remedy

// A snake_case literal. Anything else does not compile.
class Name {
 public:
  consteval Name(const char* literal) : text_(literal) {  // NOLINT: implicit, so that literals read well at the call
    if (text_.empty() || text_.size() > 48) throw "1 to 48 characters";
    for (const char c : text_) {
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) throw "snake_case only";
    }
  }
  constexpr std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

// A key with its value. Strings are viewed, not copied: a Field lives as long as the call it is made for.
class Field {
 public:
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(Name key, std::string_view value) : key_(key), value_(value) {}
  template <std::integral T>
  Field(Name key, T value) : key_(key), value_(widen(value)) {}
  template <std::floating_point T>
  Field(Name key, T value) : key_(key), value_(static_cast<double>(value)) {}

  std::string_view key() const noexcept { return key_.text(); }
  const Value& value() const noexcept { return value_; }

 private:
  template <std::integral T>
  static Value widen(T value) {
    if constexpr (std::same_as<T, bool>)
      return value;
    else if constexpr (std::signed_integral<T>)
      return static_cast<std::int64_t>(value);
    else
      return static_cast<std::uint64_t>(value);
  }

  Name key_;
  Value value_;
};
using Fields = std::initializer_list<Field>;

// The line with its final '\n'. Fields that no longer fit are left out and "truncated" says so.
std::string format_line(Format format, WallTime time, Level level, Name event, std::string_view sentence, Fields fields);

// Appends `text` as a JSON string with its quotes, cut after `bytes_max` bytes. Broken UTF-8 becomes U+FFFD; control characters, line
// and paragraph separators and the marks that reverse text on a terminal become \u escapes.
void append_quoted(std::string& out, std::string_view text, std::size_t bytes_max);

}  // namespace hazard::base::log
