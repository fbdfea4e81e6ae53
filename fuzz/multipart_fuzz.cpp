// multipart/form-data: the first line is the Content-Type, the rest the body. Accepted contents lie inside the body, in order.
#include "base/check.hpp"
#include "wire/multipart.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto boundary = hazard::wire::multipart_boundary(text.substr(0, line));
  const std::string_view body = text.substr(line + 1);
  const auto parts = hazard::wire::parse_multipart(body, boundary ? *boundary : "B", 8);
  if (!parts) {
    HAZARD_CHECK(!parts.error().message.empty());
    return 0;
  }
  HAZARD_CHECK(parts->size() <= 8);
  const char* at = body.data();
  for (const auto& part : *parts) {
    HAZARD_CHECK(part.content.data() >= at && part.content.data() + part.content.size() <= body.data() + body.size());
    at = part.content.data() + part.content.size();
    HAZARD_CHECK(part.has_filename || part.filename.empty());
  }
  return 0;
}
