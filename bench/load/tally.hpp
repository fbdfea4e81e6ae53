// What a load run saw: every frame sent, how it ended, and when. Latency runs from the moment a frame was due, not from when it
// could be sent, so that a generator or socket that falls behind cannot hide it (coordinated omission).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hazard::bench {

using Time = std::chrono::steady_clock::time_point;

struct Answer {
  Time due;
  Time came;
  double age_ms = 0;  // as the server says, of results
  bool is_result = false;
};

class Tally {
 public:
  void sent() { ++sent_; }
  void result(const Answer& answer) {
    answers_.push_back(answer);
    ++results_;
  }
  void drop(const std::string& reason) { ++drops_[reason]; }
  void error(const std::string& code) { ++errors_[code]; }
  void add(const Tally& other);

  std::uint64_t frames_sent() const { return sent_; }
  std::uint64_t results() const { return results_; }
  std::uint64_t ended() const;
  std::uint64_t silent() const { return sent_ > ended() ? sent_ - ended() : 0; }
  const std::vector<Answer>& answers() const { return answers_; }
  const std::map<std::string, std::uint64_t>& drops() const { return drops_; }
  const std::map<std::string, std::uint64_t>& errors() const { return errors_; }

 private:
  std::uint64_t sent_ = 0;
  std::uint64_t results_ = 0;
  std::map<std::string, std::uint64_t> drops_;
  std::map<std::string, std::uint64_t> errors_;
  std::vector<Answer> answers_;
};

// The share `q` of sorted values lies at or below the answer; 0 of none.
double quantile(std::vector<double> values, double q);

struct Usage {
  double cpu_seconds = 0;
  double rss_mib = 0;
  double peak_rss_mib = 0;
};
// Of a process by pid (0: this one), from /proc.
Usage usage_of(int pid);
// `after` with only the processor time that came since `before`.
Usage spent(const Usage& after, const Usage& before);

struct ReportContext {
  double seconds = 0;
  int sessions = 0;
  Time started;
  Usage generator;  // spent during the run
  Usage server;     // likewise; zeros when its pid is unknown
  std::vector<std::uint64_t> results_per_session;
};
// One JSON object on one line.
std::string report(const Tally& tally, const ReportContext& context);

}  // namespace hazard::bench
