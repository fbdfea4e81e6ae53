#include "client/websocket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ids.hpp"
#include "wire/base64.hpp"
#include "wire/json_reader.hpp"

namespace hazard::client {

using domain::ErrorCode;
using domain::refuse;

namespace {

constexpr std::size_t kHeadBytesMax = 16 * 1024;
constexpr std::uint32_t kMask = 0x5A17C3E9;

// "503 Service Unavailable" of "HTTP/1.1 503 Service Unavailable\r\n...".
std::string_view status_of(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  return line.substr(std::min(line.size(), line.find(' ') + 1));
}

// Retry-After in seconds (RFC 9110, 10.2.3), where the server sent one as a number.
std::optional<base::Duration> retry_after(std::string_view head) {
  constexpr std::string_view kName = "\r\nretry-after:";
  const auto found = std::ranges::search(head, kName, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  if (found.empty()) return std::nullopt;
  std::string_view text(found.end(), head.end());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint32_t seconds = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc{}) return std::nullopt;
  return std::chrono::seconds(seconds);
}

// On one line, without what a terminal would obey.
std::string printable(std::string text) {
  constexpr std::size_t kBytesMost = 500;
  text.resize(std::min(text.size(), kBytesMost));
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

// In words: the detail and code of an error of this server, else what came.
std::string refusal(std::string_view status, std::string_view body) {
  if (const auto document = wire::JsonDocument::parse(body); document && document->root().is(wire::JsonKind::object)) {
    const auto text = [&](std::string_view name) {
      const wire::JsonNode* node = document->find(document->root(), name);
      return node != nullptr && node->is(wire::JsonKind::string) ? node->text : std::string_view();
    };
    if (!text("detail").empty())
      return printable(fmt::format("the server refused: {} ({}{}{})", text("detail"), status.substr(0, 3),
                                   text("code").empty() ? "" : " ", text("code")));
  }
  return printable(fmt::format("the server refused: {} {}", status, body));
}

}  // namespace

domain::Result<WebSocket> WebSocket::connect(const Url& url, std::chrono::milliseconds limit) {
  auto socket = Socket::connect(url, limit);
  if (!socket) return std::unexpected(socket.error());
  WebSocket connection(std::move(*socket));
  if (auto upgraded = connection.upgrade(url, limit); !upgraded) return std::unexpected(upgraded.error());
  return connection;
}

domain::Result<void> WebSocket::upgrade(const Url& url, std::chrono::milliseconds limit) {
  const std::string nonce = base::make_token().substr(0, 16);
  const domain::ByteView nonce_bytes(reinterpret_cast<const std::uint8_t*>(nonce.data()), nonce.size());
  unsent_ = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
      url.target, url.host, url.port, wire::base64_encode(nonce_bytes),
      url.key.empty() ? std::string() : fmt::format("Authorization: Bearer {}\r\n", url.key));
  if (auto sent = flush(); !sent) return sent;

  std::string head;
  std::array<char, 4096> chunk;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::size_t end = std::string::npos;
  while ((end = head.find("\r\n\r\n")) == std::string::npos) {
    if (head.size() > kHeadBytesMax) return refuse(ErrorCode::bad_request, "the server's answer has no end");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !socket_.wait(false, left))
      return refuse(ErrorCode::request_timeout, "the server did not answer in time");
    const auto got = socket_.receive(chunk.data(), chunk.size());
    if (!got) return std::unexpected(got.error());
    head.append(chunk.data(), *got);
  }
  if (!head.starts_with("HTTP/1.1 101")) {
    socket_.wait(false, std::chrono::milliseconds(200));  // the body that says why may be on its way
    if (const auto got = socket_.receive(chunk.data(), chunk.size())) head.append(chunk.data(), *got);
    const std::string_view text(head);
    return std::unexpected(domain::Error{ErrorCode::bad_request,
                                         refusal(status_of(head), text.substr(std::min(text.size(), end + 4))),
                                         retry_after(text.substr(0, end))});
  }
  reader_.feed(std::string_view(head).substr(end + 4));
  return {};
}

domain::Result<void> WebSocket::send(Opcode opcode, std::string_view payload) {
  append_masked(unsent_, opcode, payload, kMask);
  return flush();
}

domain::Result<void> WebSocket::send_close(int code) {
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return send(Opcode::close, payload);
}

domain::Result<void> WebSocket::flush() {
  while (wants_write()) {
    const auto sent = socket_.send(std::string_view(unsent_).substr(sent_));
    if (!sent) return std::unexpected(sent.error());
    if (*sent == 0) return {};
    sent_ += *sent;
  }
  unsent_.clear();
  sent_ = 0;
  return {};
}

domain::Result<std::vector<Message>> WebSocket::receive() {
  std::array<char, 64 * 1024> chunk;
  std::vector<Message> messages;
  std::optional<domain::Error> broken;
  while (true) {
    const auto got = socket_.receive(chunk.data(), chunk.size());
    if (!got) broken = got.error();
    if (!got || *got == 0) break;
    reader_.feed({chunk.data(), *got});
    if (*got < chunk.size()) break;
  }
  while (true) {
    auto message = reader_.next();
    if (!message) return std::unexpected(message.error());
    if (!*message) break;
    if ((*message)->opcode == Opcode::ping) {
      if (auto answered = send(Opcode::pong, (*message)->payload); !answered) return std::unexpected(answered.error());
    } else if ((*message)->opcode != Opcode::pong) {
      messages.push_back(std::move(**message));
    }
  }
  if (messages.empty() && broken) return std::unexpected(*broken);
  return messages;
}

domain::Result<std::vector<Message>> WebSocket::receive(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (true) {
    auto messages = receive();
    if (!messages || !messages->empty()) return messages;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::vector<Message>{};
    socket_.wait(false, left);
    if (auto sent = flush(); !sent) return std::unexpected(sent.error());
  }
}

}  // namespace hazard::client
