// WebSocket framing (RFC 6455 section 5.2) from the client's side: masks what goes out, takes apart what comes in. Pure.
//
//   0               1               2               3
//   FIN RSV opcode  MASK length 7   16- or 64-bit length if 126 or 127, then the mask when MASK is set, then the payload
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/error.hpp"

namespace hazard::client {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// Appends one whole masked message. The mask need not be secret here: it protects proxies from hostile pages, not a client.
void append_masked(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

struct Message {
  Opcode opcode = Opcode::text;
  std::string payload;
};

// Collects bytes as they come and hands out whole messages, fragments joined.
class MessageReader {
 public:
  explicit MessageReader(std::size_t message_bytes_max = 16 * 1024 * 1024) : bytes_max_(message_bytes_max) {}
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // Nothing yet, a message, or bad_request when the server broke the framing or sent too much.
  domain::Result<std::optional<Message>> next();

 private:
  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t read_ = 0;  // consumed of buffer_
  std::optional<Message> partial_;
};

}  // namespace hazard::client
