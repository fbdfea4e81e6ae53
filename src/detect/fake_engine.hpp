// A deterministic engine for tests: fixed detections, a settable pause or gate instead of arithmetic, scripted failures.
// Never part of the product's behaviour: nothing but tests and benchmarks of the transport makes one.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "detect/engine.hpp"

namespace hazard::detect {

struct FakeScript {
  domain::SizePx input{640, 640};
  int workers = 1;
  Strategies strategies = Strategies::alone;
  std::vector<std::string> classes{"crack", "pothole"};
  // Called by infer(), on the worker's thread; block in it to hold a frame, return an error to fail it. May be empty.
  std::function<domain::Result<void>()> on_infer;
  // Called by infer() before on_infer, with the form that runs. May be empty.
  std::function<void(const GraphForm&)> on_form;
  // Called by compile(); an error refuses the form. May be empty: every form is compiled at once.
  std::function<domain::Result<void>(const GraphForm&)> on_compile;
  // In pixels of the picture; filtered by the options' threshold and cap like real ones.
  std::vector<domain::Detection> detections;
};

std::unique_ptr<Engine> make_fake_engine(FakeScript script);

}  // namespace hazard::detect
