#include "wire/server_message.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cmath>
#include <string>

namespace hazard::wire {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

// 2023-11-14T22:13:20.000250Z
const base::WallTime kNow{std::chrono::seconds{1'700'000'000} + 250us};

domain::ModelInfo model() {
  domain::ModelInfo info;
  info.name = "hazard-yolo12n";
  info.version = "1";
  info.classes = {"crack", "pothole"};
  info.input = {640, 640};
  return info;
}

// Parses strictly: every message is one object on one line.
json::object object(const std::string& text) {
  EXPECT_EQ(text.find_first_of("\r\n"), std::string::npos);
  json::error_code ec;
  json::value parsed = json::parse(text, ec);
  EXPECT_FALSE(ec) << text;
  return parsed.is_object() ? parsed.as_object() : json::object{};
}

domain::TrackedDetection detection() {
  domain::TrackedDetection tracked;
  tracked.detection = {{10.5F, 20, 30, 60.25F}, 0.75F, 1};
  return tracked;
}

domain::Verdict result_verdict() {
  domain::FrameResult result;
  result.detections = {detection()};
  result.picture = {1280, 720};
  result.input = {640, 384};
  result.times = {1ms, 2500us, 20ms, 500us, 24ms};
  result.credits = 1;
  domain::Verdict verdict;
  verdict.seq = 7;
  verdict.frame_id = "f-7";
  verdict.timestamp = 1699999999.5;
  verdict.outcome = result;
  return verdict;
}

struct Fixture {
  domain::ModelInfo info = model();
  VerdictContext context;
  Fixture() {
    context.session_id = "s1";
    context.event = 3;
    context.model = &info;
    context.now = kNow;
    context.age = 25'125us;
  }
};

TEST(VerdictMessage, lean_result_has_each_value_once) {
  Fixture f;
  f.context.fields = domain::Fields::lean;
  EXPECT_EQ(
      verdict_message(result_verdict(), f.context),
      R"({"type":"detection_result","timestamp":1700000000.00025,"event":3,"orientation_applied":false,"data":{"frame_id":"f-7","seq":7,)"
      R"("timestamp":1699999999.5,"detections":[{"bbox":[10.5,20,30,60.25],"confidence":0.75,"class_id":1,)"
      R"("class_name":"pothole"}],"processing_time_ms":24,"session_id":"s1","image":{"width":1280,"height":720},)"
      R"("timing":{"queue_ms":1,"decode_ms":2.5,"inference_ms":20,"postprocess_ms":0.5,)"
      R"("total_ms":24},"age_ms":25.125,"quality":{"mode":"balanced","input":{"width":640,"height":384},"every":1},)"
      R"("credits":1,"predicted":false}})");
}

TEST(VerdictMessage, full_detection_is_the_superset_of_aliases) {
  Fixture f;
  const auto data = object(verdict_message(result_verdict(), f.context)).at("data").as_object();
  EXPECT_EQ(json::serialize(data.at("detections").as_array().at(0).at("box")), R"({"x":1.05E1,"y":20,"w":1.95E1,"h":4.025E1})");
  const std::string text = verdict_message(result_verdict(), f.context);
  EXPECT_NE(text.find(R"({"bbox":[10.5,20,30,60.25],"box":{"x":10.5,"y":20,"w":19.5,"h":40.25},"x1":10.5,"y1":20,"x2":30,)"
                      R"("y2":60.25,"confidence":0.75,"score":0.75,"class_id":1,"classId":1,"class_name":"pothole",)"
                      R"("className":"pothole","label":"pothole","center_x":20.25,"center_y":40.125,"width":19.5,)"
                      R"("height":40.25,"area":784.88,"is_new":false,"report_id":null,"timestamp":1700000000.00025})"),
            std::string::npos)
      << text;
}

TEST(VerdictMessage, tracked_boxes_carry_their_identity_in_both_forms) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  auto& tracked = std::get<domain::FrameResult>(verdict.outcome).detections[0];
  tracked.track = domain::TrackedDetection::Track{.id = 12, .age_frames = 5, .is_new = true};
  for (const auto fields : {domain::Fields::full, domain::Fields::lean}) {
    f.context.fields = fields;
    const auto box = object(verdict_message(verdict, f.context)).at("data").at("detections").at(0).as_object();
    EXPECT_EQ(box.at("track_id"), 12);
    EXPECT_EQ(box.at("age_frames"), 5);
    EXPECT_EQ(box.at("is_new"), true);
    EXPECT_FALSE(box.contains("predicted"));
  }
}

TEST(VerdictMessage, predicted_boxes_say_so) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  auto& result = std::get<domain::FrameResult>(verdict.outcome);
  result.predicted = true;
  result.detections[0].predicted = true;
  const auto data = object(verdict_message(verdict, f.context)).at("data").as_object();
  EXPECT_EQ(data.at("predicted"), true);
  EXPECT_EQ(data.at("detections").at(0).at("predicted"), true);
}

TEST(VerdictMessage, what_is_worth_saying_is_said_and_the_rest_left_out) {
  domain::Verdict verdict{.seq = 1, .frame_id = "a", .timestamp = {}, .received_at = {}, .outcome = {}};
  domain::FrameResult result;
  const VerdictContext context{.session_id = "s", .now = kNow};
  verdict.outcome = result;
  const auto plain = object(verdict_message(verdict, context)).at("data").as_object();
  for (const char* key : {"reused", "suggest", "capture_age_ms"}) EXPECT_FALSE(plain.contains(key)) << key;
  EXPECT_EQ(plain.at("quality").at("every").as_int64(), 1);

  result.reused = true;
  result.every = 3;
  result.suggest = domain::Suggestion{.fps = 7.5, .width = 640, .jpeg_quality = 0};
  verdict.outcome = result;
  VerdictContext timed = context;
  timed.capture_age = 80ms;
  const auto data = object(verdict_message(verdict, timed)).at("data").as_object();
  EXPECT_TRUE(data.at("reused").as_bool());
  EXPECT_EQ(data.at("quality").at("every").as_int64(), 3);
  EXPECT_EQ(data.at("suggest").at("fps").to_number<double>(), 7.5);
  EXPECT_EQ(data.at("suggest").at("width").to_number<int>(), 640);
  EXPECT_FALSE(data.at("suggest").as_object().contains("jpeg_quality"));
  EXPECT_EQ(data.at("capture_age_ms").to_number<double>(), 80);
}

TEST(VerdictMessage, without_a_client_time_the_servers_stands_there) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  verdict.timestamp.reset();
  const std::string text = verdict_message(verdict, f.context);
  EXPECT_NE(text.find(R"("seq":7,"timestamp":1700000000.00025,)"), std::string::npos) << text;
}

