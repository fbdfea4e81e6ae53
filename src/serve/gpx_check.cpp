#include "serve/gpx_check.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

std::unexpected<domain::Error> wrong(std::string sentence) {
  return domain::refuse(domain::ErrorCode::invalid_value, "The GPX track " + std::move(sentence));
}

// The value of an attribute inside a tag.
std::optional<double> attribute(std::string_view tag, std::string_view name) {
  for (const char quote : {'"', '\''}) {
    std::string key(" ");
    key.append(name).append("=").push_back(quote);
    const auto at = tag.find(key);
    if (at == std::string_view::npos) continue;
    const auto begin = at + key.size();
    const auto end = tag.find(quote, begin);
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = tag.substr(begin, end - begin);
    double number = 0;
    const auto [last, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failure != std::errc{} || last != value.data() + value.size() || !std::isfinite(number)) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<base::WallTime> time_in(std::string_view body) {
  const auto begin = body.find("<time>");
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = body.find("</time>", begin);
  if (end == std::string_view::npos) return std::nullopt;
  return wire::parse_iso_time(trimmed(body.substr(begin + 6, end - begin - 6)));
}

}  // namespace

domain::Result<std::vector<GpxPoint>> read_gpx(std::string_view text) {
  // Entities are never resolved: a document that declares some is refused, not read.
  if (text.find("<!DOCTYPE") != std::string_view::npos || text.find("<!ENTITY") != std::string_view::npos)
    return wrong("must not have a document type");
  if (text.find("<gpx") == std::string_view::npos || text.find("</gpx>") == std::string_view::npos)
    return wrong("has no gpx element: it is no GPX file, or cut short");
  std::vector<GpxPoint> points;
  std::size_t at = 0;
  while ((at = text.find("<trkpt", at)) != std::string_view::npos) {
    const std::string where = "at point " + std::to_string(points.size() + 1);
    const auto close = text.find('>', at);
    if (close == std::string_view::npos) return wrong("is cut short " + where);
    const auto tag = text.substr(at, close - at);
    const auto latitude = attribute(tag, "lat");
    const auto longitude = attribute(tag, "lon");
    if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180)
      return wrong("has no valid lat and lon " + where);
    if (*latitude == 0 && *longitude == 0) return wrong("is at (0,0), which only broken receivers report, " + where);
    const auto end = text.find("</trkpt>", close);
    if (tag.ends_with('/') || end == std::string_view::npos) return wrong("has no time " + where);
    const auto time = time_in(text.substr(close, end - close));
    if (!time) return wrong("has no valid time " + where);
    if (!points.empty() && *time < points.back().at) return wrong("runs back in time " + where);
    if (points.size() >= kGpxPointsMost) return wrong("has more than 500000 points");
    points.push_back({{*latitude, *longitude}, *time});
    at = end;
  }
  if (points.size() < 2) return wrong("has fewer than two points");
  if (points.back().at <= points.front().at) return wrong("stands still in time");
  return points;
}

}  // namespace hazard::serve
