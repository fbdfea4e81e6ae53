#include "detect/flat_yaml.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "detect/yaml_cursor.hpp"

namespace hazard::detect {
namespace {

using Kind = YamlEntry::Kind;

// Forms this reader does not evaluate; whoever needs such a key refuses it, everybody else passes by.
constexpr std::string_view kNotEvaluated = "&*!|>";

struct Line {
  int number = 0;
  std::size_t indent = 0;
  std::string_view text;  // without indentation and line end
};

std::unexpected<domain::Error> bad(int line, std::string_view message) {
  return domain::refuse(domain::ErrorCode::model_not_ready, fmt::format("line {}: {}", line, message));
}

bool is_list_item(std::string_view text) noexcept { return text == "-" || text.starts_with("- "); }

// Lines that say something, in order.
domain::Result<std::vector<Line>> split(std::string_view text) {
  std::vector<Line> lines;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(indent);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '\t') return bad(number, "is indented with a tab; use spaces");
    if (indent == 0 && line == "...") break;
    if (indent == 0 && (line == "---" || line.starts_with('%'))) {
      if (!lines.empty()) return bad(number, "begins a second document; only one is read");
      continue;
    }
    lines.push_back({number, indent, line});
  }
  return lines;
}

class Reader {
 public:
  explicit Reader(std::vector<Line> lines) : lines_(std::move(lines)) {}

  domain::Result<std::vector<YamlEntry>> document();

 private:
  domain::Result<YamlEntry> entry();
  domain::Result<void> block(YamlEntry& entry, std::size_t indent);
  domain::Result<void> block_item(YamlEntry& entry);
  domain::Result<void> block_pair(YamlEntry& entry);
  // `first` and, folded to it, every following line that is indented deeper than `indent`.
  std::string with_deeper_lines(std::string_view first, std::size_t indent);
  bool more() const noexcept { return at_ < lines_.size(); }

  std::vector<Line> lines_;
  std::size_t at_ = 0;
};

domain::Result<void> flow_list(YamlCursor& cursor, YamlEntry& entry) {
  entry.kind = Kind::list;
  cursor.advance();
  for (;;) {
    cursor.skip_blank();
    if (cursor.at_end()) return bad(entry.line, "a list is opened with '[' and never closed");
    if (cursor.peek() == ']') break;
    if (cursor.peek() == '[' || cursor.peek() == '{') {
      entry.kind = Kind::nested;
      return {};
    }
    auto item = cursor.scalar({.flow = true});
    if (!item) return bad(entry.line, item.error().message);
    entry.items.push_back(std::move(*item));
    if (entry.items.size() > kYamlItemsMax) return bad(entry.line, "the list is too long");
    cursor.skip_blank();
    if (cursor.peek() == ',') {
      cursor.advance();
    } else if (cursor.peek() != ']') {
      return bad(entry.line, "a ',' or ']' is missing in a list");
    }
  }
  cursor.advance();
  return {};
}

domain::Result<void> flow_map(YamlCursor& cursor, YamlEntry& entry) {
  entry.kind = Kind::map;
  cursor.advance();
  for (;;) {
    cursor.skip_blank();
    if (cursor.at_end()) return bad(entry.line, "a map is opened with '{' and never closed");
    if (cursor.peek() == '}') break;
    auto key = cursor.scalar({.flow = true, .key = true});
    if (!key) return bad(entry.line, key.error().message);
    cursor.skip_blank();
    if (cursor.peek() != ':') return bad(entry.line, "a ':' is missing in a map");
    cursor.advance();
    cursor.skip_blank();
    if (cursor.peek() == '[' || cursor.peek() == '{') {
      entry.kind = Kind::nested;
      return {};
    }
    auto value = cursor.scalar({.flow = true});
    if (!value) return bad(entry.line, value.error().message);
    entry.pairs.emplace_back(std::move(*key), std::move(*value));
    if (entry.pairs.size() > kYamlItemsMax) return bad(entry.line, "the map is too long");
    cursor.skip_blank();
    if (cursor.peek() == ',') {
      cursor.advance();
    } else if (cursor.peek() != '}') {
      return bad(entry.line, "a ',' or '}' is missing in a map");
    }
  }
  cursor.advance();
  return {};
}

domain::Result<void> value_into(YamlEntry& entry, std::string_view text) {
  YamlCursor cursor(text);
  cursor.skip_blank();
  domain::Result<void> read;
  if (cursor.peek() == '[') {
    read = flow_list(cursor, entry);
  } else if (cursor.peek() == '{') {
    read = flow_map(cursor, entry);
  } else {
    auto value = cursor.scalar({});
    if (!value) return bad(entry.line, value.error().message);
    if (value->size() > kYamlScalarBytesMax) return bad(entry.line, "the value is too long");
    entry.scalar = std::move(*value);
  }
  if (!read || entry.kind == Kind::nested) return read;
  cursor.skip_blank();
  if (!cursor.at_end()) return bad(entry.line, "something follows after the end of the value");
  return {};
}

domain::Result<std::vector<YamlEntry>> Reader::document() {
  std::vector<YamlEntry> entries;
  while (more()) {
    if (entries.size() == kYamlKeysMax) return bad(lines_[at_].number, "the document has too many keys");
    auto next = entry();
    if (!next) return std::unexpected(next.error());
    entries.push_back(std::move(*next));
  }
  return entries;
}

