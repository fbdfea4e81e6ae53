#include "wire/rest_message.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <initializer_list>
#include <limits>
#include <string>

namespace hazard::wire {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const base::WallTime kNow{std::chrono::seconds{1'700'000'000} + 250us};

json::object object(const std::string& text) {
  EXPECT_EQ(text.find_first_of("\r\n"), std::string::npos);
  json::error_code ec;
  json::value parsed = json::parse(text, ec);
  EXPECT_FALSE(ec) << text;
  return parsed.is_object() ? parsed.as_object() : json::object{};
}

void expect_keys(const json::value& value, std::initializer_list<std::string_view> keys) {
  ASSERT_TRUE(value.is_object());
  for (const std::string_view key : keys) EXPECT_TRUE(value.as_object().contains(key)) << key;
}

domain::ModelInfo model() {
  domain::ModelInfo info;
  info.name = "hazard-yolo12n";
  info.version = "1";
  info.classes = {"crack", "pothole"};
  info.input = {640, 384};
  info.output_shape = {1, 6, 5040};
  info.device = "CPU";
  info.precision = "bf16";
  info.performance_mode = "latency";
  return info;
}

SessionView session() {
  SessionView view;
  view.session_id = "s1";
  view.counters.received = 10;
  view.counters.results = 6;
  view.counters.drops[0] = 2;
  view.counters.errors[domain::ErrorCode::invalid_base64] = 2;
  view.created_at = 1700000000.5;
  view.uptime_seconds = 12.3456;
  view.current_fps = 4.5;
  view.avg_processing_time_ms = 31.25;
  view.viewers = 1;
  return view;
}

domain::FrameResult result() {
  domain::FrameResult found;
  domain::TrackedDetection tracked;
  tracked.detection = {{10, 20, 30, 60}, 0.75F, 1};
  found.detections = {tracked};
  found.picture = {1280, 720};
  found.input = {640, 384};
  found.orientation_applied = true;
  found.times = {1ms, 2500us, 20ms, 500us, 24ms};
  return found;
}

TEST(ErrorBody, detail_is_a_string) {
  EXPECT_EQ(error_body({domain::ErrorCode::invalid_value, "fps_limit must be \"small\""}, "0a1b2c3d"),
            R"({"detail":"fps_limit must be \"small\"","code":"invalid_value","request_id":"0a1b2c3d"})");
  EXPECT_EQ(error_body({domain::ErrorCode::overloaded, "full"}, "r", 1500ms),
            R"({"detail":"full","code":"overloaded","request_id":"r","retry_after_ms":1500})");
}

TEST(SessionStarted, names_the_two_endpoints) {
  EXPECT_EQ(session_started(session(), {.resumed = false, .resume_token = "t", .resume_grace_ms = 60000}),
            R"({"session_id":"s1","client_id":"s1","sse_endpoint":"/stream/events/s1","upload_endpoint":"/stream/process/s1",)"
            R"("config":{"fps_limit":10,"confidence_threshold":0.5,"iou_threshold":0.45,"max_detections":50,)"
            R"("enable_tracking":true,"batch_processing":false,"quality_mode":"balanced","delivery":"latest",)"
            R"("max_age_ms":500,"fields":"full"},"created_at":1700000000.5,"status":"active",)"
            R"("resume_token":"t","resume_grace_ms":60000,"resumed":false,"last_seq":0,"last_event":0})");
}

TEST(SessionStarted, says_where_a_resumed_session_stands) {
  auto view = session();
  view.last_seq = 12;
  view.last_event = 11;
  const auto body = object(session_started(view, {.resumed = true, .resume_token = "next", .resume_grace_ms = 1000}));
  EXPECT_EQ(body.at("resumed"), true);
  EXPECT_EQ(body.at("resume_token"), "next");
  EXPECT_EQ(body.at("last_seq"), 12);
  EXPECT_EQ(body.at("last_event"), 11);
}

TEST(SessionStats, tells_a_session_without_its_connection) {
  auto view = session();
  EXPECT_EQ(object(session_stats(view)).at("status"), "active");
  view.detached = true;
  EXPECT_EQ(object(session_stats(view)).at("status"), "detached");
}

TEST(SessionStats, keeps_the_old_names_and_adds_the_counters) {
  const auto stats = object(session_stats(session()));
  expect_keys(stats, {"session_id", "client_id", "uptime_seconds", "total_frames", "processed_frames", "failed_frames",
                      "success_rate", "avg_processing_time_ms", "current_fps", "status", "config", "received", "results", "drops",
                      "errors", "in_flight"});
  EXPECT_EQ(stats.at("total_frames"), 10);
  EXPECT_EQ(stats.at("processed_frames"), 6);
  EXPECT_EQ(stats.at("failed_frames"), 2);
  EXPECT_EQ(stats.at("success_rate"), 0.75);
  EXPECT_EQ(stats.at("transport"), "sse");
}

TEST(SessionStats, a_new_session_has_zeros) {
  const auto stats = object(session_stats(SessionView{}));
  EXPECT_EQ(stats.at("success_rate"), 0);
  EXPECT_EQ(stats.at("total_frames"), 0);
}

TEST(SessionStats, figures_without_a_value_become_null) {
  SessionView view = session();
  view.age_p99_ms = std::numeric_limits<double>::quiet_NaN();
  view.current_fps = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(object(session_stats(view)).at("age_p99_ms").is_null());
  EXPECT_TRUE(object(session_stats(view)).at("current_fps").is_null());
}

TEST(SessionList, holds_every_session) {
  EXPECT_EQ(session_list({}), R"({"sessions":[],"count":0})");
  const auto list = object(session_list({session(), session()}));
  EXPECT_EQ(list.at("sessions").as_array().size(), 2U);
  EXPECT_EQ(list.at("count"), 2);
}

TEST(SessionReplies, small_ones_read_as_the_contract_says) {
  EXPECT_EQ(session_deleted("s1", kNow), R"({"status":"closed","client_id":"s1","timestamp":1700000000.00025})");
  EXPECT_EQ(frame_queued("s1", "f\"", 3, kNow),
            R"({"status":"queued","frame_id":"f\"","client_id":"s1","seq":3,"timestamp":1700000000.00025})");
  const auto patched = object(config_patched(session(), kNow));
  EXPECT_EQ(patched.at("status"), "updated");
  expect_keys(patched, {"client_id", "config", "timestamp"});
}

TEST(Health, is_alive_in_every_state) {
  ServiceView service;
  service.version = "0.1.0";
  EXPECT_EQ(object(health(service, nullptr)).at("status"), "healthy");
  EXPECT_EQ(object(health(service, nullptr)).at("model_status"), "warming");
  service.model_error = "no such folder";
  EXPECT_EQ(object(health(service, nullptr)).at("model_status"), "error");
  service.model_error.clear();
  service.ready = true;
  const domain::ModelInfo info = model();
  const auto ready = object(health(service, &info));
  EXPECT_EQ(ready.at("status"), "healthy");
  EXPECT_EQ(ready.at("model_status"), "ready");
  expect_keys(ready, {"backend_type", "version", "redis"});
}

TEST(StreamHealth, says_what_works) {
  ServiceView service;
  service.active_sessions = 3;
  const auto loading = object(stream_health(service, nullptr, kNow));
  EXPECT_EQ(loading.at("status"), "degraded");
  expect_keys(loading.at("streaming_service"),
              {"status", "active_sessions", "frame_processor_running", "cleanup_task_running", "model_ready", "timestamp"});
  EXPECT_EQ(loading.at("streaming_service").at("active_sessions"), 3);
  EXPECT_EQ(loading.at("model_service").at("model_loaded"), false);
  service.model_error = "broken";
  EXPECT_EQ(object(stream_health(service, nullptr, kNow)).at("status"), "unhealthy");
  service.model_error.clear();
  service.ready = true;
  const domain::ModelInfo info = model();
  EXPECT_EQ(object(stream_health(service, &info, kNow)).at("status"), "healthy");
  service.closing = true;
  EXPECT_EQ(object(stream_health(service, &info, kNow)).at("status"), "degraded");
}

TEST(StreamStats, carries_what_the_sample_client_reads_and_the_counters) {
  ServiceView service;
  service.active_sessions = 2;
  service.active_websocket = 1;
  service.active_sse = 1;
  service.total_sessions = 5;
  service.totals.received = 9;
  service.totals.results = 9;
  service.started_at = 1700000000;
  service.predicted_results = 4;
  service.reused_results = 3;
  service.quality_changes = 2;
  service.refused_streams = 1;
  const domain::ModelInfo info = model();
  const auto stats = object(stream_stats(service, &info, kNow));
  const auto& streaming = stats.at("streaming_stats");
  expect_keys(streaming, {"active_sessions", "total_sessions", "frames_processed", "avg_fps", "uptime", "uptime_seconds",
                          "sessions_by_type", "received", "results", "drops", "errors", "in_flight", "capacity_fps",
                          "detached_sessions", "restored_sessions", "unreadable_states", "resumes"});
  expect_keys(streaming.at("resumes"), {"resumed", "refused", "expired"});
  EXPECT_EQ(streaming.at("frames_processed"), 9);
  EXPECT_EQ(streaming.at("predicted_results"), 4);
  EXPECT_EQ(streaming.at("reused_results"), 3);
  EXPECT_EQ(streaming.at("quality_changes"), 2);
  EXPECT_EQ(streaming.at("refused_streams"), 1);
  EXPECT_EQ(streaming.at("sessions_by_type").at("websocket"), 1);
  EXPECT_EQ(stats.at("model_info").at("class_count"), 2);
  EXPECT_EQ(object(stream_stats(service, nullptr, kNow)).at("model_info").at("status"), "not_loaded");
}

TEST(Readiness, is_an_error_like_any_other_when_it_is_not) {
  ServiceView service;
  const auto loading = object(readiness(service, kNow, "0123abcd"));
  EXPECT_EQ(loading.at("detail"), "model not loaded: the server is still starting");
  EXPECT_EQ(loading.at("code"), "model_not_ready");
  EXPECT_EQ(loading.at("request_id"), "0123abcd");
  EXPECT_EQ(loading.at("retry_after_ms"), 1000);
  service.model_error = "broken";
  EXPECT_EQ(object(readiness(service, kNow, "0123abcd")).at("detail"), "The model cannot be used: broken");
  service.closing = true;
  EXPECT_EQ(object(readiness(service, kNow, "0123abcd")).at("code"), "server_closing");
  service = {};
  service.ready = true;
  EXPECT_FALSE(object(readiness(service, kNow, "0123abcd")).contains("detail"));
}

TEST(Readiness, gives_the_reason_when_it_is_not) {
  ServiceView service;
  EXPECT_EQ(object(readiness(service, kNow)).at("reason"), "the model is still loading");
  service.model_error = "broken";
  EXPECT_EQ(object(readiness(service, kNow)).at("reason"), "broken");
  service.ready = true;
  const auto ready = object(readiness(service, kNow));
  EXPECT_EQ(ready.at("status"), "ready");
  EXPECT_FALSE(ready.contains("reason"));
  expect_keys(ready, {"model_loaded", "redis_connected", "cloudinary_configured", "timestamp"});
  service.closing = true;
  EXPECT_EQ(object(readiness(service, kNow)).at("status"), "not_ready");
}

TEST(ModelObject, is_the_old_model_info_without_paths) {
  EXPECT_EQ(
      model_object(model()),
      R"({"status":"loaded","backend":"openvino","model_name":"hazard-yolo12n","version":"1","classes":["crack","pothole"],)"
      R"("class_count":2,"input_shape":[1,3,384,640],"output_shape":[1,6,5040],"device":"CPU","performance_mode":"latency",)"
      R"("precision":"bf16","async_inference":true,"confidence_threshold":0.6,"tracking_enabled":true,"streams":1,)"
      R"("threads":1,"trained":true})");
}

TEST(ErrorsCatalogue, lists_every_code) {
  const auto catalogue = object(errors_catalogue());
  const auto& errors = catalogue.at("errors").as_array();
  EXPECT_EQ(errors.size(), domain::kErrorCodeCount);
  for (const auto& error : errors) expect_keys(error, {"code", "http_status", "close_code", "retry", "remedy"});
}

TEST(V1Detect, boxes_are_arrays) {
  const auto reply = object(v1_detect("road \"1\".jpg", result(), model()));
  EXPECT_EQ(reply.at("filename"), "road \"1\".jpg");
  EXPECT_EQ(reply.at("orientation_applied"), true);
  const auto& detection = reply.at("detections").at(0);
  expect_keys(detection, {"class_name", "confidence", "box", "class_id", "center_x", "center_y", "width", "height", "area"});
  EXPECT_EQ(json::serialize(detection.at("box")), "[10,20,30,60]");
  EXPECT_EQ(detection.at("area"), 800);
}

TEST(DetectReply, is_the_stateless_form) {
  const auto reply = object(detect_reply(result(), model(), 25.5));
  expect_keys(reply, {"success", "detections", "processing_time_ms", "image_size", "model_info", "width", "height", "timings",
                      "engine", "orientation_applied"});
  EXPECT_FALSE(reply.contains("new_reports"));
  EXPECT_FALSE(reply.contains("session_stats"));
  EXPECT_EQ(reply.at("processing_time_ms"), 25.5);
  EXPECT_EQ(reply.at("model_info").at("classes"), 2);
  const auto& detection = reply.at("detections").at(0);
  EXPECT_EQ(json::serialize(detection.at("box")), R"({"x":10,"y":20,"w":20,"h":40})");
  EXPECT_FALSE(detection.as_object().contains("timestamp"));
}

TEST(DetectReply, a_clear_road_is_an_empty_list) {
  domain::FrameResult clear = result();
  clear.detections.clear();
  EXPECT_EQ(object(detect_reply(clear, model(), 1)).at("detections").as_array().size(), 0U);
  EXPECT_EQ(object(v1_detect("", clear, model())).at("detections").as_array().size(), 0U);
}

TEST(RestMessages, a_hostile_name_stays_inside_its_string) {
  for (const std::string& name :
       {std::string("\"}\r\n\r\n"), std::string("\xFF\xFE"), std::string("\0", 1), std::string("\xE2\x80\xA8")}) {
    EXPECT_EQ(object(v1_detect(name, result(), model())).at("detections").as_array().size(), 1U);
    object(error_body({domain::ErrorCode::bad_request, name}, name));
  }
}

}  // namespace
}  // namespace hazard::wire
