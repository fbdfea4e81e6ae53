// A live server with a desk over a store of its own: what tests of the routes of installed clients stand on.
#pragma once

#include "desk/desk.hpp"
#include "support/live_server.hpp"
#include "support/temp_store.hpp"

namespace hazard::test {

inline constexpr std::string_view kForm = "Content-Type: multipart/form-data; boundary=edge\r\n";
inline constexpr std::string_view kJson = "Content-Type: application/json\r\n";

class LiveDesk {
 public:
  explicit LiveDesk(LiveOptions options = live_options()) {
    auto folder = store::EvidenceFolder::open(store_.folder() / "pictures", {});
    EXPECT_TRUE(folder.has_value());
    evidence_ = std::move(*folder);
    desk_ = std::make_unique<desk::Desk>(&*store_, evidence_.get(), clock_);
    options.desk = desk_.get();
    live_ = std::make_unique<LiveServer>(std::move(options));
  }
  ~LiveDesk() {
    desk_->close();
    live_.reset();
    store_.close();
  }

  std::uint16_t port() const { return live_->port(); }
  desk::Desk& desk() { return *desk_; }
  serve::Server& server() { return live_->server(); }

  HttpReply get(std::string_view target, std::string_view lines = {}) { return Client(port()).get(target, lines); }
  HttpReply post(std::string_view target, std::string_view body = {}, std::string_view lines = kJson) {
    return Client(port()).post(target, body, lines);
  }
  HttpReply send(std::string_view method, std::string_view target, std::string_view body = {}, std::string_view lines = {}) {
    return Client(port()).ask(std::string(method) + " " + std::string(target) +
                              " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                              std::string(lines) + "\r\n" + std::string(body));
  }
  HttpReply upload(std::string_view target, std::string_view content = small_jpeg(), std::string_view name = "file",
                   std::string_view type = "image/jpeg") {
    return post(target, multipart(name, "a.jpg", type, content), kForm);
  }
  std::string start_session() { return text_field(post("/session/start").body, "session_id"); }

  // The first string of this name in a body.
  static std::string text_field(const std::string& body, const std::string& name) {
    const std::string key = "\"" + name + "\":\"";
    const auto at = body.find(key);
    if (at == std::string::npos) return {};
    const auto begin = at + key.size();
    return body.substr(begin, body.find('"', begin) - begin);
  }

 private:
  base::RealClock clock_;
  TempStore store_;
  std::unique_ptr<store::EvidenceFolder> evidence_;
  std::unique_ptr<desk::Desk> desk_;
  std::unique_ptr<LiveServer> live_;
};

}  // namespace hazard::test
