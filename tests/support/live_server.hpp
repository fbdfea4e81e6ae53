// A live server on a free port with the fake engine, and a client that sends exactly the bytes it is told: what tests on sockets
// are made of. The client waits for bytes with a time-out; nothing sleeps.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "detect/fake_engine.hpp"
#include "domain/frame.hpp"
#include "image/encoder.hpp"
#include "pipeline/pipeline.hpp"
#include "serve/server.hpp"
#include "session/registry.hpp"
#include "session/single_picture.hpp"
#include "wire/base64.hpp"
#include "wire/client_message.hpp"

namespace hazard::test {

struct LiveOptions {
  serve::ServerOptions server;
  session::RegistryOptions registry;
  detect::FakeScript script;
  bool with_model = true;
  desk::Desk* desk = nullptr;              // outlives the server
  serve::DriveDoor* drives = nullptr;      // likewise
  outgoing::Delivery* delivery = nullptr;  // the same
};
// Port 0, one hazard in every picture, limits of the product.
LiveOptions live_options();

class LiveServer {
 public:
  explicit LiveServer(LiveOptions options = live_options());
  ~LiveServer();

  std::uint16_t port() const { return server_->port(); }
  serve::Server& server() { return *server_; }
  session::Registry& registry() { return registry_; }

 private:
  base::RealClock clock_;
  pipeline::Pipeline pipeline_;
  session::Registry registry_;
  session::SinglePictureDoor pictures_;
  std::unique_ptr<serve::Server> server_;
};

struct HttpReply {
  int status = 0;                              // 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct WsMessage {
  int opcode = -1;  // 1 text, 2 binary, 8 close, 9 ping, 10 pong; -1: the connection ended
  std::string payload;
  int close_code = 0;
};

class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False when the server has ended the connection.
  bool send(std::string_view bytes);
  void half_close();
  // Keeps the kernel from taking in much of what is not read. For the next connections of this class.
  static void keep_receive_buffers_small(bool small);

  // The next answer: body by Content-Length; with `bodiless` (an answer to HEAD) none.
  HttpReply read_reply(bool bodiless = false);
  HttpReply ask(std::string_view bytes) {
    send(bytes);
    return read_reply();
  }
  HttpReply get(std::string_view target, std::string_view lines = {});
  HttpReply post(std::string_view target, std::string_view body, std::string_view lines = {});

  // Everything up to and with `end`; shorter when the connection ends first.
  std::string read_until(std::string_view end);
  // Nothing but the end of the connection comes.
  bool at_end();
  // The rest until the end of the connection.
  std::string read_all();

  // The answer to an upgrade request; 101 when it worked. `behind` is sent in the same write.
  HttpReply upgrade(std::string_view query = {}, std::string_view lines = {}, std::string_view behind = {});
  bool send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  bool send_frame(int opcode, std::string_view payload, bool last = true);
  static std::string masked_frame(int opcode, std::string_view payload, bool last = true);
  WsMessage read_message();

  // The next event of a chunked event stream: its lines without the empty one.
  std::string read_event();

 private:
  bool fill();
  std::string take(std::size_t bytes);

  int fd_ = -1;
  std::string buffer_;
  std::string events_;
};

// A grey 64x48 JPEG: large enough to be decoded and inferred.
const std::string& small_jpeg();
std::string base64_of(std::string_view bytes);
std::string frame_message(std::string_view frame_id);
std::string multipart(std::string_view name, std::string_view filename, std::string_view type, std::string_view content);

inline bool small_receive_buffers = false;
inline constexpr int kPatienceMs = 20'000;  // far beyond any answer: only a hang reaches it

inline std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

inline LiveOptions live_options() {
  LiveOptions options;
  options.server.port = 0;
  options.registry.limits.frame_bytes_max = options.server.frame_bytes_max;
  options.registry.limits.heartbeat = options.server.heartbeat;
  options.script.detections = {{.box = {4, 5, 30, 40}, .confidence = 0.9F, .class_id = 1}};
  return options;
}

