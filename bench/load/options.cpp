#include "load/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace hazard::bench {
namespace {

using domain::ErrorCode;
using domain::refuse;

template <typename Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 0;
}

// Calls `take` with each part between separators; false as soon as it returns false.
template <typename Take>
bool split(std::string_view text, char separator, Take take) {
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (!take(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool take_size(std::string_view text, domain::SizePx& size) {
  const auto parsed = parse_size(text);
  if (parsed) size = *parsed;
  return parsed.has_value();
}

bool set(SessionGroup& group, std::string_view key, std::string_view value) {
  if (key == "name") return group.name = value, true;
  if (key == "query") return group.query = value, true;
  if (key == "pictures") return group.folder = value, true;
  if (key == "sessions") return read(value, group.sessions);
  if (key == "fps") return read(value, group.fps);
  if (key == "fps_limit") return read(value, group.fps_limit);
  if (key == "quality") return read(value, group.quality) && group.quality >= 1 && group.quality <= 100;
  if (key == "size") return take_size(value, group.size);
  if (key == "reads") return group.reads = value != "no", value == "no" || value == "yes";
  return false;
}

}  // namespace

int LoadOptions::sessions() const {
  return std::accumulate(groups.begin(), groups.end(), 0, [](int sum, const auto& group) { return sum + group.sessions; });
}

double LoadOptions::seconds() const {
  return std::accumulate(phases.begin(), phases.end(), 0.0, [](double sum, const auto& phase) { return sum + phase.seconds; });
}

domain::Result<domain::SizePx> parse_size(std::string_view text) {
  domain::SizePx size;
  const std::size_t cross = text.find('x');
  if (cross == std::string_view::npos || !read(text.substr(0, cross), size.width) || !read(text.substr(cross + 1), size.height) ||
      size.width < 32 || size.height < 32) {
    return refuse(ErrorCode::invalid_value, fmt::format("{} is no size such as 1280x720", text));
  }
  return size;
}

domain::Result<SessionGroup> parse_group(std::string_view text, const SessionGroup& defaults) {
  SessionGroup group = defaults;
  std::string wrong;
  split(text, ',', [&](std::string_view part) {
    const std::size_t equals = part.find('=');
    const bool taken = equals != std::string_view::npos && set(group, part.substr(0, equals), part.substr(equals + 1));
    if (!taken) wrong = part;
    return taken;
  });
  if (!wrong.empty()) return refuse(ErrorCode::invalid_value, fmt::format("--group: {} is unknown or wrong", wrong));
  return group;
}

domain::Result<std::vector<Phase>> parse_phases(std::string_view text) {
  std::vector<Phase> phases;
  const bool good = split(text, ',', [&](std::string_view part) {
    const std::size_t colon = part.find(':');
    Phase phase;
    if (colon == std::string_view::npos || !read(part.substr(0, colon), phase.sessions) ||
        !read(part.substr(colon + 1), phase.seconds)) {
      return false;
    }
    phases.push_back(phase);
    return true;
  });
  if (!good) return refuse(ErrorCode::invalid_value, fmt::format("--phases: {} is not like 1:10,4:10,1:10", text));
  return phases;
}

}  // namespace hazard::bench