// `key:` with its value on the line, or in the block below.
domain::Result<YamlEntry> Reader::entry() {
  const Line line = lines_[at_++];
  YamlEntry entry;
  entry.line = line.number;
  if (line.indent > 0) return bad(line.number, "is indented, but nothing above it is open");
  if (is_list_item(line.text)) return bad(line.number, "is a list item; a 'key: value' was expected");
  YamlCursor cursor(line.text);
  auto key = cursor.scalar({.key = true});
  if (!key) return bad(line.number, key.error().message);
  cursor.skip_blank();
  if (key->empty() || cursor.peek() != ':') return bad(line.number, "is no 'key: value'");
  cursor.advance();
  entry.key = std::move(*key);
  YamlCursor rest = cursor;
  rest.skip_blank();
  domain::Result<void> done;
  if (rest.at_end()) {
    done = block(entry, line.indent);
  } else if (const std::string text = with_deeper_lines(cursor.rest(), line.indent); kNotEvaluated.contains(rest.peek())) {
    entry.kind = Kind::nested;
  } else {
    done = value_into(entry, text);
  }
  if (!done) return std::unexpected(done.error());
  return entry;
}

std::string Reader::with_deeper_lines(std::string_view first, std::size_t indent) {
  std::string text(first);
  while (more() && lines_[at_].indent > indent) {
    text.push_back('\n');
    text.append(lines_[at_++].text);
  }
  return text;
}

domain::Result<void> Reader::block(YamlEntry& entry, std::size_t indent) {
  // A list may stand at the indentation of its key (YAML 1.2, section 8.2.2), and PyYAML writes it so.
  if (!more()) return {};
  const Line& first = lines_[at_];
  const bool is_list = is_list_item(first.text);
  if (first.indent < indent || (first.indent == indent && !is_list)) return {};
  entry.kind = is_list ? Kind::list : Kind::map;
  const std::size_t own = first.indent;
  while (more() && lines_[at_].indent == own && (own > indent || is_list_item(lines_[at_].text))) {
    if (entry.items.size() + entry.pairs.size() == kYamlItemsMax) {
      return bad(lines_[at_].number, "the list or map is too long");
    }
    if (auto done = is_list ? block_item(entry) : block_pair(entry); !done) return done;
  }
  return {};
}

// A list with one item that this reader cannot hold is nested as a whole: leaving the item out would shift the others.
domain::Result<void> Reader::block_item(YamlEntry& entry) {
  const Line line = lines_[at_++];
  if (!is_list_item(line.text)) return bad(line.number, "is no list item, unlike the lines above it");
  YamlEntry value;
  value.line = line.number;
  const std::string text = with_deeper_lines(line.text.substr(1), line.indent);
  YamlCursor mapping(text);
  if (const auto key = mapping.scalar({.key = true}); key && mapping.peek() == ':') {
    entry.kind = Kind::nested;
    return {};
  }
  if (auto read = value_into(value, text); !read) return read;
  if (value.kind != Kind::scalar) {
    entry.kind = Kind::nested;
  } else if (entry.kind == Kind::list) {
    entry.items.push_back(std::move(value.scalar));
  }
  return {};
}

domain::Result<void> Reader::block_pair(YamlEntry& entry) {
  const Line line = lines_[at_++];
  YamlCursor cursor(line.text);
  auto key = cursor.scalar({.key = true});
  if (!key) return bad(line.number, key.error().message);
  cursor.skip_blank();
  if (key->empty() || cursor.peek() != ':') return bad(line.number, "is no 'key: value'");
  cursor.advance();
  YamlEntry value;
  value.line = line.number;
  YamlCursor rest = cursor;
  rest.skip_blank();
  if (rest.at_end() || kNotEvaluated.contains(rest.peek())) {  // a block below, or nothing: the pair is left out
    while (more() &&
           (lines_[at_].indent > line.indent || (lines_[at_].indent == line.indent && is_list_item(lines_[at_].text)))) {
      ++at_;
    }
    return {};
  }
  if (auto read = value_into(value, with_deeper_lines(cursor.rest(), line.indent)); !read) return read;
  if (value.kind == Kind::scalar) entry.pairs.emplace_back(std::move(*key), std::move(value.scalar));
  return {};
}

// Length of the well-formed sequence at the start of `text`; 0: malformed (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead < 0xF0) {
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) >= 0xA0)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead < 0xF5) {
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90)) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_clean_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    if ((lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r') || lead == 0x7F) return false;
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

domain::Result<std::vector<YamlEntry>> read_flat_yaml(std::string_view text) {
  if (text.size() > kYamlBytesMax) return bad(1, fmt::format("the file is larger than {} bytes", kYamlBytesMax));
  if (!is_clean_utf8(text)) return bad(1, "the file is no UTF-8 text");
  auto lines = split(text);
  if (!lines) return std::unexpected(lines.error());
  return Reader(std::move(*lines)).document();
}

domain::Result<YamlEntry> read_yaml_value(std::string_view text) {
  if (text.size() > kYamlBytesMax) return bad(1, fmt::format("the value is larger than {} bytes", kYamlBytesMax));
  if (!is_clean_utf8(text)) return bad(1, "the value is no UTF-8 text");
  YamlEntry entry;
  entry.line = 1;
  if (auto read = value_into(entry, text); !read) return std::unexpected(read.error());
  return entry;
}

}  // namespace hazard::detect
