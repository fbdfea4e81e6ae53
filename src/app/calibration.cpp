#include "app/calibration.hpp"

#include <algorithm>
#include <thread>

#include "image/decoder.hpp"
#include "image/encoder.hpp"
#include "pipeline/frame_job.hpp"
#include "sim/drive.hpp"

namespace hazard::app {
namespace {

constexpr int kFramesLeast = 3;
constexpr int kSampleQuality = 85;  // about 120 kB, as phones send

struct WorkerReport {
  std::vector<double> decode_ms;
  std::vector<double> inference_ms;
  std::optional<domain::Error> error;
};

WorkerReport work(detect::InferenceRequest& request, const domain::Bytes& picture, base::Duration span) {
  WorkerReport report;
  const base::RealClock clock;
  image::Decoder decoder;
  const pipeline::LaneSettings settings;
  pipeline::FixedGraph graph(request);
  domain::EncodedFrame frame;
  frame.buffer = picture;
  const auto end = clock.now() + span;
  for (int count = 0; count < kFramesLeast || clock.now() < end; ++count) {
    frame.received_at = clock.now();
    auto outcome = pipeline::run_frame(frame, {.settings = settings, .taken_at = frame.received_at}, nullptr,
                                       {.graphs = graph, .decoder = decoder, .clock = clock});
    if (auto* error = std::get_if<domain::Error>(&outcome)) {
      report.error = std::move(*error);
      return report;
    }
    const auto& times = std::get<domain::FrameResult>(outcome).times;
    report.decode_ms.push_back(base::to_ms(times.decode));
    report.inference_ms.push_back(base::to_ms(times.inference));
  }
  return report;
}

}  // namespace

domain::Bytes sample_picture() {
  const sim::Drive drive{sim::DriveOptions{}};
  domain::RgbPicture picture(drive.options().size);
  drive.render(0, picture.view());
  return image::JpegEncoder().encode(picture.view(), kSampleQuality);
}

Timing timing_of(std::vector<double> milliseconds) {
  if (milliseconds.empty()) return {};
  std::ranges::sort(milliseconds);
  const auto at = [&](double share) {
    return milliseconds[static_cast<std::size_t>(share * static_cast<double>(milliseconds.size() - 1))];
  };
  return {at(0.5), at(0.95)};
}

domain::Result<Calibration> calibrate(detect::Engine& engine, const domain::Bytes& picture, base::Duration span) {
  const auto count = static_cast<std::size_t>(engine.workers());
  std::vector<WorkerReport> reports(count);
  std::vector<std::unique_ptr<detect::InferenceRequest>> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back(engine.make_request());
  const base::RealClock clock;
  const auto began = clock.now();
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < count; ++i) {
      workers.emplace_back([&, i] { reports[i] = work(*requests[i], picture, span); });
    }
  }
  const auto seconds = std::chrono::duration<double>(clock.now() - began).count();

  Calibration calibration;
  std::vector<double> decode;
  std::vector<double> inference;
  for (auto& report : reports) {
    if (report.error) return std::unexpected(std::move(*report.error));
    decode.insert(decode.end(), report.decode_ms.begin(), report.decode_ms.end());
    inference.insert(inference.end(), report.inference_ms.begin(), report.inference_ms.end());
  }
  calibration.frames_per_second = static_cast<double>(decode.size()) / seconds;
  calibration.decode = timing_of(std::move(decode));
  calibration.inference = timing_of(std::move(inference));
  return calibration;
}

}  // namespace hazard::app
