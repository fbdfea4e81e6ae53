// Request heads: whatever passes is unambiguous, and it does not matter in which pieces the bytes came.
#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "base/check.hpp"
#include "serve/origin_policy.hpp"
#include "serve/request_validator.hpp"
#include "serve/router.hpp"

namespace {

using namespace hazard::serve;

using Scan = std::variant<std::size_t, hazard::domain::ErrorCode>;

// Nothing when more must come.
std::optional<Scan> scan_in_pieces(std::string_view bytes, std::size_t piece) {
  HeadScanner scanner;
  for (std::size_t size = std::min(piece, bytes.size());; size = std::min(size + piece, bytes.size())) {
    const auto found = scanner.scan(bytes.substr(0, size), HeadLimits{});
    if (!found) return found.error().code;
    if (*found) return **found;
    if (size == bytes.size()) return std::nullopt;
  }
}

void check_passed(const RequestHead& head) {
  HAZARD_CHECK(head.asterisk || head.path.starts_with('/'));
  for (const auto& field : head.fields) {
    HAZARD_CHECK(!field.name.empty());
    HAZARD_CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
  HAZARD_CHECK(head.minor_version == 0 || !head.host.empty());
  HAZARD_CHECK(head.framing == BodyFraming::none || !head.find("content-length") || !head.find("transfer-encoding"));
  for (const char c : head.path) HAZARD_CHECK(static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F);
  HAZARD_CHECK(decode_segment(head.path).find('\0') == std::string::npos);
  const OriginPolicy origins({"https://roads.example"}, true);
  const std::string lines = origins.cors_lines(head);
  HAZARD_CHECK(std::count(lines.begin(), lines.end(), '\n') <= 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = scan_in_pieces(bytes, bytes.size() + 1);
  HAZARD_CHECK(scan_in_pieces(bytes, 1) == whole);
  HAZARD_CHECK(scan_in_pieces(bytes, 7) == whole);
  if (!whole || !std::holds_alternative<std::size_t>(*whole)) return 0;
  const auto head = check_head(bytes.substr(0, std::get<std::size_t>(*whole)));
  if (head) check_passed(*head);
  return 0;
}
