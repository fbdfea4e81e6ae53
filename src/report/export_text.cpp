#include "report/export_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/utf8.hpp"

namespace hazard::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string_view entity(char c) noexcept {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    default: return {};
  }
}

bool allowed_in_xml(std::string_view sequence) noexcept {
  if (sequence.size() == 1) {
    const auto c = static_cast<unsigned char>(sequence[0]);
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0x7F);
  }
  return sequence != "\xEF\xBF\xBE" && sequence != "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

}  // namespace

std::string iso_time(base::WallTime time) {
  using namespace std::chrono;
  const auto low = sys_days{year{1} / 1 / 1};
  const auto high = sys_days{year{9999} / 12 / 31};
  const auto ms = floor<milliseconds>(time);
  const auto day = std::clamp(floor<days>(ms), low, high);
  const year_month_day date{day};
  const auto rest = std::clamp<milliseconds>(ms - day, 0ms, 24h - 1ms);
  const hh_mm_ss clock{rest};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = base::utf8_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(1, length));
    if (length == 0 || !allowed_in_xml(sequence)) {
      out += kReplacement;
    } else if (const std::string_view name = entity(sequence[0]); !name.empty()) {
      out += name;
    } else if (sequence[0] == '\r') {
      out += "&#13;";  // a bare one would be read as a line feed
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

std::string csv_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size() + 2);
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  if (formula) clean += '\'';
  bool quotes = false;
  while (!text.empty()) {
    const std::size_t length = base::utf8_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(1, length));
    if (length == 0) {
      clean += kReplacement;
    } else if (sequence[0] == '"') {
      clean += "\"\"";
    } else if (sequence[0] != '\0') {
      clean += sequence;
    }
    quotes = quotes || std::string_view(",\"\r\n").find(sequence[0]) != std::string_view::npos;
    text.remove_prefix(sequence.size());
  }
  return quotes ? "\"" + clean + "\"" : clean;
}

std::string decimal(double number, int digits) {
  if (!std::isfinite(number)) return {};
  std::string text = fmt::format("{:.{}f}", number, digits);
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace hazard::report
