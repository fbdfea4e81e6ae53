#include "wire/multipart.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace hazard::wire {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::size_t kBoundaryMax = 70;  // RFC 2046 section 5.1.1
constexpr std::size_t kPartHeadMax = 4 * 1024;
constexpr std::size_t kContentTypeMax = 1024;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// RFC 2046's bcharsnospace and the blank.
bool is_boundary_character(char c) {
  constexpr std::string_view kOthers = "'()+_,-./:=? ";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kOthers.find(c) != std::string_view::npos;
}

// Takes a quoted-string from the front of `rest` (its opening quote included). A backslash escapes a quote or a backslash;
// before anything else it stands for itself, because browsers of old sent Windows paths.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string out;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return out;
    }
    const bool escaped = rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    out.push_back(rest[escaped ? ++i : i]);
  }
  return std::nullopt;
}

// The next "; name=value" of a header's value; `rest` begins at its semicolon or is empty.
struct Parameter {
  std::string name;   // lower case
  std::string value;  // quotes removed
};
domain::Result<std::optional<Parameter>> take_parameter(std::string_view& rest, std::string_view header) {
  const auto broken = [header] { return refuse(ErrorCode::bad_request, fmt::format("{} has a broken parameter", header)); };
  rest = trimmed(rest);
  if (rest.empty()) return std::optional<Parameter>();
  if (rest.front() != ';') return broken();
  rest = trimmed(rest.substr(1));
  if (rest.empty()) return std::optional<Parameter>();  // a last semicolon with nothing behind it
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos || equals > rest.find(';')) return broken();
  Parameter parameter{lower(trimmed(rest.substr(0, equals))), {}};
  if (parameter.name.empty()) return broken();
  rest = trimmed(rest.substr(equals + 1));
  if (rest.starts_with('"')) {
    auto quoted = take_quoted(rest);
    if (!quoted) return broken();
    parameter.value = std::move(*quoted);
  } else {
    const std::size_t length = std::min(rest.find(';'), rest.size());
    parameter.value = trimmed(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return parameter;
}

domain::Result<void> read_disposition(std::string_view value, Part& part) {
  const std::size_t length = std::min(value.find(';'), value.size());
  if (lower(trimmed(value.substr(0, length))) != "form-data") {
    return refuse(ErrorCode::bad_request, "a part's Content-Disposition must be form-data");
  }
  std::string_view rest = value.substr(length);
  bool named = false;
  while (true) {
    auto parameter = take_parameter(rest, "Content-Disposition");
    if (!parameter) return std::unexpected(parameter.error());
    if (!*parameter) break;
    auto& [name, text] = **parameter;
    if ((name == "name" && named) || (name == "filename" && part.has_filename)) {
      return refuse(ErrorCode::bad_request, fmt::format("a part's Content-Disposition gives {} twice", name));
    }
    if (name == "name") {
      part.name = std::move(text);
      named = true;
    } else if (name == "filename") {
      part.filename = std::move(text);
      part.has_filename = true;
    }  // filename* is not for forms (RFC 7578 section 4.2) and is passed over
  }
  if (!named) return refuse(ErrorCode::bad_request, "a part has no name");
  return {};
}

bool has_control_character(std::string_view line) {
  return std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

// One header field of a part; unknown names are passed over.
domain::Result<void> read_header(std::string_view line, Part& part, bool& has_disposition) {
  if (has_control_character(line)) return refuse(ErrorCode::bad_request, "a part's head holds a control character");
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos || is_blank(line.front()) || is_blank(line[colon - 1])) {
    return refuse(ErrorCode::bad_request, "a part's head has a line that is no header field");
  }
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-disposition") {
    if (has_disposition) return refuse(ErrorCode::bad_request, "a part has two Content-Disposition fields");
    has_disposition = true;
    return read_disposition(value, part);
  }
  if (name == "content-type") part.content_type = lower(trimmed(value.substr(0, std::min(value.find(';'), value.size()))));
  return {};
}

domain::Result<Part> read_head(std::string_view head) {
  Part part;
  bool has_disposition = false;
  while (!head.empty()) {
    const std::size_t length = std::min(head.find(kLineEnd), head.size());
    if (auto ok = read_header(head.substr(0, length), part, has_disposition); !ok) return std::unexpected(ok.error());
    head.remove_prefix(std::min(length + kLineEnd.size(), head.size()));
  }
  if (!has_disposition) return refuse(ErrorCode::bad_request, "a part has no Content-Disposition");
  return part;
}