TEST(VerdictMessage, an_empty_result_is_an_empty_list) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  std::get<domain::FrameResult>(verdict.outcome).detections.clear();
  EXPECT_NE(verdict_message(verdict, f.context).find(R"("detections":[],)"), std::string::npos);
}

TEST(VerdictMessage, a_class_unknown_to_the_model_gets_a_made_up_name) {
  Fixture f;
  f.context.fields = domain::Fields::lean;
  domain::Verdict verdict = result_verdict();
  auto& box = std::get<domain::FrameResult>(verdict.outcome).detections[0].detection;
  for (const int id : {-1, 2, 7995}) {
    box.class_id = id;
    const std::string name = "class_" + std::to_string(id);
    EXPECT_EQ(object(verdict_message(verdict, f.context)).at("data").at("detections").at(0).at("class_name"), json::string(name));
  }
  f.context.model = nullptr;
  box.class_id = 1;
  EXPECT_EQ(object(verdict_message(verdict, f.context)).at("data").at("detections").at(0).at("class_name"), "class_1");
}

TEST(VerdictMessage, rounding_never_empties_a_box) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  auto& box = std::get<domain::FrameResult>(verdict.outcome).detections[0].detection.box;
  for (const domain::PixelBox thin : {domain::PixelBox{100.001F, 5, 100.002F, 6}, domain::PixelBox{0, 0, 0.001F, 0.001F},
                                      domain::PixelBox{1279.999F, 719.999F, 1280, 720}}) {
    box = thin;
    const auto corners = object(verdict_message(verdict, f.context)).at("data").at("detections").at(0).at("bbox").as_array();
    const auto at = [&](std::size_t i) { return corners.at(i).to_number<double>(); };
    EXPECT_LT(at(0), at(2));
    EXPECT_LT(at(1), at(3));
    EXPECT_GE(at(0), 0);
    EXPECT_LE(at(2), 1280);
    EXPECT_LE(at(3), 720);
  }
}

