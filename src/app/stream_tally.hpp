// What `hazardstream stream` shows: verdicts by kind, rate and latency, as a progress line and a summary. Main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/clock_offset.hpp"
#include "domain/verdict.hpp"
#include "wire/json_reader.hpp"

namespace hazard::app {

class StreamTally {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void sent(std::uint64_t seq, Time at);
  // A message of the server's, at `wall` (epoch seconds) by our clock; false when it is no verdict on an open frame. A pong must
  // carry the `sent` of our ping.
  bool heard(std::string_view json, Time at, double wall = 0);
  // Frames still open will get no verdict any more: their session is gone.
  void connection_lost();
  // Open frames beyond the one the server received last were lost on their way.
  void never_arrived(std::uint64_t received);

  std::uint64_t frames_sent() const { return sent_; }
  std::size_t open() const { return open_.size(); }
  std::uint64_t unanswered() const { return lost_ + open_.size(); }
  bool all_answered() const { return unanswered() == 0; }
  // What the message heard last suggested, if it did.
  const std::optional<domain::Suggestion>& suggestion() const { return suggestion_; }

  // "12.3 s  123 sent  120 results 3 dropped  9.9/s  p50 31 ms  p99 45 ms  boxes 14".
  std::string progress(Time now) const;
  std::string summary(Time now) const;

 private:
  using Document = wire::JsonDocument;
  using Node = wire::JsonNode;
  void note_result(const Document& document, const Node& data, Time sent, Time at);
  void note_pong(const Document& document, const Node& root, double wall);
  void note_treatment(const Document& document, const Node& root, std::string_view type);
  std::string clock_lines() const;
  std::string treatment_lines() const;

  std::map<std::string, std::uint64_t> endings_;  // "results", a drop reason, or an error code
  std::map<std::string, std::uint64_t> boxes_;    // by class
  std::map<std::string, std::uint64_t> tracks_;   // confirmed, by class
  std::unordered_map<std::uint64_t, Time> open_;  // by seq
  std::vector<double> latency_ms_;
  std::vector<double> server_ms_;
  std::vector<double> way_in_ms_;  // from capture to receipt: the server's age since capture less its age since receipt
  client::ClockOffset clock_;
  // How the server treats the stream: the rate it promised last, results without a look at their picture, changes of quality.
  std::optional<double> granted_fps_;
  std::uint64_t predicted_ = 0;
  std::uint64_t reused_ = 0;
  std::map<std::string, std::uint64_t> quality_changes_;  // by reason
  std::string quality_;                                   // "416x256, every 2nd frame", since the last change
  std::optional<domain::Suggestion> suggestion_;
  std::optional<Time> first_;
  std::uint64_t sent_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace hazard::app
