// GET /metrics: Prometheus text, or the JSON that old dashboards read when they ask for JSON.
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <unordered_map>

#include "base/metrics.hpp"
#include "desk/desk.hpp"
#include "outgoing/delivery.hpp"
#include "serve/routes.hpp"
#include "serve/static_files.hpp"
#include "wire/json_writer.hpp"

namespace hazard::serve {
namespace {

using base::MetricsPage;

void add_verdicts(MetricsPage& page, const wire::Counters& totals) {
  page.counter("hazardstream_frames_received_total", "Frames received: each ends in one verdict.", totals.received);
  page.counter("hazardstream_results_total", "Frames that ended in a result.", totals.results);
  for (std::size_t i = 0; i < domain::kDropReasonCount; ++i) {
    page.counter("hazardstream_drops_total", "Frames that ended dropped, by reason.", totals.drops[i],
                 {{"reason", to_string(static_cast<domain::DropReason>(i))}});
  }
  for (const auto& [code, count] : totals.errors) {
    page.counter("hazardstream_errors_total", "Frames that ended in an error, by code.", count,
                 {{"code", domain::describe(code).name}});
  }
  page.gauge("hazardstream_frames_in_flight", "Frames without a verdict yet.", static_cast<double>(totals.in_flight));
}

void add_stages(MetricsPage& page, Services& services) {
  const pipeline::PipelineMetrics& stages = services.registry.pipeline().metrics();
  constexpr std::string_view kName = "hazardstream_stage_seconds";
  constexpr std::string_view kHelp = "Where the time of a frame that was worked on went.";
  page.histogram(kName, kHelp, stages.queue, {{"stage", "queue"}});
  page.histogram(kName, kHelp, stages.decode, {{"stage", "decode"}});
  page.histogram(kName, kHelp, stages.inference, {{"stage", "inference"}});
  page.histogram(kName, kHelp, stages.postprocess, {{"stage", "postprocess"}});
  page.histogram(kName, kHelp, stages.total, {{"stage", "total"}});
  page.histogram("hazardstream_result_age_seconds", "Age of results when they were sent.", services.registry.totals()->age());
}

void add_service(MetricsPage& page, const wire::ServiceView& view) {
  page.gauge("hazardstream_ready", "1 when frames are taken.", view.ready && !view.closing ? 1 : 0);
  page.gauge("hazardstream_sessions", "Open sessions.", static_cast<double>(view.active_websocket), {{"transport", "websocket"}});
  page.gauge("hazardstream_sessions", "Open sessions.", static_cast<double>(view.active_sse), {{"transport", "sse"}});
  page.gauge("hazardstream_sessions_detached", "Open sessions whose connection is lost.",
             static_cast<double>(view.detached_sessions));
  constexpr std::string_view kResumes = "hazardstream_stream_resumes_total";
  constexpr std::string_view kResumesHelp = "Sessions resumed, resumes refused, sessions that nobody resumed in time.";
  page.counter(kResumes, kResumesHelp, view.resumes.resumed, {{"outcome", "resumed"}});
  page.counter(kResumes, kResumesHelp, view.resumes.refused, {{"outcome", "refused"}});
  page.counter(kResumes, kResumesHelp, view.resumes.expired, {{"outcome", "expired"}});
  page.counter("hazardstream_sessions_restored_total", "Sessions taken over from before the start.", view.resumes.restored);
  page.counter("hazardstream_saved_sessions_unreadable_total", "Saved sessions, or whole files, that could not be read.",
               view.resumes.unreadable);
  page.counter("hazardstream_sessions_opened_total", "Sessions opened.", view.total_sessions);
  page.gauge("hazardstream_capacity_fps", "Frames a second the workers reach together, as measured lately.", view.capacity_fps);
  page.gauge("hazardstream_granted_fps", "Frames a second promised to the sessions that send.", view.granted_fps);
  page.gauge("hazardstream_uptime_seconds", "Since the server started.", view.uptime_seconds);
}

// How frames were treated, and which forms of the model are there.
void add_treatment(MetricsPage& page, const pipeline::Pipeline& pipeline, const pipeline::PipelineMetrics& metrics) {
  for (std::size_t i = 0; i < metrics.looked.size(); ++i) {
    page.counter("hazardstream_inferences_total", "Frames the model looked at, with all cores for one or a core for each.",
                 metrics.looked[i], {{"strategy", detect::to_string(static_cast<detect::Strategy>(i))}});
  }
  page.counter("hazardstream_predicted_results_total", "Results whose boxes the tracker moved on.", metrics.predicted);
  page.counter("hazardstream_reused_results_total", "Results of a picture that was the same as the one before.", metrics.reused);
  page.counter("hazardstream_quality_changes_total", "Sessions moved to another rung of quality.", metrics.quality_changes);
  page.counter("hazardstream_refused_streams_total", "Sessions refused because there was no room for one more.",
               metrics.refused_streams);
  if (const auto* graphs = pipeline.graphs()) {
    page.gauge("hazardstream_graphs", "Forms of the model that are compiled.", static_cast<double>(graphs->forms().size()));
    page.counter("hazardstream_graphs_compiled_total", "Forms compiled since the start.", graphs->compiled());
    page.counter("hazardstream_graphs_given_up_total", "Forms given up because nobody used them.", graphs->given_up());
  }
}

void add_transport(MetricsPage& page, Services& services) {
  const StreamMetrics& streams = services.streams.metrics;
  page.gauge("hazardstream_websockets", "Open WebSockets.", streams.websockets);
  page.gauge("hazardstream_event_streams", "Open event streams.", streams.event_streams);
  page.counter("hazardstream_websocket_messages_in_total", "WebSocket messages read.", streams.websocket_messages_in);
  page.counter("hazardstream_websocket_bytes_in_total", "Their bytes.", streams.websocket_bytes_in);
  page.counter("hazardstream_stream_messages_out_total", "Messages written to WebSockets and event streams.",
               streams.messages_out);
  page.counter("hazardstream_stream_bytes_out_total", "Their bytes.", streams.bytes_out);
  page.counter("hazardstream_viewer_drops_total", "Verdicts a slow viewer missed (each was told by a gap message).",
               streams.verdicts_dropped_for_slow_viewers);
  page.counter("hazardstream_viewers_ended_total", "Viewers ended by the server.", streams.stalled, {{"reason", "stalled"}});
  page.counter("hazardstream_viewers_ended_total", "Viewers ended by the server.", streams.vanished, {{"reason", "vanished"}});
  const HttpMetrics& http = services.http;
  page.counter("hazardstream_connections_total", "Connections accepted.", http.connections);
  page.counter("hazardstream_connections_refused_total", "Connections beyond the limit.", http.connections_refused);
  page.counter("hazardstream_http_requests_total", "Well-formed requests.", http.requests);
  page.counter("hazardstream_http_refused_requests_total", "Requests refused for their form.", http.refused_heads);
  page.counter("hazardstream_http_timeouts_total", "Requests and answers that took too long.", http.timeouts);
  page.counter("hazardstream_http_exceptions_total", "Exceptions caught at the edge of a connection.", http.exceptions);
  constexpr std::array<std::string_view, 5> kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    page.counter("hazardstream_http_responses_total", "Answers by class of status.", http.responses[i], {{"class", kClasses[i]}});
  }
}

// What is kept beside the frames.
void add_desk(MetricsPage& page, desk::Desk& desk) {
  page.gauge("hazardstream_page_sessions", "Sessions of pages in memory that were not ended.",
             static_cast<double>(desk.sessions().alive()));
  page.gauge("hazardstream_report_listeners", "Open event streams of reports.", static_cast<double>(desk.news().listeners()));
  if (desk.store() == nullptr) return;
  const store::StoreMetrics& store = desk.store()->metrics();
  constexpr std::string_view kJobs = "hazardstream_store_jobs_total";
  constexpr std::string_view kHelp = "Changes for the database, by what became of them.";
  page.counter(kJobs, kHelp, store.jobs_kept, {{"outcome", "kept"}});
  page.counter(kJobs, kHelp, store.jobs_undone, {{"outcome", "undone"}});
  page.counter(kJobs, kHelp, store.jobs_failed, {{"outcome", "failed"}});
  page.counter(kJobs, kHelp, store.jobs_refused, {{"outcome", "refused"}});
  page.gauge("hazardstream_store_queued", "Changes that wait for the database.", store.queued);
  page.gauge("hazardstream_store_degraded", "1 from the first change that was lost until the next commit.",
             desk.store()->degraded() ? 1 : 0);
  page.histogram("hazardstream_store_commit_seconds", "Commits of the database.", store.commit_time);
}

// What goes out to other systems.
void add_outgoing(MetricsPage& page, const outgoing::OutgoingMetrics& outgoing) {
  constexpr std::string_view kName = "hazardstream_webhook_posts_total";
  constexpr std::string_view kHelp = "Attempts to deliver a message, by outcome.";
  page.counter(kName, kHelp, outgoing.delivered, {{"outcome", "delivered"}});
  page.counter(kName, kHelp, outgoing.failed, {{"outcome", "failed"}});
  page.counter("hazardstream_webhook_given_up_total", "Messages that became dead letters.", outgoing.dead);
  page.counter("hazardstream_webhook_forgotten_total", "Dead letters erased for their age or number.", outgoing.forgotten);
  page.gauge("hazardstream_webhook_waiting", "Messages that wait to be delivered.", outgoing.waiting);
  page.gauge("hazardstream_webhook_dead_letters", "Dead letters that are kept.", outgoing.dead_letters);
  page.histogram("hazardstream_webhook_post_seconds", "From connecting to the receiver's answer.", outgoing.post_time);
}

std::string prometheus_text(Services& services) {
  MetricsPage page;
  const auto view = services.view();
  add_verdicts(page, view.totals);
  add_stages(page, services);
  add_service(page, view);
  add_treatment(page, services.registry.pipeline(), services.registry.pipeline().metrics());
  add_transport(page, services);
  if (services.desk != nullptr) add_desk(page, *services.desk);
  if (services.delivery != nullptr) add_outgoing(page, services.delivery->metrics());
  return page.text();
}

// Megabytes by name from /proc/meminfo; empty where there is none.
std::unordered_map<std::string, double> memory_mb() {
  std::unordered_map<std::string, double> values;
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::string rest;
  while (file >> name) {
    double kb = 0;
    file >> kb;
    std::getline(file, rest);
    if (!name.empty()) name.pop_back();
    values[name] = kb / 1024.0;
  }
  return values;
}

void add_system(wire::JsonWriter& json, double uptime_seconds, double now) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const double cpu_s = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  const auto memory = memory_mb();
  const auto mb = [&memory](const char* name) {
    const auto found = memory.find(name);
    return found == memory.end() ? 0.0 : found->second;
  };
  struct statvfs disk{};
  ::statvfs("/", &disk);
  const double whole = static_cast<double>(disk.f_blocks) * static_cast<double>(disk.f_frsize);
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  json.key("system_metrics").begin_object();
  json.fixed_field("cpu_percent", uptime_seconds > 0 ? 100 * cpu_s / uptime_seconds : 0, 1);  // of one core, since the start
  json.fixed_field("memory_percent", mb("MemTotal") > 0 ? 100 * (1 - mb("MemAvailable") / mb("MemTotal")) : 0, 1);
  json.fixed_field("memory_available_gb", mb("MemAvailable") / 1024, 2);
  json.fixed_field("disk_percent", whole > 0 ? 100 * (1 - free / whole) : 0, 1);
  json.fixed_field("disk_free_gb", free / 1e9, 2);
  json.fixed_field("timestamp", now, 3).end_object();
}

