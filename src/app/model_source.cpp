#include "app/model_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace hazard::app {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 4> kDeviceComposers{"AUTO", "HETERO", "MULTI", "BATCH"};

bool is_model_file(const fs::path& path) { return path.extension() == ".xml" || path.extension() == ".onnx"; }

std::optional<std::string> wrong_path(const fs::path& model) {
  std::error_code error;
  const auto refusal = [&](std::string_view what) {
    return fmt::format(
        "MODEL_PATH = \"{}\": {}.\n  Range: a folder with one .xml (and its .bin) or .onnx file, or that file.\n"
        "  Remedy: set MODEL_PATH (or --model-path) to an exported model; `hazardstream check-model DIR` says what it sees.",
        model.string(), what);
  };
  if (!fs::exists(model, error)) return refusal("there is no such file or folder");
  if (!fs::is_directory(model, error))
    return is_model_file(model) ? std::nullopt : std::optional(refusal("is neither an .xml nor an .onnx file"));
  for (fs::directory_iterator entry(model, error), end; !error && entry != end; entry.increment(error)) {
    if (is_model_file(entry->path())) return std::nullopt;
  }
  return refusal(error ? "cannot be read" : "the folder has no .xml and no .onnx file");
}

std::optional<std::string> wrong_device(const std::string& device) {
  const auto base = device.substr(0, device.find_first_of(":.("));
  // Listing the devices loads the driver of each and keeps it: 15 MB for a GPU that is not used. A CPU is there.
  if (base == "CPU" || std::ranges::find(kDeviceComposers, base) != kDeviceComposers.end()) return std::nullopt;
  const auto devices = detect::available_devices();
  // OpenVINO lists several of a kind as GPU.0, GPU.1; GPU means the first.
  const auto is_base = [&](const std::string& listed) { return listed.substr(0, listed.find('.')) == base; };
  if (std::ranges::any_of(devices, is_base)) return std::nullopt;
  return fmt::format(
      "OPENVINO_DEVICE = \"{}\": there is no such device on this machine.\n  Range: {}.\n"
      "  Remedy: set OPENVINO_DEVICE (or --openvino-device) to one of these; CPU works everywhere.",
      device, fmt::join(devices, ", "));
}

}  // namespace

fs::path shipped(const fs::path& relative) {
  std::error_code error;
  if (relative.is_absolute() || fs::exists(relative, error)) return relative;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  if (error) return relative;
  // build/hazardstream in a checkout; bin/hazardstream with share/hazardstream beside it where it is installed.
  for (const auto& folder :
       {program.parent_path().parent_path(), program.parent_path().parent_path() / "share" / "hazardstream"}) {
    if (fs::exists(folder / relative, error)) return folder / relative;
  }
  return relative;
}

detect::EngineOptions engine_options(const LoadedConfig& config) {
  const auto& values = config.values;
  const bool own_path = config.origins.contains("MODEL_PATH");
  return {.model = own_path ? fs::path(values.model_path) : shipped(values.model_path),
          .device = values.openvino_device,
          .performance_mode = values.openvino_performance_mode,
          .precision = values.inference_precision,
          .input = values.input_size,
          .cache_dir = values.cache_dir == "none" ? fs::path() : fs::path(values.cache_dir),
          .class_names = values.model_classes,
          .threads = values.inference_threads};
}

std::optional<std::string> plainly_wrong(const detect::EngineOptions& options) {
  if (auto refusal = wrong_path(options.model)) return refusal;
  return wrong_device(options.device);
}

std::string describe_model(const domain::ModelInfo& model) {
  return fmt::format(
      "  model      {}{}{}\n"
      "  classes    {}\n"
      "  input      {}x{}, {}\n"
      "  device     {}, {}, {} mode, {} at a time on {} threads\n",
      model.name, model.version.empty() ? "" : " " + model.version,
      model.trained ? "" : "  (random weights: it finds nothing real)", fmt::join(model.classes, ", "), model.input.width,
      model.input.height, model.layout, model.device, model.precision, model.performance_mode, model.streams, model.threads);
}

}  // namespace hazard::app
