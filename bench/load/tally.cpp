#include "load/tally.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "wire/json_writer.hpp"

namespace hazard::bench {
namespace {

double ms(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

void write_counts(wire::JsonWriter& json, const char* name, const std::map<std::string, std::uint64_t>& counts) {
  json.key(name).begin_object();
  for (const auto& [reason, count] : counts) json.field(reason, count);
  json.end_object();
}

// Jain's fairness index over the sessions' results: 1 when all got the same.
double jain(const std::vector<std::uint64_t>& shares) {
  double sum = 0;
  double squares = 0;
  for (const auto share : shares) {
    sum += static_cast<double>(share);
    squares += static_cast<double>(share) * static_cast<double>(share);
  }
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

void write_latencies(wire::JsonWriter& json, const Tally& tally, const ReportContext& context) {
  std::vector<double> latency;
  std::vector<double> age;
  std::vector<double> first_third;
  std::vector<double> last_third;
  const auto third = std::chrono::duration<double>(context.seconds / 3);
  for (const Answer& answer : tally.answers()) {
    latency.push_back(ms(answer.came - answer.due));
    age.push_back(answer.age_ms);
    const auto at = std::chrono::duration<double>(answer.came - context.started);
    if (at < third) first_third.push_back(answer.age_ms);
    if (at >= 2 * third) last_third.push_back(answer.age_ms);
  }
  json.key("latency_ms").begin_object();
  for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1.0}}) {
    json.fixed_field(name, quantile(latency, q), 2);
  }
  json.end_object().key("age_ms").begin_object();
  for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1.0}}) {
    json.fixed_field(name, quantile(age, q), 2);
  }
  json.fixed_field("first_third_p50", quantile(first_third, 0.5), 2).fixed_field("last_third_p50", quantile(last_third, 0.5), 2);
  json.end_object();
}

}  // namespace

void Tally::add(const Tally& other) {
  sent_ += other.sent_;
  results_ += other.results_;
  for (const auto& [reason, count] : other.drops_) drops_[reason] += count;
  for (const auto& [code, count] : other.errors_) errors_[code] += count;
  answers_.insert(answers_.end(), other.answers_.begin(), other.answers_.end());
}

std::uint64_t Tally::ended() const {
  std::uint64_t total = results_;
  for (const auto& [reason, count] : drops_) total += count;
  for (const auto& [code, count] : errors_) total += count;
  return total;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto index = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  return values[std::min(index, values.size() - 1)];
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

std::string report(const Tally& tally, const ReportContext& context) {
  std::string text;
  wire::JsonWriter json(text);
  const auto results = static_cast<double>(tally.results());
  json.begin_object();
  json.field("sessions", context.sessions).fixed_field("seconds", context.seconds, 2);
  json.field("sent", tally.frames_sent()).field("results", tally.results());
  write_counts(json, "drops", tally.drops());
  write_counts(json, "errors", tally.errors());
  json.field("silent", tally.silent());
  json.fixed_field("results_per_second", results / context.seconds, 2);
  write_latencies(json, tally, context);
  const double between = results == 0 ? 0 : context.seconds * 1000 / results;
  json.fixed_field("ms_between_results", between, 3);
  json.fixed_field("jain", jain(context.results_per_session), 4);
  json.fixed_field("generator_cpu_share", context.generator.cpu_seconds / context.seconds, 3);
  if (context.server.rss_mib > 0) {
    json.fixed_field("server_cpu_ms_per_result", results == 0 ? 0 : context.server.cpu_seconds * 1000 / results, 2);
    json.fixed_field("server_rss_mib", context.server.rss_mib, 1)
        .fixed_field("server_peak_rss_mib", context.server.peak_rss_mib, 1);
  }
  json.end_object();
  return text;
}

}  // namespace hazard::bench
