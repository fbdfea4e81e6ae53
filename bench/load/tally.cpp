#include "load/tally.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "load/flat_json.hpp"

namespace hazard::bench {

Ending read_ending(std::string_view verdict_json, std::string_view type) {
  Ending ending;
  if (type == "frame_dropped") {
    ending.kind = EndKind::drop;
    ending.reason = value_of(verdict_json, "\"reason\":");
    return ending;
  }
  if (type != "detection_result") {
    ending.kind = EndKind::error;
    ending.reason = value_of(verdict_json, "\"code\":");
    return ending;
  }
  ending.age_ms = number_of(verdict_json, "\"age_ms\":");
  if (const std::size_t quality = verdict_json.rfind("\"quality\":"); quality != std::string_view::npos) {
    const std::string_view rest = verdict_json.substr(quality);
    ending.input = {number_of<int>(rest, "\"width\":"), number_of<int>(rest, "\"height\":")};
    ending.every = std::max(1, number_of<int>(rest, "\"every\":"));
    ending.predicted = value_of(rest, "\"predicted\":") == "true";
    ending.reused = value_of(rest, "\"reused\":") == "true";
  }
  return ending;
}

void Tally::add(const Tally& other) {
  sent_ += other.sent_;
  endings_.insert(endings_.end(), other.endings_.begin(), other.endings_.end());
}

std::uint64_t Tally::count(EndKind kind) const {
  return static_cast<std::uint64_t>(std::ranges::count(endings_, kind, &Ending::kind));
}

Counts Tally::reasons(EndKind kind) const {
  Counts counts;
  for (const Ending& ending : endings_) {
    if (ending.kind == kind) ++counts[ending.reason];
  }
  return counts;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto index = std::min(static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5), values.size() - 1);
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(index));
  return values[index];
}

double jain(const std::vector<double>& shares) {
  double sum = 0;
  double squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

Usage usage_of(int pid) {
  const std::string folder = pid == 0 ? "/proc/self" : "/proc/" + std::to_string(pid);
  Usage usage;
  std::ifstream stat_file(folder + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat_file)), {});
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return usage;
  std::istringstream fields(text.substr(name_end + 2));
  std::string skip;
  for (int i = 0; i < 11; ++i) fields >> skip;  // state .. cmajflt: user time is the 14th field
  double user = 0;
  double system = 0;
  fields >> user >> system;
  usage.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) usage.rss_mib = std::stod(line.substr(6)) / 1024;
    if (line.starts_with("VmHWM:")) usage.peak_rss_mib = std::stod(line.substr(6)) / 1024;
  }
  return usage;
}

Usage spent(const Usage& after, const Usage& before) {
  Usage usage = after;
  usage.cpu_seconds -= before.cpu_seconds;
  return usage;
}

}  // namespace hazard::bench
