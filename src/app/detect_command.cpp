#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <limits>

#include "app/command_table.hpp"
#include "app/detect_report.hpp"
#include "app/model_source.hpp"
#include "app/number_text.hpp"
#include "app/picture_files.hpp"
#include "image/annotate.hpp"
#include "image/decoder.hpp"
#include "image/encoder.hpp"
#include "pipeline/frame_job.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;

constexpr std::array<Option, 4> kOptions{{
    {"format", "FORMAT", "json (one object a line, the default) or csv (one row a detection)"},
    {"annotate", "DIR", "also write each picture with its boxes drawn into this folder, as JPEG"},
    {"iou-threshold", "VALUE", "boxes of one class that overlap more are one [0.45]"},
    {"max-detections", "N", "at most so many boxes a picture, best first [50]"},
}};
constexpr int kAnnotatedQuality = 90;

struct DetectPlan {
  bool csv = false;
  std::string annotate;  // empty: no pictures
  detect::DetectOptions options;
};

std::expected<DetectPlan, std::string> make_plan(const Invocation& invocation) {
  DetectPlan plan;
  plan.annotate = invocation.value("annotate");
  plan.options.confidence_threshold = static_cast<float>(invocation.config.values.confidence_threshold);
  const auto format = invocation.value("format", "json");
  if (format != "json" && format != "csv") {
    return std::unexpected(fmt::format("--format takes json or csv, not '{}'.", format));
  }
  plan.csv = format == "csv";
  const auto iou = number_within<float>(invocation.value("iou-threshold", "0.45"), 0.1F, 1);
  if (!iou) return std::unexpected("--iou-threshold takes a number from 0.1 to 1.");
  plan.options.iou_threshold = *iou;
  const auto most = number_within<int>(invocation.value("max-detections", "50"), 1, 300);
  if (!most) return std::unexpected("--max-detections takes a whole number from 1 to 300.");
  plan.options.max_detections = *most;
  return plan;
}

// A name in `folder` that this run has not used: two files of one name in two folders must not overwrite each other.
fs::path annotated_path(const fs::path& folder, const fs::path& file, std::vector<fs::path>& used) {
  auto path = folder / file.stem().concat(".jpg");
  for (int number = 2; std::ranges::find(used, path) != used.end(); ++number) {
    path = folder / fs::path(fmt::format("{}-{}.jpg", file.stem().string(), number));
  }
  used.push_back(path);
  return path;
}

// Pictures go through the same function as a stream's frames.
class PictureRun {
 public:
  PictureRun(detect::Engine& engine, const DetectPlan& plan)
      : engine_(engine), plan_(plan), request_(engine.make_request()), graph_(*request_) {
    settings_.detect = plan.options;
  }

  // False when the picture was refused or its annotated form could not be written.
  bool take(const fs::path& file) {
    auto done = detect_in(file);
    if (!done) {
      if (plan_.csv) {
        fmt::print(stderr, "hazardstream: {}: {}\n", file.string(), done.error().message);
      } else {
        fmt::print("{}", json_line(file.string(), done.error()));
      }
      return false;
    }
    const auto& classes = engine_.model().classes;
    fmt::print("{}", plan_.csv ? csv_rows(file.string(), *done, classes) : json_line(file.string(), *done, classes));
    std::fflush(stdout);
    return plan_.annotate.empty() || annotate(file, *done);
  }

 private:
  domain::Result<domain::FrameResult> detect_in(const fs::path& file) {
    auto bytes = read_picture(file);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    frame_.buffer = std::move(*bytes);
    frame_.received_at = clock_.now();
    auto outcome = pipeline::run_frame(frame_, {.settings = settings_, .taken_at = clock_.now()}, nullptr,
                                       {.graphs = graph_, .decoder = decoder_, .clock = clock_});
    if (auto* error = std::get_if<domain::Error>(&outcome)) return std::unexpected(std::move(*error));
    return std::get<domain::FrameResult>(std::move(outcome));
  }

  bool annotate(const fs::path& file, const domain::FrameResult& result) {
    auto picture = decoder_.decode(frame_.picture());
    if (!picture) {
      fmt::print(stderr, "hazardstream: {}: {}\n", file.string(), picture.error().message);
      return false;
    }
    image::annotate(picture->view(), result.detections, engine_.model().classes);
    const auto jpeg = encoder_.encode(picture->view(), kAnnotatedQuality);
    const auto path = annotated_path(plan_.annotate, file, written_);
    std::ofstream stream(path, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(jpeg.data()), static_cast<std::streamsize>(jpeg.size()));
    if (stream.flush()) return true;
    fmt::print(stderr, "hazardstream: {} cannot be written.\n", path.string());
    return false;
  }

  detect::Engine& engine_;
  const DetectPlan& plan_;
  std::unique_ptr<detect::InferenceRequest> request_;
  pipeline::FixedGraph graph_;
  image::Decoder decoder_;
  image::JpegEncoder encoder_;
  base::RealClock clock_;
  pipeline::LaneSettings settings_;
  domain::EncodedFrame frame_;
  std::vector<fs::path> written_;
};

ExitCode run(const Invocation& invocation) {
  const auto plan = make_plan(invocation);
  if (!plan) return complain(ExitCode::usage, plan.error());
  const auto options = engine_options(invocation.config);
  if (const auto wrong = plainly_wrong(options)) return complain(ExitCode::cannot_start, *wrong);
  std::error_code error;
  if (!plan->annotate.empty() && !fs::is_directory(plan->annotate, error) && !fs::create_directories(plan->annotate, error))
    return complain(ExitCode::cannot_start, fmt::format("the folder {} cannot be made: {}.", plan->annotate, error.message()));
  const auto engine = detect::load_openvino_engine(options);
  if (!engine) return complain(ExitCode::cannot_start, engine.error().message);
  const auto files = expand_pictures(invocation.operands);
  if (files.empty()) return complain(ExitCode::failed, "there are no pictures in what was named.");
  if (plan->csv) fmt::print("{}", csv_header());
  PictureRun pictures(**engine, *plan);
  const auto refused = std::ranges::count_if(files, [&](const fs::path& file) { return !pictures.take(file); });
  return refused == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Command detect_command() {
  return {
      .name = "detect",
      .summary = "find the hazards in picture files: JSON, CSV, or pictures with boxes",
      .operands = "FILE...",
      .operands_min = 1,
      .operands_max = std::numeric_limits<std::size_t>::max(),
      .options = kOptions,
      .settings = Settings::model,
      .text =
          R"(Finds the cracks and potholes in JPEG, PNG, WebP or BMP files, through the same code as the server. A folder stands
for the pictures in it. Boxes are corners in pixels of the picture after its EXIF orientation. A picture that cannot be
read is reported in its line, the others go on, and the exit code is 1.

Examples:
  hazardstream detect road.jpg
  hazardstream detect drive/ --format csv > hazards.csv
  hazardstream detect drive/*.jpg --annotate boxes --confidence-threshold 0.3)",
      .run = run};
}

}  // namespace hazard::app
