#include "wire/client_message.hpp"

#include <gtest/gtest.h>

#include <string>

#include "domain/limits.hpp"
#include "wire/base64.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;

constexpr std::size_t kFrameMax = 1000;

std::string bytes_of(const domain::EncodedFrame& frame) {
  const auto picture = frame.picture();
  return {picture.begin(), picture.end()};
}

FrameMessage frame(const std::string& text) {
  auto message = parse_client_message(text, kFrameMax);
  EXPECT_TRUE(message) << (message ? "" : message.error().error.message);
  if (!message || !std::holds_alternative<FrameMessage>(*message)) return {};
  return std::get<FrameMessage>(std::move(*message));
}

Refused refused(const std::string& text) {
  auto message = parse_client_message(text, kFrameMax);
  EXPECT_FALSE(message) << text;
  return message ? Refused{} : message.error();
}

void expect_refused(const std::string& text, ErrorCode code, bool is_frame) {
  const Refused refusal = refused(text);
  EXPECT_EQ(domain::describe(refusal.error.code).name, domain::describe(code).name) << text;
  EXPECT_EQ(refusal.is_frame, is_frame) << text;
  EXPECT_FALSE(refusal.error.message.empty());
}

TEST(ParseFrame, reads_all_fields) {
  const FrameMessage message =
      frame(R"({"type":"frame","image_data":"YWJj","frame_id":"f1","timestamp":1700000000.123456,)"
            R"("metadata":{"location":{"lat":52.5,"lng":13.4,"accuracy":5,"heading":90.5,"speed":12}}})");
  EXPECT_EQ(bytes_of(message.frame), "abc");
  EXPECT_EQ(message.frame.frame_id, "f1");
  EXPECT_EQ(message.frame.timestamp, 1700000000.123456);
  ASSERT_TRUE(message.frame.location);
  EXPECT_EQ(message.frame.location->latitude, 52.5);
  EXPECT_EQ(message.frame.location->longitude, 13.4);
  EXPECT_EQ(message.frame.location->accuracy_m, 5);
  EXPECT_EQ(message.frame.location->heading_deg, 90.5);
  EXPECT_EQ(message.frame.location->speed_mps, 12);
}

TEST(ParseFrame, everything_but_the_picture_is_optional) {
  for (const char* rest : {"", R"(,"frame_id":null,"timestamp":null,"metadata":null)", R"(,"frame_id":"","metadata":{})",
                           R"(,"unknown":[1,2],"metadata":"text")"}) {
    const FrameMessage message = frame(R"({"type":"frame","image_data":"YWJj")" + std::string(rest) + "}");
    EXPECT_EQ(bytes_of(message.frame), "abc");
    EXPECT_EQ(message.frame.frame_id, "");
    EXPECT_FALSE(message.frame.timestamp);
    EXPECT_FALSE(message.frame.location);
  }
}

TEST(ParseFrame, takes_data_urls_and_escaped_slashes) {
  for (const char* image : {"data:image/jpeg;base64,YWJj", "DATA:image/png;charset=x;BASE64,YWJj", "  data:;base64,YW Jj",
                            "YWJj\\n", "data:image\\/jpeg;base64,YWJj"}) {
    EXPECT_EQ(bytes_of(frame(R"({"type":"frame","image_data":")" + std::string(image) + "\"}").frame), "abc") << image;
  }
  EXPECT_EQ(bytes_of(frame(R"({"type":"frame","image_data":"\/\/\/\/"})").frame), "\xFF\xFF\xFF");
}

TEST(ParseFrame, a_missing_picture_is_a_frame_that_ends_in_an_error) {
  for (const char* image : {"", R"(,"image_data":"")", R"(,"image_data":null)", R"(,"image_data":" \n")",
                            R"(,"image_data":"data:image/jpeg;base64,")"}) {
    expect_refused(R"({"type":"frame","frame_id":"x")" + std::string(image) + "}", ErrorCode::missing_image, true);
  }
}

