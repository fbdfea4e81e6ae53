#include "load/frame_pool.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "image/encoder.hpp"
#include "sim/drive.hpp"

namespace hazard::bench {
namespace {

constexpr int kSmallFrames = 32;
constexpr int kLargeFrames = 3;
constexpr int kLargePixels = 1920 * 1080;

domain::Result<Frames> read_folder(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  if (error || files.empty()) return domain::refuse(domain::ErrorCode::invalid_value, folder + " holds no files");
  std::ranges::sort(files);
  Frames frames;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    frames.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return frames;
}

domain::Result<Frames> frames_of(const SessionGroup& group) {
  if (!group.folder.empty()) return read_folder(group.folder);
  sim::DriveOptions drive_options;
  drive_options.size = group.size;
  const sim::Drive drive(drive_options);
  domain::RgbPicture picture(group.size);
  image::JpegEncoder encoder;
  Frames frames;
  const int count = group.size.width * group.size.height > kLargePixels ? kLargeFrames : kSmallFrames;
  for (int i = 0; i < count; ++i) {
    drive.render(static_cast<std::uint64_t>(i), picture.view());
    frames.push_back(encoder.encode(picture.view(), group.quality));
  }
  return frames;
}

bool same_pictures(const SessionGroup& a, const SessionGroup& b) {
  return a.folder == b.folder && a.size == b.size && a.quality == b.quality;
}

}  // namespace

domain::Result<std::vector<std::shared_ptr<const Frames>>> make_frames(const std::vector<SessionGroup>& groups) {
  std::vector<std::shared_ptr<const Frames>> pools;
  for (const SessionGroup& group : groups) {
    const auto before = std::ranges::find_if(groups, [&](const SessionGroup& other) { return same_pictures(group, other); });
    const auto at = static_cast<std::size_t>(before - groups.begin());
    if (at < pools.size()) {
      pools.push_back(pools[at]);
      continue;
    }
    auto frames = frames_of(group);
    if (!frames) return std::unexpected(frames.error());
    pools.push_back(std::make_shared<const Frames>(std::move(*frames)));
  }
  return pools;
}

}  // namespace hazard::bench
