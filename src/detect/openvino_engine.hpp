// Loads an exported model and runs it with OpenVINO. This header is free of OpenVINO's own: only detect/openvino_*.cpp see it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detect/engine.hpp"

namespace hazard::detect {

struct EngineOptions {
  std::filesystem::path model;               // a folder with one .xml or .onnx and perhaps metadata.yaml, or the file itself
  std::string device = "CPU";                // any device OpenVINO lists
  std::string performance_mode = "latency";  // or "throughput", or "auto": both, the better one for each picture
  std::string precision = "auto";            // "auto": bf16 where the CPU has it in hardware, else f32; or "bf16", "f32"
  std::optional<domain::SizePx> input;       // another static input size, multiples of 32; empty: as exported
  std::filesystem::path cache_dir;           // compiled blobs; empty: none
  std::vector<std::string> class_names;      // override; must match the model's class count
  int threads = 0;                           // 0: all cores this process may use
};

// Reads, checks, compiles and warms up. Errors: model_not_ready with a sentence that names the file, what is wrong and the
// remedy (missing file, unknown device and the list of devices, output shape that is no known layout, name count mismatch).
domain::Result<std::unique_ptr<Engine>> load_openvino_engine(const EngineOptions& options);

// What `check-model` prints: the same checks, as lines of plain words; also for a model that fails.
struct ModelReport {
  bool usable = false;
  std::vector<std::string> lines;
};
ModelReport check_model(const EngineOptions& options);

// Device names OpenVINO lists on this machine.
std::vector<std::string> available_devices();

}  // namespace hazard::detect
