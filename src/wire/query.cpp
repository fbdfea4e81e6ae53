// Query strings and the values in them (declared in client_message.hpp).
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "wire/client_fields.hpp"
#include "wire/client_message.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;
using domain::refuse;
using domain::StreamConfigPatch;

constexpr std::size_t kSessionIdBytesMax = 64;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded: a plus is a blank.
domain::Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (c == '%') {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return refuse(ErrorCode::bad_request, "the query has a % without two hex digits");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return refuse(ErrorCode::bad_request, "the query holds a NUL");
    out.push_back(c);
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

template <typename Number>
std::optional<Number> whole_text(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> finite_number(std::string_view text) {
  const auto number = whole_text<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<bool> flag(std::string_view text) {
  // Python's clients write True and False.
  if (text == "true" || text == "True" || text == "1") return true;
  if (text == "false" || text == "False" || text == "0") return false;
  return std::nullopt;
}

std::unexpected<domain::Error> bad_value(std::string_view name, std::string_view wanted, std::string_view got) {
  return refuse(ErrorCode::invalid_value, fmt::format("{} must be {}, got \"{}\"", name, wanted, got.substr(0, 32)));
}

template <typename T>
struct Field {
  std::string_view name;
  std::optional<T> StreamConfigPatch::* into;
};
constexpr std::array<Field<double>, 5> kNumbers{{{"fps_limit", &StreamConfigPatch::fps_limit},
                                                 {"confidence_threshold", &StreamConfigPatch::confidence_threshold},
                                                 {"iou_threshold", &StreamConfigPatch::iou_threshold},
                                                 {"max_detections", &StreamConfigPatch::max_detections},
                                                 {"max_age_ms", &StreamConfigPatch::max_age_ms}}};
constexpr std::array<Field<bool>, 2> kFlags{
    {{"enable_tracking", &StreamConfigPatch::enable_tracking}, {"batch_processing", &StreamConfigPatch::batch_processing}}};
constexpr std::array<Field<std::string>, 3> kWords{{{"quality_mode", &StreamConfigPatch::quality_mode},
                                                    {"delivery", &StreamConfigPatch::delivery},
                                                    {"fields", &StreamConfigPatch::fields}}};

// Whether the name was one of a configuration's.
domain::Result<bool> read_config_value(std::string_view name, const std::string& text, StreamConfigPatch& patch) {
  for (const auto& field : kNumbers) {
    if (field.name != name) continue;
    const auto number = finite_number(text);
    if (!number) return bad_value(name, "a number", text);
    patch.*field.into = number;
    return true;
  }
  for (const auto& field : kFlags) {
    if (field.name != name) continue;
    const auto value = flag(text);
    if (!value) return bad_value(name, "true or false", text);
    patch.*field.into = value;
    return true;
  }
  for (const auto& field : kWords) {
    if (field.name != name) continue;
    patch.*field.into = text;
    return true;
  }
  return false;
}

domain::Result<bool> read_identity(std::string_view name, const std::string& text, StreamQuery& query) {
  if (name == "session_id") {
    if (!is_session_id(text)) return bad_value(name, "1 to 64 of the characters A-Z a-z 0-9 _ -", text);
    query.session_id = text;
    return true;
  }
  if (name == "resume") {
    query.resume = text;
    return true;
  }
  if (name == "last_event" || name == "last_seq") {
    const auto number = whole_text<std::uint64_t>(text);
    if (!number) return bad_value(name, "a whole number", text);
    (name == "last_event" ? query.last_event : query.last_seq) = number;
    return true;
  }
  return false;
}

}  // namespace

domain::Result<StreamQuery> parse_stream_query(const QueryPairs& pairs) {
  StreamQuery query;
  std::set<std::string_view> seen;
  for (const auto& [name, text] : pairs) {
    auto known = read_identity(name, text, query);
    if (known && !*known) known = read_config_value(name, text, query.patch);
    if (!known) return std::unexpected(known.error());
    if (*known && !seen.insert(name).second) return refuse(ErrorCode::invalid_value, fmt::format("{} is given twice", name));
  }
  return query;
}

domain::Result<QueryPairs> parse_query(std::string_view query) {
  QueryPairs pairs;
  while (!query.empty()) {
    const std::size_t length = std::min(query.find('&'), query.size());
    const std::string_view piece = query.substr(0, length);
    query.remove_prefix(std::min(length + 1, query.size()));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto name = percent_decode(piece.substr(0, equals));
    if (!name) return std::unexpected(name.error());
    auto value = percent_decode(piece.substr(std::min(equals + 1, piece.size())));
    if (!value) return std::unexpected(value.error());
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

domain::Result<domain::Location> parse_location_header(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma != std::string_view::npos) {
    const auto latitude = finite_number(trimmed(text.substr(0, comma)));
    const auto longitude = finite_number(trimmed(text.substr(comma + 1)));
    const auto location = latitude && longitude ? make_location(*latitude, *longitude) : std::nullopt;
    if (location) return *location;
  }
  return bad_value("X-Location", "\"latitude,longitude\" in degrees", text);
}

bool is_session_id(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kSessionIdBytesMax && std::ranges::all_of(text, allowed);
}

}  // namespace hazard::wire
