#include "serve/chunked_body.hpp"

#include <algorithm>
#include <string>

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;
using domain::Result;

constexpr int kSizeDigitsMax = 8;  // 4 GiB, beyond every body limit

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::unexpected<domain::Error> malformed(const char* sentence) { return refuse(ErrorCode::bad_request, sentence); }

}  // namespace

Result<std::size_t> ChunkedBody::feed(std::string_view input, domain::Bytes& body) {
  std::size_t used = 0;
  while (used < input.size() && state_ != State::done) {
    if (state_ == State::data) {
      const auto take = std::min<std::size_t>(size_, input.size() - used);
      const auto piece = input.substr(used, take);
      body.insert(body.end(), piece.begin(), piece.end());
      used += take;
      size_ -= take;
      if (size_ == 0) state_ = State::data_cr;
      continue;
    }
    if (++line_bytes_ > kLineBytesMaxPerBody) return malformed("The body comes in too many chunks.");
    if (auto stepped = step(input[used++]); !stepped) return std::unexpected(stepped.error());
    if (state_ == State::data && size_ > body_bytes_max_ - std::min(body_bytes_max_, body.size())) {
      return refuse(ErrorCode::message_too_large,
                    "The request's body is larger than the " + std::to_string(body_bytes_max_) + " bytes allowed here.");
    }
  }
  return used;
}

Result<void> ChunkedBody::step(char c) {
  switch (state_) {
    case State::size:
      if (const int digit = hex_digit(c); digit >= 0) {
        if (++digits_ > kSizeDigitsMax) return malformed("A chunk's size is too large.");
        size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
        return {};
      }
      if (digits_ == 0) return malformed("A chunk has no size.");
      if (c == '\r') {
        state_ = State::size_lf;
      } else if (c == ';') {
        state_ = State::extension;
        extension_bytes_ = 1;
      } else {
        return malformed("A chunk's size is not hexadecimal.");
      }
      return {};
    case State::extension:
      if (c == '\r') {
        state_ = State::size_lf;
        return {};
      }
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return malformed("A chunk extension holds a control character.");
      if (++extension_bytes_ > kExtensionBytesMax) return malformed("A chunk extension is too long.");
      return {};
    case State::size_lf:
      if (c != '\n') return malformed("A chunk's line must end with CR and LF.");
      state_ = size_ == 0 ? State::end_cr : State::data;
      digits_ = 0;
      return {};
    case State::data_cr:
      if (c != '\r') return malformed("A chunk is longer than its size.");
      state_ = State::data_lf;
      return {};
    case State::data_lf:
      if (c != '\n') return malformed("A chunk must end with CR and LF.");
      state_ = State::size;
      return {};
    case State::end_cr:
      if (c != '\r') return malformed("Trailers are not taken here.");
      state_ = State::end_lf;
      return {};
    case State::end_lf:
      if (c != '\n') return malformed("A body must end with CR and LF.");
      state_ = State::done;
      return {};
    case State::data:
    case State::done: break;
  }
  return {};
}

}  // namespace hazard::serve
