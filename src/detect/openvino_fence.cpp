#include "detect/openvino_fence.hpp"

#include <algorithm>

namespace hazard::detect {
namespace {

constexpr std::size_t kReasonBytesMax = 300;

bool is_place(std::string_view line) noexcept {
  return line.starts_with("Exception from ") || (line.starts_with("Check '") && line.ends_with(":"));
}

}  // namespace

std::string reason_of(std::string_view what) {
  std::string out;
  while (!what.empty()) {
    const std::size_t end = std::min(what.find('\n'), what.size());
    std::string_view line = what.substr(0, end);
    what.remove_prefix(std::min(end + 1, what.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
    if (is_place(line)) continue;
    if (!out.empty()) out += "; ";
    for (const char c : line.substr(0, kReasonBytesMax)) out += c >= 0x20 && c < 0x7F ? c : '?';
  }
  if (out.size() > kReasonBytesMax) {
    out.resize(kReasonBytesMax);
    out += "...";
  }
  return out.empty() ? "no reason given" : out;
}

}  // namespace hazard::detect
