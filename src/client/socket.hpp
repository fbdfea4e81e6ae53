// A connected TCP socket that closes itself; non-blocking once connected. One thread at a time.
#pragma once

#include <chrono>
#include <string_view>

#include "client/url.hpp"
#include "domain/error.hpp"

namespace hazard::client {

class Socket {
 public:
  // Errors: request_timeout, bad_request (name unknown, refused), each with the system's reason.
  static domain::Result<Socket> connect(const Url& url, std::chrono::milliseconds limit);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int fd() const noexcept { return fd_; }
  // Bytes moved; 0 when it would block. Errors: session_closed once the other side is gone.
  domain::Result<std::size_t> send(std::string_view bytes);
  domain::Result<std::size_t> receive(char* into, std::size_t room);
  // Waits until readable (or writable); false at the limit.
  bool wait(bool for_write, std::chrono::milliseconds limit) const;

 private:
  explicit Socket(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace hazard::client
