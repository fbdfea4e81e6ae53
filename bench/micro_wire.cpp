// What wire costs for each frame: a text message with its picture in base64, a binary one, base64 by kernel, and a result out.
// Build and run: cmake --build build --target micro_wire && build/bench/micro_wire
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "domain/limits.hpp"
#include "wire/base64.hpp"
#include "wire/base64_block.hpp"
#include "wire/client_message.hpp"
#include "wire/server_message.hpp"

namespace hazard::wire {
namespace {

// Bytes like a compressed picture's: no structure that a cache or a branch predictor could learn.
domain::Bytes picture(std::size_t size) {
  std::mt19937 random(1);
  domain::Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

void text_frame(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::string text = R"({"type":"frame","frame_id":"f-1","timestamp":1700000000.123,"image_data":")" +
                           base64_encode(picture(size)) + R"(","metadata":{"location":{"lat":52.5,"lng":13.4}}})";
  for (auto _ : state) benchmark::DoNotOptimize(parse_client_message(text, domain::kFrameBytesMaxDefault));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(text_frame)->Arg(58'000)->Arg(93'000)->Arg(124'000)->Unit(benchmark::kMicrosecond);

void binary_frame(benchmark::State& state) {
  domain::Bytes message =
      make_frame_envelope(7, 1, R"({"frame_id":"f-1","metadata":{"location":{"lat":52.5,"lng":13.4}}})", picture(124'000));
  for (auto _ : state) {
    auto parsed = parse_frame_envelope(std::move(message), domain::kFrameBytesMaxDefault);
    benchmark::DoNotOptimize(parsed);
    message = std::move(parsed->frame.buffer);
  }
}
BENCHMARK(binary_frame)->Unit(benchmark::kMicrosecond);

void base64(benchmark::State& state, Base64Block block) {
  const std::string text = base64_encode(picture(58'000));
  for (auto _ : state) benchmark::DoNotOptimize(base64_decode_with(block, text, 0));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void result_out(benchmark::State& state) {
  domain::ModelInfo model;
  model.classes = {"crack", "pothole"};
  domain::FrameResult result;
  for (int i = 0; i < state.range(0); ++i) {
    domain::TrackedDetection tracked;
    const float at = static_cast<float>(i) * 31.37F;
    tracked.detection = {{at + 10.37F, at + 20.11F, at + 110.93F, at + 95.51F}, 0.87654F, i % 2};
    tracked.track = domain::TrackedDetection::Track{.id = static_cast<std::uint64_t>(i), .age_frames = 12, .is_new = false};
    result.detections.push_back(tracked);
  }
  result.picture = {1280, 720};
  result.input = {640, 640};
  domain::Verdict verdict;
  verdict.seq = 1234;
  verdict.frame_id = "frame-1234";
  verdict.timestamp = 1700000000.123;
  verdict.outcome = result;
  VerdictContext context;
  context.session_id = "0b51c2f0-6c0f-4a52-9c85-0d8d5f0a1a0e";
  context.event = 1234;
  context.model = &model;
  context.fields = state.range(1) != 0 ? domain::Fields::lean : domain::Fields::full;
  context.now = base::WallTime{std::chrono::microseconds{1'700'000'000'123'456}};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string text = verdict_message(verdict, context);
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(result_out)
    ->ArgNames({"detections", "lean"})
    ->Args({0, 0})
    ->Args({10, 0})
    ->Args({10, 1})
    ->Args({50, 0})
    ->Unit(benchmark::kMicrosecond);

void replayed(benchmark::State& state) {
  const std::string text = R"({"type":"detection_result",)" + std::string(6000, ' ') + "}";
  for (auto _ : state) benchmark::DoNotOptimize(mark_replayed(text));
}
BENCHMARK(replayed)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hazard::wire

int main(int argc, char** argv) {
  for (const auto& [name, block] : hazard::wire::base64_blocks()) {
    benchmark::RegisterBenchmark(("base64/" + std::string(name)).c_str(), hazard::wire::base64, block)
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
