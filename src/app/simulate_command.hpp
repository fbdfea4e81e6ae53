// `hazardstream simulate`: writes frames of the simulated drive and their truth into a folder. Called by the command line with
// options it has parsed; main thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "app/command.hpp"
#include "domain/error.hpp"
#include "sim/drive.hpp"

namespace hazard::app {

struct SimulateOptions {
  sim::DriveOptions drive;
  std::filesystem::path folder = "drive";
  std::uint64_t count = 100;  // pictures to write, 1..kSimulateCountMost
  std::uint64_t first = 0;    // the drive's frame that becomes the first picture
  std::uint64_t every = 1;    // of so many frames of the drive one is written
  int quality = 88;           // of the JPEG, 1..100
};

inline constexpr std::uint64_t kSimulateCountMost = 999'999;  // six digits in a name

// The first option that is out of its range, named as the command line names it (invalid_value).
domain::Result<void> check(const SimulateOptions& options);

// Writes 000001.jpg, 000002.jpg, ... and at the end truth.jsonl, one object a picture:
//   {"file":"000001.jpg","width":640,"height":360,"boxes":[{"x1":..,"y1":..,"x2":..,"y2":..,"class_id":0,"id":7,"distance_m":12.3,
//    "visible":0.8}],"lat":..,"lon":..,"heading_deg":..,"speed_mps":..,"time_s":..}
// The folder is made where it is missing; files of the same names are replaced. The truth appears only when all pictures are
// there. Says on stderr what went wrong.
ExitCode run_simulate(const SimulateOptions& options);

}  // namespace hazard::app