TEST(ParseFrame, a_picture_that_is_not_base64_is_refused) {
  for (const char* image :
       {"a", "%%%%", "YWJj=", "YW=j", "====", "data:image/jpeg,YWJj", "data:image/jpeg;base64", "caf\xC3\xA9"}) {
    expect_refused(R"({"type":"frame","image_data":")" + std::string(image) + "\"}", ErrorCode::invalid_base64, true);
  }
  expect_refused(R"({"type":"frame","image_data":5})", ErrorCode::invalid_value, true);
}

TEST(ParseFrame, the_pictures_size_is_bounded) {
  const auto message = [](std::size_t bytes) {
    return R"({"type":"frame","frame_id":"big","image_data":")" + base64_encode(domain::Bytes(bytes, 7)) + "\"}";
  };
  EXPECT_EQ(frame(message(kFrameMax - 1)).frame.picture().size(), kFrameMax - 1);
  EXPECT_EQ(frame(message(kFrameMax)).frame.picture().size(), kFrameMax);
  expect_refused(message(kFrameMax + 1), ErrorCode::frame_too_large, true);
  EXPECT_EQ(refused(message(kFrameMax + 1)).frame_id, "big");
}

TEST(ParseFrame, what_is_not_the_picture_is_bounded) {
  const auto message = [](std::size_t padding) {
    return R"({"type":"frame","image_data":"YWJj","x":")" + std::string(padding, 'x') + "\"}";
  };
  const std::size_t rest = message(0).size() - 4;
  EXPECT_EQ(bytes_of(frame(message(domain::kControlMessageBytesMax - rest)).frame), "abc");
  expect_refused(message(domain::kControlMessageBytesMax - rest + 1), ErrorCode::message_too_large, true);
}

TEST(ParseFrame, numbers_as_labels_keep_their_text) {
  for (const char* id : {"17", "1700000000123", "0.50", "-3", "12345678901234567890123"}) {
    EXPECT_EQ(frame(R"({"type":"frame","image_data":"YWJj","frame_id":)" + std::string(id) + "}").frame.frame_id, id);
  }
}

TEST(ParseFrame, the_labels_size_is_bounded) {
  const auto message = [](std::size_t bytes) {
    return R"({"type":"frame","image_data":"YWJj","frame_id":")" + std::string(bytes, 'i') + "\"}";
  };
  EXPECT_EQ(frame(message(domain::kFrameIdBytesMax - 1)).frame.frame_id.size(), domain::kFrameIdBytesMax - 1);
  EXPECT_EQ(frame(message(domain::kFrameIdBytesMax)).frame.frame_id.size(), domain::kFrameIdBytesMax);
  expect_refused(message(domain::kFrameIdBytesMax + 1), ErrorCode::invalid_value, true);
  for (const char* id : {"true", "[]", "{}"}) {
    expect_refused(R"({"type":"frame","image_data":"YWJj","frame_id":)" + std::string(id) + "}", ErrorCode::invalid_value, true);
  }
}

TEST(ParseFrame, refusals_carry_the_label_when_it_could_be_read) {
  EXPECT_EQ(refused(R"({"type":"frame","frame_id":"f9"})").frame_id, "f9");
  EXPECT_EQ(refused(R"({"type":"frame","frame_id":9,"image_data":"%"})").frame_id, "9");
  EXPECT_EQ(refused(R"({"type":"frame","frame_id":[],"image_data":"%"})").frame_id, "");
}

TEST(ParseFrame, takes_every_spelling_of_a_position) {
  for (const char* place : {R"({"location":{"lat":1.5,"lng":2.5}})", R"({"location":{"latitude":1.5,"longitude":2.5}})",
                            R"({"location":{"lat":1.5,"lon":2.5}})", R"({"lat":1.5,"lng":2.5})", R"({"latitude":1.5,"lon":2.5})",
                            R"({"location":null,"lat":1.5,"lng":2.5})"}) {
    const auto message = frame(R"({"type":"frame","image_data":"YWJj","metadata":)" + std::string(place) + "}");
    ASSERT_TRUE(message.frame.location) << place;
    EXPECT_EQ(message.frame.location->latitude, 1.5);
    EXPECT_EQ(message.frame.location->longitude, 2.5);
  }
}

