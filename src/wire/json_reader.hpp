// Reads a stranger's JSON strictly: UTF-8, one value, depth kJsonDepthMax, no repeated keys, finite numbers, at most
// kJsonValuesMax values. Strings without escapes are views into the text, so a picture's base64 is not copied; numbers keep
// their text and are converted exactly. Used by the message parsers of this folder, on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"

namespace hazard::wire {

class JsonWriter;

// A message of ours has a dozen values; this leaves room for odd metadata and bounds what a hostile text can cost.
inline constexpr std::size_t kJsonValuesMax = 8192;

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

struct JsonNode {
  JsonKind kind = JsonKind::null;
  bool flag = false;      // of a boolean
  std::uint32_t end = 0;  // index one past this value and all it holds
  std::string_view key;   // in an object: the member's name, escapes resolved
  std::string_view text;  // of a string: its characters, escapes resolved; of a number: its digits as sent
  double number = 0;      // of a number: finite, the nearest double

  bool is(JsonKind wanted) const noexcept { return kind == wanted; }
};

// Views point into the parsed text, which must outlive the document.
class JsonDocument {
 public:
  JsonDocument(JsonDocument&&) = default;
  JsonDocument& operator=(JsonDocument&&) = default;
  JsonDocument(const JsonDocument&) = delete;  // the copy's views would point into the original
  JsonDocument& operator=(const JsonDocument&) = delete;

  // Errors: invalid_json, with what is wrong and where.
  static domain::Result<JsonDocument> parse(std::string_view text);

  const JsonNode& root() const noexcept { return nodes_.front(); }
  // Elements of an array or members of an object in order; nothing for other kinds.
  std::vector<const JsonNode*> children(const JsonNode& parent) const;
  // The member of that name, or null when there is none or `object` is no object.
  const JsonNode* find(const JsonNode& object, std::string_view key) const noexcept;
  // Appends the value in the writer's form; numbers as they were sent.
  void write(const JsonNode& node, JsonWriter& json) const;

 private:
  friend class JsonBuilder;
  JsonDocument() = default;
  std::size_t index_of(const JsonNode& node) const noexcept { return static_cast<std::size_t>(&node - nodes_.data()); }

  std::vector<JsonNode> nodes_;               // in the order of the text; a container before what it holds
  std::forward_list<std::string> unescaped_;  // strings that had escapes; the list keeps their places
};

}  // namespace hazard::wire
