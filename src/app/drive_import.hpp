// A recorded drive becomes hazards: each picture is looked at by the code of a stream's worker (pipeline/frame_job.hpp), none is left out
// (as with delivery=all), and once all of them were, the desk keeps the drive in one transaction. What was looked at stands in a journal
// on disk, so that an import that was stopped or killed goes on where it was and ends in the same hazards.
//
// Called by `hazardstream import` on the main thread and by the upload queue on its own; one import at a time for each desk.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "app/drive_reader.hpp"
#include "desk/desk.hpp"
#include "detect/engine.hpp"
#include "report/road_projection.hpp"
#include "serve/gpx_check.hpp"

namespace hazard::app {

struct ImportPlan {
  std::string source;                  // a folder, a picture or a video
  std::vector<serve::GpxPoint> track;  // empty: places are taken from EXIF, where there are any
  std::string track_text;              // as it was read, to tell one import from another
  double fps = 5;
  std::chrono::microseconds offset{};   // the pictures' clock is so far behind the track's
  std::optional<base::WallTime> start;  // when the first picture was taken
  report::Camera camera;
  std::string kind = "import";  // source of the reports
  float confidence_threshold = 0.5F;
  bool fit_camera = true;            // INPUT_SHAPES=camera
  std::optional<double> hours_most;  // a longer video is refused
};

struct ImportProgress {
  std::uint64_t done = 0;     // pictures, those of earlier runs too
  std::uint64_t earlier = 0;  // of them
  std::optional<std::uint64_t> total;
};

struct ImportTools {
  detect::Engine& engine;
  desk::Desk& desk;
  std::filesystem::path folder;  // for the journal
  const base::Clock& clock;
  std::function<void(const ImportProgress&)> progress;  // after each picture; may be empty
  std::function<bool()> stop;                           // asked before each picture; may be empty
};

struct ImportOutcome {
  enum class End : std::uint8_t { kept, interrupted, known };
  End end = End::kept;
  std::string session_id;  // under which it is kept, and erased
  std::uint64_t pictures = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t placed = 0;   // pictures whose place is known
  std::uint64_t earlier = 0;  // pictures that an earlier run had looked at
  std::size_t sightings = 0;
  desk::DriveKept kept;
};

// Errors: not_found, not_implemented (no ffmpeg, or nothing is kept), model_not_ready, internal (disk, store, ffmpeg).
domain::Result<ImportOutcome> import_drive(const ImportPlan& plan, const ImportTools& tools);

// The id under which a drive is kept: the same for the same pictures and the same track, whatever the settings.
domain::Result<std::string> drive_id(const ImportPlan& plan);

}  // namespace hazard::app
