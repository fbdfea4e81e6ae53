// The Poster over libcurl: TLS with verified certificates, HTTP/1.1, no proxy, no redirect, no other scheme than http and https, and
// every address judged before it is connected to (address.hpp). Made on the main thread, used on those of the deliverer; one connection is
// kept for each URL.
#pragma once

#include <memory>
#include <string>

#include "outgoing/poster.hpp"

namespace hazard::outgoing {

struct CurlOptions {
  bool allow_private = false;
  base::Duration timeout = std::chrono::seconds(5);  // of connecting, sending and the answer together
  std::string user_agent = "hazardstream";
};

// Null when libcurl cannot be set up.
std::unique_ptr<Poster> make_curl_poster(const CurlOptions& options);

}  // namespace hazard::outgoing
