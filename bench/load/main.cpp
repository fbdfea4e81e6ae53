// hazard_load: the load generator. Prints one line of JSON.
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "load/frame_pool.hpp"
#include "load/post_load.hpp"
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
  --pictures FOLDER    send these files instead of the simulated drive
  --query Q            more of the handshake, e.g. delivery=all
  --idle N             silent WebSockets held open beside the load
  --pid N              the server's, to report its CPU and memory

Latency counts from the moment a frame was due. silent = frames without any verdict 3 s after the end.
)";

struct Arguments {
  hazard::bench::LoadOptions load;
  hazard::bench::FramePoolOptions pool;
  std::string mode = "binary";
};

bool take(Arguments& arguments, std::string_view flag, const std::string& value) {
  if (flag == "--url")
    arguments.load.url = value;
  else if (flag == "--mode")
    arguments.mode = value;
  else if (flag == "--sessions")
    arguments.load.sessions = std::atoi(value.c_str());
  else if (flag == "--fps")
    arguments.load.fps = std::atof(value.c_str());
  else if (flag == "--fps-limit")
    arguments.load.fps_limit = std::atof(value.c_str());
  else if (flag == "--seconds")
    arguments.load.seconds = std::atof(value.c_str());
  else if (flag == "--warm-up")
    arguments.load.warm_up_seconds = std::atof(value.c_str());
  else if (flag == "--pictures")
    arguments.pool.folder = value;
  else if (flag == "--query")
    arguments.load.query = value;
  else if (flag == "--idle")
    arguments.load.idle_sockets = std::atoi(value.c_str());
  else if (flag == "--pid")
    arguments.load.server_pid = std::atoi(value.c_str());
  else if (flag == "--size") {
    const auto cross = value.find('x');
    if (cross == std::string::npos) return false;
    arguments.pool.size = {std::atoi(value.c_str()), std::atoi(value.c_str() + cross + 1)};
  } else {
    return false;
  }
  return true;
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
  const auto frames = hazard::bench::make_frames(arguments.pool);
  if (!frames) {
    fmt::print(stderr, "{}\n", frames.error().message);
    return 1;
  }
  const bool websocket = arguments.mode == "binary" || arguments.mode == "text";
  if (!websocket && arguments.mode != "post" && arguments.mode != "sse") {
    fmt::print(stderr, "{}\nunknown mode {}\n", kUsage, arguments.mode);
    return 2;
  }
  arguments.load.mode = arguments.mode == "text" ? hazard::bench::Mode::text : hazard::bench::Mode::binary;
  const auto result = websocket                 ? hazard::bench::run_websocket_load(arguments.load, *frames)
                      : arguments.mode == "sse" ? hazard::bench::run_sse_load(arguments.load, *frames)
                                                : hazard::bench::run_post_load(arguments.load, *frames);
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    return 1;
  }
  fmt::print("{}\n", hazard::bench::report(result->tally, result->context));
  return 0;
}
