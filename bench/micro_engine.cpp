// What the engine costs around OpenVINO's own arithmetic: box decoding and NMS by themselves, then whole inferences in both
// modes, to be laid beside benchmark_app's figures for the same graph on the same quiet cores:
//
//   cmake --build build --target micro_engine && build/bench/micro_engine
//   .venv/bin/benchmark_app -m models/hazard-yolo12n/hazard-yolo12n.xml -d CPU -hint latency -infer_precision bf16 -t 10
//
// HAZARD_BENCH_MODEL names another model folder. Resident memory of the process is printed beside each engine's figures.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "detect/openvino_engine.hpp"
#include "detect/postprocess.hpp"

namespace {

using namespace hazard;

std::string model_folder() {
  const char* named = std::getenv("HAZARD_BENCH_MODEL");
  return named != nullptr ? named : "models/hazard-yolo12n";
}

double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

// A raw head of 8400 boxes and two classes, a share of which score above 0.5.
std::vector<float> raw_head(double share) {
  std::vector<float> output(6 * 8400, 0.01F);
  std::uint32_t state = 1;
  const auto unit = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<float>(state >> 8) / 16777216.0F;
  };
  for (std::size_t i = 0; i < 8400; ++i) {
    output[i] = unit() * 640;
    output[8400 + i] = unit() * 640;
    output[2 * 8400 + i] = 10 + unit() * 100;
    output[3 * 8400 + i] = 10 + unit() * 100;
    if (unit() < static_cast<float>(share)) output[(4 + i % 2) * 8400 + i] = 0.5F + unit() / 2;
  }
  return output;
}

void postprocess(benchmark::State& state, double share, float threshold) {
  const detect::OutputLayout layout{.order = detect::BoxOrder::channels_first,
                                    .units = detect::BoxUnits::input_pixels,
                                    .classes = 2,
                                    .boxes = 8400,
                                    .words = {}};
  const auto output = raw_head(share);
  const auto letterbox = domain::Letterbox::fit({1280, 720}, {640, 640});
  std::vector<detect::Candidate> scratch;
  for (auto step : state) {
    benchmark::DoNotOptimize(detect::detections_from(layout, output, letterbox, {.confidence_threshold = threshold}, scratch));
  }
}
BENCHMARK_CAPTURE(postprocess, empty_road, 0.0, 0.5F)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postprocess, forty_candidates, 0.005, 0.5F)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postprocess, every_box_passes, 1.0, 0.0F)->Unit(benchmark::kMicrosecond);

double percentile(std::vector<double>& times_ms, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(times_ms.size() - 1));
  std::ranges::nth_element(times_ms, times_ms.begin() + at);
  return times_ms[static_cast<std::size_t>(at)];
}

// Every worker runs its request as fast as it can for one iteration of 40 inferences in all.
void inference(benchmark::State& state, const char* mode, const char* precision, domain::SizePx input) {
  const auto engine =
      detect::load_openvino_engine({.model = model_folder(), .performance_mode = mode, .precision = precision, .input = input});
  if (!engine) {
    state.SkipWithError(engine.error().message.c_str());
    return;
  }
  constexpr int kFrames = 40;
  std::vector<double> times_ms;
  double detections_ms = 0;
  long frames = 0;
  for (auto step : state) {
    std::atomic<int> left = kFrames;
    std::mutex guard;
    std::vector<std::jthread> workers;
    for (int w = 0; w < (*engine)->workers(); ++w) {
      workers.emplace_back([&] {
        const auto request = (*engine)->make_request();
        const auto letterbox = domain::Letterbox::fit({1280, 720}, request->input().size);
        std::vector<double> own_ms;
        double own_detections_ms = 0;
        while (left-- > 0) {
          const auto begin = std::chrono::steady_clock::now();
          if (!request->infer()) std::abort();
          const auto middle = std::chrono::steady_clock::now();
          benchmark::DoNotOptimize(request->detections(letterbox, {}));
          own_ms.push_back(base::to_ms(middle - begin));
          own_detections_ms += base::to_ms(std::chrono::steady_clock::now() - middle);
        }
        const std::lock_guard lock(guard);
        times_ms.insert(times_ms.end(), own_ms.begin(), own_ms.end());
        detections_ms += own_detections_ms;
      });
    }
    workers.clear();
    frames += kFrames;
  }
  state.SetItemsProcessed(frames);
  state.SetLabel((*engine)->model().precision);
  state.counters["p50_ms"] = percentile(times_ms, 0.5);
  state.counters["p99_ms"] = percentile(times_ms, 0.99);
  state.counters["detections_ms"] = detections_ms / static_cast<double>(frames);
  state.counters["rss_mb"] = resident_mb();
}
constexpr domain::SizePx kSquare{640, 640};
constexpr domain::SizePx kWide{640, 384};
BENCHMARK_CAPTURE(inference, latency_auto, "latency", "auto", kSquare)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(inference, throughput_auto, "throughput", "auto", kSquare)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(inference, latency_f32, "latency", "f32", kSquare)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(inference, throughput_f32, "throughput", "f32", kSquare)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(inference, latency_auto_wide, "latency", "auto", kWide)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(inference, throughput_auto_wide, "throughput", "auto", kWide)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
