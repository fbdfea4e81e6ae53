#include "base/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "base/check.hpp"

namespace hazard::base {
namespace {

constexpr double kNsPerSecond = 1e9;

// Prometheus data model: [a-zA-Z_:][a-zA-Z0-9_:]*
bool is_metric_name(std::string_view name) noexcept {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name.front()) && std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); });
}

bool is_label_name(std::string_view name) noexcept {
  return is_metric_name(name) && name.find(':') == std::string_view::npos && !name.starts_with("__");
}

enum class Quotes : bool { keep, escape };

// The format's own escapes: backslash and line feed everywhere, the quote only inside label values. A carriage return has no escape
// in it; it becomes a space, for readers that take it for the end of a line.
void append_escaped(std::string& out, std::string_view text, Quotes quotes) {
  for (const char c : text) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += ' '; break;
      case '"': out += quotes == Quotes::escape ? "\\\"" : "\""; break;
      default: out += c;
    }
  }
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void append_series(std::string& out, std::string_view name, std::string_view suffix, std::span<const Label> labels,
                   std::string_view le = {}) {
  out.append(name).append(suffix);
  char before = '{';
  const auto append_label = [&](const Label& label) {
    HAZARD_CHECK(is_label_name(label.name));
    out += before;
    before = ',';
    out.append(label.name).append("=\"");
    append_escaped(out, label.value, Quotes::escape);
    out += '"';
  };
  for (const Label& label : labels) append_label(label);
  if (!le.empty()) append_label({"le", le});
  if (before == ',') out += '}';
  out += ' ';
}

}  // namespace

void Histogram::observe(Duration time) noexcept {
  const Duration::rep ns = std::max<Duration::rep>(0, time.count());
  // Rounded up: a nanosecond above a bound lies above it.
  const std::int64_t us = ns / 1000 + (ns % 1000 != 0 ? 1 : 0);
  const auto bound = std::ranges::lower_bound(kBoundsUs, us);
  buckets_[static_cast<std::size_t>(bound - kBoundsUs.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(static_cast<std::uint64_t>(ns), std::memory_order_relaxed);
}

std::array<std::uint64_t, Histogram::kBuckets> Histogram::buckets() const noexcept {
  std::array<std::uint64_t, kBuckets> counts{};
  for (std::size_t i = 0; i < kBuckets; ++i) counts[i] = buckets_[i].load(std::memory_order_relaxed);
  return counts;
}

std::uint64_t Histogram::count() const noexcept {
  std::uint64_t total = 0;
  for (const std::uint64_t count : buckets()) total += count;
  return total;
}

Duration Histogram::quantile(double q) const noexcept {
  const auto counts = buckets();
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  if (total == 0) return Duration::zero();
  const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(total);
  double below = 0;
  for (std::size_t i = 0; i < kBoundsUs.size(); ++i) {
    const auto here = static_cast<double>(counts[i]);
    if (here > 0 && below + here >= rank) {
      const double low = i == 0 ? 0.0 : static_cast<double>(kBoundsUs[i - 1]);
      const double high = static_cast<double>(kBoundsUs[i]);
      const double us = low + (high - low) * std::max(0.0, rank - below) / here;
      return Duration{static_cast<Duration::rep>(us * 1000)};
    }
    below += here;
  }
  return std::chrono::microseconds{kBoundsUs.back()};
}

MetricsPage::Family& MetricsPage::family(std::string_view name, std::string_view help, std::string_view type) {
  const auto known = std::ranges::find(families_, name, &Family::name);
  if (known != families_.end()) {
    HAZARD_CHECK(known->type == type);
    return *known;
  }
  HAZARD_CHECK(is_metric_name(name));
  Family& fresh = families_.emplace_back(Family{std::string(name), type, {}});
  fresh.text.append("# HELP ").append(name).append(" ");
  append_escaped(fresh.text, help, Quotes::keep);
  fresh.text.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  return fresh;
}

void MetricsPage::counter(std::string_view name, std::string_view help, std::uint64_t value, Labels labels) {
  std::string& out = family(name, help, "counter").text;
  append_series(out, name, "", labels);
  fmt::format_to(std::back_inserter(out), "{}\n", value);
}

void MetricsPage::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  std::string& out = family(name, help, "gauge").text;
  append_series(out, name, "", labels);
  append_number(out, value);
  out += '\n';
}

void MetricsPage::histogram(std::string_view name, std::string_view help, const Histogram& histogram, Labels labels) {
  std::string& out = family(name, help, "histogram").text;
  // Read once: the +Inf bucket and the count must be the same number while others observe.
  const auto counts = histogram.buckets();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    const bool last = i == Histogram::kBoundsUs.size();
    const std::string le = last ? "+Inf" : fmt::format("{:g}", static_cast<double>(Histogram::kBoundsUs[i]) / 1e6);
    append_series(out, name, "_bucket", labels, le);
    fmt::format_to(std::back_inserter(out), "{}\n", total);
  }
  append_series(out, name, "_sum", labels);
  append_number(out, static_cast<double>(histogram.sum().count()) / kNsPerSecond);
  out += '\n';
  append_series(out, name, "_count", labels);
  fmt::format_to(std::back_inserter(out), "{}\n", total);
}

std::string MetricsPage::text() const {
  std::string page;
  for (const Family& family : families_) page += family.text;
  return page;
}

}  // namespace hazard::base
