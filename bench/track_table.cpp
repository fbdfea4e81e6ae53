// The tables of docs/tracking.md: how well tracks keep their identity on the simulated drive, with and without the camera's motion, and
// where predicted boxes lie.
//
//   cmake --build build --target track_table
//   build/bench/track_table [--cache FOLDER] [--frames N] [--seed N] [--look-between] [--pictures FOLDER] [ROW...]
//
// ROW: calm, shaky, "5 fps", "50 km/h", predictions, labelled, costs; without any, all. Three seeds from --seed on. With
// --look-between, the frames in which nothing is looked for are decoded for their small picture all the same. FOLDER of --pictures
// holds NAME_RAW.webp for the frames of tests/support/labelled_drive.txt. --cache keeps the small grey pictures in FOLDER, so that a
// second run does not render them again.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "image/decoder.hpp"
#include "image/small_grey.hpp"
#include "sim/drive.hpp"
#include "support/identity_score.hpp"
#include "support/labelled_drive.hpp"
#include "support/noisy_drive.hpp"
#include "track/tracker.hpp"

namespace {

using namespace hazard;

struct Row {
  const char* name;
  sim::DriveOptions drive;
};

const Row kRows[] = {
    {"calm", {.fps = 10, .speed_mps = 8.3, .shake = 0.2}},
    {"shaky", {.fps = 10, .speed_mps = 13.9, .shake = 2.5}},
    {"5 fps", {.fps = 5, .speed_mps = 13.9, .shake = 1}},
    {"50 km/h", {.fps = 10, .speed_mps = 13.9, .shake = 1}},
};
constexpr std::uint64_t kSeeds = 3;

struct Arguments {
  std::string cache;
  int frames = 600;
  std::set<std::string> rows;
  bool look_between = false;
  std::uint64_t first_seed = 1;
  std::string pictures;
};

// The picture is looked at in less than its size: rendering is what takes the time.
domain::GreyPicture grey_of(const Arguments& arguments, const sim::Drive& drive, std::uint64_t frame) {
  const sim::DriveOptions& options = drive.options();
  domain::GreyPicture grey;
  grey.size = {160, 90};
  const std::string path =
      fmt::format("{}/{}-{}-{}-{}-{}.grey", arguments.cache, options.seed, options.fps, options.speed_mps, options.shake, frame);
  grey.pixels.resize(160 * 90);
  const auto bytes = static_cast<std::streamsize>(grey.pixels.size());
  if (!arguments.cache.empty()) {
    std::ifstream in(path, std::ios::binary);
    if (in.read(reinterpret_cast<char*>(grey.pixels.data()), bytes)) return grey;
  }
  domain::RgbPicture picture(options.size);
  drive.render(frame, picture.view());
  image::shrink_grey(picture.view(), grey, 160);
  if (!arguments.cache.empty()) {
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(grey.pixels.data()), bytes);
  }
  return grey;
}

enum class Motion { off, boxes, picture, picture_and_speed };
constexpr std::pair<Motion, const char*> kMotions[] = {
    {Motion::off, "off"}, {Motion::boxes, "boxes"}, {Motion::picture, "picture"}, {Motion::picture_and_speed, "+ speed"}};

struct Trip {
  std::vector<support::DetectedFrame> frames;
  std::vector<domain::GreyPicture> greys;
  domain::SizePx size;
};

Trip make_trip(const Arguments& arguments, sim::DriveOptions options, std::uint64_t seed, const support::DetectorErrors& errors) {
  options.seed = seed;
  Trip trip;
  trip.size = options.size;
  const sim::Drive drive(options);
  sim::DriveOptions small = options;
  small.size = {640, 360};
  const sim::Drive pictures(small);
  support::NoisyDetector detector(errors, options.size, seed);
  for (int i = 0; i < arguments.frames; ++i) {
    trip.frames.push_back(detector.look(drive.truth(static_cast<std::uint64_t>(i))));
    trip.greys.push_back(grey_of(arguments, pictures, static_cast<std::uint64_t>(i)));
  }
  return trip;
}

track::FrameSight sight_of(const Trip& trip, std::size_t i, Motion motion) {
  track::FrameSight sight{.at = trip.frames[i].at, .picture = trip.size};
  if (motion >= Motion::picture) sight.grey = &trip.greys[i];
  if (motion == Motion::picture_and_speed) sight.speed_mps = trip.frames[i].truth.speed_mps;
  return sight;
}

support::IdentityScore follow(const Trip& trip, Motion motion) {
  track::Tracker tracker({.camera_motion = motion != Motion::off});
  std::vector<support::NamedBox> named;
  std::size_t missed = 0;
  for (std::size_t i = 0; i < trip.frames.size(); ++i) {
    const support::DetectedFrame& frame = trip.frames[i];
    missed += frame.missed;
    const auto results = tracker.update(frame.found, sight_of(trip, i, motion));
    std::size_t next = 0;
    for (std::size_t k = 0; k < frame.found.size(); ++k) {
      if (frame.found[k].confidence >= 0.5F) named.push_back({frame.truth_of[k], results.at(next++).track->id});
    }
  }
  return support::identity_score(named, missed);
}

