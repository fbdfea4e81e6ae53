// What a picture costs before inference: from its bytes to a letterboxed 640x640 tensor; and what encoding costs.
//   cmake --build build --target micro_decode && build/bench/micro_decode [FILE...]
// Without files it makes its own pictures at the two densities that docs/performance.md compares: about half a bit a pixel as
// photographs have at quality 80, and one bit a pixel. Files are pictures of any readable format, measured besides.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/check.hpp"
#include "image/decoder.hpp"
#include "image/encoder.hpp"

namespace {

using hazard::domain::Bytes;
using hazard::domain::RgbPicture;
using hazard::domain::SizePx;
using hazard::image::Decoder;
using hazard::image::JpegEncoder;

constexpr SizePx kInput{640, 640};

// Waves of several lengths and seeded noise, the same on every run.
RgbPicture textured(SizePx size) {
  RgbPicture picture(size);
  std::uint32_t state = 1;
  for (int y = 0; y < size.height; ++y) {
    std::uint8_t* at = picture.view().row(y);
    for (int x = 0; x < size.width; ++x, at += 3) {
      state = state * 1664525U + 1013904223U;
      const double noise = static_cast<double>(state >> 24) / 255.0 - 0.5;
      const double value = 110 + 45 * std::sin(x * 0.021 + y * 0.013) + 22 * std::sin(x * 0.13 - y * 0.07) + 18 * noise;
      for (int c = 0; c < 3; ++c) at[c] = static_cast<std::uint8_t>(std::clamp(value + 12 * c, 0.0, 255.0));
    }
  }
  return picture;
}

// The lowest quality whose file has at least `bytes_least` bytes.
Bytes jpeg_of_density(SizePx size, std::size_t bytes_least) {
  JpegEncoder encoder;
  RgbPicture picture = textured(size);
  Bytes bytes;
  for (int quality = 20; quality <= 98 && bytes.size() < bytes_least; quality += 2)
    bytes = encoder.encode(picture.view(), quality);
  return bytes;
}

void letterbox(benchmark::State& state, const Bytes& bytes) {
  Decoder decoder;
  RgbPicture target(kInput);
  for (auto _ : state) {
    const auto decoded = decoder.decode_letterboxed(bytes, target.view());
    HAZARD_CHECK(decoded.has_value());
    benchmark::DoNotOptimize(target.pixels.data());
  }
  state.counters["kB"] = static_cast<double>(bytes.size()) / 1000;
}

void read_header(benchmark::State& state, const Bytes& bytes) {
  for (auto _ : state) benchmark::DoNotOptimize(hazard::image::probe(bytes).has_value());
}

void encode(benchmark::State& state, SizePx size) {
  JpegEncoder encoder;
  RgbPicture picture = textured(size);
  for (auto _ : state) benchmark::DoNotOptimize(encoder.encode(picture.view(), 80).data());
}

// EXIF orientation 6, what a phone held upright writes, after the first marker.
Bytes sideways(Bytes file) {
  constexpr std::uint8_t kSegment[] = {0xFF, 0xE1, 0, 34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                                       0,    1,    1, 0x12, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
  file.insert(file.begin() + 2, std::begin(kSegment), std::end(kSegment));
  return file;
}

void add(const std::string& name, Bytes bytes) {
  benchmark::RegisterBenchmark(name.c_str(), [bytes = std::move(bytes)](benchmark::State& state) {
    letterbox(state, bytes);
  })->Unit(benchmark::kMillisecond);
}

void add_made_pictures() {
  struct Made {
    const char* name;
    SizePx size;
    std::size_t light_bytes;
    std::size_t dense_bytes;
  };
  for (const Made& made : {Made{"640x640", {640, 640}, 31'000, 49'000}, Made{"1280x720", {1280, 720}, 60'000, 117'000},
                           Made{"1920x1080", {1920, 1080}, 115'000, 285'000}}) {
    add(fmt::format("jpeg/{}/light", made.name), jpeg_of_density(made.size, made.light_bytes));
    add(fmt::format("jpeg/{}/dense", made.name), jpeg_of_density(made.size, made.dense_bytes));
  }
  const Bytes dense = jpeg_of_density({1280, 720}, 117'000);
  add("jpeg/1280x720/dense/sideways", sideways(dense));
  benchmark::RegisterBenchmark("probe/1280x720", [dense](benchmark::State& state) { read_header(state, dense); });
  benchmark::RegisterBenchmark("encode/1280x720/q80", [](benchmark::State& state) {
    encode(state, {1280, 720});
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add_made_pictures();
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (const auto header = hazard::image::probe(bytes); !header) {
      fmt::print(stderr, "{}: {}\n", argv[i], header.error().message);
      return 2;
    }
    add(argv[i], std::move(bytes));
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
