// Measures what this machine does with a loaded model: for the start of `serve` (a second) and for `bench` (longer). Runs the
// frame path itself on a rendered road, with as many workers as the engine asks for. Nothing else should run meanwhile.
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/error.hpp"
#include "domain/frame.hpp"

namespace hazard::app {

// A JPEG of the simulated drive, 1280x720: what a phone sends. Always the same bytes.
domain::Bytes sample_picture();

struct Timing {
  double median_ms = 0;
  double p95_ms = 0;
};
// Empty input: zeros.
Timing timing_of(std::vector<double> milliseconds);

struct Calibration {
  double frames_per_second = 0;  // of all workers together, decode included
  Timing decode;                 // per frame, while all workers run
  Timing inference;
};

// Runs for about `span` (each worker at least three frames). Errors: those of the first frame that failed.
domain::Result<Calibration> calibrate(detect::Engine& engine, const domain::Bytes& picture, base::Duration span);

}  // namespace hazard::app
