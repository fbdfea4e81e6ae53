#include "app/frame_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/picture_files.hpp"
#include "app/video_source.hpp"
#include "image/encoder.hpp"
#include "sim/drive.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;

class FolderSource final : public FrameSource {
 public:
  FolderSource(std::vector<fs::path> files, bool loop) : files_(std::move(files)), loop_(loop) {}

  domain::Result<std::optional<SourceFrame>> next() override {
    if (at_ == files_.size()) {
      if (!loop_) return std::nullopt;
      at_ = 0;
    }
    const fs::path& file = files_[at_++];
    auto picture = read_picture(file);
    if (!picture) return std::unexpected(picture.error());
    return SourceFrame{.picture = std::move(*picture), .name = file.filename().string(), .location = {}};
  }
  std::optional<std::size_t> size() const override { return loop_ ? std::nullopt : std::optional(files_.size()); }

 private:
  std::vector<fs::path> files_;
  bool loop_;
  std::size_t at_ = 0;
};

class DriveSource final : public FrameSource {
 public:
  DriveSource(const sim::DriveOptions& options, int quality)
      : options_(options), drive_(options), picture_(options.size), asked_quality_(quality), quality_(quality) {}

  domain::Result<std::optional<SourceFrame>> next() override {
    const auto truth = drive_.truth(frame_);
    drive_.render(frame_, picture_.view());
    ++frame_;
    return SourceFrame{.picture = encoder_.encode(picture_.view(), quality_),
                       .name = std::to_string(frame_),
                       .location = domain::Location{.latitude = truth.latitude,
                                                    .longitude = truth.longitude,
                                                    .accuracy_m = {},
                                                    .heading_deg = truth.heading_deg,
                                                    .speed_mps = truth.speed_mps}};
  }

  bool send_as(int width, int jpeg_quality) override {
    quality_ = jpeg_quality == 0 ? asked_quality_ : std::min(jpeg_quality, asked_quality_);
    const domain::SizePx full = options_.size;
    domain::SizePx size = full;
    if (width > 0 && width < full.width) size = {width, std::max(1, full.height * width / full.width)};
    if (size == drive_.options().size) return true;
    sim::DriveOptions smaller = options_;
    smaller.size = size;
    drive_ = sim::Drive(smaller);
    picture_ = domain::RgbPicture(size);
    return true;
  }

 private:
  sim::DriveOptions options_;
  sim::Drive drive_;
  domain::RgbPicture picture_;
  image::JpegEncoder encoder_;
  int asked_quality_;
  int quality_;
  std::uint64_t frame_ = 0;
};

domain::Result<std::unique_ptr<FrameSource>> open_drive(const SourceOptions& options) {
  sim::DriveOptions drive{.size = options.size, .fps = options.fps};
  if (const std::size_t colon = options.name.find(':'); colon != std::string::npos) {
    const std::string_view seed = std::string_view(options.name).substr(colon + 1);
    const auto [end, error] = std::from_chars(seed.data(), seed.data() + seed.size(), drive.seed);
    if (error != std::errc{} || end != seed.data() + seed.size()) {
      return domain::refuse(domain::ErrorCode::invalid_value, fmt::format("drive:SEED takes a whole number, not '{}'", seed));
    }
  }
  return std::make_unique<DriveSource>(drive, options.quality);
}

}  // namespace

bool is_video(const std::filesystem::path& path) {
  static constexpr std::array kExtensions{".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v", ".ts", ".mpg"};
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

domain::Result<std::unique_ptr<FrameSource>> open_source(const SourceOptions& options) {
  if (options.name == "drive" || options.name.starts_with("drive:")) return open_drive(options);
  std::error_code ignored;
  if (!fs::exists(options.name, ignored)) {
    return domain::refuse(domain::ErrorCode::not_found,
                          fmt::format("{}: no such folder or file; for the simulated drive say 'drive'", options.name));
  }
  if (is_video(options.name)) return open_video(options);
  auto files = expand_pictures({options.name});
  if (files.empty()) return domain::refuse(domain::ErrorCode::not_found, fmt::format("{} holds no pictures", options.name));
  return std::make_unique<FolderSource>(std::move(files), options.loop);
}

}  // namespace hazard::app