TEST(ParseFrame, a_bad_position_is_left_out_and_the_frame_lives) {
  for (const char* place :
       {R"({"location":{"lat":91,"lng":2}})", R"({"location":{"lat":1,"lng":-180.1}})", R"({"location":{"lat":1}})",
        R"({"location":{"lat":"1","lng":"2"}})", R"({"location":[1,2]})", R"({"location":"here"})", "[1]", "7"}) {
    EXPECT_FALSE(frame(R"({"type":"frame","image_data":"YWJj","metadata":)" + std::string(place) + "}").frame.location) << place;
  }
  for (const char* place : {R"({"lat":90,"lng":180})", R"({"lat":-90,"lng":-180})"}) {
    EXPECT_TRUE(frame(R"({"type":"frame","image_data":"YWJj","metadata":)" + std::string(place) + "}").frame.location) << place;
  }
  const auto odd =
      frame(R"({"type":"frame","image_data":"YWJj","metadata":{"lat":1,"lng":2,"accuracy":-1,"heading":361,"speed":"x"}})");
  ASSERT_TRUE(odd.frame.location);
  EXPECT_FALSE(odd.frame.location->accuracy_m || odd.frame.location->heading_deg || odd.frame.location->speed_mps);
}

TEST(ParseClientMessage, texts_that_are_no_json_object_are_no_frames) {
  for (const char* text :
       {"", "hello", "[]", "\"frame\"", "1", "null", R"({"type":"frame","image_data":"YWJj"} x)",
        R"({"type":"frame","type":"frame","image_data":"YWJj"})", R"({"type":"frame","timestamp":1e999})", "\xFF"}) {
    expect_refused(text, ErrorCode::invalid_json, false);
  }
}

TEST(ParseClientMessage, depth_is_bounded) {
  const auto ping = [](int arrays) {
    return R"({"type":"ping","a":)" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
  };
  EXPECT_TRUE(parse_client_message(ping(domain::kJsonDepthMax - 1), kFrameMax));
  expect_refused(ping(domain::kJsonDepthMax), ErrorCode::invalid_json, false);
}

TEST(ParseClientMessage, unknown_types_are_no_frames) {
  for (const char* text :
       {"{}", R"({"type":"dance"})", R"({"type":5})", R"({"type":null})", R"({"Type":"frame"})", R"({"type":"Frame"})"}) {
    expect_refused(text, ErrorCode::unknown_message_type, false);
  }
}

TEST(ParseClientMessage, a_message_without_a_picture_is_bounded) {
  const auto ping = [](std::size_t total) {
    const std::string head = R"({"type":"ping","x":")";
    return head + std::string(total - head.size() - 2, 'x') + "\"}";
  };
  EXPECT_TRUE(parse_client_message(ping(domain::kControlMessageBytesMax - 1), kFrameMax));
  EXPECT_TRUE(parse_client_message(ping(domain::kControlMessageBytesMax), kFrameMax));
  expect_refused(ping(domain::kControlMessageBytesMax + 1), ErrorCode::message_too_large, false);
}

TEST(ParseClientMessage, reads_config_updates) {
  const auto message = parse_client_message(
      R"({"type":"config_update","config":{"fps_limit":5,"enable_tracking":false,"delivery":"all","max_age_ms":null,"other":1}})",
      kFrameMax);
  ASSERT_TRUE(message && std::holds_alternative<ConfigUpdate>(*message));
  const auto& patch = std::get<ConfigUpdate>(*message).patch;
  EXPECT_EQ(patch.fps_limit, 5);
  EXPECT_EQ(patch.enable_tracking, false);
  EXPECT_EQ(patch.delivery, "all");
  EXPECT_FALSE(patch.max_age_ms || patch.iou_threshold || patch.quality_mode);
}

TEST(ParseClientMessage, refuses_config_updates_of_the_wrong_shape) {
  for (const char* text : {R"({"type":"config_update"})", R"({"type":"config_update","config":[]})",
                           R"({"type":"config_update","config":{"fps_limit":"5"}})"}) {
    expect_refused(text, ErrorCode::invalid_value, false);
  }
}

