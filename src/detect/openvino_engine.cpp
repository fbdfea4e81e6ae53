#include "detect/openvino_engine.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "base/check.hpp"
#include "detect/openvino_device.hpp"
#include "detect/openvino_fence.hpp"
#include "detect/openvino_model.hpp"
#include "detect/openvino_request.hpp"
#include "detect/output_check.hpp"

namespace hazard::detect {
namespace {

constexpr auto kNotReady = domain::ErrorCode::model_not_ready;
constexpr int kTimedRuns = 5;

class OpenvinoGraph final : public Graph {
 public:
  explicit OpenvinoGraph(std::shared_ptr<LoadedModel> loaded) : loaded_(std::move(loaded)) {}
  const GraphForm& form() const noexcept override { return loaded_->form; }
  std::unique_ptr<InferenceRequest> make_request() override { return std::make_unique<OpenvinoRequest>(loaded_); }

 private:
  std::shared_ptr<LoadedModel> loaded_;
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
  info.performance_mode = plan.mode == PerformanceMode::latency      ? "latency"
                          : plan.mode == PerformanceMode::throughput ? "throughput"
                                                                     : "auto";
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

domain::Result<ov::CompiledModel> compile_graph(ov::Core& core, PreparedModel& prepared, const DevicePlan& plan) {
  auto compiled = fenced(kNotReady, fmt::format("{} cannot be compiled for {}", prepared.info.name, plan.device),
                         [&] { return core.compile_model(prepared.graph, plan.device, plan.properties); });
  prepared.graph.reset();
  return compiled;
}

// Reading and compiling leave tens of megabytes of freed memory with the allocator; give them back to the system.
void trim_heap() noexcept { malloc_trim(0); }

class OpenvinoEngine final : public Engine {
 public:
  OpenvinoEngine(ov::Core core, EngineOptions options, DevicePlan plan, domain::ModelInfo info, std::shared_ptr<Graph> first)
      : core_(std::move(core)),
        options_(std::move(options)),
        plan_(std::move(plan)),
        info_(std::move(info)),
        first_(std::move(first)) {}

  const domain::ModelInfo& model() const noexcept override { return info_; }
  int workers() const noexcept override { return plan_.workers; }
  Strategies strategies() const noexcept override {
    if (plan_.mode == PerformanceMode::automatic) return Strategies::both;
    return plan_.strategy == Strategy::alone ? Strategies::alone : Strategies::shared;
  }
  int stride() const noexcept override { return info_.stride; }
  std::shared_ptr<Graph> first() const override {
    HAZARD_CHECK(first_ != nullptr);
    return first_;
  }
  void release() noexcept override { first_.reset(); }
  void give_memory_back() noexcept override { trim_heap(); }

  domain::Result<std::shared_ptr<Graph>> compile(const GraphForm& form) override {
    EngineOptions options = options_;
    options.input = form.input;
    std::vector<std::string> lines;
    auto prepared = prepare_model(options, lines);
    if (!prepared) return std::unexpected(prepared.error());
    DevicePlan plan = plan_;
    set_strategy(plan, form.strategy);
    auto compiled = compile_graph(core_, *prepared, plan);
    if (!compiled) return std::unexpected(compiled.error());
    auto loaded = std::make_shared<LoadedModel>(LoadedModel{std::move(*compiled), prepared->layout, form});
    // The first run builds kernels and shows whether the reshaped graph still says what its layout means.
    OpenvinoRequest request(loaded);
    if (const auto done = request.infer(); !done) return domain::refuse(kNotReady, done.error().message);
    if (const auto checked = check_first_output(loaded->layout, request.output()); !checked)
      return std::unexpected(checked.error());
    trim_heap();
    return std::make_shared<OpenvinoGraph>(std::move(loaded));
  }

 private:
  ov::Core core_;
  const EngineOptions options_;
  const DevicePlan plan_;
  const domain::ModelInfo info_;
  std::shared_ptr<Graph> first_;
};

domain::Result<std::unique_ptr<Engine>> load(const EngineOptions& options, std::vector<std::string>& lines) {
  auto made = fenced(kNotReady, "OpenVINO does not start (is its libs folder complete?)", [] { return ov::Core(); });
  if (!made) return std::unexpected(made.error());
  ov::Core core = std::move(*made);
  auto plan = plan_device(core, options);
  if (!plan) return std::unexpected(plan.error());
  auto prepared = prepare_model(options, lines);
  if (!prepared) return std::unexpected(prepared.error());
  lines.push_back(fmt::format("cache: {}", add_cache(*plan, options.cache_dir)));
  auto compiled = compile_graph(core, *prepared, *plan);
  if (!compiled) return std::unexpected(compiled.error());
  describe_compiled(*compiled, *plan, prepared->info);
  const domain::ModelInfo& info = prepared->info;
  lines.push_back(fmt::format("device: {}, {}, {} mode, {}, {} at once", info.device, info.precision, info.performance_mode,
                              plan->words, plan->workers == 1 ? "one picture" : fmt::format("{} pictures", plan->workers)));
  auto loaded = std::make_shared<LoadedModel>(
      LoadedModel{std::move(*compiled), prepared->layout, {.input = info.input, .strategy = plan->strategy}});
  const auto time_ms = warm_up(loaded, plan->workers);
  if (!time_ms) return std::unexpected(time_ms.error());
  lines.push_back(
      fmt::format("speed: {:.1f} ms for one picture {}", *time_ms, plan->strategy == Strategy::alone ? "alone" : "on its core"));
  trim_heap();
  auto first = std::make_shared<OpenvinoGraph>(std::move(loaded));
  return std::make_unique<OpenvinoEngine>(std::move(core), options, std::move(*plan), std::move(prepared->info),
                                          std::move(first));
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
