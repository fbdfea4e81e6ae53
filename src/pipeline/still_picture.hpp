// Remembers the last picture that was looked at, small and grey, with what was found in it: a car at a red light sends the same
// picture again and again, and the same boxes answer it. Part of a lane's memory: one worker at a time.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/detection.hpp"
#include "domain/picture.hpp"

namespace hazard::pipeline {

// Whether two small grey pictures show the same: on average and in every part of them they differ by less than a hazard coming into
// view would make. Measured against the picture's own contrast, so that a dark road is not taken for a still one.
bool looks_the_same(const domain::GreyPicture& a, const domain::GreyPicture& b) noexcept;

class StillPicture {
 public:
  // A result is reused for at most this long, then the model looks again.
  static constexpr base::Duration kLongest = std::chrono::seconds(1);

  // What was found, when the picture is the same, of the same size, asked with the same options and not too long ago.
  const std::vector<domain::Detection>* recall(const domain::GreyPicture& grey, domain::SizePx picture, domain::SizePx input,
                                               const detect::DetectOptions& options, base::SteadyTime at) const noexcept;
  void remember(const domain::GreyPicture& grey, domain::SizePx picture, domain::SizePx input,
                const detect::DetectOptions& options, std::span<const domain::Detection> found, base::SteadyTime at);

 private:
  domain::GreyPicture grey_;
  domain::SizePx picture_;
  domain::SizePx input_;
  detect::DetectOptions options_;
  std::vector<domain::Detection> found_;
  base::SteadyTime looked_at_{};
};

}  // namespace hazard::pipeline