TEST(ParseClientMessage, a_ping_keeps_its_fields_for_the_pong) {
  const auto echo = [](const std::string& text) {
    const auto message = parse_client_message(text, kFrameMax);
    return message && std::holds_alternative<Ping>(*message) ? std::get<Ping>(*message).echo : "no ping";
  };
  EXPECT_EQ(echo(R"({"type":"ping"})"), "{}");
  EXPECT_EQ(
      echo(R"({"id":12345678901234567890,"type":"ping","timestamp":1700000000.10,"sent_at":1,"received_at":2,"a":["\u0000"]})"),
      R"({"id":12345678901234567890,"timestamp":1700000000.10,"a":["\u0000"]})");
}

TEST(ParseClientMessage, reads_stats_requests) {
  const auto message = parse_client_message(R"({"type":"stats"})", kFrameMax);
  EXPECT_TRUE(message && std::holds_alternative<StatsRequest>(*message));
}

TEST(ParseProcessBody, needs_no_type_and_always_counts_as_a_frame) {
  const auto message = parse_process_body(R"({"image_data":"YWJj","frame_id":"p"})", kFrameMax);
  ASSERT_TRUE(message);
  EXPECT_EQ(bytes_of(message->frame), "abc");
  for (const char* text : {"", "[]", "{}", R"({"image_data":"%"})"}) {
    const auto refusal = parse_process_body(text, kFrameMax);
    ASSERT_FALSE(refusal);
    EXPECT_TRUE(refusal.error().is_frame);
  }
}

TEST(ParseConfigBody, an_empty_body_changes_nothing) {
  for (const char* text : {"", "  \r\n", "{}", R"({"fps_limit":null,"source":"web"})"}) {
    const auto patch = parse_config_body(text);
    ASSERT_TRUE(patch);
    EXPECT_FALSE(patch->fps_limit || patch->fields);
  }
}

TEST(ParseConfigBody, reads_every_field) {
  const auto patch =
      parse_config_body(R"({"fps_limit":1,"confidence_threshold":0.2,"iou_threshold":0.3,"max_detections":4,)"
                        R"("enable_tracking":true,"batch_processing":true,"quality_mode":"speed","delivery":"latest",)"
                        R"("max_age_ms":60,"fields":"lean"})");
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->fps_limit, 1);
  EXPECT_EQ(patch->confidence_threshold, 0.2);
  EXPECT_EQ(patch->iou_threshold, 0.3);
  EXPECT_EQ(patch->max_detections, 4);
  EXPECT_EQ(patch->enable_tracking, true);
  EXPECT_EQ(patch->batch_processing, true);
  EXPECT_EQ(patch->quality_mode, "speed");
  EXPECT_EQ(patch->delivery, "latest");
  EXPECT_EQ(patch->max_age_ms, 60);
  EXPECT_EQ(patch->fields, "lean");
}

TEST(ParseConfigBody, a_wrong_type_is_refused_with_the_fields_name) {
  for (const char* field : {"fps_limit", "confidence_threshold", "iou_threshold", "max_detections", "max_age_ms",
                            "enable_tracking", "batch_processing"}) {
    const auto patch = parse_config_body("{\"" + std::string(field) + "\":\"1\"}");
    ASSERT_FALSE(patch);
    EXPECT_EQ(patch.error().code, ErrorCode::invalid_value);
    EXPECT_NE(patch.error().message.find(field), std::string::npos);
  }
  for (const char* field : {"quality_mode", "delivery", "fields", "enable_tracking"}) {
    const auto patch = parse_config_body("{\"" + std::string(field) + "\":1}");
    ASSERT_FALSE(patch);
    EXPECT_NE(patch.error().message.find(field), std::string::npos);
  }
}

TEST(ParseConfigBody, refuses_what_is_no_object) {
  for (const char* text : {"[]", "null", "5", "{", R"({"fps_limit":1,"fps_limit":2})"}) {
    const auto patch = parse_config_body(text);
    ASSERT_FALSE(patch) << text;
    EXPECT_EQ(patch.error().code, ErrorCode::invalid_json);
  }
}

TEST(DecodeImageData, bounds_the_head_of_a_data_url) {
  EXPECT_TRUE(decode_image_data("data:image/jpeg;" + std::string(200, 'x') + ";base64,YWJj", kFrameMax));
  EXPECT_FALSE(decode_image_data("data:image/jpeg;" + std::string(300, 'x') + ";base64,YWJj", kFrameMax));
}

}  // namespace
}  // namespace hazard::wire
