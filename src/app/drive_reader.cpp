#include "app/drive_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "app/frame_source.hpp"
#include "app/picture_files.hpp"
#include "app/video_source.hpp"
#include "base/sha256.hpp"
#include "image/exif_capture.hpp"

namespace hazard::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kSampleBytes = 64 * 1024;  // of each end of a file, for its fingerprint

base::WallTime after(base::WallTime start, std::uint64_t number, double fps) {
  return start + std::chrono::microseconds(std::llround(static_cast<double>(number) / fps * 1e6));
}

std::chrono::microseconds step_of(double fps) { return std::chrono::microseconds(std::llround(1e6 / fps)); }

class FolderReader final : public DriveReader {
 public:
  FolderReader(std::vector<fs::path> files, const ReaderOptions& options) : files_(std::move(files)), options_(options) {}

  domain::Result<std::optional<DrivePicture>> next() override {
    if (number_ == files_.size()) return std::nullopt;
    const fs::path& file = files_[number_];
    DrivePicture picture{
        .number = number_, .name = file.filename().string(), .at = {}, .location = {}, .picture = read_picture(file)};
    image::ExifCapture capture;
    if (picture.picture) capture = image::capture_of(*picture.picture);
    picture.location = capture.location;
    picture.at = time_of(capture) + options_.shift;
    last_ = picture.at;
    ++number_;
    return picture;
  }

  // Times depend on those before, so the heads of the files are read all the same.
  domain::Result<void> skip(std::uint64_t count) override {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (auto passed = next(); !passed) return std::unexpected(std::move(passed.error()));
    }
    return {};
  }
  std::optional<std::uint64_t> size() const override { return files_.size(); }

 private:
  base::WallTime time_of(const image::ExifCapture& capture) {
    if (options_.start) return after(*options_.start, number_, options_.fps);
    base::WallTime at = capture.at.value_or(options_.otherwise);
    if (!capture.at && last_) at = *last_ - options_.shift + step_of(options_.fps);
    if (!last_) return at;
    // Cameras write whole seconds: pictures of one second are spread over it. A clock that was set back does not turn the drive round.
    const base::WallTime least = *last_ - options_.shift + std::min(step_of(options_.fps), std::chrono::microseconds(1'000'000));
    return std::max(at, at > *last_ - options_.shift ? at : least);
  }

  const std::vector<fs::path> files_;
  const ReaderOptions options_;
  std::uint64_t number_ = 0;
  std::optional<base::WallTime> last_;
};

domain::Error too_long(double hours) {
  return {domain::ErrorCode::invalid_value, fmt::format("The video is longer than {:.0f} hours.", hours)};
}

class VideoReader final : public DriveReader {
 public:
  VideoReader(std::unique_ptr<FrameSource> frames, std::optional<double> seconds, const ReaderOptions& options)
      : frames_(std::move(frames)), seconds_(seconds), options_(options) {}

  domain::Result<std::optional<DrivePicture>> next() override {
    auto frame = frames_->next();
    if (!frame) return std::unexpected(std::move(frame.error()));
    if (!*frame) return std::nullopt;
    // What the file says of its length is a stranger's word.
    if (options_.hours_most && static_cast<double>(number_) >= *options_.hours_most * 3600 * options_.fps)
      return std::unexpected(too_long(*options_.hours_most));
    DrivePicture picture{
        .number = number_, .name = (*frame)->name, .at = {}, .location = {}, .picture = std::move((*frame)->picture)};
    picture.at = after(options_.start.value_or(options_.otherwise), number_, options_.fps) + options_.shift;
    ++number_;
    return picture;
  }
  // Decoded again, which is many times faster than looking at them, and exact where seeking is not.
  domain::Result<void> skip(std::uint64_t count) override {
    for (; count > 0; --count) {
      if (auto passed = next(); !passed) return std::unexpected(std::move(passed.error()));
    }
    return {};
  }
  std::optional<std::uint64_t> size() const override {
    if (!seconds_) return std::nullopt;
    return static_cast<std::uint64_t>(std::max(1.0, std::round(*seconds_ * options_.fps)));
  }

 private:
  std::unique_ptr<FrameSource> frames_;
  std::optional<double> seconds_;
  const ReaderOptions options_;
  std::uint64_t number_ = 0;
};

base::WallTime written_at(const fs::path& path) {
  std::error_code ignored;
  return std::chrono::time_point_cast<base::WallTime::duration>(
      std::chrono::file_clock::to_sys(fs::last_write_time(path, ignored)));
}

// The ends of a file: enough to tell two files of one size apart.
std::string sample_of(const fs::path& path, std::uintmax_t size) {
  std::string text(2 * kSampleBytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (size <= text.size()) return text.substr(0, static_cast<std::size_t>(file.gcount()));
  file.clear();
  file.seekg(-static_cast<std::streamoff>(kSampleBytes), std::ios::end);
  file.read(text.data() + kSampleBytes, static_cast<std::streamsize>(kSampleBytes));
  return text;
}

std::vector<fs::path> files_of(const std::string& source) {
  return is_video(source) ? std::vector<fs::path>{source} : expand_pictures({source});
}

domain::Error missing(const std::string& source) {
  std::error_code ignored;
  if (!fs::exists(source, ignored)) return {domain::ErrorCode::not_found, fmt::format("{}: no such folder or file.", source)};
  return {domain::ErrorCode::not_found, fmt::format("{} holds no pictures.", source)};
}

}  // namespace

domain::Result<std::unique_ptr<DriveReader>> open_drive_reader(const ReaderOptions& given) {
  std::error_code ignored;
  auto files = files_of(given.source);
  if (files.empty() || !fs::exists(files.front(), ignored)) return std::unexpected(missing(given.source));
  ReaderOptions options = given;
  if (options.otherwise == base::WallTime{}) options.otherwise = written_at(files.front());
  if (!is_video(given.source)) return std::make_unique<FolderReader>(std::move(files), options);
  const auto seconds = video_seconds(given.source);
  if (seconds && given.hours_most && *seconds > *given.hours_most * 3600) return std::unexpected(too_long(*given.hours_most));
  auto frames = open_video({.name = given.source, .fps = options.fps});
  if (!frames) return std::unexpected(std::move(frames.error()));
  return std::make_unique<VideoReader>(std::move(*frames), seconds, options);
}

domain::Result<std::string> fingerprint(const std::string& source) {
  const auto files = files_of(source);
  std::error_code error;
  std::string text;
  const auto sampled = [&](std::size_t index) { return index == 0 || index + 1 == files.size() || index == files.size() / 2; };
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto size = fs::file_size(files[i], error);
    if (error) return std::unexpected(missing(source));
    text += fmt::format("{}:{}\n", is_video(source) ? std::string("video") : files[i].filename().string(), size);
    if (sampled(i)) text += base::to_hex(base::sha256(sample_of(files[i], size))) + '\n';
  }
  if (files.empty()) return std::unexpected(missing(source));
  return base::to_hex(base::sha256(text));
}

}  // namespace hazard::app
