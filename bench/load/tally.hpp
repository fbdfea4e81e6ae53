// What a load run saw: every frame sent, how it ended, and when. Latency runs from the moment a frame was due, not from when it
// could be sent, so that a generator or socket that falls behind cannot hide it (coordinated omission).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/geometry.hpp"

namespace hazard::bench {

using Time = std::chrono::steady_clock::time_point;

enum class EndKind : std::uint8_t { result, drop, error };

// How one frame ended.
struct Ending {
  Time due;
  Time came;
  EndKind kind = EndKind::result;
  std::string reason;    // of a drop, or an error's code
  double age_ms = 0;     // as the server says, of results
  domain::SizePx input;  // of the graph that ran
  int every = 1;
  bool predicted = false;
  bool reused = false;
};

// What the server's message says about a frame, apart from the times.
Ending read_ending(std::string_view verdict_json, std::string_view type);

using Counts = std::map<std::string, std::uint64_t>;

class Tally {
 public:
  void sent() { ++sent_; }
  void ended(Ending&& ending) { endings_.push_back(std::move(ending)); }
  void add(const Tally& other);

  std::uint64_t frames_sent() const { return sent_; }
  std::uint64_t results() const { return count(EndKind::result); }
  std::uint64_t silent() const { return sent_ > endings_.size() ? sent_ - endings_.size() : 0; }
  std::uint64_t count(EndKind kind) const;
  Counts reasons(EndKind kind) const;
  const std::vector<Ending>& endings() const { return endings_; }

 private:
  std::uint64_t sent_ = 0;
  std::vector<Ending> endings_;
};

// The share `q` of the values lies at or below the answer; 0 of none.
double quantile(std::vector<double> values, double q);
// Jain's fairness index: 1 when all got the same, 1/n when one got all. R. Jain et al., "A Quantitative Measure of Fairness", 1984.
double jain(const std::vector<double>& shares);

struct Usage {
  double cpu_seconds = 0;
  double rss_mib = 0;
  double peak_rss_mib = 0;
};
// Of a process by pid (0: this one), from /proc.
Usage usage_of(int pid);
// `after` with only the processor time that came since `before`.
Usage spent(const Usage& after, const Usage& before);

}  // namespace hazard::bench
