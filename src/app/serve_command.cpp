#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/command_table.hpp"
#include "app/house.hpp"
#include "app/model_source.hpp"
#include "app/stop_signals.hpp"
#include "base/log.hpp"

namespace hazard::app {
namespace {

// What joins take after the clients are gone; together with the default SHUTDOWN_GRACE still inside 10 s.
constexpr std::chrono::seconds kShutdownRest{1};

void say(std::string_view text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

// Each connection is a file to the kernel; shells often allow 1,024 where the hard limit is far higher.
void allow_connections(int connections_max) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = static_cast<rlim_t>(connections_max) + 256;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    base::log::warn("few_files", "The limit of open files allows fewer connections than MAX_CONNECTIONS.",
                    {{"files", limit.rlim_cur}, {"connections", connections_max}});
  }
}

ExitCode run(const Invocation& invocation) {
  const auto& config = invocation.config.values;
  if (const auto refusal = listening_refusal(config)) return complain(ExitCode::cannot_start, *refusal);
  const auto engine = engine_options(invocation.config);
  if (const auto wrong = plainly_wrong(engine)) return complain(ExitCode::cannot_start, *wrong);
  const auto log_options =
      base::log::choose_options(STDERR_FILENO, config.log_format == "auto" ? "" : config.log_format, config.log_level);
  if (!log_options) return complain(ExitCode::cannot_start, log_options.error());

  signal(SIGPIPE, SIG_IGN);  // a reader of our output that goes away must not take the server along
  StopSignals signals;
  const base::RealClock clock;
  base::log::Log log(*log_options, clock);
  base::log::install(&log);
  allow_connections(config.max_connections);
  auto apart = engine;
  apart.threads = 1;
  apart.performance_mode = "latency";
  auto house = House::build(config, {.clock = clock,
                                     .load = [&] { return detect::load_openvino_engine(engine); },
                                     .say = say,
                                     .load_apart = [&] { return detect::load_openvino_engine(apart); }});
  if (!house) {
    base::log::install(nullptr);
    return complain(ExitCode::cannot_start, house.error().message);
  }

  const int number = signals.wait();
  StopSignals::end_after(config.shutdown_grace + kShutdownRest);
  say(fmt::format("Stopping ({}); a second signal stops at once.\n", number == SIGINT ? "SIGINT" : "SIGTERM"));
  base::log::info("stopping", "The server stops.", {{"signal", number}});
  (*house)->stop();
  house->reset();
  base::log::install(nullptr);
  return ExitCode::ok;
}

}  // namespace

Command serve_command() {
  return {
      .name = "serve",
      .summary = "serve the page, streams and single pictures",
      .operands = {},
      .options = {},
      .settings = Settings::all,
      .text =
          R"(Listens on HOST and PORT, loads the model, measures how many frames a second this machine does, and serves until it is
told to stop. Says in words what it loaded. SIGTERM or Ctrl-C lets clients finish for SHUTDOWN_GRACE seconds; a second
one stops at once.

A MODEL_PATH that does not exist, or a device that is not there, stops the start with exit code 3. A model that is there
but cannot be loaded does not: the server stays up, GET /health/live answers 200 and GET /health/ready 503 with the
reason, and it tries again after 1, 2, 4 and so on up to 60 seconds.

Examples:
  hazardstream serve                                        then open http://127.0.0.1:8080
  hazardstream serve --port 9000 --openvino-performance-mode throughput
  hazardstream serve --model-path exports/best_openvino_model
  hazardstream serve --host 0.0.0.0 --api-keys-file keys.txt
  hazardstream serve --host 0.0.0.0 --allow-anonymous       anybody who can reach this machine may use it)",
      .run = run};
}

}  // namespace hazard::app
