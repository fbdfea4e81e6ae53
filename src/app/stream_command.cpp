#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <optional>
#include <random>
#include <thread>

#include "app/command_table.hpp"
#include "app/frame_source.hpp"
#include "app/keys_file.hpp"
#include "app/stream_tally.hpp"
#include "client/back_off.hpp"
#include "client/pace.hpp"
#include "client/resumption.hpp"
#include "client/websocket.hpp"
#include "wire/base64.hpp"
#include "wire/client_message.hpp"
#include "wire/json_writer.hpp"

namespace hazard::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::array<Option, 13> kOptions{{
    {"url", "URL", "the server [ws://127.0.0.1:8080]"},
    {"key-file", "FILE", "holds the key that the server asks for"},
    {"fps", "RATE", "frames a second, by the clock; 0: the next one as soon as the last is answered [10]"},
    {"count", "N", "stop after so many frames"},
    {"seconds", "S", "stop after so long"},
    {"size", "WxH", "of the simulated drive's frames [1280x720]"},
    {"mode", "MODE", "binary (the picture as it is, the default) or text (base64 in JSON, as old clients send)"},
    {"delivery", "POLICY", "latest (newest frame wins, the default) or all (a queue)"},
    {"confidence", "VALUE", "least score of a box [the server's]"},
    {"loop", "", "begin again at the end of a folder or video"},
    {"print", "", "print every message of the server, one JSON text a line, instead of the progress line"},
    {"ignore-hints", "", "keep the rate and size asked for, also when the server suggests less"},
    {"no-reconnect", "", "give up when the connection breaks instead of resuming the session"},
}};
constexpr auto kSettle = std::chrono::seconds(5);  // for the last frames' verdicts
constexpr auto kPingEvery = std::chrono::seconds(5);
constexpr auto kReconnectFor = std::chrono::seconds(60);
constexpr auto kStartingFor = std::chrono::seconds(60);
constexpr auto kWelcomeWithin = std::chrono::seconds(10);

std::atomic<bool> interrupted{false};

struct StreamPlan {
  SourceOptions source;
  std::string url;
  double fps = 10;
  std::uint64_t count = 0;  // 0: no limit
  double seconds = 0;       // likewise
  bool text = false;
  bool print = false;
  bool follow_hints = true;
  bool reconnect = true;
};

std::optional<double> number(std::string_view text, double least, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most)) return std::nullopt;
  return value;
}

std::optional<domain::SizePx> size_from(std::string_view text) {
  const std::size_t cross = text.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto width = number(text.substr(0, cross), 64, 7680);
  const auto height = number(text.substr(cross + 1), 64, 4320);
  if (!width || !height) return std::nullopt;
  return domain::SizePx{static_cast<int>(*width), static_cast<int>(*height)};
}

std::expected<StreamPlan, std::string> make_plan(const Invocation& invocation) {
  StreamPlan plan;
  const auto fps = number(invocation.value("fps", "10"), 0, 1000);
  if (!fps) return std::unexpected("--fps takes a number from 0 to 1000.");
  const auto count = number(invocation.value("count", "0"), 0, 1e12);
  if (!count) return std::unexpected("--count takes a whole number.");
  const auto seconds = number(invocation.value("seconds", "0"), 0, 1e9);
  if (!seconds) return std::unexpected("--seconds takes a number.");
  const auto size = size_from(invocation.value("size", "1280x720"));
  if (!size) return std::unexpected("--size takes WIDTHxHEIGHT from 64x64 to 7680x4320.");
  const auto mode = invocation.value("mode", "binary");
  if (mode != "binary" && mode != "text") return std::unexpected("--mode takes binary or text.");
  const auto delivery = invocation.value("delivery", "latest");
  if (delivery != "latest" && delivery != "all") return std::unexpected("--delivery takes latest or all.");
  plan.source = {.name = invocation.operands.front(), .fps = *fps > 0 ? *fps : 10, .size = *size, .loop = invocation.has("loop")};
  plan.fps = *fps;
  plan.count = static_cast<std::uint64_t>(*count);
  plan.seconds = *seconds;
  plan.text = mode == "text";
  plan.print = invocation.has("print");
  plan.follow_hints = !invocation.has("ignore-hints");
  plan.reconnect = !invocation.has("no-reconnect");
  const double limit = *fps > 0 ? std::clamp(*fps, 1.0, 30.0) : 30.0;
  plan.url = fmt::format("{}/stream/detection?fps_limit={}&delivery={}", invocation.value("url", "ws://127.0.0.1:8080"), limit,
                         delivery);
  if (invocation.has("confidence")) {
    const auto confidence = number(invocation.value("confidence"), 0.01, 1);
    if (!confidence) return std::unexpected("--confidence takes a number from 0.01 to 1.");
    plan.url += fmt::format("&confidence_threshold={}", *confidence);
  }
  return plan;
}

