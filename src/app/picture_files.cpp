#include "app/picture_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

namespace hazard::app {
namespace fs = std::filesystem;
namespace {

bool has_picture_extension(const fs::path& path) {
  auto extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 5> kExtensions{".jpg", ".jpeg", ".png", ".webp", ".bmp"};
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

}  // namespace

std::vector<fs::path> expand_pictures(const std::vector<std::string>& names) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& name : names) {
    if (!fs::is_directory(name, error)) {
      files.emplace_back(name);
      continue;
    }
    const auto first = static_cast<std::ptrdiff_t>(files.size());
    for (fs::directory_iterator entry(name, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_regular_file(ignored) && has_picture_extension(entry->path())) files.push_back(entry->path());
    }
    std::sort(files.begin() + first, files.end());
  }
  return files;
}

domain::Result<domain::Bytes> read_picture(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error)
    return domain::refuse(domain::ErrorCode::not_found, fmt::format("{} cannot be read: {}.", path.string(), error.message()));
  if (size > kPictureFileBytesMax) {
    return domain::refuse(domain::ErrorCode::frame_too_large,
                          fmt::format("{} has {} bytes; at most {} are read.", path.string(), size, kPictureFileBytesMax));
  }
  domain::Bytes bytes(size);
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return domain::refuse(domain::ErrorCode::not_found, fmt::format("{} cannot be read.", path.string()));
  }
  return bytes;
}

}  // namespace hazard::app
