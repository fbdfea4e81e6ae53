// Hears verdicts and keeps them, for tests of the pipeline. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/result_sink.hpp"

namespace hazard::test {

class RecordingSink final : public pipeline::ResultSink {
 public:
  void on_verdict(domain::Verdict&& verdict) noexcept override {
    const std::lock_guard lock(mutex_);
    verdicts_.push_back(std::move(verdict));
    came_.notify_all();
  }

  std::vector<domain::Verdict> verdicts() const {
    const std::lock_guard lock(mutex_);
    return verdicts_;
  }

  // Waits, at most ten seconds, until `count` verdicts are there.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(10), [&] { return verdicts_.size() >= count; });
  }

  // "1:result 2:over_rate 3:undecodable_image": what a test wants to compare.
  std::string story() const {
    std::string text;
    for (const auto& verdict : verdicts()) {
      if (!text.empty()) text += ' ';
      text += std::to_string(verdict.seq) + ':' + kind(verdict);
    }
    return text;
  }

  static std::string kind(const domain::Verdict& verdict) {
    if (const auto* drop = std::get_if<domain::FrameDrop>(&verdict.outcome)) return std::string(to_string(drop->reason));
    if (const auto* error = std::get_if<domain::Error>(&verdict.outcome)) return std::string(describe(error->code).name);
    return "result";
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<domain::Verdict> verdicts_;
};

}  // namespace hazard::test
