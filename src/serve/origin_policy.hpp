// Which web pages may talk to this server: the Origin check of every upgrade, event stream and CORS answer (threat T1), and the
// Host check that keeps a page from reaching a loopback server under its own name (DNS rebinding). Pure; made once at start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "serve/request_validator.hpp"

namespace hazard::serve {

class OriginPolicy {
 public:
  // `allowed` are exact serialised origins, e.g. "https://roads.example" or "http://192.168.1.5:8080". While `on_loopback`, every
  // loopback origin passes besides, on any port.
  OriginPolicy(std::vector<std::string> allowed, bool on_loopback);

  // Byte for byte: no wildcard, no suffix, no other case, and never "null".
  bool allows(std::string_view origin) const noexcept;

  // Absent: not a browser, passes. Present: as allows().
  bool allows(const RequestHead& head) const noexcept;

  // While on loopback: IP literals, localhost and the hosts of the listed origins; elsewhere everything.
  bool allows_host(std::string_view host) const noexcept;

  // Header lines for any answer to this request: the echoed origin when it is allowed, and Vary always.
  std::string cors_lines(const RequestHead& head) const;

  // Further lines for the answer to a preflight.
  static std::string_view preflight_lines() noexcept;

 private:
  std::vector<std::string> allowed_;
  bool on_loopback_;
};

// "127.0.0.1", "::1", "localhost" and the like: nobody outside this machine can connect.
bool is_loopback_host(std::string_view host) noexcept;

}  // namespace hazard::serve
