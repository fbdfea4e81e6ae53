// hazard_load: the load generator. Prints one line of JSON.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "load/frame_pool.hpp"
#include "load/post_load.hpp"
#include "load/report.hpp"
#include "load/websocket_load.hpp"

namespace {

constexpr std::string_view kUsage = R"(hazard_load: sends frames to a server and says how every one of them ended.

  --url URL            ws://127.0.0.1:8080
  --mode binary|text|post|sse   binary WebSocket frames, base64 JSON, POST /detect one by one, or REST + event stream
  --sessions N         1
  --fps F              frames a second of each session, sent by the clock; 0 (default): lock-step
  --fps-limit F        30, asked of the server for each session; lock-step beyond it measures the limit, not the server
  --seconds S          10
  --size WxH           1280x720, of simulated frames
  --quality N          80, of their JPEG
  --pictures FOLDER    send these files instead of the simulated drive
  --query Q            more of the handshake, e.g. delivery=all
  --group K=V,...      sessions that differ; may be repeated: name, sessions, fps, fps_limit, size, quality, pictures, query,
                       reads=no (never reads). What is not named is as the options before it say
  --phases N:S,...     so many of the sessions send for so many seconds, e.g. 1:10,4:10,1:10; instead of --seconds
  --arrive S           sessions connect one by one, S seconds apart, until the server refuses one
  --idle N             silent WebSockets held open beside the load
  --warm-up S          1, lock-step, not counted
  --pid N              the server's, to report its CPU and memory
  --trace FILE         a line of CSV for every frame

Latency counts from the moment a frame was due. silent = frames without any verdict 3 s after the end.
)";

struct Arguments {
  hazard::bench::LoadOptions load;
  hazard::bench::SessionGroup all;
  double seconds = 10;
  std::string mode = "binary";
};

// False when the value is wrong, or nobody knows the flag.
bool take_group_flag(hazard::bench::SessionGroup& group, std::string_view flag, const std::string& value) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKeys{{{"--sessions", "sessions"},
                                                                                {"--fps", "fps"},
                                                                                {"--fps-limit", "fps_limit"},
                                                                                {"--size", "size"},
                                                                                {"--quality", "quality"},
                                                                                {"--pictures", "pictures"},
                                                                                {"--query", "query"}}};
  for (const auto& [name, key] : kKeys) {
    if (flag != name) continue;
    const auto changed = hazard::bench::parse_group(std::string(key) + "=" + value, group);
    if (changed) group = *changed;
    return changed.has_value();
  }
  return false;
}

bool take(Arguments& arguments, std::string_view flag, const std::string& value) {
  auto& load = arguments.load;
  if (flag == "--url") return load.url = value, true;
  if (flag == "--mode") return arguments.mode = value, true;
  if (flag == "--trace") return load.trace = value, true;
  if (flag == "--seconds") return (arguments.seconds = std::atof(value.c_str())) > 0;
  if (flag == "--warm-up") return (load.warm_up_seconds = std::atof(value.c_str())) >= 0;
  if (flag == "--arrive") return (load.arrive_seconds = std::atof(value.c_str())) > 0;
  if (flag == "--idle") return (load.idle_sockets = std::atoi(value.c_str())) >= 0;
  if (flag == "--pid") return (load.server_pid = std::atoi(value.c_str())) > 0;
  if (flag == "--group") {
    const auto group = hazard::bench::parse_group(value, arguments.all);
    if (group) load.groups.push_back(*group);
    return group.has_value();
  }
  if (flag == "--phases") {
    const auto phases = hazard::bench::parse_phases(value);
    if (phases) load.phases = *phases;
    return phases.has_value();
  }
  return take_group_flag(arguments.all, flag, value);
}

hazard::domain::Result<hazard::bench::LoadResult> run(const Arguments& arguments) {
  const auto& load = arguments.load;
  const auto pools = hazard::bench::make_frames(load.groups);
  if (!pools) return std::unexpected(pools.error());
  if (arguments.mode == "sse") return hazard::bench::run_sse_load(load, *pools->front());
  if (arguments.mode == "post") return hazard::bench::run_post_load(load, *pools->front());
  return hazard::bench::run_websocket_load(load, *pools);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!take(arguments, argv[i], argv[i + 1])) {
      fmt::print(stderr, "{}\nunknown or wrong: {} {}\n", kUsage, argv[i], argv[i + 1]);
      return 2;
    }
  }
  if (argc % 2 == 0) {
    fmt::print("{}", kUsage);
    return std::string_view(argv[argc - 1]) == "--help" ? 0 : 2;
  }
  constexpr std::array<std::string_view, 4> kModes{"binary", "text", "post", "sse"};
  if (std::ranges::find(kModes, arguments.mode) == kModes.end()) {
    fmt::print(stderr, "{}\nunknown mode {}\n", kUsage, arguments.mode);
    return 2;
  }
  auto& load = arguments.load;
  if (load.groups.empty()) load.groups.push_back(arguments.all);
  if (load.phases.empty()) load.phases.push_back({.sessions = load.sessions(), .seconds = arguments.seconds});
  load.mode = arguments.mode == "text" ? hazard::bench::Mode::text : hazard::bench::Mode::binary;
  const auto result = run(arguments);
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    return 1;
  }
  fmt::print("{}\n", hazard::bench::report(*result));
  if (load.trace.empty()) return 0;
  if (const auto written = hazard::bench::write_trace(load.trace, *result); !written) {
    fmt::print(stderr, "{}\n", written.error().message);
    return 1;
  }
  return 0;
}
