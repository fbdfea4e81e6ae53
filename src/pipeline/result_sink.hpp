// The pipeline's only way up: whoever offered a frame hears how it ended. A session implements it.
#pragma once

#include "domain/frame.hpp"
#include "domain/verdict.hpp"

namespace hazard::pipeline {

class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // Exactly once for every offered frame; from a worker or from the thread whose call ended the frame, never under the
  // scheduler's lock. Results of one lane come in the order their frames were offered. Must not block.
  virtual void on_verdict(domain::Verdict&& verdict) noexcept = 0;
  // A picture that was looked at and shows something, just before its verdict; the frame is the sink's from here. Same rule.
  virtual void on_picture(domain::EncodedFrame&& /*frame*/) noexcept {}
  // The rung changed with the frame whose verdict comes next. Same threads, same rule: must not block.
  virtual void on_quality(const domain::QualityChange& /*change*/) noexcept {}
};

}  // namespace hazard::pipeline
