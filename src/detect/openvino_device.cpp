#include "detect/openvino_device.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/core/version.hpp>
#include <openvino/runtime/properties.hpp>

#include "base/closest_word.hpp"
#include "detect/cpu_budget.hpp"
#include "detect/openvino_fence.hpp"

namespace hazard::detect {
namespace {

constexpr auto kNotReady = domain::ErrorCode::model_not_ready;
// OpenVINO's name for the CPU plugin's compiler of small operations; not in its public headers (docs/decisions/0012).
constexpr const char* kSnippets = "SNIPPETS_MODE";

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_listed(const std::vector<std::string>& devices, std::string_view name) {
  return std::ranges::any_of(devices, [&](const std::string& device) {
    return device == name || (device.starts_with(name) && device.size() > name.size() && device[name.size()] == '.');
  });
}

// AUTO, MULTI and HETERO choose among the listed devices; what follows their colon is OpenVINO's to check.
bool is_composite(std::string_view name) {
  const std::string_view head = name.substr(0, name.find(':'));
  return head == "AUTO" || head == "MULTI" || head == "HETERO";
}

domain::Result<void> check_device(ov::Core& core, const std::string& name) {
  if (name == "CPU" || is_composite(name)) return {};
  auto devices = fenced(kNotReady, "OpenVINO cannot list its devices", [&] { return core.get_available_devices(); });
  if (!devices) return std::unexpected(devices.error());
  if (is_listed(*devices, name)) return {};
  devices->push_back("AUTO");
  const auto meant = base::closest_word(name, *devices);
  return domain::refuse(kNotReady,
                        fmt::format("the device {} is not on this machine; OpenVINO lists {}{}", name, fmt::join(*devices, ", "),
                                    meant ? fmt::format(": did you mean {}?", *meant) : std::string()));
}

domain::Result<PerformanceMode> mode_of(const std::string& text) {
  const std::string mode = in_small_letters(text);
  if (mode == "latency") return PerformanceMode::latency;
  if (mode == "throughput") return PerformanceMode::throughput;
  if (mode == "auto") return PerformanceMode::automatic;
  return domain::refuse(kNotReady, fmt::format("the performance mode '{}' is unknown: write auto (the better one for each "
                                               "picture), latency (one picture as fast as possible) or throughput (most "
                                               "pictures a second)",
                                               text));
}

bool has_bf16(ov::Core& core, const std::string& device) {
  const auto capabilities = fenced(kNotReady, "", [&] { return core.get_property(device, ov::device::capabilities); });
  return capabilities && std::ranges::find(*capabilities, "BF16") != capabilities->end();
}

// Never f16: on a CPU that lists it (AMX-FP16) this network took 50.7 ms a picture against 20.9 ms with bf16.
domain::Result<void> choose_precision(ov::Core& core, const EngineOptions& options, DevicePlan& plan) {
  const std::string precision = in_small_letters(options.precision);
  if (precision == "f32") {
    plan.properties.insert(ov::hint::inference_precision(ov::element::f32));
  } else if (precision == "bf16") {
    if (!has_bf16(core, plan.device)) {
      return domain::refuse(kNotReady,
                            fmt::format("the device {} has no bf16 in hardware: set the precision to auto or f32", plan.device));
    }
    plan.properties.insert(ov::hint::inference_precision(ov::element::bf16));
  } else if (precision != "auto") {
    return domain::refuse(kNotReady, fmt::format("the precision '{}' is unknown: write auto, bf16 or f32", options.precision));
  } else if (plan.is_cpu) {
    plan.properties.insert(ov::hint::inference_precision(has_bf16(core, plan.device) ? ov::element::bf16 : ov::element::f32));
  }
  return {};
}

void set_cpu_threads(DevicePlan& plan) {
  const int streams = plan.strategy == Strategy::alone ? 1 : plan.cores;
  plan.workers = plan.mode == PerformanceMode::automatic ? plan.cores : streams;
  plan.properties.insert_or_assign(ov::num_streams.name(), ov::streams::Num(streams));
  plan.properties.insert(ov::inference_num_threads(plan.cores));
  // Pinned threads wait for their core while a decoder or socket runs on it, though another is free: on two busy cores the
  // latency mode gave 10.5 pictures a second without pinning and 6.1 with it; on idle ones both are equal.
  plan.properties.insert(ov::hint::enable_cpu_pinning(false));
  // The plugin's compiler for chains of small operations keeps 7.6 MB in every stream. A picture over all cores is 2 to 4 % sooner
  // done with it; with a picture on each core the difference was 0.5 to 1 %, below what the same run differs from itself.
  if (streams > 1) {
    plan.properties.insert_or_assign(kSnippets, "DISABLE");
  } else {
    plan.properties.erase(kSnippets);
  }
}

// Bumped when a property changes that is not part of OpenVINO's own key of a blob.
constexpr std::string_view kCacheRevision = "-2";

std::string folder_name(std::string version) {
  std::ranges::replace_if(version, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-'; }, '_');
  return fmt::format("openvino-{}{}", version, kCacheRevision);
}

}  // namespace

domain::Result<DevicePlan> plan_device(ov::Core& core, const EngineOptions& options) {
  DevicePlan plan;
  plan.device = in_capitals(options.device.empty() ? "CPU" : options.device);
  if (const auto checked = check_device(core, plan.device); !checked) return std::unexpected(checked.error());
  const auto mode = mode_of(options.performance_mode);
  if (!mode) return std::unexpected(mode.error());
  plan.mode = *mode;
  plan.is_cpu = plan.device == "CPU";
  if (options.threads < 0) return domain::refuse(kNotReady, "the number of threads is below 0: write 0 for all cores");
  const int cores = usable_cores();
  plan.cores = options.threads == 0 ? cores : std::min(options.threads, cores);
  plan.words = fmt::format("{} of the {} {} this process may use", plan.cores, cores, cores == 1 ? "core" : "cores");
  if (const auto chosen = choose_precision(core, options, plan); !chosen) return std::unexpected(chosen.error());
  if (!plan.is_cpu) plan.words = "its own threads";
  // Both strategies are there for a CPU's cores; another device shares itself out.
  if (!plan.is_cpu && plan.mode == PerformanceMode::automatic) plan.mode = PerformanceMode::throughput;
  set_strategy(plan, plan.mode == PerformanceMode::latency ? Strategy::alone : Strategy::shared);
  return plan;
}

void set_strategy(DevicePlan& plan, Strategy strategy) {
  plan.strategy = strategy;
  if (plan.is_cpu) return set_cpu_threads(plan);
  plan.properties.insert_or_assign(ov::hint::performance_mode.name(), strategy == Strategy::alone
                                                                          ? ov::hint::PerformanceMode::LATENCY
                                                                          : ov::hint::PerformanceMode::THROUGHPUT);
}

std::string add_cache(DevicePlan& plan, const std::filesystem::path& cache_dir) {
  if (cache_dir.empty()) return "none";
  // By version: a blob of another OpenVINO is refused at best.
  const std::filesystem::path folder = cache_dir / folder_name(ov::get_openvino_version().buildNumber);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fmt::format("none: {} cannot be made ({})", folder.string(), error.message());
  plan.properties.insert(ov::cache_dir(folder.string()));
  return folder.string();
}

std::vector<std::string> available_devices() {
  auto devices = fenced(kNotReady, "", [] { return ov::Core().get_available_devices(); });
  return devices ? std::move(*devices) : std::vector<std::string>{};
}

}  // namespace hazard::detect
