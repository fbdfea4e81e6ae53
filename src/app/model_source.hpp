// From settings to a loaded model: which files, which options, and what a person should hear about the result. Main thread and
// the thread that loads the model for `serve`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "detect/openvino_engine.hpp"

namespace hazard::app {

// Something that comes with the program (models/..., web/): in the working folder, else beside the program's own folder.
// Returns `relative` unchanged when it is in neither.
std::filesystem::path shipped(const std::filesystem::path& relative);

detect::EngineOptions engine_options(const LoadedConfig& config);

// Why these options can never work, whatever is tried again: no such path, no model in the folder, no such device. Names the
// setting, its value and the remedy. Nothing when it is worth loading.
std::optional<std::string> plainly_wrong(const detect::EngineOptions& options);

// One line each: model, classes, input, device and precision.
std::string describe_model(const domain::ModelInfo& model);

}  // namespace hazard::app