struct PredictedScore {
  double iou = 0;   // mean over the predicted boxes whose hazard is still seen
  double half = 0;  // share of them with an IoU of at least 0.5
  std::size_t boxes = 0;
  std::size_t beside = 0;  // predicted boxes of what is no hazard, or no longer seen
};

// Looks for hazards in every `every`th frame only.
PredictedScore predict_between(const Arguments& arguments, const Trip& trip, Motion motion, std::size_t every) {
  track::Tracker tracker({.camera_motion = motion != Motion::off});
  std::map<std::uint64_t, std::uint64_t> truth_of_track;
  PredictedScore score;
  for (std::size_t i = 0; i < trip.frames.size(); ++i) {
    const support::DetectedFrame& frame = trip.frames[i];
    if (i % every == 0) {
      const auto results = tracker.update(frame.found, sight_of(trip, i, motion));
      std::size_t next = 0;
      for (std::size_t k = 0; k < frame.found.size(); ++k) {
        if (frame.found[k].confidence >= 0.5F) truth_of_track[results.at(next++).track->id] = frame.truth_of[k];
      }
      continue;
    }
    track::FrameSight sight = sight_of(trip, i, motion);
    if (!arguments.look_between) sight.grey = nullptr;
    for (const auto& result : tracker.predict(sight)) {
      const std::uint64_t truth = truth_of_track[result.track->id];
      const auto hazard = std::ranges::find_if(frame.truth.hazards, [&](const auto& each) { return each.id + 1 == truth; });
      if (truth == 0 || hazard == frame.truth.hazards.end()) {
        ++score.beside;
        continue;
      }
      const double iou = static_cast<double>(domain::iou(result.detection.box, hazard->box));
      ++score.boxes;
      score.iou += iou;
      score.half += iou >= 0.5 ? 1 : 0;
    }
  }
  score.iou /= static_cast<double>(std::max<std::size_t>(1, score.boxes));
  score.half /= static_cast<double>(std::max<std::size_t>(1, score.boxes));
  return score;
}

void predictions(const Arguments& arguments) {
  fmt::print(
      "\n| fps | every | shake | detector | camera motion | mean IoU | IoU >= 0.5 | boxes | beside "
      "|\n|---|---|---|---|---|---|---|---|---|\n");
  for (const double fps : {10.0, 30.0}) {
    for (const double shake : {0.2, 1.0}) {
      for (const bool errs : {false, true}) {
        const support::DetectorErrors errors =
            errs ? support::DetectorErrors{} : support::DetectorErrors{.missed = 0, .weak = 0, .jitter = 0, .false_per_frame = 0};
        const Trip trip = make_trip(arguments, {.fps = fps, .speed_mps = 13.9, .shake = shake}, 1, errors);
        for (const std::size_t every : {2, 3}) {
          for (const auto& [motion, name] : kMotions) {
            const auto score = predict_between(arguments, trip, motion, every);
            fmt::print("| {} | {} | {} | {} | {} | {:.3f} | {:.0f} % | {} | {} |\n", fps, every, shake, errs ? "errs" : "exact",
                       name, score.iou, 100 * score.half, score.boxes, score.beside);
          }
        }
      }
    }
  }
}

void identities(const Arguments& arguments) {
  fmt::print(
      "| drive | seed | camera motion | IDF1 | strict | switches | hazards | per 100 | boxes "
      "|\n|---|---|---|---|---|---|---|---|---|\n");
  for (const Row& row : kRows) {
    if (!arguments.rows.empty() && !arguments.rows.contains(row.name)) continue;
    for (std::uint64_t seed = arguments.first_seed; seed < arguments.first_seed + kSeeds; ++seed) {
      const Trip trip = make_trip(arguments, row.drive, seed, {});
      for (const auto& [motion, name] : kMotions) {
        const auto score = follow(trip, motion);
        fmt::print("| {} | {} | {} | {:.3f} | {:.3f} | {} | {} | {:.1f} | {} |\n", row.name, seed, name, score.idf1,
                   score.idf1_strict, score.switches, score.things, score.switches_per_100(), score.boxes);
      }
    }
  }
}

template <typename Work>
double microseconds_each(int times, Work work) {
  // Of the processor, not of the clock: the machine may be busy with other things.
  const std::clock_t begin = std::clock();
  for (int i = 0; i < times; ++i) work(i);
  return 1e6 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / times;
}

