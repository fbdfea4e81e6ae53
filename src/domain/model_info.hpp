// What is known of the loaded model, in words fit for a log line, a page and a client.
#pragma once

#include <string>
#include <vector>

#include "domain/geometry.hpp"

namespace hazard::domain {

struct ModelInfo {
  std::string name;
  std::string version;
  std::vector<std::string> classes;  // lower case, index = class_id
  SizePx input;
  int stride = 32;  // both sides of the input are multiples of it
  std::vector<long> output_shape;
  std::string layout;            // e.g. "raw (1, 4+2, 8400): box channels first, NMS here"
  std::string device;            // what OpenVINO reports, e.g. "CPU"
  std::string precision;         // read back from the compiled model: "bf16", "f32"
  std::string performance_mode;  // "latency", "throughput" or "auto"
  int streams = 1;
  int threads = 1;
  bool trained = true;  // false when the metadata says that the weights are random
};

}  // namespace hazard::domain
