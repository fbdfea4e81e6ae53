#include "load/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>

#include "wire/json_writer.hpp"

namespace hazard::bench {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"result", "drop", "error"};
constexpr std::array<std::pair<const char*, double>, 4> kQuantiles{{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1.0}}};

double ms(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

void write_counts(wire::JsonWriter& json, const char* name, const Counts& counts) {
  json.key(name).begin_object();
  for (const auto& [reason, count] : counts) json.field(reason, count);
  json.end_object();
}

using Keep = std::function<bool(const Ending&)>;

std::vector<double> latencies(const Tally& tally, const Keep& keep) {
  std::vector<double> values;
  for (const Ending& ending : tally.endings()) {
    if (ending.kind == EndKind::result && keep(ending)) values.push_back(ms(ending.came - ending.due));
  }
  return values;
}

std::vector<double> ages(const Tally& tally, const Keep& keep) {
  std::vector<double> values;
  for (const Ending& ending : tally.endings()) {
    if (ending.kind == EndKind::result && keep(ending)) values.push_back(ending.age_ms);
  }
  return values;
}

void write_quantiles(wire::JsonWriter& json, const std::vector<double>& values) {
  for (const auto& [name, q] : kQuantiles) json.fixed_field(name, quantile(values, q), 2);
}

void write_times(wire::JsonWriter& json, const Tally& tally, const Keep& keep) {
  json.key("latency_ms").begin_object();
  write_quantiles(json, latencies(tally, keep));
  json.end_object().key("age_ms").begin_object();
  write_quantiles(json, ages(tally, keep));
  json.end_object();
}

bool any(const Ending&) { return true; }

void write_all_times(wire::JsonWriter& json, const Tally& all, const LoadResult& result) {
  json.key("latency_ms").begin_object();
  write_quantiles(json, latencies(all, any));
  json.end_object().key("age_ms").begin_object();
  write_quantiles(json, ages(all, any));
  const auto third = std::chrono::duration<double>(result.seconds / 3);
  const auto at = [&](const Ending& ending) { return std::chrono::duration<double>(ending.came - result.started); };
  json.fixed_field("first_third_p50", quantile(ages(all, [&](const Ending& e) { return at(e) < third; }), 0.5), 2);
  json.fixed_field("last_third_p50", quantile(ages(all, [&](const Ending& e) { return at(e) >= 2 * third; }), 0.5), 2);
  json.end_object();
}

void write_quality(wire::JsonWriter& json, const Tally& all) {
  Counts inputs;
  std::uint64_t predicted = 0;
  std::uint64_t reused = 0;
  for (const Ending& ending : all.endings()) {
    if (ending.kind != EndKind::result) continue;
    ++inputs[fmt::format("{}x{}", ending.input.width, ending.input.height)];
    predicted += ending.predicted ? 1 : 0;
    reused += ending.reused ? 1 : 0;
  }
  write_counts(json, "inputs", inputs);
  json.field("predicted", predicted).field("reused", reused);
}

void write_session(wire::JsonWriter& json, const SessionOutcome& session, double seconds) {
  const Tally& tally = session.tally;
  json.begin_object()
      .field("session_id", session.id)
      .field("group", session.group)
      .field("sent", tally.frames_sent())
      .field("results", tally.results());
  json.fixed_field("results_per_second", static_cast<double>(tally.results()) / seconds, 2);
  write_counts(json, "drops", tally.reasons(EndKind::drop));
  write_counts(json, "errors", tally.reasons(EndKind::error));
  if (session.reads) json.field("silent", tally.silent());
  write_times(json, tally, any);
  json.fixed_field("granted_fps_first", session.granted_fps_first, 3).fixed_field("granted_fps", session.granted_fps_last, 3);
  json.field("quality_changes", session.quality_changes).field("suggestions", session.suggestions);
  json.field("unsent", session.unsent).field("reads", session.reads).field("lost", session.lost);
  json.end_object();
}

// A frame belongs to the phase in which it was due.
void write_phases(wire::JsonWriter& json, const Tally& all, const LoadResult& result) {
  json.key("phases").begin_array();
  double from = 0;
  for (const Phase& phase : result.phases) {
    const double until = from + phase.seconds;
    const auto within = [&](const Ending& ending) {
      const double due = std::chrono::duration<double>(ending.due - result.started).count();
      return due >= from && due < until;
    };
    const auto results =
        std::ranges::count_if(all.endings(), [&](const Ending& e) { return e.kind == EndKind::result && within(e); });
    json.begin_object().field("sessions", phase.sessions).fixed_field("from", from, 3).fixed_field("seconds", phase.seconds, 3);
    json.field("results", static_cast<std::uint64_t>(results));
    json.fixed_field("results_per_second", phase.seconds > 0 ? static_cast<double>(results) / phase.seconds : 0, 2);
    write_times(json, all, within);
    json.end_object();
    from = until;
  }
  json.end_array();
}

void write_refusals(wire::JsonWriter& json, const LoadResult& result) {
  json.key("refusals").begin_array();
  for (const Refusal& refusal : result.refusals) {
    json.begin_object().field("sessions_before", refusal.sessions_before).field("words", refusal.words);
    json.fixed_field("retry_after", refusal.retry_after_seconds, 3).end_object();
  }
  json.end_array();
}

}  // namespace

