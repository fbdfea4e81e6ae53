#include "load/post_load.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <functional>
#include <unordered_map>

#include "client/http_connection.hpp"
#include "load/flat_json.hpp"

namespace hazard::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kBoundary = "hazard-load-part";

steady_clock::duration interval_of(const SessionGroup& group) {
  return std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(group.fps > 0 ? 1 / group.fps : 0));
}

struct Poster {
  client::HttpConnection upload;
  std::optional<client::HttpConnection> events;  // with SSE
  std::string target;
  bool busy = false;
  Time next_due;
  Time due;
  std::uint64_t number = 0;
  std::unordered_map<std::uint64_t, Time> open;  // with SSE: by seq
  std::string lines;
  SessionOutcome outcome;
};

void post(Poster& poster, const domain::Bytes& frame, Time due) {
  const std::string_view picture(reinterpret_cast<const char*>(frame.data()), frame.size());
  poster.busy = true;
  poster.due = due;
  ++poster.number;
  poster.outcome.tally.sent();
  domain::Result<void> sent;
  if (poster.events) {
    poster.open[poster.number] = due;
    sent = poster.upload.send("POST", poster.target, fmt::format("Content-Type: image/jpeg\r\nX-Frame-Id: {}\r\n", poster.number),
                              picture);
  } else {
    const std::string body = fmt::format(
        "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"frame.jpg\"\r\n"
        "Content-Type: image/jpeg\r\n\r\n{}\r\n--{}--\r\n",
        kBoundary, picture, kBoundary);
    sent = poster.upload.send("POST", poster.target, fmt::format("Content-Type: multipart/form-data; boundary={}\r\n", kBoundary),
                              body);
  }
  if (!sent) poster.outcome.lost = true;
}

void end(Poster& poster, Ending&& ending, Time due) {
  ending.due = due;
  ending.came = steady_clock::now();
  poster.outcome.tally.ended(std::move(ending));
}

void take_reply(Poster& poster) {
  const auto reply = poster.upload.receive();
  if (!reply) {
    poster.outcome.lost = true;
    return;
  }
  if (!*reply) return;
  poster.busy = false;
  if ((*reply)->status != 200) {
    end(poster, read_ending((*reply)->body, "error"), poster.due);
    poster.open.erase(poster.number);
  } else if (!poster.events) {
    Ending ending;
    ending.age_ms = number_of((*reply)->body, "\"processing_time_ms\":");
    end(poster, std::move(ending), poster.due);
  }
}

void take_event(Poster& poster, std::string_view json) {
  const std::string_view type = value_of(json, "\"type\":");
  const auto open = poster.open.find(number_of<std::uint64_t>(json, "\"seq\":"));
  if (open == poster.open.end()) return;
  end(poster, read_ending(json, type), open->second);
  poster.open.erase(open);
}

void take_events(Poster& poster) {
  auto bytes = poster.events->receive_stream();
  if (!bytes) {
    poster.outcome.lost = true;
    return;
  }
  poster.lines += *bytes;
  std::size_t end;
  while ((end = poster.lines.find('\n')) != std::string::npos) {
    const std::string_view line = std::string_view(poster.lines).substr(0, end);
    if (line.starts_with("data: ")) take_event(poster, line.substr(6));
    poster.lines.erase(0, end + 1);
  }
}

// Lock-step with an event stream means: the next frame once the verdict of the last one came.
bool may_send(const Poster& poster, const SessionGroup& group) {
  return !poster.outcome.lost && !poster.busy && (group.fps > 0 || !poster.events || poster.open.empty());
}

void wait_for(std::vector<Poster>& posters, const SessionGroup& group, Time end) {
  std::vector<pollfd> fds;
  Time wake = end;
  for (const auto& poster : posters) {
    if (poster.outcome.lost) continue;
    const short events = static_cast<short>(POLLIN | (poster.upload.wants_write() ? POLLOUT : 0));
    fds.push_back({.fd = poster.upload.fd(), .events = events, .revents = 0});
    if (poster.events) fds.push_back({.fd = poster.events->fd(), .events = POLLIN, .revents = 0});
    if (may_send(poster, group)) wake = std::min(wake, poster.next_due);
  }
  const auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(wake - steady_clock::now()));
  const timespec limit{.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000),
                       .tv_nsec = static_cast<long>(left.count() % 1'000'000'000)};
  ::ppoll(fds.data(), fds.size(), &limit, nullptr);
}

