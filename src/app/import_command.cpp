#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>

#include "app/command_table.hpp"
#include "app/drive_import.hpp"
#include "app/keeping.hpp"
#include "app/model_source.hpp"
#include "app/number_text.hpp"
#include "app/receivers.hpp"
#include "app/version.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::app {
namespace {

constexpr std::array<Option, 7> kOptions{{
    {"gpx", "FILE", "where the vehicle was: a GPX track with times"},
    {"fps", "N", "pictures a second that are taken from a video, or lie in a folder without times, 0.1 to 60 [5]"},
    {"offset", "SECONDS", "added to the pictures' times, where their clock is behind the track's [0]"},
    {"start", "TIME", "when the first picture was taken, as 2026-05-17T10:20:30Z; for EXIF times that are wrong"},
    {"camera-height", "METRES", "of the camera above the road, 0.5 to 5; with --pitch places get surer"},
    {"pitch", "DEGREES", "how far the camera looks down, -5 to 35"},
    {"fov", "DEGREES", "the camera's view across the picture, 20 to 110 [62]"},
}};
constexpr std::uintmax_t kGpxBytesMost = 256 * 1024 * 1024;
constexpr double kOffsetMostS = 10.0 * 366 * 86400;

std::atomic<bool> interrupted{false};

std::unexpected<std::string> wrong(std::string text) { return std::unexpected(std::move(text)); }

std::expected<void, std::string> read_track(const std::string& file, ImportPlan& plan) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return wrong(fmt::format("{} cannot be read: {}.", file, error.message()));
  if (size > kGpxBytesMost) return wrong(fmt::format("{} has more than 256 MiB: that is no drive's track.", file));
  std::ifstream stream(file, std::ios::binary);
  plan.track_text.assign(std::istreambuf_iterator<char>(stream), {});
  auto points = serve::read_gpx(plan.track_text);
  if (!points) return wrong(fmt::format("{}: {}.", file, points.error().message));
  plan.track = std::move(*points);
  return {};
}

std::expected<void, std::string> read_camera(const Invocation& invocation, ImportPlan& plan) {
  const bool height_given = invocation.has("camera-height");
  if (height_given != invocation.has("pitch")) return wrong("--camera-height and --pitch are given together or not at all.");
  const auto fov = number_within<double>(invocation.value("fov", "62"), 20, 110);
  if (!fov) return wrong("--fov takes a number from 20 to 110.");
  plan.camera.fov_deg = *fov;
  if (!height_given) return {};
  const auto height = number_within<double>(invocation.value("camera-height"), 0.5, 5);
  const auto pitch = number_within<double>(invocation.value("pitch"), -5, 35);
  if (!height) return wrong("--camera-height takes a number from 0.5 to 5.");
  if (!pitch) return wrong("--pitch takes a number from -5 to 35.");
  plan.camera = report::measured_camera(*height, *pitch, *fov);
  return {};
}

std::expected<ImportPlan, std::string> make_plan(const Invocation& invocation) {
  ImportPlan plan;
  plan.source = invocation.operands.front();
  plan.confidence_threshold = static_cast<float>(invocation.config.values.confidence_threshold);
  plan.fit_camera = invocation.config.values.input_shapes == "camera";
  const auto fps = number_within<double>(invocation.value("fps", "5"), 0.1, 60);
  if (!fps) return wrong("--fps takes a number from 0.1 to 60.");
  plan.fps = *fps;
  const auto offset = number_within<double>(invocation.value("offset", "0"), -kOffsetMostS, kOffsetMostS);
  if (!offset) return wrong("--offset takes a number of seconds, at most ten years.");
  plan.offset = std::chrono::microseconds(std::llround(*offset * 1e6));
  if (invocation.has("start")) {
    plan.start = wire::parse_iso_time(invocation.value("start"));
    if (!plan.start) return wrong("--start takes a time such as 2026-05-17T10:20:30Z.");
  }
  if (auto camera = read_camera(invocation, plan); !camera) return wrong(camera.error());
  if (invocation.has("gpx")) {
    if (auto track = read_track(std::string(invocation.value("gpx")), plan); !track) return wrong(track.error());
  }
  return plan;
}

