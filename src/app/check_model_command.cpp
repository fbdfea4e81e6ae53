#include <fmt/format.h>

#include "app/command_table.hpp"
#include "app/model_source.hpp"

namespace hazard::app {
namespace {

ExitCode run(const Invocation& invocation) {
  auto options = engine_options(invocation.config);
  if (!invocation.operands.empty()) options.model = invocation.operands.front();
  if (const auto wrong = plainly_wrong(options)) {
    fmt::print("{}\nusable: no\n", *wrong);
    return ExitCode::failed;
  }
  const auto report = detect::check_model(options);
  for (const auto& line : report.lines) fmt::print("{}\n", line);
  if (report.usable) fmt::print("serve it: hazardstream serve --model-path {}\n", options.model.string());
  return report.usable ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Command check_model_command() {
  return {
      .name = "check-model",
      .summary = "say in words what an exported model is, and whether it can be served",
      .operands = "[DIR]",
      .operands_max = 1,
      .options = {},
      .settings = Settings::model,
      .text =
          R"(Reads an exported model as the server would: its files, class names and where they come from, input, output layout,
whether it runs on the device, at which precision. Without DIR it looks at MODEL_PATH. Exit code 1 when it cannot be
served, with the reason and the remedy.

Examples:
  hazardstream check-model                              the model that serve would load
  hazardstream check-model exports/best_openvino_model  a folder as the usual tools export it
  hazardstream check-model best.onnx --model-classes crack,pothole,patch)",
      .run = run};
}

}  // namespace hazard::app
