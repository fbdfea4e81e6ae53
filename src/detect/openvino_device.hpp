// Which device runs the model and with which settings. Included by detect/openvino_*.cpp only.
#pragma once

#include <string>

#include <openvino/runtime/core.hpp>

#include "detect/openvino_engine.hpp"
#include "domain/error.hpp"

namespace hazard::detect {

enum class PerformanceMode { latency, throughput, automatic };

struct DevicePlan {
  std::string device;  // as OpenVINO spells it
  bool is_cpu = false;
  PerformanceMode mode = PerformanceMode::latency;
  int cores = 1;    // that this process may use and was allowed to
  int workers = 1;  // of the CPU; other devices say it themselves after compiling
  Strategy strategy = Strategy::alone;
  std::string words;  // for check-model
  ov::AnyMap properties;
};

// The CPU is taken without asking for other devices: listing them loads the drivers of each. Errors: model_not_ready;
// unknown device with the list and a suggestion, unknown mode or precision, bf16 where the device has none.
domain::Result<DevicePlan> plan_device(ov::Core& core, const EngineOptions& options);

// The plan's threads for one strategy. Devices other than the CPU get their hint instead.
void set_strategy(DevicePlan& plan, Strategy strategy);

// Adds the model cache to the plan when a folder for it can be made; the sentence says which folder, or why there is none.
std::string add_cache(DevicePlan& plan, const std::filesystem::path& cache_dir);

}  // namespace hazard::detect
