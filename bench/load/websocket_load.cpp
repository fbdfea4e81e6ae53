#include "load/websocket_load.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <unordered_map>

#include "client/websocket.hpp"
#include "load/flat_json.hpp"
#include "wire/base64.hpp"
#include "wire/client_message.hpp"

namespace hazard::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A client whose network is this far behind takes no more pictures.
constexpr std::size_t kUnsentBytesMax = 8 * 1024 * 1024;

steady_clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(seconds));
}

struct Session {
  client::WebSocket socket;
  const SessionGroup* group = nullptr;
  const Frames* frames = nullptr;
  std::size_t index = 0;
  Time next_due{};
  std::uint64_t number = 0;                      // of frames sent; also their seq
  std::unordered_map<std::uint64_t, Time> open;  // due times of frames without a verdict
  bool counting = false;
  bool active = false;  // sends in this phase
  SessionOutcome outcome;

  bool by_clock() const { return group->fps > 0 && counting; }
};

class Run {
 public:
  Run(const LoadOptions& options, const std::vector<std::shared_ptr<const Frames>>& pools) : options_(options), pools_(pools) {
    for (std::size_t g = 0; g < options.groups.size(); ++g) {
      for (int i = 0; i < options.groups[g].sessions; ++i) to_come_.push_back(g);
    }
    base64_.resize(pools.size());
    if (options.mode == Mode::binary) return;
    for (std::size_t g = 0; g < pools.size(); ++g) {
      for (const auto& frame : *pools[g]) base64_[g].push_back(wire::base64_encode(frame));
    }
  }

  domain::Result<void> connect() {
    while (options_.arrive_seconds <= 0 && sessions_.size() < to_come_.size()) {
      if (auto added = add_session(); !added) return std::unexpected(added.error());
    }
    for (int i = 0; i < options_.idle_sockets; ++i) {
      auto socket = open(options_.groups.front());
      if (!socket) return std::unexpected(socket.error());
      idle_.push_back(std::move(socket->socket));
    }
    return {};
  }

  // The first `active` sessions send for so long; the rest only listen.
  void drive(double seconds, int active, bool counting) {
    const Time start = steady_clock::now();
    const Time end = start + duration_of(seconds);
    active_ = static_cast<std::size_t>(active);
    next_arrival_ = start;
    for (auto& session : sessions_) begin(session, start, counting);
    while (steady_clock::now() < end) turn(end, counting);
  }

  // After the last frame: what is still open gets this long to be answered.
  void settle() {
    const Time end = steady_clock::now() + std::chrono::seconds(3);
    for (auto& session : sessions_) session.active = false;
    while (steady_clock::now() < end) {
      bool open = false;
      for (const auto& session : sessions_)
        open = open || (!session.open.empty() && !session.outcome.lost && session.group->reads);
      if (!open) return;
      wait(end);
      for (auto& session : sessions_) receive(session);
    }
  }

  void finish(LoadResult& result) {
    for (auto& session : sessions_) {
      // A goodbye: a connection that is only cut leaves its session waiting to be resumed, and in the next run's way.
      if (!session.outcome.lost) (void)session.socket.send_close(1000);
      session.outcome.group = session.group->name;
      session.outcome.reads = session.group->reads;
      result.sessions.push_back(std::move(session.outcome));
    }
    result.refusals = std::move(refusals_);
  }

 private:
  struct Opened {
    client::WebSocket socket;
    std::string id;
    double granted_fps;
  };

  domain::Result<Opened> open(const SessionGroup& group) const {
    std::string query = fmt::format("/stream/detection?fps_limit={}", group.fps_limit);
    if (!group.query.empty()) query += "&" + group.query;
    auto url = client::parse_url(options_.url + query);
    if (!url) return std::unexpected(url.error());
    auto socket = client::WebSocket::connect(*url);
    if (!socket) return std::unexpected(socket.error());
    const auto welcome = socket->receive(std::chrono::seconds(5));
    if (!welcome || welcome->empty()) return domain::refuse(domain::ErrorCode::request_timeout, "no welcome came");
    const double granted = number_of(welcome->front().payload, "\"granted_fps\":");
    std::string id(value_of(welcome->front().payload, "\"session_id\":"));
    return Opened{.socket = std::move(*socket), .id = std::move(id), .granted_fps = granted};
  }

  domain::Result<void> add_session() {
    const std::size_t g = to_come_[sessions_.size()];
    auto opened = open(options_.groups[g]);
    if (!opened) return std::unexpected(opened.error());
    Session session{.socket = std::move(opened->socket),
                    .group = &options_.groups[g],
                    .frames = pools_[g].get(),
                    .index = sessions_.size(),
                    .outcome = {}};
    session.outcome.granted_fps_first = session.outcome.granted_fps_last = opened->granted_fps;
    session.outcome.id = std::move(opened->id);
    sessions_.push_back(std::move(session));
    return {};
  }

  void begin(Session& session, Time start, bool counting) {
    const bool was_active = session.active && session.counting == counting;
    session.counting = counting;
    session.active = session.index < active_;
    if (!session.active || was_active) return;
    // Spread over one interval: cars do not press the shutter together.
    session.next_due = start;
    if (session.by_clock())
      session.next_due += interval(session) * static_cast<int>(session.index) / static_cast<int>(sessions_.size());
    else if (session.open.empty())
      send(session, start);
  }

  static steady_clock::duration interval(const Session& session) { return duration_of(1 / session.group->fps); }

