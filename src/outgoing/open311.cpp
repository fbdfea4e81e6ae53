#include "outgoing/open311.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/json_reader.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::outgoing {
namespace {

constexpr std::size_t kReceiptBytesMost = 128;

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*' || c == '-' ||
                       c == '.' || c == '_';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

std::string describe(const domain::Hazard& hazard) {
  return fmt::format("{} seen by a camera on {} {}, first {}, last {}. Place within {:.0f} m. {} Hazard {}.", hazard.class_name,
                     hazard.passes, hazard.passes == 1 ? "pass" : "passes", wire::iso_time(hazard.first_seen, true),
                     wire::iso_time(hazard.last_seen, true), hazard.place ? hazard.place->uncertainty_m : 0.0,
                     hazard.note.empty() ? std::string() : hazard.note + ".", hazard.id);
}

// Text of a string or a number, kept to what can be shown anywhere.
std::string plain_text(const wire::JsonNode* node) {
  if (node == nullptr || (!node->is(wire::JsonKind::string) && !node->is(wire::JsonKind::number))) return {};
  std::string text(node->text.substr(0, kReceiptBytesMost));
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
  return text;
}

}  // namespace

std::string form_text(const FormFields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    append_escaped(text, name);
    text += '=';
    append_escaped(text, value);
  }
  return text;
}

FormFields service_request(const domain::Hazard& hazard, std::string_view service_code, std::string_view media_url) {
  FormFields fields{{"service_code", std::string(service_code)}};
  if (hazard.place) {
    fields.emplace_back("lat", fmt::format("{:.6f}", hazard.place->point.latitude));
    fields.emplace_back("long", fmt::format("{:.6f}", hazard.place->point.longitude));
  }
  fields.emplace_back("description", describe(hazard));
  if (!media_url.empty()) fields.emplace_back("media_url", std::string(media_url));
  return fields;
}

std::string receipt_in(std::string_view answer) {
  const auto document = wire::JsonDocument::parse(answer);
  if (!document) return {};
  const wire::JsonNode* request = &document->root();
  if (request->is(wire::JsonKind::array)) {
    const auto requests = document->children(*request);
    if (requests.empty()) return {};
    request = requests.front();
  }
  if (std::string id = plain_text(document->find(*request, "service_request_id")); !id.empty()) return id;
  std::string token = plain_text(document->find(*request, "token"));
  return token.empty() ? token : "token:" + token;
}

}  // namespace hazard::outgoing
