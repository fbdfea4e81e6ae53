// Where `hazardstream stream` gets its frames: a folder of pictures, a video through an ffmpeg child, the simulated drive.
// Main thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"

namespace hazard::app {

struct SourceFrame {
  domain::Bytes picture;  // encoded
  std::string name;       // file name or number: the frame's label
  std::optional<domain::Location> location;
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // The next frame, or nothing at the end. Errors: those of reading; the source is over then.
  virtual domain::Result<std::optional<SourceFrame>> next() = 0;
  // From the next frame on, at most so wide and of such a JPEG quality; 0: as asked at first. False from a source that does not
  // make its own pictures: those are sent as they are.
  virtual bool send_as(int /*width*/, int /*jpeg_quality*/) { return false; }
  // How many there will be; empty when unknown or endless.
  virtual std::optional<std::size_t> size() const { return std::nullopt; }
};

struct SourceOptions {
  std::string name;                // "drive", "drive:SEED", a folder, a picture, or a video file
  double fps = 10;                 // videos and the drive are sampled at this rate
  domain::SizePx size{1280, 720};  // of the drive's frames
  int quality = 85;                // JPEG, of the drive's frames
  bool loop = false;               // folders and videos begin again at their end
};

// By the file's ending.
bool is_video(const std::filesystem::path& path);

// Errors: not_found, invalid_value, not_implemented (a video without ffmpeg).
domain::Result<std::unique_ptr<FrameSource>> open_source(const SourceOptions& options);

}  // namespace hazard::app
