// Reads a chunked body (RFC 9112 section 7.1) that arrives in pieces: strict line ends, hexadecimal sizes of at most 8 digits,
// chunk extensions skipped up to 256 bytes, trailers refused (this server has no use for them, and they are a favourite place
// to hide a second request). Pure; one per request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain/error.hpp"
#include "domain/frame.hpp"

namespace hazard::serve {

class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Appends payload to `body` and returns how many bytes of `input` were used; all of them unless done() is true afterwards.
  // Errors: bad_request, message_too_large (the payload would outgrow the limit). After an error the object is spent.
  domain::Result<std::size_t> feed(std::string_view input, domain::Bytes& body);

  bool done() const noexcept { return state_ == State::done; }

  static constexpr std::size_t kExtensionBytesMax = 256;
  // All chunk lines of a body together: a body sent in one-byte chunks would otherwise cost six times its size to read.
  static constexpr std::size_t kLineBytesMaxPerBody = 256 * 1024;

 private:
  enum class State : std::uint8_t { size, extension, size_lf, data, data_cr, data_lf, end_cr, end_lf, done };
  domain::Result<void> step(char c);

  std::size_t body_bytes_max_;
  State state_ = State::size;
  std::uint64_t size_ = 0;
  int digits_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t line_bytes_ = 0;
};

}  // namespace hazard::serve