// What a frame costs: boxes that drive towards the camera, with and without a picture to look at, and the small picture itself.
void costs(const Arguments& arguments) {
  const sim::Drive drive({.size = {640, 360}});
  std::vector<domain::GreyPicture> greys;
  for (std::uint64_t i = 0; i < 200; ++i) greys.push_back(grey_of(arguments, drive, i));
  fmt::print("\n| step | microseconds |\n|---|---|\n");
  for (const int objects : {0, 5, 20, 50}) {
    for (const bool look : {false, true}) {
      track::Tracker tracker;
      std::vector<domain::Detection> found;
      const double each = microseconds_each(2000, [&](int frame) {
        found.clear();
        for (int i = 0; i < objects; ++i) {
          const auto metres = static_cast<float>(4 + std::fmod(i * 36.0 / objects + 3600 - frame * 1.39, 36.0));
          const float x = 640 + 1065 * (static_cast<float>(i % 7) - 3) / metres;
          const float y = 248 + 1438 / metres;
          found.push_back({{x, y - 60 / metres, x + 600 / metres, y}, 0.9F, i % 2});
        }
        track::FrameSight sight{.at = base::SteadyTime{std::chrono::hours(1) + frame * std::chrono::milliseconds(100)},
                                .picture = {1280, 720}};
        if (look) sight.grey = &greys[static_cast<std::size_t>(frame) % greys.size()];
        tracker.update(found, sight);
      });
      fmt::print("| update, {} boxes{} | {:.0f} |\n", objects, look ? ", picture" : "", each);
    }
  }
  domain::RgbPicture picture({640, 360});
  drive.render(0, picture.view());
  domain::GreyPicture grey;
  fmt::print("| shrink_grey 640x360 | {:.0f} |\n",
             microseconds_each(500, [&](int) { image::shrink_grey(picture.view(), grey, 160); }));
  track::Tracker tracker;
  tracker.update({}, {.at = base::SteadyTime{std::chrono::hours(1)}, .picture = {1280, 720}, .grey = &greys[0]});
  const std::string saved = tracker.save(base::SteadyTime{std::chrono::hours(1)});
  fmt::print("| save ({} bytes) | {:.0f} |\n", saved.size(),
             microseconds_each(200, [&](int) { (void)tracker.save(base::SteadyTime{std::chrono::hours(1)}); }));
  fmt::print("| load | {:.0f} |\n",
             microseconds_each(200, [&](int) { (void)track::Tracker::load(saved, base::SteadyTime{std::chrono::hours(1)}); }));
}

// The hand-labelled frames, with the pictures of FOLDER where it is given.
void labelled(const Arguments& arguments) {
  const auto frames = support::read_labelled_drive(HAZARD_SOURCE_DIR "/tests/support/labelled_drive.txt");
  const auto grey_of = [&](const std::string& name) {
    std::ifstream in(fmt::format("{}/{}_RAW.webp", arguments.pictures, name), std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    domain::RgbPicture picture({640, 400});
    domain::GreyPicture grey;
    image::Decoder decoder;
    if (decoder.decode_letterboxed(bytes, picture.view(), image::OrientationPolicy::apply)) {
      image::shrink_grey(picture.view(), grey, 160);
    } else {
      fmt::print("no picture {}\n", name);
    }
    return grey;
  };
  fmt::print(
      "\n| labelled drive | IDF1 | switches | hazards | continued | found | wrongly joined | boxes "
      "|\n|---|---|---|---|---|---|---|---|\n");
  const auto row = [&](const char* name, const track::TrackerOptions& options, bool pictures) {
    const auto score =
        support::follow_labelled_drive(frames, options, pictures ? std::function(grey_of) : decltype(std::function(grey_of)){});
    fmt::print("| {} | {:.3f} | {} | {} | {} | {} | {} | {} |\n", name, score.identity.idf1, score.identity.switches,
               score.identity.things, score.continued, score.found, score.wrong, score.identity.boxes);
  };
  row("camera motion off", {.camera_motion = false}, false);
  row("boxes", {}, false);
  if (arguments.pictures.empty()) {
    fmt::print("| picture | skipped: no --pictures FOLDER | | | | | | |\n");
  } else {
    row("picture", {}, true);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--cache" && i + 1 < argc) {
      arguments.cache = argv[++i];
      std::filesystem::create_directories(arguments.cache);
    } else if (word == "--frames" && i + 1 < argc) {
      arguments.frames = std::atoi(argv[++i]);
    } else if (word == "--seed" && i + 1 < argc) {
      arguments.first_seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--pictures" && i + 1 < argc) {
      arguments.pictures = argv[++i];
    } else if (word == "--look-between") {
      arguments.look_between = true;
    } else {
      arguments.rows.emplace(word);
    }
  }
  const bool all = arguments.rows.empty();
  identities(arguments);
  if (all || arguments.rows.contains("predictions")) predictions(arguments);
  if (all || arguments.rows.contains("labelled")) labelled(arguments);
  if (all || arguments.rows.contains("costs")) costs(arguments);
}
