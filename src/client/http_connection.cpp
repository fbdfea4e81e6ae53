#include "client/http_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace hazard::client {
namespace {

constexpr std::size_t kReplyBytesMax = 64 * 1024 * 1024;

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

domain::Result<HttpConnection> HttpConnection::connect(const Url& url, std::chrono::milliseconds limit) {
  auto socket = Socket::connect(url, limit);
  if (!socket) return std::unexpected(socket.error());
  return HttpConnection(std::move(*socket), url);
}

domain::Result<void> HttpConnection::send(std::string_view method, std::string_view target, std::string_view headers,
                                          std::string_view body) {
  unsent_ += fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}", method, target, authority_, headers);
  if (!body.empty() || method == "POST") unsent_ += fmt::format("Content-Length: {}\r\n", body.size());
  unsent_ += "\r\n";
  unsent_ += body;
  reply_ = {};
  head_done_ = chunked_ = body_done_ = false;
  content_left_ = 0;
  return flush();
}

domain::Result<void> HttpConnection::flush() {
  while (!unsent_.empty()) {
    const auto sent = socket_.send(unsent_);
    if (!sent) return std::unexpected(sent.error());
    if (*sent == 0) return {};
    unsent_.erase(0, *sent);
  }
  return {};
}

domain::Result<void> HttpConnection::fill() {
  std::array<char, 64 * 1024> chunk;
  while (true) {
    const auto got = socket_.receive(chunk.data(), chunk.size());
    if (!got) return in_.empty() ? domain::Result<void>(std::unexpected(got.error())) : domain::Result<void>{};
    if (*got == 0) return {};
    in_.append(chunk.data(), *got);
    if (in_.size() > kReplyBytesMax) return domain::refuse(domain::ErrorCode::bad_request, "the server's reply is too long");
  }
}

bool HttpConnection::read_head() {
  const std::size_t end = in_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string head = lower(std::string_view(in_).substr(0, end + 2));
  in_.erase(0, end + 4);
  reply_.status = static_cast<int>(number(std::string_view(head).substr(std::min<std::size_t>(9, head.size()), 3), 10));
  chunked_ = head.find("transfer-encoding: chunked") != std::string::npos;
  if (const std::size_t at = head.find("content-length: "); at != std::string::npos) {
    content_left_ = number(std::string_view(head).substr(at + 16, head.find('\r', at) - at - 16), 10);
  }
  head_done_ = true;
  return true;
}

// Moves what is here of the body into reply_.body; true once it is whole.
bool HttpConnection::read_body() {
  if (!chunked_) {
    const std::size_t take = std::min(content_left_, in_.size());
    reply_.body.append(in_, 0, take);
    in_.erase(0, take);
    content_left_ -= take;
    return content_left_ == 0;
  }
  while (true) {
    const std::size_t line = in_.find("\r\n");
    if (line == std::string::npos) return false;
    const std::size_t size = number(std::string_view(in_).substr(0, line), 16);
    if (in_.size() < line + 2 + size + 2) return false;
    reply_.body.append(in_, line + 2, size);
    in_.erase(0, line + 2 + size + 2);
    if (size == 0) return true;
  }
}

domain::Result<std::optional<HttpReply>> HttpConnection::receive() {
  if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  if (!head_done_ && !read_head()) return std::nullopt;
  if (!read_body()) return std::nullopt;
  return std::move(reply_);
}

domain::Result<HttpReply> HttpConnection::wait_for_reply(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (true) {
    if (auto sent = flush(); !sent) return std::unexpected(sent.error());
    auto reply = receive();
    if (!reply) return std::unexpected(reply.error());
    if (*reply) return std::move(**reply);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return domain::refuse(domain::ErrorCode::request_timeout, "the server did not answer in time");
    socket_.wait(wants_write(), std::min(left, std::chrono::milliseconds(100)));
  }
}

domain::Result<std::string> HttpConnection::receive_stream() {
  if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  if (!head_done_ && !read_head()) return std::string{};
  if (!body_done_) body_done_ = chunked_ ? read_body() : (reply_.body += std::exchange(in_, {}), false);
  if (body_done_ && reply_.body.empty()) return domain::refuse(domain::ErrorCode::session_closed, "the event stream ended");
  return std::exchange(reply_.body, {});
}

}  // namespace hazard::client
