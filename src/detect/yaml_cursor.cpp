#include "detect/yaml_cursor.hpp"

#include <charconv>
#include <cstdint>

namespace hazard::detect {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::unexpected<domain::Error> bad(std::string message) {
  return domain::refuse(domain::ErrorCode::model_not_ready, std::move(message));
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Digits that follow a backslash and this letter (YAML 1.2, section 5.7); 0: no such escape here.
std::size_t hex_digits(char letter) noexcept {
  switch (letter) {
    case 'x': return 2;
    case 'u': return 4;
    case 'U': return 8;
    default: return 0;
  }
}

}  // namespace

void YamlCursor::skip_blank() noexcept {
  while (!at_end()) {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '#' && (at_ == 0 || is_blank(text_[at_ - 1]))) {
      while (!at_end() && text_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

domain::Result<std::string> YamlCursor::scalar(Mode mode) {
  skip_blank();
  switch (peek()) {
    case '\'': return single_quoted();
    case '"': return double_quoted();
    case '&':
    case '*':
    case '!': return bad("anchors, aliases and tags are not read; write the plain value");
    case '|':
    case '>':
    case '%':
    case '@':
    case '`': return bad("block scalars and reserved marks are not read; write the plain value on one line");
    default: return plain(mode);
  }
}

void YamlCursor::fold_line_end(std::string& out) {
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  while (!at_end() && is_blank(text_[at_])) ++at_;
  out.push_back(' ');
}

domain::Result<std::string> YamlCursor::single_quoted() {
  std::string out;
  for (++at_; !at_end();) {
    const char c = text_[at_];
    if (c == '\'') {
      ++at_;
      if (peek() != '\'') return out;  // a doubled quote stands for one
      out.push_back('\'');
      ++at_;
    } else if (c == '\n') {
      fold_line_end(out);
    } else {
      out.push_back(c);
      ++at_;
    }
  }
  return bad("a single quote is opened and never closed");
}

domain::Result<std::string> YamlCursor::double_quoted() {
  std::string out;
  for (++at_; !at_end();) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c == '\\') {
      ++at_;
      if (const auto done = escape(out); !done) return std::unexpected(done.error());
    } else if (c == '\n') {
      fold_line_end(out);
    } else {
      out.push_back(c);
      ++at_;
    }
  }
  return bad("a double quote is opened and never closed");
}

domain::Result<void> YamlCursor::escape(std::string& out) {
  const char letter = peek();
  if (const std::size_t digits = hex_digits(letter); digits > 0) {
    const std::string_view hex = text_.substr(at_ + 1, digits);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    if (hex.size() != digits || error != std::errc{} || end != hex.data() + digits) {
      return bad("an escape in double quotes has too few hexadecimal digits");
    }
    if (code < 0x20 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return bad("an escape in double quotes is no printable character");
    }
    append_utf8(out, code);
    at_ += 1 + digits;
    return {};
  }
  ++at_;
  switch (letter) {
    case '"':
    case '\\':
    case '/':
    case ' ': out.push_back(letter); return {};
    case 't': out.push_back('\t'); return {};
    case 'n': out.push_back('\n'); return {};
    case '\n':  // an escaped line end joins the lines without a blank
      while (!at_end() && is_blank(text_[at_])) ++at_;
      return {};
    default: return bad("an unknown escape stands in double quotes");
  }
}

std::string YamlCursor::plain(Mode mode) {
  std::string out;
  while (!at_end()) {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\n';
    if (c == '#' && (at_ == 0 || is_blank(text_[at_ - 1]))) break;
    if (mode.key && c == ':' && (is_blank(next) || (mode.flow && next == ','))) break;
    if (mode.flow && (c == ',' || c == '[' || c == ']' || c == '{' || c == '}')) break;
    if (c == '\n') {
      if (mode.key && !mode.flow) break;
      fold_line_end(out);
      continue;
    }
    out.push_back(c);
    ++at_;
  }
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  return out;
}

}  // namespace hazard::detect
