// A TCP server of one connection that plays a script: what it reads goes to the script, what the script returns is sent. For
// tests of clients, on a free port of loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

namespace hazard::test {

class ScriptedPeer {
 public:
  // `answer` gets everything read so far and returns what to send now.
  using Answer = std::function<std::string(const std::string& read)>;
  explicit ScriptedPeer(Answer answer, bool close_after_answer = false) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 1);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer), close_after_answer] { serve(answer, close_after_answer); });
  }
  ~ScriptedPeer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve(const Answer& answer, bool close_after_answer) const {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    std::string read;
    char chunk[4096];
    for (ssize_t got; (got = ::recv(connection, chunk, sizeof chunk, 0)) > 0;) {
      read.append(chunk, static_cast<std::size_t>(got));
      const std::string reply = answer(read);
      if (reply.empty()) continue;
      (void)!::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
      if (close_after_answer) break;
    }
    ::close(connection);
  }

  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace hazard::test