// What rides along with a binary frame: its label and where it was taken.
std::string envelope_json(const SourceFrame& frame) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("frame_id", frame.name);
  if (frame.location) {
    json.key("metadata").begin_object().key("location").begin_object();
    json.field("latitude", frame.location->latitude).field("longitude", frame.location->longitude);
    if (frame.location->heading_deg) json.field("heading", *frame.location->heading_deg);
    if (frame.location->speed_mps) json.field("speed", *frame.location->speed_mps);
    json.end_object().end_object();
  }
  json.end_object();
  return text;
}

double epoch_now() { return base::epoch_seconds(std::chrono::system_clock::now()); }

class StreamRun {
 public:
  StreamRun(const StreamPlan& plan, FrameSource& source, const client::Url& url)
      : plan_(plan),
        source_(source),
        url_(url),
        resumption_(url.target),
        pace_({.fps = plan.fps, .width = plan.source.size.width, .jpeg_quality = plan.source.quality}, plan.follow_hints) {}

  ExitCode run() {
    if (!connect_for(std::chrono::seconds(0))) return ExitCode::failed;
    started_ = next_due_ = steady_clock::now();
    while (!interrupted && !over()) {
      if (!socket_ && !reconnect()) break;
      if (socket_ && !step()) break;
    }
    settle();
    return finish(tally_.all_answered() && !source_failed_ ? ExitCode::ok : ExitCode::failed);
  }

 private:
  bool over() const {
    if (plan_.count > 0 && tally_.frames_sent() >= plan_.count) return true;
    return plan_.seconds > 0 && steady_clock::now() - started_ >= std::chrono::duration<double>(plan_.seconds);
  }