void drive(std::vector<Poster>& posters, const SessionGroup& group, const Frames& frames, Time end, bool sending) {
  while (steady_clock::now() < end) {
    bool open = false;
    for (auto& poster : posters) {
      if (poster.outcome.lost) continue;
      if (poster.busy && (!poster.upload.flush())) poster.outcome.lost = true;
      if (poster.busy) take_reply(poster);
      if (poster.events && !poster.outcome.lost) take_events(poster);
      const Time now = steady_clock::now();
      if (sending && may_send(poster, group) && poster.next_due <= now) {
        post(poster, frames[poster.number % frames.size()], group.fps > 0 ? poster.next_due : now);
        poster.next_due = group.fps > 0 ? poster.next_due + interval_of(group) : now;
      }
      open = open || poster.busy || !poster.open.empty();
    }
    if (!sending && !open) return;
    wait_for(posters, group, end);
  }
}

LoadResult finish(std::vector<Poster>& posters, const LoadOptions& options, const Frames& frames) {
  const SessionGroup& group = options.groups.front();
  LoadResult result;
  result.phases = {{.sessions = group.sessions, .seconds = options.seconds()}};
  const Usage own = usage_of(0);
  const Usage server = options.server_pid > 0 ? usage_of(options.server_pid) : Usage{};
  result.started = steady_clock::now();
  for (std::size_t i = 0; i < posters.size(); ++i) {
    posters[i].next_due = result.started + interval_of(group) * static_cast<int>(i) / static_cast<int>(posters.size());
  }
  const auto length = std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(options.seconds()));
  drive(posters, group, frames, result.started + length, true);
  result.seconds = std::chrono::duration<double>(steady_clock::now() - result.started).count();
  result.generator = spent(usage_of(0), own);
  if (options.server_pid > 0) result.server = spent(usage_of(options.server_pid), server);
  drive(posters, group, frames, steady_clock::now() + std::chrono::seconds(3), false);
  for (auto& poster : posters) {
    poster.outcome.group = group.name;
    result.sessions.push_back(std::move(poster.outcome));
  }
  return result;
}

}  // namespace

domain::Result<LoadResult> run_post_load(const LoadOptions& options, const Frames& frames) {
  const auto url = client::parse_url(options.url);
  if (!url) return std::unexpected(url.error());
  std::vector<Poster> posters;
  for (int i = 0; i < options.groups.front().sessions; ++i) {
    auto upload = client::HttpConnection::connect(*url);
    if (!upload) return std::unexpected(upload.error());
    posters.push_back(Poster{.upload = std::move(*upload), .target = "/detect"});
  }
  return finish(posters, options, frames);
}

domain::Result<LoadResult> run_sse_load(const LoadOptions& options, const Frames& frames) {
  const auto url = client::parse_url(options.url);
  if (!url) return std::unexpected(url.error());
  std::vector<Poster> posters;
  for (int i = 0; i < options.groups.front().sessions; ++i) {
    auto upload = client::HttpConnection::connect(*url);
    auto events = client::HttpConnection::connect(*url);
    if (!upload || !events) return std::unexpected(upload ? events.error() : upload.error());
    if (auto sent =
            upload->send("POST", "/stream/sessions", "", fmt::format(R"({{"fps_limit":{}}})", options.groups.front().fps_limit));
        !sent)
      return std::unexpected(sent.error());
    const auto created = upload->wait_for_reply(std::chrono::seconds(5));
    if (!created) return std::unexpected(created.error());
    const std::string id(value_of(created->body, "\"client_id\":"));
    if (created->status != 200 || id.empty()) return domain::refuse(domain::ErrorCode::bad_request, created->body);
    if (auto sent = events->send("GET", "/stream/events/" + id, "Accept: text/event-stream\r\n", ""); !sent)
      return std::unexpected(sent.error());
    posters.push_back(Poster{.upload = std::move(*upload), .events = std::move(*events), .target = "/stream/process/" + id});
  }
  return finish(posters, options, frames);
}

}  // namespace hazard::bench
