#include "client/socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace hazard::client {

using domain::ErrorCode;
using domain::refuse;

domain::Result<Socket> Socket::connect(const Url& url, std::chrono::milliseconds limit) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found); failed != 0) {
    return refuse(ErrorCode::bad_request, fmt::format("{}: {}", url.host, ::gai_strerror(failed)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  int reason = 0;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Socket socket(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.fd_ < 0) {
      reason = errno;
      continue;
    }
    const int one = 1;
    ::setsockopt(socket.fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(socket.fd_, each->ai_addr, each->ai_addrlen) != 0 && errno != EINPROGRESS) {
      reason = errno;
      continue;
    }
    if (!socket.wait(true, limit)) {
      reason = ETIMEDOUT;
      continue;
    }
    socklen_t size = sizeof reason;
    ::getsockopt(socket.fd_, SOL_SOCKET, SO_ERROR, &reason, &size);
    if (reason == 0) return socket;
  }
  const ErrorCode code = reason == ETIMEDOUT ? ErrorCode::request_timeout : ErrorCode::bad_request;
  return refuse(code, fmt::format("{}:{}: {}", url.host, url.port, std::strerror(reason)));
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

domain::Result<std::size_t> Socket::send(std::string_view bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
  return refuse(ErrorCode::session_closed, fmt::format("the connection broke: {}", std::strerror(errno)));
}

domain::Result<std::size_t> Socket::receive(char* into, std::size_t room) {
  const ssize_t got = ::recv(fd_, into, room, 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
  return refuse(ErrorCode::session_closed,
                got == 0 ? "the server closed the connection" : fmt::format("the connection broke: {}", std::strerror(errno)));
}

bool Socket::wait(bool for_write, std::chrono::milliseconds limit) const {
  pollfd each{.fd = fd_, .events = static_cast<short>(for_write ? POLLOUT : POLLIN), .revents = 0};
  return ::poll(&each, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace hazard::client
