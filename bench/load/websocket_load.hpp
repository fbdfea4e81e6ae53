// Sends frames over many WebSockets from one thread: lock-step, or open loop by the clock.
#pragma once

#include <memory>
#include <vector>

#include "domain/error.hpp"
#include "load/frame_pool.hpp"
#include "load/options.hpp"
#include "load/report.hpp"

namespace hazard::bench {

// `pools` has the frames of each group.
domain::Result<LoadResult> run_websocket_load(const LoadOptions& options,
                                              const std::vector<std::shared_ptr<const Frames>>& pools);

}  // namespace hazard::bench