std::string report(const LoadResult& result) {
  Tally all;
  std::uint64_t silent = 0;
  std::vector<double> shares;
  Counts lost;
  for (const SessionOutcome& session : result.sessions) {
    all.add(session.tally);
    if (session.reads) silent += session.tally.silent();
    shares.push_back(static_cast<double>(session.tally.results()));
    if (session.lost) ++lost["connection_lost"];
  }
  const auto results = static_cast<double>(all.results());
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  json.field("sessions", static_cast<int>(result.sessions.size())).fixed_field("seconds", result.seconds, 2);
  json.field("sent", all.frames_sent()).field("results", all.results());
  write_counts(json, "drops", all.reasons(EndKind::drop));
  Counts errors = all.reasons(EndKind::error);
  errors.merge(lost);
  write_counts(json, "errors", errors);
  json.field("silent", silent);
  json.fixed_field("results_per_second", results / result.seconds, 2);
  write_all_times(json, all, result);
  json.fixed_field("ms_between_results", results == 0 ? 0 : result.seconds * 1000 / results, 3);
  json.fixed_field("jain", jain(shares), 4);
  json.fixed_field("generator_cpu_share", result.generator.cpu_seconds / result.seconds, 3);
  if (result.server.rss_mib > 0) {
    json.fixed_field("server_cpu_ms_per_result", results == 0 ? 0 : result.server.cpu_seconds * 1000 / results, 2);
    json.fixed_field("server_rss_mib", result.server.rss_mib, 1)
        .fixed_field("server_peak_rss_mib", result.server.peak_rss_mib, 1);
  }
  write_quality(json, all);
  json.key("per_session").begin_array();
  for (const SessionOutcome& session : result.sessions) write_session(json, session, result.seconds);
  json.end_array();
  write_phases(json, all, result);
  write_refusals(json, result);
  json.end_object();
  return text;
}

domain::Result<void> write_trace(const std::string& file, const LoadResult& result) {
  std::ofstream out(file);
  out << "due_ms,came_ms,session,group,kind,reason,age_ms,width,height,every,predicted,reused\n";
  for (std::size_t i = 0; i < result.sessions.size(); ++i) {
    for (const Ending& e : result.sessions[i].tally.endings()) {
      out << fmt::format("{:.3f},{:.3f},{},{},{},{},{:.3f},{},{},{},{:d},{:d}\n", ms(e.due - result.started),
                         ms(e.came - result.started), i, result.sessions[i].group, kKinds[static_cast<std::size_t>(e.kind)],
                         e.reason, e.age_ms, e.input.width, e.input.height, e.every, e.predicted, e.reused);
    }
  }
  if (!out.flush()) return domain::refuse(domain::ErrorCode::invalid_value, file + " cannot be written");
  return {};
}

}  // namespace hazard::bench