  // Sends the next frame when it is due and listens until then; false when the source is over.
  bool step() {
    const client::Sending sending = pace_.sending(steady_clock::now());
    if (plan_.fps > 0) {
      listen(next_due_);
      next_due_ += std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(1 / sending.fps));
      // After a break the clock does not make up for what was missed.
      next_due_ = std::max(next_due_, steady_clock::now() - std::chrono::seconds(1));
    } else {
      while (socket_ && tally_.open() > 0 && !interrupted) listen(steady_clock::now() + milliseconds(100), true);
    }
    if (!socket_) return true;
    resizes_ = source_.send_as(sending.width, sending.jpeg_quality);
    const auto frame = source_.next();
    if (!frame) {
      fmt::print(stderr, "\nhazardstream: {}\n", frame.error().message);
      source_failed_ = true;
      return false;
    }
    if (!*frame) return false;
    send(**frame);
    return true;
  }

  void send(const SourceFrame& frame) {
    ++seq_;
    tally_.sent(seq_, steady_clock::now());
    const auto capture_us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    domain::Result<void> sent;
    if (plan_.text) {
      std::string text;
      wire::JsonWriter(text)
          .begin_object()
          .field("type", "frame")
          .field("frame_id", frame.name)
          .field("image_data", wire::base64_encode(frame.picture))
          .end_object();
      sent = socket_->send_text(text);
    } else {
      sent = socket_->send_binary(wire::make_frame_envelope(seq_, capture_us, envelope_json(frame), frame.picture));
    }
    if (!sent) lose(sent.error());
  }

  // For the clocks: the answer says when it came and when it left there.
  void ping() {
    const auto now = steady_clock::now();
    if (now < next_ping_) return;
    next_ping_ = now + kPingEvery;
    const auto sent = socket_->send_text(fmt::format(R"({{"type":"ping","sent":{:.6f}}})", epoch_now()));
    if (!sent) lose(sent.error());
  }

  void listen(steady_clock::time_point until, bool once = false) {
    do {
      if (!socket_) return;
      ping();
      if (!socket_) return;
      const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
      auto messages = socket_->receive(std::clamp(left, milliseconds(0), milliseconds(200)));
      if (!messages) return lose(messages.error());
      for (const auto& message : *messages) {
        if (message.opcode == client::Opcode::close)
          return lose({domain::ErrorCode::session_closed, "the server closed the stream"});
        hear(message.payload);
        if (const auto& suggestion = tally_.suggestion()) pace_.heard(*suggestion, steady_clock::now());
      }
      show();
      if (once && !messages->empty()) return;
    } while (steady_clock::now() < until && !interrupted);
  }

  void hear(std::string_view message) {
    if (plan_.print) fmt::print("{}\n", message);
    switch (resumption_.hear(message)) {
      case client::Heard::began:
        tally_.connection_lost();  // what was open in an earlier session
        seq_ = 0;
        break;
      case client::Heard::resumed:
        seq_ = resumption_.frames_received();
        tally_.never_arrived(seq_);
        break;
      case client::Heard::duplicate: return;
      case client::Heard::verdict:
      case client::Heard::other: break;
    }
    tally_.heard(message, steady_clock::now(), epoch_now());
  }

  void settle() {
    const auto until = steady_clock::now() + kSettle;
    while ((socket_ || reconnect()) && tally_.open() > 0 && steady_clock::now() < until)
      listen(std::min(until, steady_clock::now() + milliseconds(100)), true);
    if (socket_) (void)socket_->send_close(1000);
  }

  void lose(const domain::Error& why) {
    fmt::print(stderr, "\nhazardstream: {}\n", why.message);
    socket_.reset();
    ++losses_;
  }

  bool reconnect() { return plan_.reconnect && !resumption_.over() && connect_for(kReconnectFor); }

  double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  // A server that still loads its model is waited for in any case: it was started a moment ago.
  bool connect_for(std::chrono::seconds patience) {
    const auto began = steady_clock::now();
    client::BackOff back_off(milliseconds(250), milliseconds(5000));
    bool told = false;
    if (const auto wait = resumption_.wait()) std::this_thread::sleep_for(*wait);
    while (true) {
      const auto failure = connect();
      if (!failure) return true;
      const bool refused = resumption_.can_resume() && failure->find("resume_refused") != std::string::npos;
      if (refused) resumption_.forget();  // the session is gone: a new one, at once
      const bool starting = failure->find("model_not_ready") != std::string::npos;
      const auto pause = refused ? milliseconds(0) : back_off.next(random());
      const auto until = began + (starting ? std::max(patience, kStartingFor) : patience);
      const bool over = interrupted || steady_clock::now() + pause > until;
      if (!starting || !told || over) fmt::print(stderr, "hazardstream: {}{}\n", *failure, starting && !over ? "; waiting" : "");
      told = starting;
      if (over) return false;
      std::this_thread::sleep_for(pause);
    }
  }

  // Up to the welcome, which says from where frames are counted. Why not, when it could not be.
  std::optional<std::string> connect() {
    client::Url url = url_;
    url.target = resumption_.target();
    auto socket = client::WebSocket::connect(url);
    if (!socket) return socket.error().message;
    const auto messages = socket->receive(kWelcomeWithin);
    if (!messages) return messages.error().message;
    if (messages->empty() || messages->front().opcode == client::Opcode::close) return "the server did not greet";
    socket_.emplace(std::move(*socket));
    next_ping_ = {};
    for (const auto& message : *messages) hear(message.payload);
    return std::nullopt;
  }

  void show() {
    const auto now = steady_clock::now();
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    const auto every = terminal ? milliseconds(200) : milliseconds(5000);
    if (plan_.print || now - shown_ < every) return;
    shown_ = now;
    fmt::print(stderr, "{}{}{}{}", terminal ? "\r\x1b[K" : "", tally_.progress(now), pace_words(now), terminal ? "" : "\n");
    std::fflush(stderr);
  }

  // What is sent less of than was asked, because the server suggested it.
  std::string pace_words(steady_clock::time_point now) const {
    const client::Sending sending = pace_.sending(now);
    std::string words;
    if (sending.fps < plan_.fps) words += fmt::format(" {:.1f}/s", sending.fps);
    if (resizes_ && sending.width < plan_.source.size.width) words += fmt::format(" {} px", sending.width);
    if (resizes_ && sending.jpeg_quality < plan_.source.quality) words += fmt::format(" quality {}", sending.jpeg_quality);
    return words.empty() ? words : "  paced by the server:" + words;
  }

  ExitCode finish(ExitCode code) {
    fmt::print(stderr, "\n");
    fmt::print(plan_.print ? stderr : stdout, "{}", tally_.summary(steady_clock::now()));
    if (losses_ > 0) {
      fmt::print(plan_.print ? stderr : stdout,
                 "connection lost   {} times, resumed {}; {} verdicts came twice, {} were declared gone\n", losses_,
                 resumption_.resumed(), resumption_.duplicates(), resumption_.missed());
    }
    if (pace_.suggestions() > 0) {
      fmt::print(plan_.print ? stderr : stdout, "server's hints    {}, {}\n", pace_.suggestions(),
                 plan_.follow_hints ? "followed" : "ignored");
    }
    return code;
  }

  const StreamPlan& plan_;
  FrameSource& source_;
  const client::Url& url_;
  std::optional<client::WebSocket> socket_;
  StreamTally tally_;
  client::Resumption resumption_;
  client::Pace pace_;
  std::minstd_rand random_{std::random_device{}()};
  std::uint64_t losses_ = 0;
  steady_clock::time_point next_ping_;
  std::uint64_t seq_ = 0;
  bool source_failed_ = false;
  bool resizes_ = false;  // the source makes its pictures as small as it is told
  steady_clock::time_point started_;
  steady_clock::time_point next_due_;
  steady_clock::time_point shown_;
};

