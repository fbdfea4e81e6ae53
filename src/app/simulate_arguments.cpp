// `hazardstream simulate` as a command: its flags read into SimulateOptions. The work is in simulate_command.cpp.
#include <fmt/format.h>

#include <array>
#include <variant>

#include "app/command_table.hpp"
#include "app/number_text.hpp"
#include "app/simulate_command.hpp"

namespace hazard::app {
namespace {

constexpr std::array<Option, 17> kOptions{{
    {"count", "N", "pictures to write [100]"},
    {"first", "N", "the drive's frame that becomes the first picture [0]"},
    {"every", "N", "of so many frames of the drive one is written [1]"},
    {"seed", "N", "another number is another drive [1]"},
    {"width", "PIXELS", "of the pictures [1280]"},
    {"height", "PIXELS", "of the pictures [720]"},
    {"quality", "N", "of the JPEG, 1 to 100 [88]"},
    {"fps", "RATE", "frames a second of the drive [10]"},
    {"speed", "MPS", "metres a second [13.9]"},
    {"hazards-per-km", "N", "cracks and potholes a kilometre; 0 is a clean road [120]"},
    {"darkness", "SHARE", "0 day to 1 night with headlights [0]"},
    {"shake", "AMOUNT", "of the camera; 0 is a camera on rails [1]"},
    {"camera-height", "METRES", "over the road [1.35]"},
    {"pitch", "DEGREES", "of the camera, downwards [6]"},
    {"fov", "DEGREES", "horizontal field of view [62]"},
    {"latitude", "DEGREES", "where the track starts [52]"},
    {"longitude", "DEGREES", "where the track starts [13]"},
}};

// Where an option's number goes.
struct Slot {
  std::string_view name;
  std::variant<double*, int*, std::uint64_t*> number;
};

bool fill(const Slot& slot, std::string_view text) {
  return std::visit(
      [&]<typename Number>(Number* number) {
        const auto value = number_from<Number>(text);
        if (value) *number = *value;
        return value.has_value();
      },
      slot.number);
}

std::expected<SimulateOptions, std::string> read_options(const Invocation& invocation) {
  SimulateOptions options;
  auto& drive = options.drive;
  const std::array<Slot, 17> slots{{{"count", &options.count},
                                    {"first", &options.first},
                                    {"every", &options.every},
                                    {"seed", &drive.seed},
                                    {"width", &drive.size.width},
                                    {"height", &drive.size.height},
                                    {"quality", &options.quality},
                                    {"fps", &drive.fps},
                                    {"speed", &drive.speed_mps},
                                    {"hazards-per-km", &drive.hazards_per_km},
                                    {"darkness", &drive.darkness},
                                    {"shake", &drive.shake},
                                    {"camera-height", &drive.camera_height_m},
                                    {"pitch", &drive.camera_pitch_deg},
                                    {"fov", &drive.horizontal_fov_deg},
                                    {"latitude", &drive.latitude},
                                    {"longitude", &drive.longitude}}};
  for (const auto& slot : slots) {
    if (!invocation.has(slot.name)) continue;
    if (!fill(slot, invocation.value(slot.name))) {
      return std::unexpected(fmt::format("--{} takes a number, not '{}'.", slot.name, invocation.value(slot.name)));
    }
  }
  if (!invocation.operands.empty()) options.folder = invocation.operands.front();
  return options;
}

ExitCode run(const Invocation& invocation) {
  const auto options = read_options(invocation);
  if (!options) return complain(ExitCode::usage, options.error());
  return run_simulate(*options);
}

}  // namespace

Command simulate_command() {
  return {
      .name = "simulate",
      .summary = "write pictures of a simulated drive, and what is truly on them",
      .operands = "[DIR]",
      .operands_max = 1,
      .options = kOptions,
      .settings = Settings::none,
      .text = R"(Renders a road seen through a windscreen, with cracks and potholes at known places, into DIR (default: drive) as
000001.jpg and so on, and the truth as truth.jsonl: for each picture its boxes, the id of each hazard, position, heading
and speed. The same options give the same pixels on every machine.

Examples:
  hazardstream simulate
  hazardstream simulate night --darkness 1 --seed 7 --count 50
  hazardstream simulate clean --hazards-per-km 0 --width 640 --height 400 --every 5)",
      .run = run};
}

}  // namespace hazard::app
