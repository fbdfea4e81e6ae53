// How many cores this process may really use: the fewest of its affinity mask and its control group's quota. A container
// with a quota of 2 on a host of 64 must not start 64 threads. Called once at start.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace hazard::detect {

// Cores of cgroup v2's cpu.max, "150000 100000": quota and period in microseconds; empty for "max ..." and for nonsense.
std::optional<double> cores_of_cpu_max(std::string_view text) noexcept;

// The tightest quota on the way from this process's group up to the root, as seen under `root` (normally "/": tests bring
// their own tree). Reads cgroup v2, and v1's cpu controller. Empty: no quota, or none that can be read.
std::optional<double> cgroup_cores(const std::filesystem::path& root);

// At least 1. A quota between whole numbers counts as the lower one: a thread too many makes the kernel stop all of them for
// the rest of each period, which costs up to 100 ms of a frame's time.
int combine_cores(int affinity, std::optional<double> quota) noexcept;

int usable_cores();

}  // namespace hazard::detect