  void turn(Time end, bool counting) {
    if (counting && options_.arrive_seconds > 0) arrive();
    wait(end);
    for (auto& session : sessions_) {
      if (session.outcome.lost) continue;
      receive(session);
      if (session.socket.wants_write() && !session.socket.flush()) session.outcome.lost = true;
      if (!session.active || !session.by_clock()) continue;
      const Time now = steady_clock::now();
      while (session.next_due <= now && session.next_due < end && !session.outcome.lost) {
        send(session, session.next_due);
        session.next_due += interval(session);
      }
    }
  }

  // The next session knocks when it is time; the first one that is refused is the last one to knock.
  void arrive() {
    const Time now = steady_clock::now();
    if (now < next_arrival_ || !refusals_.empty() || sessions_.size() >= std::min(active_, to_come_.size())) return;
    next_arrival_ = now + duration_of(options_.arrive_seconds);
    if (auto added = add_session(); !added) {
      const auto& error = added.error();
      refusals_.push_back({.sessions_before = static_cast<int>(sessions_.size()),
                           .words = error.message,
                           .retry_after_seconds = error.retry_after ? base::to_ms(*error.retry_after) / 1000 : 0});
      return;
    }
    begin(sessions_.back(), now, true);
  }

  void wait(Time end) {
    Time wake = end;
    if (options_.arrive_seconds > 0 && refusals_.empty() && sessions_.size() < to_come_.size())
      wake = std::min(wake, next_arrival_);
    fds_.clear();
    for (const auto& session : sessions_) {
      if (session.active && session.by_clock()) wake = std::min(wake, session.next_due);
      const short events = static_cast<short>((session.group->reads ? POLLIN : 0) | (session.socket.wants_write() ? POLLOUT : 0));
      fds_.push_back({.fd = session.outcome.lost ? -1 : session.socket.fd(), .events = events, .revents = 0});
    }
    const auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(wake - steady_clock::now()));
    const timespec limit{.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000),
                         .tv_nsec = static_cast<long>(left.count() % 1'000'000'000)};
    ::ppoll(fds_.data(), fds_.size(), &limit, nullptr);
  }

  void send(Session& session, Time due) {
    if (session.socket.unsent_bytes() > kUnsentBytesMax) {
      session.outcome.unsent += session.counting ? 1 : 0;
      return;
    }
    const std::uint64_t number = ++session.number;
    const std::size_t which = (number + session.index * 7) % session.frames->size();
    session.open[number] = due;
    if (session.counting) session.outcome.tally.sent();
    if (options_.mode == Mode::binary) {
      const auto captured =
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
      const auto message = wire::make_frame_envelope(number, captured.count(), "", (*session.frames)[which]);
      if (!session.socket.send_binary(message)) session.outcome.lost = true;
      return;
    }
    const auto& picture = base64_[to_come_[session.index]][which];
    const auto message = fmt::format(R"({{"type":"frame","frame_id":"{}","image_data":"{}"}})", number, picture);
    if (!session.socket.send_text(message)) session.outcome.lost = true;
  }

  void receive(Session& session) {
    if (!session.group->reads || session.outcome.lost) return;
    auto messages = session.socket.receive();
    if (!messages) {
      session.outcome.lost = true;
      return;
    }
    for (const auto& message : *messages) {
      if (message.opcode == client::Opcode::close) session.outcome.lost = true;
      const bool verdict = note(session, message.payload);
      if (verdict && session.active && !session.by_clock() && !session.outcome.lost) send(session, steady_clock::now());
    }
  }

  // True when the message was a frame's verdict.
  static bool note(Session& session, std::string_view json) {
    const std::string_view type = value_of(json, "\"type\":");
    SessionOutcome& outcome = session.outcome;
    if (type != "detection_result" && type != "frame_dropped" && type != "error") {
      if (type == "quality_changed" && session.counting) ++outcome.quality_changes;
      if (const double granted = number_of(json, "\"granted_fps\":"); granted > 0) outcome.granted_fps_last = granted;
      return false;
    }
    const auto open = session.open.find(number_of<std::uint64_t>(json, "\"seq\":"));
    if (open == session.open.end()) return false;
    if (session.counting) {
      Ending ending = read_ending(json, type);
      ending.due = open->second;
      ending.came = steady_clock::now();
      outcome.tally.ended(std::move(ending));
      if (json.find("\"suggest\":") != std::string_view::npos) ++outcome.suggestions;
    }
    session.open.erase(open);
    return true;
  }

  const LoadOptions& options_;
  const std::vector<std::shared_ptr<const Frames>>& pools_;
  std::vector<std::size_t> to_come_;              // the group of each session
  std::vector<std::vector<std::string>> base64_;  // of each group's frames
  std::vector<Session> sessions_;
  std::vector<client::WebSocket> idle_;
  std::vector<pollfd> fds_;
  std::vector<Refusal> refusals_;
  std::size_t active_ = 0;
  Time next_arrival_{};
};

}  // namespace

domain::Result<LoadResult> run_websocket_load(const LoadOptions& options,
                                              const std::vector<std::shared_ptr<const Frames>>& pools) {
  Run run(options, pools);
  if (auto connected = run.connect(); !connected) return std::unexpected(connected.error());
  if (options.warm_up_seconds > 0) {
    run.drive(options.warm_up_seconds, options.sessions(), false);
    run.settle();
  }
  const Usage own_before = usage_of(0);
  const Usage server_before = options.server_pid > 0 ? usage_of(options.server_pid) : Usage{};
  LoadResult result;
  result.phases = options.phases;
  result.started = steady_clock::now();
  for (const Phase& phase : options.phases) run.drive(phase.seconds, phase.sessions, true);
  result.seconds = std::chrono::duration<double>(steady_clock::now() - result.started).count();
  result.generator = spent(usage_of(0), own_before);
  if (options.server_pid > 0) result.server = spent(usage_of(options.server_pid), server_before);
  run.settle();
  run.finish(result);
  return result;
}

}  // namespace hazard::bench
