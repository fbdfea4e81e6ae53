// Finds the files of a model from what the operator named: a folder, or the graph itself. Called once at start.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "domain/error.hpp"

namespace hazard::detect {

struct ModelFiles {
  std::filesystem::path graph;                    // .xml or .onnx
  std::optional<std::filesystem::path> weights;   // the .bin beside an .xml
  std::optional<std::filesystem::path> metadata;  // metadata.yaml beside the graph
  std::string note;                               // what was passed over, for check-model; may be empty
};

// Errors: model_not_ready; nothing there, no graph, several graphs, an empty or missing .bin, a file of more than 2 GiB (a
// detector for live pictures has a few MB).
domain::Result<ModelFiles> find_model_files(const std::filesystem::path& model);

// Up to kYamlBytesMax + 1 bytes, so that the reader sees that a file is too large. Errors: model_not_ready, unreadable.
domain::Result<std::string> read_metadata_file(const std::filesystem::path& file);

}  // namespace hazard::detect
