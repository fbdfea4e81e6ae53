#include "app/simulate_command.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

#include "app/command.hpp"
#include "image/encoder.hpp"
#include "wire/json_writer.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;

std::string truth_line(const std::string& file, const sim::FrameTruth& truth, domain::SizePx size) {
  std::string line;
  wire::JsonWriter json(line);
  json.begin_object().field("file", file).field("width", size.width).field("height", size.height);
  json.key("boxes").begin_array();
  for (const sim::HazardTruth& hazard : truth.hazards) {
    json.begin_object();
    json.fixed_field("x1", static_cast<double>(hazard.box.x1), 1).fixed_field("y1", static_cast<double>(hazard.box.y1), 1);
    json.fixed_field("x2", static_cast<double>(hazard.box.x2), 1).fixed_field("y2", static_cast<double>(hazard.box.y2), 1);
    json.field("class_id", hazard.class_id).field("id", hazard.id).fixed_field("distance_m", hazard.distance_m, 2);
    json.fixed_field("visible", hazard.visible, 2).end_object();
  }
  json.end_array();
  // Six digits: a tenth of a metre.
  json.fixed_field("lat", truth.latitude, 6).fixed_field("lon", truth.longitude, 6);
  json.fixed_field("heading_deg", truth.heading_deg, 2).fixed_field("speed_mps", truth.speed_mps, 2);
  json.fixed_field("time_s", truth.time_s, 3).end_object();
  line += '\n';
  return line;
}

bool write(const fs::path& path, const char* data, std::size_t size) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(data, static_cast<std::streamsize>(size));
  if (stream.flush()) return true;
  fmt::print(stderr, "hazardstream: {} cannot be written.\n", path.string());
  return false;
}

domain::Result<void> within(std::string_view name, double value, double least, double most) {
  if (value >= least && value <= most) return {};  // false for what is no number
  return domain::refuse(domain::ErrorCode::invalid_value, fmt::format("{} takes {} to {}, not {}.", name, least, most, value));
}

}  // namespace

domain::Result<void> check(const SimulateOptions& options) {
  struct Range {
    std::string_view name;
    double value, least, most;
  };
  const sim::DriveOptions& drive = options.drive;
  const Range ranges[] = {
      {"width", static_cast<double>(drive.size.width), 32, 7680},
      {"height", static_cast<double>(drive.size.height), 32, 7680},
      {"fps", drive.fps, 0.01, 1000},
      {"speed", drive.speed_mps, 0, 100},
      {"hazards-per-km", drive.hazards_per_km, 0, 400},
      {"camera-height", drive.camera_height_m, 0.5, 5},
      {"pitch", drive.camera_pitch_deg, -5, 35},
      {"fov", drive.horizontal_fov_deg, 20, 110},
      {"shake", drive.shake, 0, 4},
      {"darkness", drive.darkness, 0, 1},
      {"latitude", drive.latitude, -85, 85},
      {"longitude", drive.longitude, -180, 180},
      {"count", static_cast<double>(options.count), 1, static_cast<double>(kSimulateCountMost)},
      {"every", static_cast<double>(options.every), 1, 1e6},
      {"first", static_cast<double>(options.first), 0, 1e9},
      {"quality", static_cast<double>(options.quality), 1, 100},
  };
  for (const Range& range : ranges) {
    if (auto fits = within(range.name, range.value, range.least, range.most); !fits) return fits;
  }
  return {};
}

ExitCode run_simulate(const SimulateOptions& options) {
  if (const auto fits = check(options); !fits) return complain(ExitCode::usage, fits.error().message);
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (!fs::is_directory(options.folder, error))
    return complain(ExitCode::cannot_start, fmt::format("the folder {} cannot be made.", options.folder.string()));
  const fs::path truth_path = options.folder / "truth.jsonl";
  fs::remove(truth_path, error);  // it may tell of other pictures
  const sim::Drive drive(options.drive);
  image::JpegEncoder encoder;
  domain::RgbPicture picture(options.drive.size);
  std::string truth;
  for (std::uint64_t i = 0; i < options.count; ++i) {
    const std::uint64_t frame = options.first + i * options.every;
    drive.render(frame, picture.view());
    const domain::Bytes jpeg = encoder.encode(picture.view(), options.quality);
    const std::string name = fmt::format("{:06}.jpg", i + 1);
    if (!write(options.folder / name, reinterpret_cast<const char*>(jpeg.data()), jpeg.size())) return ExitCode::failed;
    truth += truth_line(name, drive.truth(frame), options.drive.size);
  }
  const fs::path unfinished = options.folder / "truth.jsonl.part";
  if (!write(unfinished, truth.data(), truth.size())) return ExitCode::failed;
  fs::rename(unfinished, truth_path, error);
  if (error) return complain(ExitCode::failed, fmt::format("{} cannot be written: {}.", truth_path.string(), error.message()));
  fmt::print("{} pictures and truth.jsonl in {}\n", options.count, options.folder.string());
  return ExitCode::ok;
}

}  // namespace hazard::app
