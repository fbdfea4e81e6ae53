// Numbers the house counts about itself: plain members of a struct beside the code that bumps them, no registry and no macros.
//
//   struct LaneMetrics { base::Counter frames; base::Histogram wait; };
//   page.counter("hazardstream_frames_total", "Frames accepted.", metrics.frames, {{"door", "websocket"}});
//
// Counter, Gauge and Histogram are thread-safe and lock-free: any thread bumps them, any thread reads. A read is not a snapshot across
// several of them. A MetricsPage belongs to the one thread that renders GET /metrics.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace hazard::base {

// Only ever grows; from zero at the start of the process.
class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A whole number that goes up and down: sessions, bytes held, frames in flight.
class Gauge {
 public:
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t step = 1) noexcept { value_.fetch_add(step, std::memory_order_relaxed); }
  void sub(std::int64_t step = 1) noexcept { value_.fetch_sub(step, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Times in fixed buckets from 0.1 ms to 10 s, six to a decade, and one for all that took longer.
class Histogram {
 public:
  // Upper bounds, inclusive, in microseconds: whole numbers, so that no time on a bound falls on the wrong side.
  static constexpr std::array<std::int64_t, 31> kBoundsUs{100,       150,       200,       300,       500,       700,      //
                                                          1'000,     1'500,     2'000,     3'000,     5'000,     7'000,    //
                                                          10'000,    15'000,    20'000,    30'000,    50'000,    70'000,   //
                                                          100'000,   150'000,   200'000,   300'000,   500'000,   700'000,  //
                                                          1'000'000, 1'500'000, 2'000'000, 3'000'000, 5'000'000, 7'000'000,
                                                          10'000'000};
  static constexpr std::size_t kBuckets = kBoundsUs.size() + 1;

  // A negative time (a stamp that was never set) counts as zero.
  void observe(Duration time) noexcept;

  std::uint64_t count() const noexcept;
  Duration sum() const noexcept { return Duration{static_cast<Duration::rep>(sum_ns_.load(std::memory_order_relaxed))}; }
  std::array<std::uint64_t, kBuckets> buckets() const noexcept;  // not cumulative

  // The q-quantile (q in 0..1, clamped), read off by straight lines inside the bucket: off by at most the bucket's width. Zero
  // without observations; never above the last bound, since nothing is known of how far beyond it the others lie.
  Duration quantile(double q) const noexcept;

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

struct Label {
  std::string_view name;
  std::string_view value;  // any bytes; escaped on the page
};
using Labels = std::initializer_list<Label>;

// Writes the Prometheus text exposition format, version 0.0.4 (media type in kContentType). Families appear in the order of their
// first sample; the samples of one family stay together under one HELP and one TYPE line however the calls are mixed, and the help
// given first is the one shown. A malformed name or a family with two types is a bug of ours and ends the process.
class MetricsPage {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  void counter(std::string_view name, std::string_view help, std::uint64_t value, Labels labels = {});
  void counter(std::string_view name, std::string_view help, const Counter& counter, Labels labels = {}) {
    this->counter(name, help, counter.value(), labels);
  }
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  void gauge(std::string_view name, std::string_view help, const Gauge& gauge, Labels labels = {}) {
    this->gauge(name, help, static_cast<double>(gauge.value()), labels);
  }
  // In seconds, Prometheus' unit for time: let the name end in _seconds.
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram, Labels labels = {});

  std::string text() const;

 private:
  struct Family {
    std::string name;
    std::string_view type;
    std::string text;
  };
  Family& family(std::string_view name, std::string_view help, std::string_view type);

  std::vector<Family> families_;
};

}  // namespace hazard::base
