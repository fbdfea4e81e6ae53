#include "base/log_line.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include <fmt/format.h>

namespace hazard::base::log {
namespace {

constexpr std::string_view kCutMark = "...";
// What must still fit behind the last field: the truncation mark, colours, the closing brace and the line break.
constexpr std::size_t kTailBytes = 64;

struct CodePoint {
  char32_t value = 0xFFFD;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first character of a non-empty text, after RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint first_code_point(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t value = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  const char32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, size, true};
}

// Characters that end a line, steer a terminal or reverse the text around them.
bool steers(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void append_code_point(std::string& out, const CodePoint& point, std::string_view bytes) {
  switch (point.value) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  // Everything that steers lies below U+10000: one escape does.
  if (!point.valid)
    out += "\\ufffd";
  else if (steers(point.value))
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(point.value));
  else
    out += bytes;
}

bool plain(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kValueBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:+,@%").find(c) != std::string_view::npos;
  });
}

struct ValueWriter {
  std::string& out;
  Format format;

  void operator()(std::string_view text) const {
    if (format != Format::json && plain(text))
      out += text;
    else
      append_quoted(out, text, kValueBytesMax);
  }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(double value) const {
    // JSON has no word for these.
    if (!std::isfinite(value))
      out += "null";
    else
      fmt::format_to(std::back_inserter(out), "{:.6g}", value);
  }
  void operator()(std::integral auto value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
};

// UTC, to the millisecond.
std::string format_time(WallTime time, Format format) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto millis = (since - seconds).count();
  const std::time_t whole = seconds.count();
  std::tm utc{};
  ::gmtime_r(&whole, &utc);
  const std::string clock = fmt::format("{:02}:{:02}:{:02}.{:03}", utc.tm_hour, utc.tm_min, utc.tm_sec, millis);
  if (format != Format::json) return clock;
  return fmt::format("{:04}-{:02}-{:02}T{}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, clock);
}

std::string_view colour(Level level) noexcept {
  switch (level) {
    case Level::debug: return "\x1b[2m";
    case Level::info: return "\x1b[32m";
    case Level::warn: return "\x1b[33m";
    case Level::error: return "\x1b[31;1m";
  }
  return "";
}

std::string json_head(WallTime time, Level level, Name event, std::string_view sentence) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":"{}","message":)", format_time(time, Format::json),
                                 to_string(level), event.text());
  append_quoted(line, sentence, kSentenceBytesMax);
  return line;
}

std::string text_head(Format format, WallTime time, Level level, Name event, std::string_view sentence) {
  const bool coloured = format == Format::coloured_text;
  std::string line = fmt::format("{} {}{:<5}{} {:<22} ", format_time(time, format), coloured ? colour(level) : "",
                                 to_string(level), coloured ? "\x1b[0m" : "", event.text());
  const std::size_t start = line.size();
  append_quoted(line, sentence, kSentenceBytesMax);
  // A sentence reads better without its quotes; what is inside them stays escaped.
  line.erase(start, 1);
  line.pop_back();
  return line;
}

std::string format_field(Format format, const Field& field) {
  std::string text = format == Format::json            ? fmt::format(",\"{}\":", field.key())
                     : format == Format::coloured_text ? fmt::format("  \x1b[2m{}=\x1b[0m", field.key())
                                                       : fmt::format("  {}=", field.key());
  std::visit(ValueWriter{text, format}, field.value());
  return text;
}

}  // namespace

std::string_view to_string(Level level) noexcept {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "info";
}

std::optional<Level> level_from(std::string_view text) noexcept {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

void append_quoted(std::string& out, std::string_view text, std::size_t bytes_max) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const CodePoint point = first_code_point(text.substr(at));
    if (at + point.bytes > bytes_max) {
      out += kCutMark;
      break;
    }
    append_code_point(out, point, text.substr(at, point.bytes));
    at += point.bytes;
  }
  out += '"';
}

std::string format_line(Format format, WallTime time, Level level, Name event, std::string_view sentence, Fields fields) {
  std::string line =
      format == Format::json ? json_head(time, level, event, sentence) : text_head(format, time, level, event, sentence);
  for (const Field& field : fields) {
    const std::string text = format_field(format, field);
    if (line.size() + text.size() + kTailBytes > kLineBytesMax) {
      line += format_field(format, Field{"truncated", true});
      break;
    }
    line += text;
  }
  line += format == Format::json ? "}\n" : "\n";
  return line;
}

}  // namespace hazard::base::log
