// A WebSocket client (RFC 6455) for `hazardstream stream` and the load generator: one thread polls many of them. Answers pings
// by itself. It does not verify Sec-WebSocket-Accept: it talks to servers its user named, through no cache.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "client/frame_codec.hpp"
#include "client/socket.hpp"
#include "client/url.hpp"
#include "domain/error.hpp"
#include "domain/frame.hpp"

namespace hazard::client {

class WebSocket {
 public:
  // Connects and upgrades; blocks up to `limit`. A refusal carries the server's status and `detail`, and its Retry-After.
  static domain::Result<WebSocket> connect(const Url& url, std::chrono::milliseconds limit = std::chrono::seconds(10));

  int fd() const noexcept { return socket_.fd(); }
  bool wants_write() const noexcept { return unsent_bytes() > 0; }
  std::size_t unsent_bytes() const noexcept { return unsent_.size() - sent_; }

  // Both queue the message and send what the socket takes now.
  domain::Result<void> send_text(std::string_view text) { return send(Opcode::text, text); }
  domain::Result<void> send_binary(domain::ByteView bytes) {
    return send(Opcode::binary, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  domain::Result<void> send_close(int code);
  domain::Result<void> flush();

  // Text and close messages that are here now, in order. Errors: session_closed.
  domain::Result<std::vector<Message>> receive();
  // The same, waiting up to `limit` for the first.
  domain::Result<std::vector<Message>> receive(std::chrono::milliseconds limit);

 private:
  explicit WebSocket(Socket&& socket) : socket_(std::move(socket)) {}
  domain::Result<void> send(Opcode opcode, std::string_view payload);
  domain::Result<void> upgrade(const Url& url, std::chrono::milliseconds limit);

  Socket socket_;
  MessageReader reader_;
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_: what the socket took already; cut off once all is gone, for it may be megabytes
};

}  // namespace hazard::client
