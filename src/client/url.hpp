// The address of a server as people type it: ws://host:port/path?query, http:// likewise, or host:port.
#pragma once

#include <string>
#include <string_view>

#include "domain/error.hpp"

namespace hazard::client {

struct Url {
  std::string host;
  std::string port = "80";
  std::string target = "/";  // path and query
  std::string key;           // sent as Authorization: Bearer; empty: none
};

// Errors: invalid_value, with the reason (TLS is not spoken by this client).
domain::Result<Url> parse_url(std::string_view text);

}  // namespace hazard::client
