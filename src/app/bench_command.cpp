#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>

#include "app/calibration.hpp"
#include "app/command_table.hpp"
#include "app/model_source.hpp"
#include "app/number_text.hpp"
#include "app/picture_files.hpp"

namespace hazard::app {
namespace {

constexpr std::array<Option, 2> kOptions{{
    {"seconds", "N", "how long to measure each mode, 1 to 600 [5]"},
    {"picture", "FILE", "measure with this picture instead of a rendered road of 1280x720"},
}};

constexpr std::array<double, 3> kStreamRates{5, 10, 30};

void print_mode(const domain::ModelInfo& model, const Calibration& measured) {
  fmt::print("{} mode, {} at a time, {} threads\n", model.performance_mode, model.streams, model.threads);
  fmt::print("  whole path   {:8.1f} frames a second (decode, inference, boxes)\n", measured.frames_per_second);
  fmt::print("  inference    {:8.2f} ms median, {:.2f} ms p95\n", measured.inference.median_ms, measured.inference.p95_ms);
  fmt::print("  decode       {:8.2f} ms median, {:.2f} ms p95\n", measured.decode.median_ms, measured.decode.p95_ms);
  fmt::print("  streams     ");
  for (const double rate : kStreamRates)
    fmt::print(" {:.0f} at {:.0f} fps{}", std::floor(measured.frames_per_second / rate), rate, rate == 30 ? "\n" : ",");
}

domain::Result<void> measure(detect::EngineOptions options, std::string_view mode, const domain::Bytes& picture,
                             std::chrono::seconds span, bool first) {
  options.performance_mode = mode;
  const auto engine = detect::load_openvino_engine(options);
  if (!engine) return std::unexpected(engine.error());
  if (first) fmt::print("{}  picture    {} bytes\n\n", describe_model((*engine)->model()), picture.size());
  const auto measured = calibrate(**engine, picture, span);
  if (!measured) return std::unexpected(measured.error());
  print_mode((*engine)->model(), *measured);
  std::fflush(stdout);
  return {};
}

ExitCode run(const Invocation& invocation) {
  const auto text = invocation.value("seconds", "5");
  const auto seconds = number_within<int>(text, 1, 600);
  if (!seconds) return complain(ExitCode::usage, "--seconds takes a whole number from 1 to 600.");
  const auto options = engine_options(invocation.config);
  if (const auto wrong = plainly_wrong(options)) return complain(ExitCode::cannot_start, *wrong);
  const auto picture = invocation.has("picture") ? read_picture(invocation.value("picture")) : sample_picture();
  if (!picture) return complain(ExitCode::failed, picture.error().message);
  bool first = true;
  for (const std::string_view mode : {"latency", "throughput"}) {
    if (const auto done = measure(options, mode, *picture, std::chrono::seconds(*seconds), first); !done)
      return complain(ExitCode::failed, done.error().message);
    first = false;
  }
  return ExitCode::ok;
}

}  // namespace

Command bench_command() {
  return {
      .name = "bench",
      .summary = "measure frames a second of this machine, and the streams it serves",
      .operands = {},
      .options = kOptions,
      .settings = Settings::model,
      .text =
          R"(Runs the model on this machine in both performance modes, on one picture over and over, and prints frames a second of
the whole path (decode, inference, boxes), the time of its parts, and how many streams that serves at 5, 10 and 30
frames a second. No network is involved; let nothing else run meanwhile.

Examples:
  hazardstream bench
  hazardstream bench --seconds 20 --picture road.jpg
  hazardstream bench --input-size 640x384 --inference-precision f32)",
      .run = run};
}

}  // namespace hazard::app
