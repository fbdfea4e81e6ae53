#include "wire/client_message.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "domain/limits.hpp"
#include "wire/base64.hpp"
#include "wire/client_fields.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::string_view kWhiteSpace = " \t\r\n";
// "data:image/jpeg;base64," and parameters that somebody may add; a comma further on belongs to no head.
constexpr std::size_t kDataUrlHeadMax = 256;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// What follows the head of a data URL (RFC 2397); other text as it is.
domain::Result<std::string_view> strip_data_url(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kWhiteSpace), text.size());
  text.remove_prefix(begin);
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  if (!equal_ignoring_case(text.substr(0, kScheme.size()), kScheme)) return text;
  const std::size_t comma = text.substr(0, kDataUrlHeadMax).find(',');
  if (comma == std::string_view::npos) return refuse(ErrorCode::invalid_base64, "the data URL has no comma before its data");
  const std::string_view head = text.substr(0, comma);
  if (head.size() < kBase64.size() || !equal_ignoring_case(head.substr(head.size() - kBase64.size()), kBase64)) {
    return refuse(ErrorCode::invalid_base64, "the data URL must be base64: data:image/jpeg;base64,...");
  }
  return text.substr(comma + 1);
}

std::unexpected<Refused> refused(domain::Error error) { return std::unexpected(Refused{std::move(error), false, {}}); }

std::unexpected<Refused> refused_frame(domain::Error error, std::string frame_id = {}) {
  return std::unexpected(Refused{std::move(error), true, std::move(frame_id)});
}

domain::Result<domain::Bytes> read_image_data(const JsonDocument& document, const JsonNode& message,
                                              std::size_t frame_bytes_max) {
  const JsonNode* image = document.find(message, "image_data");
  if (image == nullptr || image->is(JsonKind::null)) {
    return refuse(ErrorCode::missing_image, "image_data is missing: put the picture's base64 text there");
  }
  if (!image->is(JsonKind::string)) return refuse(ErrorCode::invalid_value, "image_data must be a string");
  return decode_image_data(image->text, frame_bytes_max);
}

// The label is read first, so that every later refusal can carry it.
std::expected<FrameMessage, Refused> read_frame(const JsonDocument& document, std::size_t text_bytes,
                                                std::size_t frame_bytes_max) {
  const JsonNode& message = document.root();
  auto frame_id = read_frame_id(document, message);
  if (!frame_id) return refused_frame(frame_id.error());
  const JsonNode* image = document.find(message, "image_data");
  const std::size_t image_bytes = image != nullptr && image->is(JsonKind::string) ? image->text.size() : 0;
  if (text_bytes > image_bytes && text_bytes - image_bytes > domain::kControlMessageBytesMax) {
    return refused_frame({ErrorCode::message_too_large,
                          fmt::format("a frame's other fields must be at most {} bytes long", domain::kControlMessageBytesMax)},
                         *frame_id);
  }
  auto picture = read_image_data(document, message, frame_bytes_max);
  if (!picture) return refused_frame(picture.error(), *frame_id);
  FrameMessage result;
  result.frame.frame_id = std::move(*frame_id);
  const JsonNode* timestamp = document.find(message, "timestamp");
  if (timestamp != nullptr && timestamp->is(JsonKind::number)) result.frame.timestamp = timestamp->number;
  result.frame.location = read_location(document, message);
  result.frame.buffer = std::move(*picture);
  return result;
}

Ping read_ping(const JsonDocument& document) {
  Ping ping;
  JsonWriter json(ping.echo);
  json.begin_object();
  for (const JsonNode* member : document.children(document.root())) {
    if (member->key == "type" || member->key == "received_at" || member->key == "sent_at") continue;
    document.write(*member, json.key(member->key));
  }
  json.end_object();
  return ping;
}

std::expected<ClientMessage, Refused> read_config_update(const JsonDocument& document) {
  const JsonNode* config = document.find(document.root(), "config");
  if (config == nullptr || !config->is(JsonKind::object)) {
    return refused({ErrorCode::invalid_value, "config must be an object of the values to change"});
  }
  auto patch = read_config(document, *config);
  if (!patch) return refused(patch.error());
  return ConfigUpdate{std::move(*patch)};
}

domain::Result<JsonDocument> parse_object(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (document && !document->root().is(JsonKind::object))
    return refuse(ErrorCode::invalid_json, "the text must be one JSON object");
  return document;
}

}  // namespace

std::expected<ClientMessage, Refused> parse_client_message(std::string_view text, std::size_t frame_bytes_max) {
  const auto document = parse_object(text);
  if (!document) return refused(document.error());
  const JsonNode* type_node = document->find(document->root(), "type");
  const std::string_view type = type_node != nullptr && type_node->is(JsonKind::string) ? type_node->text : std::string_view();
  if (type == "frame") {
    auto frame = read_frame(*document, text.size(), frame_bytes_max);
    if (!frame) return std::unexpected(std::move(frame.error()));
    return std::move(*frame);
  }
  if (text.size() > domain::kControlMessageBytesMax) {
    return refused({ErrorCode::message_too_large, fmt::format("a message without a picture must be at most {} bytes long, got {}",
                                                              domain::kControlMessageBytesMax, text.size())});
  }
  if (type == "config_update") return read_config_update(*document);
  if (type == "ping") return read_ping(*document);
  if (type == "stats") return StatsRequest{};
  return refused({ErrorCode::unknown_message_type, type_node == nullptr
                                                       ? std::string("the message has no type")
                                                       : fmt::format("unknown message type \"{}\"", type.substr(0, 32))});
}

std::expected<FrameMessage, Refused> parse_process_body(std::string_view json, std::size_t frame_bytes_max) {
  const auto document = parse_object(json);
  if (!document) return refused_frame(document.error());
  return read_frame(*document, json.size(), frame_bytes_max);
}

domain::Result<domain::StreamConfigPatch> parse_config_body(std::string_view json) {
  if (json.find_first_not_of(kWhiteSpace) == std::string_view::npos) return domain::StreamConfigPatch{};
  const auto document = parse_object(json);
  if (!document) return std::unexpected(document.error());
  return read_config(*document, document->root());
}

domain::Result<domain::Bytes> decode_image_data(std::string_view text, std::size_t frame_bytes_max) {
  const auto base64 = strip_data_url(text);
  if (!base64) return std::unexpected(base64.error());
  if (base64->find_first_not_of(kWhiteSpace) == std::string_view::npos) {
    return refuse(ErrorCode::missing_image, "image_data is empty: put the picture's base64 text there");
  }
  auto picture = base64_decode(*base64);
  if (!picture) return refuse(ErrorCode::invalid_base64, "image_data is not base64");
  if (picture->size() > frame_bytes_max) {
    return refuse(ErrorCode::frame_too_large,
                  fmt::format("the picture has {} bytes, at most {} are taken", picture->size(), frame_bytes_max));
  }
  return std::move(*picture);
}

}  // namespace hazard::wire
