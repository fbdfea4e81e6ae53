// A keep-alive HTTP/1.1 client connection, enough for our own server: whole replies with a length or chunks, and event streams
// read as they come. Non-blocking; one thread polls many.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "client/socket.hpp"
#include "client/url.hpp"
#include "domain/error.hpp"

namespace hazard::client {

struct HttpReply {
  int status = 0;
  std::string body;
};

class HttpConnection {
 public:
  static domain::Result<HttpConnection> connect(const Url& url, std::chrono::milliseconds limit = std::chrono::seconds(10));

  int fd() const noexcept { return socket_.fd(); }
  bool wants_write() const noexcept { return !unsent_.empty(); }

  // `headers` are whole lines ending in \r\n; Content-Length and Host are added.
  domain::Result<void> send(std::string_view method, std::string_view target, std::string_view headers, std::string_view body);
  domain::Result<void> flush();

  // The reply when it is whole; nothing while it is not. One request at a time.
  domain::Result<std::optional<HttpReply>> receive();
  domain::Result<HttpReply> wait_for_reply(std::chrono::milliseconds limit);

  // For an event stream after send(): the body's bytes that came since the last call (chunking removed).
  domain::Result<std::string> receive_stream();

 private:
  explicit HttpConnection(Socket&& socket, const Url& url) : socket_(std::move(socket)), authority_(url.host + ":" + url.port) {}
  domain::Result<void> fill();
  bool read_head();
  bool read_body();

  Socket socket_;
  std::string authority_;
  std::string unsent_;
  std::string in_;
  HttpReply reply_;
  bool head_done_ = false;
  bool chunked_ = false;
  std::size_t content_left_ = 0;
  bool body_done_ = false;
};

}  // namespace hazard::client
