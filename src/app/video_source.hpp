// Frames of a video file, decoded by an ffmpeg child that writes JPEGs into a pipe: ffmpeg's crashes, its hostile inputs and its
// licence stay outside this process. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/frame_source.hpp"

namespace hazard::app {

// Errors: not_implemented when there is no ffmpeg on the PATH. next() refuses, with internal, what a child left that was ended before the
// video was: half a drive must not pass for a whole one.
domain::Result<std::unique_ptr<FrameSource>> open_video(const SourceOptions& options);

// How long the video says it is, by ffmpeg's ffprobe; nothing where either does not say.
std::optional<double> video_seconds(const std::string& file);

// Whether videos can be read here.
bool has_ffmpeg();

// Cuts the first whole JPEG (FF D8 .. FF D9) off the front of `bytes`; nothing while none is whole. ffmpeg's JPEGs hold no
// thumbnails, so the first end marker is the picture's.
std::optional<domain::Bytes> cut_jpeg(std::string& bytes);

}  // namespace hazard::app
