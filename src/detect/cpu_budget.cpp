#include "detect/cpu_budget.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace hazard::detect {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text, '\0');
  return text.substr(0, 64 * 1024);
}

std::optional<double> number(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> cores_of(std::optional<double> quota_us, std::optional<double> period_us) noexcept {
  if (!quota_us || !period_us || *quota_us <= 0 || *period_us <= 0) return std::nullopt;
  return *quota_us / *period_us;
}

std::optional<double> tighter(std::optional<double> a, std::optional<double> b) noexcept {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// From `mount`/`group` up to `mount`; inside a container the group's path often is not visible, then only the mount is.
template <typename Read>
std::optional<double> tightest_upwards(const fs::path& mount, std::string_view group, Read read) {
  std::optional<double> found;
  fs::path relative = fs::path(group).relative_path().lexically_normal();
  if (!relative.empty() && *relative.begin() == "..") relative.clear();
  for (; !relative.empty() && relative != "."; relative = relative.parent_path()) found = tighter(found, read(mount / relative));
  return tighter(found, read(mount));
}

std::optional<double> quota_v2(const fs::path& folder) { return cores_of_cpu_max(content_of(folder / "cpu.max")); }

std::optional<double> quota_v1(const fs::path& folder) {
  return cores_of(number(content_of(folder / "cpu.cfs_quota_us")), number(content_of(folder / "cpu.cfs_period_us")));
}

bool names_cpu(std::string_view controllers) noexcept {
  for (std::string_view rest = controllers; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (rest.substr(0, end) == "cpu") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::optional<double> cores_of_cpu_max(std::string_view text) noexcept {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  return cores_of(number(text.substr(0, blank)), number(text.substr(blank + 1)));
}

std::optional<double> cgroup_cores(const fs::path& root) {
  std::istringstream groups(content_of(root / "proc/self/cgroup"));
  std::optional<double> found;
  for (std::string line; std::getline(groups, line);) {  // id:controllers:path; version 2 has id 0 and no controllers
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const std::string_view group = std::string_view(line).substr(second + 1);
    if (controllers.empty()) {
      found = tighter(found, tightest_upwards(root / "sys/fs/cgroup", group, quota_v2));
    } else if (names_cpu(controllers)) {
      found = tighter(found, tightest_upwards(root / "sys/fs/cgroup/cpu", group, quota_v1));
    }
  }
  return found;
}

int combine_cores(int affinity, std::optional<double> quota) noexcept {
  const double cores = std::min(static_cast<double>(std::max(1, affinity)), quota.value_or(1e6));
  return std::max(1, static_cast<int>(cores + 0.001));  // 200000/100000 must not come out as 1
}

int usable_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  // Fails on hosts of more than 1024 processors; their count is then the best that is known.
  const int affinity =
      sched_getaffinity(0, sizeof(mask), &mask) == 0 ? CPU_COUNT(&mask) : static_cast<int>(std::thread::hardware_concurrency());
  return combine_cores(affinity, cgroup_cores("/"));
}

}  // namespace hazard::detect
