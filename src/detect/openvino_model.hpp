// Reads a model's files, checks that it is a detector we understand, gives it a fixed size and puts the pixel conversion in
// front. Nothing is compiled yet. Included by detect/openvino_*.cpp only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "detect/openvino_engine.hpp"
#include "detect/output_layout.hpp"
#include "domain/error.hpp"
#include "domain/model_info.hpp"

namespace hazard::detect {

struct PreparedModel {
  std::shared_ptr<ov::Model> graph;  // u8 NHWC RGB in, f32 out; released after compiling
  OutputLayout layout;
  domain::ModelInfo info;  // all but device, precision, mode, streams and threads
};

// `lines` takes one plain sentence for every thing found, also when a later one fails. Errors: model_not_ready.
domain::Result<PreparedModel> prepare_model(const EngineOptions& options, std::vector<std::string>& lines);

}  // namespace hazard::detect
