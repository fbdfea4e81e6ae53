#include "load/frame_pool.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "image/encoder.hpp"
#include "sim/drive.hpp"

namespace hazard::bench {
namespace {

domain::Result<std::vector<domain::Bytes>> read_folder(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  if (error || files.empty()) return domain::refuse(domain::ErrorCode::invalid_value, folder + " holds no files");
  std::ranges::sort(files);
  std::vector<domain::Bytes> frames;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    frames.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return frames;
}

}  // namespace

domain::Result<std::vector<domain::Bytes>> make_frames(const FramePoolOptions& options) {
  if (!options.folder.empty()) return read_folder(options.folder);
  sim::DriveOptions drive_options;
  drive_options.size = options.size;
  const sim::Drive drive(drive_options);
  domain::RgbPicture picture(options.size);
  image::JpegEncoder encoder;
  std::vector<domain::Bytes> frames;
  for (int i = 0; i < options.count; ++i) {
    drive.render(static_cast<std::uint64_t>(i), picture.view());
    frames.push_back(encoder.encode(picture.view(), options.quality));
  }
  return frames;
}

}  // namespace hazard::bench
