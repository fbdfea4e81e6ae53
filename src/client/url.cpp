#include "client/url.hpp"

#include <fmt/format.h>

namespace hazard::client {

domain::Result<Url> parse_url(std::string_view text) {
  const std::string_view whole = text;
  for (const std::string_view secure : {"wss://", "https://"}) {
    if (text.starts_with(secure)) {
      return domain::refuse(domain::ErrorCode::invalid_value,
                            fmt::format("{}: this client speaks no TLS; use ws:// or http://", whole));
    }
  }
  for (const std::string_view scheme : {"ws://", "http://"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  Url url;
  const std::size_t path = text.find_first_of("/?");
  std::string_view authority = text.substr(0, path);
  if (path != std::string_view::npos) url.target = (text[path] == '?' ? "/" : "") + std::string(text.substr(path));
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    url.port = std::string(authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  url.host = std::string(authority);
  const bool port_is_number = !url.port.empty() && url.port.size() <= 5 &&
                              url.port.find_first_not_of("0123456789") == std::string::npos && std::stoi(url.port) <= 65535;
  const bool printable = url.target.find_first_of(" \r\n\t") == std::string::npos;
  if (url.host.empty() || !port_is_number || !printable) {
    return domain::refuse(domain::ErrorCode::invalid_value, fmt::format("\"{}\" is no address like ws://127.0.0.1:8080", whole));
  }
  return url;
}

}  // namespace hazard::client