// The shape of legacy-clients section 3; times in seconds.
std::string performance_json(Services& services) {
  const auto view = services.view();
  const double now = base::epoch_seconds(services.streams.clock.wall());
  const std::uint64_t requests = services.http.requests.value();
  const std::uint64_t failed = services.http.responses[3].value() + services.http.responses[4].value();
  const std::uint64_t good = requests - std::min(failed, requests);
  const base::Histogram& inference = services.registry.pipeline().metrics().inference;
  const double runs = static_cast<double>(inference.count());
  const double mean_s = runs > 0 ? base::to_ms(inference.sum()) / 1000 / runs : 0;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("success", true).fixed_field("timestamp", now, 3);
  json.key("performance").begin_object().fixed_field("uptime_seconds", view.uptime_seconds, 3);
  add_system(json, view.uptime_seconds, now);
  json.key("request_stats").begin_object().field("total_requests", requests).field("successful_requests", good);
  json.field("failed_requests", requests - good);
  json.fixed_field("success_rate", requests > 0 ? static_cast<double>(good) / static_cast<double>(requests) : 1, 4);
  const base::Histogram& answers = services.http.answer_time;
  const double answered = static_cast<double>(std::max<std::uint64_t>(answers.count(), 1));
  json.fixed_field("avg_response_time", base::to_ms(answers.sum()) / 1000 / answered, 6)
      .key("by_endpoint")
      .begin_object()
      .end_object()
      .end_object();
  json.key("inference_stats").begin_object().field("total_inferences", inference.count());
  json.fixed_field("avg_inference_time", mean_s, 6).key("by_backend").begin_object();
  json.field("openvino", inference.count()).end_object().end_object();
  json.key("model_load_stats").begin_object().field("total_loads", view.ready ? 1 : 0).field("avg_load_time", 0.0);
  json.key("by_backend").begin_object().end_object().end_object();
  json.end_object().end_object();
  return text;
}

}  // namespace

void add_metrics_route(Router& router, Services& services) {
  router.add({.method = Method::get,
              .pattern = "/metrics",
              .access = Access::measures,
              .body = {},
              .handler = [&services](const Request& request, Reply reply) {
                if (wants_json(request.head)) return reply(json_response(performance_json(services)));
                reply(text_response(prometheus_text(services), MetricsPage::kContentType));
              }});
}

}  // namespace hazard::serve
