#include "serve/listener.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "serve/net.hpp"

namespace hazard::serve {
namespace {

using net::error_code;

constexpr auto kPause = std::chrono::milliseconds(100);
constexpr unsigned kUserTimeoutMs = 20'000;  // bytes unacknowledged for longer mean that the peer is gone
// Without the machinery of answers: refusing must cost next to nothing.
std::string full_answer() {
  const std::string id = base::make_request_id();
  const std::string body =
      R"({"detail":"too many connections","code":"overloaded","request_id":")" + id + R"(","retry_after_ms":5000})";
  return fmt::format(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n"
      "X-Request-ID: {}\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nRetry-After: 5\r\n\r\n{}",
      body.size(), id, body);
}

class TcpListener final : public Listener, public std::enable_shared_from_this<TcpListener> {
 public:
  TcpListener(net::tcp::acceptor acceptor, int connections_max, std::shared_ptr<std::atomic<int>> taken)
      : acceptor_(std::move(acceptor)),
        pause_(acceptor_.get_executor()),
        connections_max_(connections_max),
        taken_(std::move(taken)) {}

  std::uint16_t port() const noexcept override {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }
  void start(Accepted accepted, std::function<void()> refused) override {
    accepted_ = std::move(accepted);
    refused_ = std::move(refused);
    accept();
  }
  void stop() override {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code failure, net::tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (!failure) {
        self->take(std::move(socket));
        return self->accept();
      }
      // A client that gave up in the queue costs nothing; no descriptors or memory left costs a moment's pause, for accept
      // would fail again at once and spin.
      if (failure == net::asio::error::connection_aborted) return self->accept();
      self->pause_.expires_after(kPause);
      self->pause_.async_wait([self](error_code cancelled) {
        if (!cancelled && self->acceptor_.is_open()) self->accept();
      });
    });
  }

  void take(net::tcp::socket socket) {
    error_code failure;
    const auto endpoint = socket.remote_endpoint(failure);
    if (failure) return;
    socket.non_blocking(true, failure);
    if (taken_->load() >= connections_max_) {
      refused_();
      socket.write_some(net::asio::buffer(full_answer()), failure);
      socket.shutdown(net::tcp::socket::shutdown_send, failure);
      return;
    }
    socket.set_option(net::tcp::no_delay(true), failure);
    socket.set_option(net::asio::socket_base::keep_alive(true), failure);
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof kUserTimeoutMs);
    Place place(taken_);
    const int fd = socket.release(failure);
    if (failure) return;
    accepted_({.descriptor = Descriptor(fd), .place = std::move(place), .leftover = {}}, endpoint.address().to_string());
  }

  net::tcp::acceptor acceptor_;
  net::asio::steady_timer pause_;
  const int connections_max_;
  const std::shared_ptr<std::atomic<int>> taken_;
  Accepted accepted_;
  std::function<void()> refused_;
};

domain::Result<net::tcp::endpoint> resolve(EventLoop& loop, const std::string& host, std::uint16_t port) {
  error_code failure;
  const auto address = net::asio::ip::make_address(host, failure);
  if (!failure) return net::tcp::endpoint(address, port);
  net::tcp::resolver resolver(loop.context());
  const auto found = resolver.resolve(net::tcp::v4(), host, std::to_string(port), failure);
  if (failure || found.empty()) {
    return domain::refuse(domain::ErrorCode::invalid_value,
                          fmt::format("HOST={} is no address of this machine: use 127.0.0.1 or 0.0.0.0", host));
  }
  return found.begin()->endpoint();
}

}  // namespace

domain::Result<std::shared_ptr<Listener>> Listener::bind(EventLoop& loop, const ListenerOptions& options,
                                                         std::shared_ptr<std::atomic<int>> taken) {
  const auto endpoint = resolve(loop, options.host, options.port);
  if (!endpoint) return std::unexpected(endpoint.error());
  error_code failure;
  net::tcp::acceptor acceptor(loop.context());
  acceptor.open(endpoint->protocol(), failure);
  if (!failure) acceptor.set_option(net::asio::socket_base::reuse_address(true), failure);
  if (!failure) acceptor.bind(*endpoint, failure);
  if (!failure) acceptor.listen(options.backlog, failure);
  if (failure) {
    return domain::refuse(domain::ErrorCode::invalid_value,
                          fmt::format("cannot listen on {} port {}: {}. Choose another PORT, or stop what uses this one",
                                      options.host, options.port, failure.message()));
  }
  return std::make_shared<TcpListener>(std::move(acceptor), options.connections_max, std::move(taken));
}

}  // namespace hazard::serve
