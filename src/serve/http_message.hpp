// What handlers take and give: a request that passed the validator and the router, and the answer to it. Plain data; made and
// consumed on the I/O thread, though a handler may hand its answer over from any thread (see Reply).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "serve/request_validator.hpp"

namespace hazard::serve {

struct Request {
  RequestHead head;
  std::vector<std::string> params;  // the pattern's {parameters}, percent-decoded, in order
  domain::Bytes body;
  std::string request_id;
  std::string peer;                // the client's address, without port
  base::SteadyTime received_at{};  // when its last byte came

  std::string_view body_text() const noexcept { return {reinterpret_cast<const char*>(body.data()), body.size()}; }
};

// Bytes that somebody keeps alive: a response's own, a cached picture's, or the binary's.
class Payload {
 public:
  Payload() = default;
  static Payload own(std::string text);
  static Payload share(std::shared_ptr<const domain::Bytes> bytes);
  static Payload embedded(std::string_view bytes) { return Payload(nullptr, bytes); }

  std::string_view bytes() const noexcept { return bytes_; }
  std::size_t held() const noexcept { return keep_ ? bytes_.size() : 0; }  // in memory for this answer

 private:
  Payload(std::shared_ptr<const void> keep, std::string_view bytes) : keep_(std::move(keep)), bytes_(bytes) {}
  std::shared_ptr<const void> keep_;
  std::string_view bytes_;
};

struct Response {
  int status = 200;
  std::string content_type;  // none when empty
  Payload payload;
  // Values are ours, never a request's bytes: nothing a stranger sent reaches a header.
  std::vector<std::pair<std::string, std::string>> headers;
  bool may_be_cached = false;  // else Cache-Control: no-store
};

Response json_response(std::string body, int status = 200);
Response text_response(std::string body, std::string_view content_type);
// The error's status, wire::error_body, and Retry-After where the code's table says that waiting helps.
Response error_response(const domain::Error& error, std::string_view request_id, std::optional<base::Duration> retry_after = {});

// The head of `response` as bytes for the wire; no Content-Length line when `content_length` is empty. `extra` is appended as
// it is: whole lines with their ends.
std::string serialise_head(const Response& response, std::string_view request_id, std::optional<std::size_t> content_length,
                           bool keep_alive, std::string_view extra);

std::string_view reason_phrase(int status) noexcept;

// An answer on its way out: what has been written, what is left.
class OutgoingResponse {
 public:
  OutgoingResponse() = default;
  // `bodiless`: the answer to HEAD; 204 and 304 are so by themselves. `extra` as for serialise_head.
  OutgoingResponse(Response&& response, std::string_view request_id, bool keep_alive, bool bodiless, std::string_view extra);

  // The bytes of the head and of the body that are still to be written.
  std::array<std::string_view, 2> rest() const noexcept;
  void advance(std::size_t bytes) noexcept { done_ += bytes; }
  std::size_t done() const noexcept { return done_; }
  bool finished() const noexcept { return done_ >= head_.size() + body_.size(); }

 private:
  std::string head_;
  Payload payload_;
  std::string_view body_;
  std::size_t done_ = 0;
};

}  // namespace hazard::serve
