#include "detect/openvino_engine.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "detect/openvino_device.hpp"
#include "detect/openvino_fence.hpp"
#include "detect/openvino_model.hpp"
#include "detect/openvino_request.hpp"
#include "detect/output_check.hpp"

namespace hazard::detect {
namespace {

constexpr auto kNotReady = domain::ErrorCode::model_not_ready;
constexpr int kTimedRuns = 5;

class OpenvinoEngine final : public Engine {
 public:
  OpenvinoEngine(std::shared_ptr<LoadedModel> loaded, domain::ModelInfo info, int workers)
      : loaded_(std::move(loaded)), info_(std::move(info)), workers_(workers) {}

  const domain::ModelInfo& model() const noexcept override { return info_; }
  int workers() const noexcept override { return workers_; }
  std::unique_ptr<InferenceRequest> make_request() override { return std::make_unique<OpenvinoRequest>(loaded_); }

 private:
  std::shared_ptr<LoadedModel> loaded_;
  domain::ModelInfo info_;
  int workers_;
};

// A property of the compiled model, or `otherwise` when the device has no such property.
template <typename T>
T read_back(const ov::CompiledModel& compiled, const char* name, T otherwise) {
  const auto value = fenced(kNotReady, "", [&] { return compiled.get_property(name).as<T>(); });
  return value.value_or(std::move(otherwise));
}

void describe_compiled(const ov::CompiledModel& compiled, DevicePlan& plan, domain::ModelInfo& info) {
  const auto devices = read_back(compiled, ov::execution_devices.name(), std::vector<std::string>{plan.device});
  info.device = devices.empty() ? plan.device : devices.front();
  info.precision = read_back(compiled, ov::hint::inference_precision.name(), ov::element::Type()).get_type_name();
  info.performance_mode = plan.mode == PerformanceMode::latency ? "latency" : "throughput";
  info.streams = read_back(compiled, ov::num_streams.name(), ov::streams::Num(plan.workers)).num;
  info.threads = read_back(compiled, ov::inference_num_threads.name(), std::int32_t{plan.cores});
  if (!plan.is_cpu) {
    plan.workers = static_cast<int>(read_back(compiled, ov::optimal_number_of_infer_requests.name(), std::uint32_t{1}));
  }
}

// One inference per worker before the first picture: the first run of each stream builds its kernels. The first output is
// looked at, so that a model which means something else than its shape says is never let in.
domain::Result<double> warm_up(const std::shared_ptr<LoadedModel>& loaded, int workers) {
  for (int i = 0; i < workers; ++i) {
    OpenvinoRequest request(loaded);
    if (const auto done = request.infer(); !done) return domain::refuse(kNotReady, done.error().message);
    if (const auto checked = check_first_output(loaded->layout, request.output()); !checked)
      return std::unexpected(checked.error());
  }
  OpenvinoRequest request(loaded);
  std::vector<double> times_ms;
  for (int i = 0; i < kTimedRuns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (const auto done = request.infer(); !done) return domain::refuse(kNotReady, done.error().message);
    times_ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::nth_element(times_ms, times_ms.begin() + kTimedRuns / 2);
  return times_ms[kTimedRuns / 2];
}

domain::Result<std::unique_ptr<Engine>> load(const EngineOptions& options, std::vector<std::string>& lines) {
  auto made = fenced(kNotReady, "OpenVINO does not start (is its libs folder complete?)", [] { return ov::Core(); });
  if (!made) return std::unexpected(made.error());
  ov::Core core = std::move(*made);
  auto plan = plan_device(core, options);
  if (!plan) return std::unexpected(plan.error());
  auto prepared = prepare_model(options, lines);
  if (!prepared) return std::unexpected(prepared.error());
  lines.push_back(fmt::format("cache: {}", add_cache(*plan, options.cache_dir)));
  auto compiled = fenced(kNotReady, fmt::format("{} cannot be compiled for {}", prepared->info.name, plan->device),
                         [&] { return core.compile_model(prepared->graph, plan->device, plan->properties); });
  if (!compiled) return std::unexpected(compiled.error());
  prepared->graph.reset();
  describe_compiled(*compiled, *plan, prepared->info);
  const domain::ModelInfo& info = prepared->info;
  lines.push_back(fmt::format("device: {}, {}, {} mode, {}, {} at once", info.device, info.precision, info.performance_mode,
                              plan->words, plan->workers == 1 ? "one picture" : fmt::format("{} pictures", plan->workers)));
  auto loaded = std::make_shared<LoadedModel>(LoadedModel{std::move(*compiled), prepared->layout, info.input});
  const auto time_ms = warm_up(loaded, plan->workers);
  if (!time_ms) return std::unexpected(time_ms.error());
  lines.push_back(fmt::format("speed: {:.1f} ms for one picture alone", *time_ms));
  // Reading and compiling leave tens of megabytes of freed memory with the allocator; give them back to the system.
  malloc_trim(0);
  return std::make_unique<OpenvinoEngine>(std::move(loaded), std::move(prepared->info), plan->workers);
}

}  // namespace

domain::Result<std::unique_ptr<Engine>> load_openvino_engine(const EngineOptions& options) {
  std::vector<std::string> lines;
  return load(options, lines);
}

ModelReport check_model(const EngineOptions& options) {
  ModelReport report;
  const auto engine = load(options, report.lines);
  report.usable = engine.has_value();
  report.lines.push_back(report.usable ? "usable: yes" : "usable: no: " + engine.error().message);
  return report;
}

}  // namespace hazard::detect