// What stands behind a boundary: blanks, then a line end (a part follows) or "--" before them (the end).
enum class After : std::uint8_t { part, end, neither };

After take_after_boundary(std::string_view& rest) {
  const bool last = rest.starts_with("--");
  if (last) rest.remove_prefix(2);
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  if (last) return rest.empty() || rest.starts_with(kLineEnd) ? After::end : After::neither;
  if (!rest.starts_with(kLineEnd)) return After::neither;
  rest.remove_prefix(kLineEnd.size());
  return After::part;
}

// Moves behind the first boundary; what stands before it (a preamble) is passed over.
domain::Result<void> skip_preamble(std::string_view& rest, std::string_view delimiter) {
  const std::string_view first = delimiter.substr(kLineEnd.size());
  if (rest.starts_with(first)) {
    rest.remove_prefix(first.size());
    return {};
  }
  const std::size_t at = rest.find(delimiter);
  if (at == std::string_view::npos) return refuse(ErrorCode::bad_request, "the multipart body does not hold its boundary");
  rest.remove_prefix(at + delimiter.size());
  return {};
}

// Reads one part from the front of `rest` and leaves it behind the boundary that ends the part.
domain::Result<Part> take_part(std::string_view& rest, std::string_view delimiter) {
  std::string_view head;
  if (rest.starts_with(kLineEnd)) {
    rest.remove_prefix(kLineEnd.size());  // no header fields at all
  } else {
    const std::size_t head_bytes = rest.substr(0, kPartHeadMax + kHeadEnd.size()).find(kHeadEnd);
    if (head_bytes == std::string_view::npos) {
      return refuse(ErrorCode::bad_request, fmt::format("a part's head does not end within {} bytes", kPartHeadMax));
    }
    head = rest.substr(0, head_bytes);
    rest.remove_prefix(head_bytes + kHeadEnd.size());
  }
  auto part = read_head(head);
  if (!part) return part;
  // An empty part's boundary may use the line end that closed its head.
  const std::string_view empty_end = delimiter.substr(kLineEnd.size());
  if (rest.starts_with(empty_end)) {
    part->content = rest.substr(0, 0);
    rest.remove_prefix(empty_end.size());
    return part;
  }
  const std::size_t content_bytes = rest.find(delimiter);
  if (content_bytes == std::string_view::npos) return refuse(ErrorCode::bad_request, "the multipart body ends inside a part");
  part->content = rest.substr(0, content_bytes);
  rest.remove_prefix(content_bytes + delimiter.size());
  return part;
}

}  // namespace

domain::Result<std::string> multipart_boundary(std::string_view content_type) {
  if (content_type.size() > kContentTypeMax) return refuse(ErrorCode::bad_request, "Content-Type is too long");
  const std::size_t length = std::min(content_type.find(';'), content_type.size());
  if (lower(trimmed(content_type.substr(0, length))) != "multipart/form-data") {
    return refuse(ErrorCode::unsupported_media_type, "Content-Type must be multipart/form-data");
  }
  std::string_view rest = content_type.substr(length);
  std::optional<std::string> boundary;
  while (true) {
    auto parameter = take_parameter(rest, "Content-Type");
    if (!parameter) return std::unexpected(parameter.error());
    if (!*parameter) break;
    if ((*parameter)->name != "boundary") continue;
    if (boundary) return refuse(ErrorCode::bad_request, "Content-Type gives its boundary twice");
    boundary = std::move((*parameter)->value);
  }
  const bool usable = boundary && !boundary->empty() && boundary->size() <= kBoundaryMax && boundary->back() != ' ' &&
                      std::ranges::all_of(*boundary, is_boundary_character);
  if (!usable) return refuse(ErrorCode::bad_request, "Content-Type has no usable boundary");
  return *boundary;
}

domain::Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view boundary, std::size_t parts_max) {
  const std::string delimiter = fmt::format("\r\n--{}", boundary);
  std::vector<Part> parts;
  std::string_view rest = body;
  if (auto ok = skip_preamble(rest, delimiter); !ok) return std::unexpected(ok.error());
  while (true) {
    switch (take_after_boundary(rest)) {
      case After::end: return parts;
      case After::neither: return refuse(ErrorCode::bad_request, "a multipart boundary must end its line with CR LF");
      case After::part: break;
    }
    if (parts.size() == parts_max)
      return refuse(ErrorCode::bad_request, fmt::format("the multipart body has more than {} parts", parts_max));
    auto part = take_part(rest, delimiter);
    if (!part) return std::unexpected(part.error());
    parts.push_back(std::move(*part));
  }
}

}  // namespace hazard::wire
