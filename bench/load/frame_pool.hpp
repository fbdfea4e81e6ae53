// Ready-made frames for load: rendered or read before the clock starts, so that making them costs the measurement nothing.
#pragma once

#include <string>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"

namespace hazard::bench {

struct FramePoolOptions {
  std::string folder;  // pictures to send; empty: the simulated drive
  domain::SizePx size{1280, 720};
  int count = 32;  // of simulated frames
  int quality = 80;
};

domain::Result<std::vector<domain::Bytes>> make_frames(const FramePoolOptions& options);

}  // namespace hazard::bench
