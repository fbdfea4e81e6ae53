#include "load/websocket_load.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <deque>
#include <unordered_map>

#include "client/websocket.hpp"
#include "load/flat_json.hpp"
#include "wire/base64.hpp"
#include "wire/client_message.hpp"

namespace hazard::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Session {
  client::WebSocket socket;
  Time next_due;
  std::uint64_t number = 0;                      // of frames sent; also their ids
  std::unordered_map<std::uint64_t, Time> open;  // due times of frames without a verdict
  Tally tally;
  bool counting = false;
  bool broken = false;
};

class Run {
 public:
  Run(const LoadOptions& options, const std::vector<domain::Bytes>& frames) : options_(options), frames_(frames) {
    if (options.mode == Mode::text) {
      for (const auto& frame : frames) base64_.push_back(wire::base64_encode(frame));
    }
  }

  domain::Result<void> connect() {
    std::string query = fmt::format("/stream/detection?fps_limit={}", options_.fps_limit);
    if (!options_.query.empty()) query += "&" + options_.query;
    for (int i = 0; i < options_.sessions + options_.idle_sockets; ++i) {
      auto url = client::parse_url(options_.url + query);
      if (!url) return std::unexpected(url.error());
      auto socket = client::WebSocket::connect(*url);
      if (!socket) return std::unexpected(socket.error());
      const auto welcome = socket->receive(std::chrono::seconds(5));
      if (!welcome || welcome->empty()) return domain::refuse(domain::ErrorCode::request_timeout, "no welcome came");
      (i < options_.sessions ? sessions_ : idle_).push_back(Session{.socket = std::move(*socket)});
    }
    return {};
  }

  void drive(double seconds, bool counting) {
    const Time start = steady_clock::now();
    const Time end = start + std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(seconds));
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      sessions_[i].counting = counting;
      // Spread over one interval: cars do not press the shutter together.
      sessions_[i].next_due = start + interval() * static_cast<int>(i) / static_cast<int>(sessions_.size());
      if (lock_step(counting) && sessions_[i].open.empty()) send(sessions_[i], start);
    }
    while (steady_clock::now() < end) turn(end, counting);
  }

  // After the last frame: what is still open gets this long to be answered.
  void settle() {
    const Time end = steady_clock::now() + std::chrono::seconds(3);
    while (steady_clock::now() < end) {
      bool open = false;
      for (const auto& session : sessions_) open = open || (!session.open.empty() && !session.broken);
      if (!open) return;
      wait(end, false);
      for (auto& session : sessions_) receive(session, false);
    }
  }

  std::vector<Session>& sessions() { return sessions_; }

 private:
  bool lock_step(bool counting) const { return options_.fps <= 0 || !counting; }
  steady_clock::duration interval() const {
    return std::chrono::duration_cast<steady_clock::duration>(
        std::chrono::duration<double>(options_.fps > 0 ? 1 / options_.fps : 0));
  }

  void turn(Time end, bool counting) {
    wait(end, !lock_step(counting));
    for (auto& session : sessions_) {
      if (session.broken) continue;
      receive(session, lock_step(counting));
      if (lock_step(counting)) continue;
      const Time now = steady_clock::now();
      while (session.next_due <= now && session.next_due < end) {
        send(session, session.next_due);
        session.next_due += interval();
      }
      if (session.socket.wants_write() && !session.socket.flush()) session.broken = true;
    }
  }

  void wait(Time end, bool by_clock) {
    Time wake = end;
    std::vector<pollfd> fds;
    for (const auto& session : sessions_) {
      if (by_clock) wake = std::min(wake, session.next_due);
      const short events = static_cast<short>(POLLIN | (session.socket.wants_write() ? POLLOUT : 0));
      fds.push_back({.fd = session.broken ? -1 : session.socket.fd(), .events = events, .revents = 0});
    }
    const auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(wake - steady_clock::now()));
    const timespec limit{.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000),
                         .tv_nsec = static_cast<long>(left.count() % 1'000'000'000)};
    ::ppoll(fds.data(), fds.size(), &limit, nullptr);
  }

  void send(Session& session, Time due) {
    const std::uint64_t number = ++session.number;
    const std::size_t which = (number + static_cast<std::size_t>(&session - sessions_.data()) * 7) % frames_.size();
    session.open[number] = due;
    if (session.counting) session.tally.sent();
    const auto sent = options_.mode == Mode::binary
                          ? session.socket.send_binary(wire::make_frame_envelope(number, 0, "", frames_[which]))
                          : session.socket.send_text(
                                fmt::format(R"({{"type":"frame","frame_id":"{}","image_data":"{}"}})", number, base64_[which]));
    if (!sent) session.broken = true;
  }

  void receive(Session& session, bool lock_step) {
    auto messages = session.socket.receive();
    if (!messages) {
      session.broken = true;
      return;
    }
    for (const auto& message : *messages) {
      if (message.opcode == client::Opcode::close) session.broken = true;
      if (note(session, message.payload) && lock_step && !session.broken) send(session, steady_clock::now());
    }
  }

  // True when the message was a frame's verdict.
  static bool note(Session& session, std::string_view json) {
    const std::string_view type = value_of(json, "\"type\":");
    const bool result = type == "detection_result";
    if (!result && type != "frame_dropped" && type != "error") return false;
    const auto open = session.open.find(number_of<std::uint64_t>(json, "\"seq\":"));
    if (open == session.open.end()) return false;
    if (session.counting) {
      if (result) {
        session.tally.result(
            {.due = open->second, .came = steady_clock::now(), .age_ms = number_of(json, "\"age_ms\":"), .is_result = true});
      } else if (type == "frame_dropped") {
        session.tally.drop(std::string(value_of(json, "\"reason\":")));
      } else {
        session.tally.error(std::string(value_of(json, "\"code\":")));
      }
    }
    session.open.erase(open);
    return true;
  }

  const LoadOptions& options_;
  const std::vector<domain::Bytes>& frames_;
  std::vector<std::string> base64_;
  std::vector<Session> sessions_;
  std::vector<Session> idle_;
};

}  // namespace

domain::Result<LoadResult> run_websocket_load(const LoadOptions& options, const std::vector<domain::Bytes>& frames) {
  Run run(options, frames);
  if (auto connected = run.connect(); !connected) return std::unexpected(connected.error());
  if (options.warm_up_seconds > 0) {
    run.drive(options.warm_up_seconds, false);
    run.settle();
  }
  const Usage own_before = usage_of(0);
  const Usage server_before = options.server_pid > 0 ? usage_of(options.server_pid) : Usage{};
  LoadResult result;
  result.context.started = steady_clock::now();
  run.drive(options.seconds, true);
  result.context.seconds = std::chrono::duration<double>(steady_clock::now() - result.context.started).count();
  result.context.generator = spent(usage_of(0), own_before);
  if (options.server_pid > 0) result.context.server = spent(usage_of(options.server_pid), server_before);
  run.settle();
  result.context.sessions = options.sessions;
  for (auto& session : run.sessions()) {
    result.context.results_per_session.push_back(session.tally.results());
    result.tally.add(session.tally);
    if (session.broken) result.tally.error("connection_lost");
  }
  return result;
}

}  // namespace hazard::bench