TEST(VerdictMessage, numbers_without_a_finite_value_become_null) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  auto& box = std::get<domain::FrameResult>(verdict.outcome).detections[0].detection;
  box.box.x1 = std::nanf("");
  box.confidence = HUGE_VALF;
  for (const auto fields : {domain::Fields::full, domain::Fields::lean}) {
    f.context.fields = fields;
    const auto read = object(verdict_message(verdict, f.context)).at("data").at("detections").at(0).as_object();
    EXPECT_TRUE(read.at("bbox").at(0).is_null());
    EXPECT_TRUE(read.at("confidence").is_null());
  }
}

TEST(VerdictMessage, a_drop_says_why_and_when_to_try_again) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  verdict.outcome = domain::FrameDrop{domain::DropReason::superseded, {}};
  EXPECT_EQ(verdict_message(verdict, f.context),
            R"({"type":"frame_dropped","timestamp":1700000000.00025,"event":3,"frame_id":"f-7","seq":7,"reason":"superseded"})");
  verdict.outcome = domain::FrameDrop{domain::DropReason::queue_full, 250ms};
  EXPECT_EQ(object(verdict_message(verdict, f.context)).at("retry_after_ms"), 250);
}

TEST(VerdictMessage, an_error_about_a_frame_names_the_frame) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  verdict.outcome = domain::Error{domain::ErrorCode::undecodable_image, "the JPEG is cut short"};
  EXPECT_EQ(verdict_message(verdict, f.context),
            R"({"type":"error","timestamp":1700000000.00025,"event":3,"frame_id":"f-7","seq":7,)"
            R"("error":"the JPEG is cut short","code":"undecodable_image","error_code":"undecodable_image"})");
}

TEST(VerdictMessage, a_hostile_frame_id_stays_inside_its_string) {
  Fixture f;
  domain::Verdict verdict = result_verdict();
  for (const std::string& id : {std::string("\"},{\"x\":\""), std::string("a\r\n\r\ndata: x"), std::string("\0\x1b", 2),
                                std::string("\xE2\x80\xA8"), std::string("\xFF\xC0\x80")}) {
    verdict.frame_id = id;
    const auto data = object(verdict_message(verdict, f.context)).at("data").as_object();
    EXPECT_EQ(data.at("seq"), 7);
    if (id.find('\xFF') == std::string::npos) EXPECT_EQ(std::string(data.at("frame_id").as_string()), id);
  }
}

TEST(MarkReplayed, adds_the_mark_once_and_changes_nothing_else) {
  Fixture f;
  const std::string live = verdict_message(result_verdict(), f.context);
  EXPECT_EQ(object(live).if_contains("replayed"), nullptr);
  const std::string again = mark_replayed(live);
  EXPECT_EQ(again, "{\"replayed\":true," + live.substr(1));
  EXPECT_EQ(mark_replayed(again), again);
  f.context.replayed = true;
  EXPECT_EQ(verdict_message(result_verdict(), f.context), again);
}

TEST(MarkReplayedDeathTest, refuses_what_is_no_message_of_ours) { EXPECT_DEATH(mark_replayed("[]"), "starts_with"); }

TEST(SessionCreated, carries_the_old_fields_and_the_new) {
  SessionGreeting greeting;
  greeting.session_id = "s1";
  greeting.resume_token = "t";
  greeting.granted_fps = 9.5;
  greeting.heartbeat_ms = 30'000;
  greeting.max_frame_bytes = 4096;
  EXPECT_EQ(session_created(greeting, model(), kNow),
            R"({"type":"session_created","session_id":"s1","client_id":"s1","config":{"fps_limit":10,)"
            R"("confidence_threshold":0.5,"iou_threshold":0.45,"max_detections":50,"enable_tracking":true,)"
            R"("batch_processing":false,"quality_mode":"balanced","delivery":"latest","max_age_ms":500,"fields":"full"},)"
            R"("timestamp":1700000000.00025,"protocol":1,"resume_token":"t","resume_grace_ms":0,"granted_fps":9.5,"credits":1,)"
            R"("heartbeat_ms":30000,"max_frame_bytes":4096,"model":{"name":"hazard-yolo12n","version":"1",)"
            R"("classes":["crack","pothole"],"input":{"width":640,"height":640}}})");
  greeting.resumed = true;
  EXPECT_EQ(object(session_created(greeting, model(), kNow)).at("type"), "session_resumed");
}

