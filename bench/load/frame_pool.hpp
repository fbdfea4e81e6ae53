// Ready-made frames for load: rendered or read before the clock starts, so that making them costs the measurement nothing.
#pragma once

#include <memory>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "load/options.hpp"

namespace hazard::bench {

using Frames = std::vector<domain::Bytes>;

// For each group its frames; groups that send the same pictures share them. Many of small pictures, a few of large ones.
domain::Result<std::vector<std::shared_ptr<const Frames>>> make_frames(const std::vector<SessionGroup>& groups);

}  // namespace hazard::bench