inline LiveServer::LiveServer(LiveOptions options)
    : pipeline_(clock_), registry_(options.registry, pipeline_), pictures_(pipeline_, registry_.totals()) {
  if (options.with_model) pipeline_.start(detect::make_fake_engine(std::move(options.script)));
  auto started = serve::Server::start(options.server, {.registry = registry_,
                                                       .pictures = pictures_,
                                                       .version = "0.0-test",
                                                       .model_error = {},
                                                       .delivery = options.delivery,
                                                       .desk = options.desk,
                                                       .drives = options.drives});
  if (!started) {
    ADD_FAILURE() << started.error().message;
    std::abort();
  }
  server_ = std::move(*started);
}

inline LiveServer::~LiveServer() {
  server_->drain();
  server_->join();
  pipeline_.stop();
}

inline Client::Client(std::uint16_t port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  if (small_receive_buffers) {
    const int bytes = 4096;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int failed = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  EXPECT_EQ(failed, 0);
}

inline void Client::keep_receive_buffers_small(bool small) { small_receive_buffers = small; }

inline Client::~Client() { ::close(fd_); }

inline bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

inline void Client::half_close() { ::shutdown(fd_, SHUT_WR); }

inline bool Client::fill() {
  pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, kPatienceMs) != 1) {
    ADD_FAILURE() << "nothing came within the time of patience";
    return false;
  }
  char piece[16 * 1024];
  const auto got = ::recv(fd_, piece, sizeof piece, 0);
  if (got <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(got));
  return true;
}

inline std::string Client::take(std::size_t bytes) {
  while (buffer_.size() < bytes && fill()) {
  }
  std::string taken = buffer_.substr(0, bytes);
  buffer_.erase(0, taken.size());
  return taken;
}

inline std::string Client::read_until(std::string_view end) {
  std::size_t at = 0;
  while ((at = buffer_.find(end)) == std::string::npos && fill()) {
  }
  return take(at == std::string::npos ? buffer_.size() : at + end.size());
}

inline bool Client::at_end() { return buffer_.empty() && !fill(); }

inline std::string Client::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

inline HttpReply Client::read_reply(bool bodiless) {
  HttpReply reply;
  const std::string head = read_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) return reply;
  std::from_chars(head.data() + 9, head.data() + 12, reply.status);
  std::string_view rest(head);
  rest.remove_prefix(rest.find("\r\n") + 2);
  while (rest.size() > 2) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    const auto colon = line.find(": ");
    reply.headers[lower(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
    rest.remove_prefix(end + 2);
  }
  const auto length = reply.headers.find("content-length");
  if (!bodiless && length != reply.headers.end()) reply.body = take(std::stoul(length->second));
  return reply;
}

inline HttpReply Client::get(std::string_view target, std::string_view lines) {
  return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(lines) + "\r\n");
}

inline HttpReply Client::post(std::string_view target, std::string_view body, std::string_view lines) {
  return ask("POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\n" + std::string(lines) + "\r\n" + std::string(body));
}

inline HttpReply Client::upgrade(std::string_view query, std::string_view lines, std::string_view behind) {
  return ask("GET /stream/detection" + std::string(query) +
             " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
             std::string(lines) + "\r\n" + std::string(behind));
}

inline std::string Client::masked_frame(int opcode, std::string_view payload, bool last) {
  std::string frame(1, static_cast<char>(opcode | (last ? 0x80 : 0)));
  const auto size = payload.size();
  if (size < 126) {
    frame.push_back(static_cast<char>(0x80 | size));
  } else if (size < 65536) {
    frame.push_back(static_cast<char>(0x80 | 126));
    for (int shift = 8; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(size >> shift));
  } else {
    frame.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(size >> shift));
  }
  frame.append(4, '\0');  // a mask of zeros leaves the payload as it is
  return frame.append(payload);
}