ExitCode run_stream(const Invocation& invocation) {
  const auto plan = make_plan(invocation);
  if (!plan) return complain(ExitCode::usage, plan.error());
  auto url = client::parse_url(plan->url);
  if (!url) return complain(ExitCode::usage, fmt::format("--url {}", url.error().message));
  if (invocation.has("key-file")) {
    auto key = read_key(invocation.options.at("key-file"));
    if (!key) return complain(ExitCode::usage, fmt::format("--key-file: {}.", key.error().message));
    url->key = std::move(*key);
  }
  auto source = open_source(plan->source);
  if (!source) return complain(ExitCode::failed, source.error().message);
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return StreamRun(*plan, **source, *url).run();
}

}  // namespace

Command stream_command() {
  return {.name = "stream",
          .summary = "send a folder, a video or the simulated drive to a server and watch the verdicts",
          .operands = "SOURCE",
          .operands_min = 1,
          .operands_max = 1,
          .options = kOptions,
          .settings = Settings::none,
          .text = R"(SOURCE is a folder of pictures, a video file (through an ffmpeg child), 'drive' for the simulated
drive, or 'drive:SEED' for another one. Frames are sent by the clock; every one of them gets a
verdict, and the summary counts them by kind. Exit code 1 when a frame stayed without a verdict.
When the server suggests a lower rate, the clock slows down to it; the simulated drive also becomes
smaller. Files are always sent as they are. A server that still loads its model is waited for.

Examples:
  hazardstream stream drive
  hazardstream stream frames/ --fps 4 --url ws://127.0.0.1:8080
  hazardstream stream drive.mp4 --fps 10 --delivery all --print > verdicts.jsonl)",
          .run = run_stream};
}

}  // namespace hazard::app
