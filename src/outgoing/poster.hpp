// Sends one message over HTTP and says what came of it. The courier asks; curl_poster.hpp does it, tests bring their own. Any thread,
// several at once; posts to the same URL one after the other.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace hazard::outgoing {

struct Post {
  std::string url;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

inline constexpr std::size_t kAnswerBytesMost = 4096;  // the rest of an answer is not read

struct Posted {
  int status = 0;     // 0: no answer
  std::string body;   // at most kAnswerBytesMost
  std::string error;  // with no answer: why, for a person
  std::optional<base::Duration> retry_after;
  bool stopped = false;  // by stop(): not the receiver's doing
};

class Poster {
 public:
  virtual ~Poster() = default;
  // Never follows a redirect, never waits longer than its time-out.
  virtual Posted post(const Post& message) = 0;
  // From any thread: ends the post under way within a second or so, and all later ones at once.
  virtual void stop() = 0;
};

}  // namespace hazard::outgoing