inline bool Client::send_frame(int opcode, std::string_view payload, bool last) {
  return send(masked_frame(opcode, payload, last));
}
inline bool Client::send_text(std::string_view text) { return send_frame(1, text); }
inline void Client::send_binary(std::string_view bytes) { send_frame(2, bytes); }

inline WsMessage Client::read_message() {
  WsMessage message;
  const std::string head = take(2);
  if (head.size() < 2) return message;
  std::size_t size = static_cast<unsigned char>(head[1]) & 0x7F;
  if (size >= 126) {
    const std::string more = take(size == 126 ? 2 : 8);
    size = 0;
    for (const char byte : more) size = size << 8 | static_cast<unsigned char>(byte);
  }
  message.opcode = head[0] & 0x0F;
  message.payload = take(size);
  if (message.opcode == 8 && message.payload.size() >= 2) {
    message.close_code = static_cast<unsigned char>(message.payload[0]) << 8 | static_cast<unsigned char>(message.payload[1]);
  }
  return message;
}

inline std::string Client::read_event() {
  std::size_t at = 0;
  while ((at = events_.find("\n\n")) == std::string::npos) {
    std::string line = read_until("\r\n");
    if (line.size() <= 2) return {};
    std::size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (size == 0) {  // the last chunk, and the line end of the body
      take(2);
      return {};
    }
    events_ += take(size);
    take(2);
  }
  std::string event = events_.substr(0, at);
  events_.erase(0, at + 2);
  return event;
}

inline const std::string& small_jpeg() {
  static const std::string jpeg = [] {
    domain::RgbPicture picture({64, 48});
    std::ranges::fill(picture.pixels, std::uint8_t{128});
    const auto bytes = image::JpegEncoder().encode(picture.view(), 80);
    return std::string(bytes.begin(), bytes.end());
  }();
  return jpeg;
}

inline std::string base64_of(std::string_view bytes) {
  return wire::base64_encode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

inline std::string frame_message(std::string_view frame_id) {
  return R"({"type":"frame","frame_id":")" + std::string(frame_id) + R"(","image_data":")" + base64_of(small_jpeg()) + R"("})";
}

inline std::string multipart(std::string_view name, std::string_view filename, std::string_view type, std::string_view content) {
  std::string body = "--edge\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"";
  if (!filename.empty()) body += "; filename=\"" + std::string(filename) + "\"";
  body += "\r\n";
  if (!type.empty()) body += "Content-Type: " + std::string(type) + "\r\n";
  return body + "\r\n" + std::string(content) + "\r\n--edge--\r\n";
}

inline std::string envelope(std::string_view picture) {
  const auto bytes = wire::make_frame_envelope(7, 0, "", {reinterpret_cast<const std::uint8_t*>(picture.data()), picture.size()});
  return {bytes.begin(), bytes.end()};
}

inline std::string process_body(std::string_view frame_id) {
  return R"({"frame_id":")" + std::string(frame_id) + R"(","image_data":"data:image/jpeg;base64,)" + base64_of(small_jpeg()) +
         R"("})";
}

// A session "mine" that answers every frame.
inline void open_session(LiveServer& live, std::string_view body = R"({"fps_limit":30,"delivery":"all"})") {
  EXPECT_EQ(Client(live.port()).post("/stream/sessions?session_id=mine", body).status, 200);
}

// Every result is about 100 kB, so that a few dozen fill what the kernel holds for a reader that does not read.
inline LiveOptions with_large_results() {
  LiveOptions options = live_options();
  options.server.write_stall = std::chrono::milliseconds(500);
  options.script.detections.clear();
  for (int i = 0; i < 300; ++i) {
    const float x = static_cast<float>(i % 20) * 3;
    const float y = static_cast<float>(i / 20) * 3;
    options.script.detections.push_back({.box = {x, y, x + 2, y + 2}, .confidence = 0.9F, .class_id = i % 2});
  }
  return options;
}

class SmallBuffers {
 public:
  SmallBuffers() { Client::keep_receive_buffers_small(true); }
  ~SmallBuffers() { Client::keep_receive_buffers_small(false); }
};

}  // namespace hazard::test
