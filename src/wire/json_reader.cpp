#include "wire/json_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include "base/check.hpp"
#include "domain/limits.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {

// Receives the parser's events and lays the values out one after the other. Boost.JSON's own document would copy the
// picture's text, keep only the last of repeated keys and round doubles up to one unit off (1.81).
class JsonBuilder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  using Code = boost::json::error_code;
  using View = boost::json::string_view;

  explicit JsonBuilder(std::string_view source) : source_(source) { document_.nodes_.reserve(16); }

  JsonDocument take() { return std::move(document_); }
  const std::string& refusal() const noexcept { return refusal_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code& ec) { return open(JsonKind::object, ec); }
  bool on_object_end(std::size_t, Code& ec) { return keys_differ(open_.at(depth_ - 1), ec) && close(); }
  bool on_array_begin(Code& ec) { return open(JsonKind::array, ec); }
  bool on_array_end(std::size_t, Code&) { return close(); }

  bool on_key_part(View part, std::size_t, Code&) { return gather(part); }
  bool on_key(View part, std::size_t, Code&) {
    key_ = finish_string(part);
    return true;
  }
  bool on_string_part(View part, std::size_t, Code&) { return gather(part); }
  bool on_string(View part, std::size_t, Code& ec) {
    JsonNode node;
    node.kind = JsonKind::string;
    node.text = finish_string(part);
    return add(node, ec);
  }
  bool on_number_part(View part, Code&) { return gather(part); }
  bool on_int64(std::int64_t, View part, Code& ec) { return add_number(part, 0, ec); }
  bool on_uint64(std::uint64_t, View part, Code& ec) { return add_number(part, 0, ec); }
  bool on_double(double rough, View part, Code& ec) { return add_number(part, rough, ec); }
  bool on_bool(bool flag, Code& ec) {
    JsonNode node;
    node.kind = JsonKind::boolean;
    node.flag = flag;
    return add(node, ec);
  }
  bool on_null(Code& ec) { return add(JsonNode{}, ec); }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

 private:
  bool refuse(Code& ec, std::string why) {
    refusal_ = std::move(why);
    ec = boost::json::make_error_code(boost::json::error::syntax);
    return false;
  }

  bool add(JsonNode node, Code& ec) {
    if (document_.nodes_.size() >= kJsonValuesMax) return refuse(ec, fmt::format("more than {} values", kJsonValuesMax));
    node.key = std::exchange(key_, {});
    node.end = static_cast<std::uint32_t>(document_.nodes_.size() + 1);
    document_.nodes_.push_back(node);
    return true;
  }

  bool open(JsonKind kind, Code& ec) {
    if (depth_ >= open_.size()) return refuse(ec, fmt::format("more than {} levels deep", open_.size()));
    JsonNode node;
    node.kind = kind;
    open_[depth_++] = document_.nodes_.size();
    return add(node, ec);
  }

  bool close() {
    document_.nodes_[open_.at(--depth_)].end = static_cast<std::uint32_t>(document_.nodes_.size());
    return true;
  }

  // Sorting keeps an object of thousands of keys from costing their square.
  bool keys_differ(std::size_t object, Code& ec) {
    auto& nodes = document_.nodes_;
    keys_.clear();
    for (std::size_t i = object + 1; i < nodes.size(); i = nodes[i].end) keys_.push_back(nodes[i].key);
    std::ranges::sort(keys_);
    const auto twice = std::ranges::adjacent_find(keys_);
    if (twice == keys_.end()) return true;
    return refuse(ec, fmt::format("the key \"{}\" appears twice in one object", twice->substr(0, 32)));
  }

  bool gather(View part) {
    pending_.append(part.data(), part.size());
    return true;
  }

  // The whole string: a view into the source when it came in one piece from there, else a kept copy.
  std::string_view finish_string(View part) {
    const std::less_equal<const char*> before;
    const bool in_source =
        before(source_.data(), part.data()) && before(part.data() + part.size(), source_.data() + source_.size());
    if (pending_.empty() && (in_source || part.empty())) return {part.data(), part.size()};
    gather(part);
    return document_.unescaped_.emplace_front(std::exchange(pending_, {}));
  }

  // `rough` is the parser's own conversion: good enough to tell what is too small for a double from what is too large.
  bool add_number(View part, double rough, Code& ec) {
    JsonNode node;
    node.kind = JsonKind::number;
    node.text = finish_string(part);
    const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), node.number);
    if (error == std::errc::result_out_of_range) {
      if (!(std::abs(rough) < 1)) return refuse(ec, "a number too large to represent");
      node.number = 0;
    } else {
      HAZARD_CHECK(error == std::errc{} && end == node.text.data() + node.text.size());
    }
    return add(node, ec);
  }

  std::string_view source_;
  JsonDocument document_;
  std::array<std::size_t, domain::kJsonDepthMax> open_{};  // containers not closed yet
  std::size_t depth_ = 0;
  std::string_view key_;
  std::string pending_;                 // pieces of the string or number under way
  std::vector<std::string_view> keys_;  // scratch of keys_differ
  std::string refusal_;
};

domain::Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = domain::kJsonDepthMax + 1;  // JsonBuilder counts, in our words
  boost::json::basic_parser<JsonBuilder> parser(options, text);
  boost::json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read < text.size()) ec = boost::json::make_error_code(boost::json::error::extra_data);
  if (!ec) return parser.handler().take();
  const std::string& refusal = parser.handler().refusal();
  return domain::refuse(domain::ErrorCode::invalid_json,
                        fmt::format("not valid JSON at byte {}: {}", read, refusal.empty() ? ec.message() : refusal));
}

std::vector<const JsonNode*> JsonDocument::children(const JsonNode& parent) const {
  std::vector<const JsonNode*> found;
  for (std::size_t i = index_of(parent) + 1; i < parent.end; i = nodes_[i].end) found.push_back(&nodes_[i]);
  return found;
}

const JsonNode* JsonDocument::find(const JsonNode& object, std::string_view key) const noexcept {
  if (!object.is(JsonKind::object)) return nullptr;
  for (std::size_t i = index_of(object) + 1; i < object.end; i = nodes_[i].end) {
    if (nodes_[i].key == key) return &nodes_[i];
  }
  return nullptr;
}

// Recursion is bounded by kJsonDepthMax.
void JsonDocument::write(const JsonNode& node, JsonWriter& json) const {
  switch (node.kind) {
    case JsonKind::null: json.null(); return;
    case JsonKind::boolean: json.value(node.flag); return;
    case JsonKind::number: json.raw(node.text); return;
    case JsonKind::string: json.value(node.text); return;
    case JsonKind::array:
      json.begin_array();
      for (const JsonNode* child : children(node)) write(*child, json);
      json.end_array();
      return;
    case JsonKind::object:
      json.begin_object();
      for (const JsonNode* child : children(node)) write(*child, json.key(child->key));
      json.end_object();
      return;
  }
}

}  // namespace hazard::wire
