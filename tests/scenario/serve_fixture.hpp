// A live server on a free port with the fake engine, and a client that sends exactly the bytes it is told: what the serve_*
// scenarios are made of. The client waits for bytes with a time-out; nothing sleeps.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "detect/fake_engine.hpp"
#include "domain/frame.hpp"
#include "pipeline/pipeline.hpp"
#include "serve/server.hpp"
#include "session/registry.hpp"
#include "session/single_picture.hpp"

namespace hazard::scenario {

struct LiveOptions {
  serve::ServerOptions server;
  session::RegistryOptions registry;
  detect::FakeScript script;
  bool with_model = true;
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
  int status = 0;  // 0: the connection ended without an answer
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

  void send(std::string_view bytes);
  void half_close();

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
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void send_frame(int opcode, std::string_view payload, bool last = true);
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

}  // namespace hazard::scenario