std::string duration_words(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

// One line that is written over on a terminal; elsewhere a line every ten seconds.
class ProgressLine {
 public:
  explicit ProgressLine(const base::Clock& clock) : clock_(clock), begun_(clock.now()), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void show(const ImportProgress& progress) {
    const auto now = clock_.now();
    const auto pause = terminal_ ? std::chrono::milliseconds(500) : std::chrono::milliseconds(10'000);
    if (told_ && now - *told_ < pause) return;
    told_ = now;
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const double rate = static_cast<double>(progress.done - progress.earlier) / std::max(seconds, 1e-3);
    std::string text = fmt::format("{} pictures", progress.done);
    if (progress.total) {
      text = fmt::format("{} of {} pictures", progress.done, std::max(*progress.total, progress.done));
      const auto rest = *progress.total > progress.done ? *progress.total - progress.done : 0;
      text +=
          fmt::format(", {:.1f} a second, about {} left", rate, duration_words(static_cast<double>(rest) / std::max(rate, 1e-3)));
    } else {
      text += fmt::format(", {:.1f} a second", rate);
    }
    fmt::print(stderr, "{}{:<76}{}", terminal_ ? "\r" : "", text, terminal_ ? "" : "\n");
  }
  void end() const {
    if (terminal_ && told_) fmt::print(stderr, "\r{:<76}\r", "");
  }

 private:
  const base::Clock& clock_;
  const base::SteadyTime begun_;
  const bool terminal_;
  std::optional<base::SteadyTime> told_;
};

ExitCode tell(const ImportOutcome& outcome) {
  using End = ImportOutcome::End;
  if (outcome.end == End::known) {
    fmt::print("This drive was imported before, as session {}: nothing was changed.\n", outcome.session_id);
    return ExitCode::ok;
  }
  if (outcome.end == End::interrupted) {
    fmt::print("Interrupted after {} pictures. The same command goes on from there; nothing is kept until it ends.\n",
               outcome.pictures);
    return ExitCode::failed;
  }
  fmt::print("{} pictures as session {}: {} new hazards, {} sightings of known ones.\n", outcome.pictures, outcome.session_id,
             outcome.kept.hazards, outcome.kept.seen_again);
  if (outcome.earlier > 0) fmt::print("{} of them had been looked at by an earlier run.\n", outcome.earlier);
  if (outcome.unreadable > 0) fmt::print("{} pictures could not be read and were left out.\n", outcome.unreadable);
  if (outcome.placed + outcome.unreadable < outcome.pictures) {
    fmt::print(
        "{} pictures have no position: a track with --gpx gives them one; --offset or --start where the clocks disagree.\n",
        outcome.pictures - outcome.unreadable - outcome.placed);
  }
  return ExitCode::ok;
}

ExitCode run(const Invocation& invocation) {
  const auto plan = make_plan(invocation);
  if (!plan) return complain(ExitCode::usage, plan.error());
  const Config& config = invocation.config.values;
  if (config.data_dir.empty())
    return complain(ExitCode::cannot_start,
                    "DATA_DIR is not set: name the folder in which hazards are kept, as --data-dir FOLDER.");
  auto options = engine_options(invocation.config);
  if (options.performance_mode == "auto") options.performance_mode = "latency";  // one picture at a time
  if (const auto bad = plainly_wrong(options)) return complain(ExitCode::cannot_start, *bad);
  const base::RealClock clock;
  auto keeping = Keeping::open(config, clock);
  if (!keeping) return complain(ExitCode::cannot_start, keeping.error().message);
  const auto delivery = make_delivery(config, (*keeping)->store(), clock, kVersion, outgoing::Sending::at_next_start);
  if (!delivery) return complain(ExitCode::cannot_start, delivery.error().message);
  const auto engine = detect::load_openvino_engine(options);
  if (!engine) return complain(ExitCode::cannot_start, engine.error().message);

  ::signal(SIGPIPE, SIG_IGN);
  for (const int number : {SIGINT, SIGTERM}) ::signal(number, [](int) { interrupted = true; });
  ProgressLine line(clock);
  const auto outcome = import_drive(*plan, {.engine = **engine,
                                            .desk = (*keeping)->desk(),
                                            .folder = (*keeping)->folder() / "imports",
                                            .clock = clock,
                                            .progress = [&](const ImportProgress& progress) { line.show(progress); },
                                            .stop = [] { return interrupted.load(); }});
  line.end();
  if (outcome) return tell(*outcome);
  return complain(ExitCode::failed, outcome.error().message);
}

}  // namespace

Command import_command() {
  return {
      .name = "import",
      .summary = "hazards of a recorded drive: a folder of pictures, or a video, with a GPX track",
      .operands = "SOURCE",
      .operands_min = 1,
      .operands_max = 1,
      .options = kOptions,
      .settings = Settings::all,
      .text =
          R"(Looks at every picture of a recorded drive with the code of a stream, and keeps its hazards in DATA_DIR, where the
server shows them. A folder stands for its pictures in order of their names; a video needs ffmpeg. Times and places
come from the pictures' EXIF; without it the first picture lies at the first point of the track (or at --start), the
others follow by --fps. The vehicle's place is interpolated between the points of the track.

Interrupted or killed, the same command goes on where it was and ends in the same hazards: they are kept all together
when the last picture was looked at. A drive that was imported before is recognised. While a server runs on the same
DATA_DIR the import is refused: send the drive to that server instead (POST /api/uploads), or stop it.

Examples:
  hazardstream import drive/ --gpx drive.gpx --data-dir data
  hazardstream import drive.mp4 --gpx drive.gpx --fps 4 --offset -1.5 --data-dir data
  hazardstream import drive.mp4 --gpx drive.gpx --camera-height 1.3 --pitch 6 --data-dir data)",
      .run = run};
}

}  // namespace hazard::app