TEST(ConfigObject, no_age_limit_is_null) {
  domain::StreamConfig config;
  config.delivery = domain::Delivery::all;
  config.max_age_ms.reset();
  EXPECT_NE(config_object(config).find(R"("delivery":"all","max_age_ms":null)"), std::string::npos);
}

TEST(Messages, small_ones_read_as_the_contract_says) {
  EXPECT_EQ(error_message({domain::ErrorCode::invalid_json, "no"}, kNow),
            R"({"type":"error","timestamp":1700000000.00025,"error":"no","code":"invalid_json","error_code":"invalid_json"})");
  EXPECT_EQ(ping(kNow), R"({"type":"ping","timestamp":1700000000.00025})");
  EXPECT_EQ(
      session_closing("restarting", true, 1500ms, kNow),
      R"({"type":"session_closing","reason":"restarting","reconnect":true,"retry_after_ms":1500,"timestamp":1700000000.00025})");
  EXPECT_EQ(gap(4, 9), R"({"type":"gap","from":4,"to":9})");
  EXPECT_EQ(stream_started("c", kNow),
            R"({"type":"stream_started","session_id":"c","client_id":"c","timestamp":1700000000.00025})");
  EXPECT_EQ(object(config_updated({}, kNow)).at("config").at("fps_limit"), 10);
}

TEST(QualityChanged, says_the_rung_and_why) {
  const domain::QualityChange change{.input = {416, 256}, .every = 2, .reason = "late"};
  const auto message = object(quality_changed(change, domain::QualityMode::balanced, kNow));
  EXPECT_EQ(message.at("type"), "quality_changed");
  EXPECT_EQ(message.at("quality").at("mode"), "balanced");
  EXPECT_EQ(message.at("quality").at("input").at("width").to_number<int>(), 416);
  EXPECT_EQ(message.at("quality").at("every").to_number<int>(), 2);
  EXPECT_EQ(message.at("reason"), "late");
}

TEST(Pong, echoes_the_pings_fields_and_its_own_time_wins) {
  EXPECT_EQ(pong("{}", kNow, kNow + 1ms),
            R"({"type":"pong","timestamp":1700000000.00125,"received_at":1700000000.00025,"sent_at":1700000000.00125})");
  EXPECT_EQ(pong(R"({"timestamp":1.50,"n":[1,{"a":null}]})", kNow, kNow),
            R"({"type":"pong","timestamp":1.50,"n":[1,{"a":null}],"received_at":1700000000.00025,"sent_at":1700000000.00025})");
}

TEST(Pong, never_repeats_a_key_of_the_server) {
  const std::string text = pong(R"({"type":"x","sent_at":1,"received_at":2,"a":"\u000a"})", kNow, kNow);
  EXPECT_EQ(text,
            R"({"type":"pong","a":"\n","timestamp":1700000000.00025,"received_at":1700000000.00025,"sent_at":1700000000.00025})");
}

TEST(Counters, add_up_and_name_every_drop_reason) {
  Counters counters;
  counters.received = 10;
  counters.results = 4;
  counters.drops[1] = 2;
  counters.drops[3] = 1;
  counters.errors[domain::ErrorCode::invalid_base64] = 2;
  counters.in_flight = 1;
  EXPECT_EQ(counters.total_drops(), 3U);
  EXPECT_EQ(counters.total_errors(), 2U);
  EXPECT_EQ(counters_object(counters),
            R"({"received":10,"results":4,"drops":{"over_rate":0,"superseded":2,"stale":0,"queue_full":1,"overloaded":0,)"
            R"("session_closed":0},"errors":{"invalid_base64":2},"in_flight":1})");
  const auto stats = object(stats_message("s", counters, 9.5, kNow));
  EXPECT_EQ(stats.at("drops").at("superseded"), 2);
  EXPECT_EQ(stats.at("granted_fps"), 9.5);
}

TEST(SseEvent, one_data_line_and_an_id_for_verdicts) {
  EXPECT_EQ(sse_event(5, R"({"a":1})"), "id: 5\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(sse_event(0, "{}"), "data: {}\n\n");
  EXPECT_EQ(sse_comment("keep-alive"), ": keep-alive\n\n");
}

TEST(SseEventDeathTest, refuses_line_breaks) {
  EXPECT_DEATH(sse_event(1, "{\n}"), "find_first_of");
  EXPECT_DEATH(sse_event(1, "{\r}"), "find_first_of");
  EXPECT_DEATH(sse_comment("a\nb"), "find_first_of");
}

}  // namespace
}  // namespace hazard::wire
