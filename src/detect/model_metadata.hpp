// What an exporter wrote beside or inside a model, in our words: class names, sizes and the few facts that decide how its
// output is read. Pure; called once at start by the loader and by check-model.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"
#include "domain/geometry.hpp"

namespace hazard::detect {

inline constexpr std::size_t kClassesMax = 2048;
inline constexpr std::size_t kClassNameBytesMax = 64;

struct ModelMetadata {
  std::string description;
  std::string version;
  std::string task;                     // "detect", or what else it is; empty: not said
  std::vector<std::string> names;       // lower case, index = class id; empty: not said
  std::optional<domain::SizePx> input;  // exporters write imgsz as height, width
  std::optional<int> stride;
  std::optional<int> channels;
  std::optional<bool> trained;
  std::optional<bool> nms_inside;  // args.nms or nms, or end2end (heads that need no NMS have the same output)
  bool unit_boxes = false;         // box_units: unit, that is 0..1 of the input's sides (TFLite exports)
};

// From the text of metadata.yaml; unknown keys are passed over. Errors: model_not_ready, "line N: what is wrong".
domain::Result<ModelMetadata> parse_metadata(std::string_view text);

// Class names out of one value: "{0: 'crack', 1: 'pothole'}", "[crack, pothole]" or "crack pothole" (the forms exporters put
// into rt_info). Lower-cased. Errors: model_not_ready, without a line.
domain::Result<std::vector<std::string>> parse_names(std::string_view text);

// The names as they are used: trimmed, lower-cased in ASCII, 1 to 64 bytes of clean UTF-8 each, 1 to 2048 of them.
domain::Result<std::vector<std::string>> clean_names(std::vector<std::string> names);

// Which names hold: those of metadata.yaml, then those inside the model, then the configured ones. Errors (model_not_ready):
// none at all, or configured names that differ from the model's own: a label that quietly changes its meaning is worse than
// a start that fails.
struct NameSources {
  std::vector<std::string> metadata;
  std::vector<std::string> model;
  std::vector<std::string> configured;
};
struct ChosenNames {
  std::vector<std::string> names;
  std::string source;  // for the log: "metadata.yaml", "the model's rt_info", "the configuration"
};
domain::Result<ChosenNames> choose_names(const NameSources& sources);

}  // namespace hazard::detect
