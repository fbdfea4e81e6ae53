// The pictures of a recorded drive, each with the moment it was taken and, where its file says so, the place: a folder of pictures or a
// video. For `hazardstream import` and uploads; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "domain/frame.hpp"

namespace hazard::app {

struct DrivePicture {
  std::uint64_t number = 0;  // from 0, in the order of the drive
  std::string name;          // file name, or the number in the video from 1
  base::WallTime at{};       // grows from picture to picture
  std::optional<domain::Location> location;
  domain::Result<domain::Bytes> picture;  // encoded; refused: this one file cannot be read, the others go on
};

struct ReaderOptions {
  std::string source;                   // a folder, a picture, or a video file
  double fps = 5;                       // videos are sampled at this rate; pictures without a time of their own lie so far apart
  std::optional<base::WallTime> start;  // of the first picture; then times in EXIF are not looked at
  base::WallTime otherwise{};           // ... where nothing else says when it was taken
  std::chrono::microseconds shift{};    // added to every time: the camera's clock against the track's
  std::optional<double> hours_most;     // a longer video is refused
};

class DriveReader {
 public:
  virtual ~DriveReader() = default;
  // The next picture, or nothing at the end. Errors: those of the source as a whole; it is over then.
  virtual domain::Result<std::optional<DrivePicture>> next() = 0;
  // Passes over so many pictures without looking at them, as if next() had been called. Errors as there.
  virtual domain::Result<void> skip(std::uint64_t count) = 0;
  // How many there are; for a video estimated from its length, empty where that is not known.
  virtual std::optional<std::uint64_t> size() const = 0;
};

// Errors: not_found, not_implemented (a video without ffmpeg).
domain::Result<std::unique_ptr<DriveReader>> open_drive_reader(const ReaderOptions& options);

// What is the same for the same drive wherever its files lie, and differs for another: names and sizes of its files and parts of
// their content. Hex digits. Errors: not_found.
domain::Result<std::string> fingerprint(const std::string& source);

}  // namespace hazard::app
