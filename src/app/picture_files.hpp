// Finds and reads the pictures that a person named on the command line. Main thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"

namespace hazard::app {

// Larger files are no camera's pictures.
inline constexpr std::size_t kPictureFileBytesMax = 64 * 1024 * 1024;

// Each name as it is; a folder stands for the pictures directly in it (by their extension), in order of their names.
std::vector<std::filesystem::path> expand_pictures(const std::vector<std::string>& names);

// Errors: not_found, frame_too_large (more than kPictureFileBytesMax).
domain::Result<domain::Bytes> read_picture(const std::filesystem::path& path);

}  // namespace hazard::app
