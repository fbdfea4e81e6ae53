// The simulated drive seen through a detector that errs: some boxes missing, all of them jittered, some too weak, some about nothing.
// Used by the tracker's tests and by bench/track_table.cpp; one thread. The same options give the same boxes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "base/clock.hpp"
#include "domain/detection.hpp"
#include "sim/drive.hpp"

namespace hazard::support {

struct DetectorErrors {
  double missed = 0.15;          // of the boxes
  double weak = 0.05;            // of the rest: found, but below the threshold
  float jitter = 0.05F;          // standard deviation of each edge, in sides
  double false_per_frame = 0.1;  // boxes about nothing
};

struct DetectedFrame {
  sim::FrameTruth truth;
  base::SteadyTime at;
  std::vector<domain::Detection> found;
  std::vector<std::uint64_t> truth_of;  // by detection: the hazard's id + 1, 0 for nothing
  std::size_t missed = 0;               // hazards without a box at or above 0.5
};

class NoisyDetector {
 public:
  NoisyDetector(const DetectorErrors& errors, domain::SizePx picture, std::uint64_t seed)
      : errors_(errors), picture_(picture), random_(static_cast<std::mt19937::result_type>(seed)), edge_(0, errors.jitter) {}

  DetectedFrame look(sim::FrameTruth truth) {
    DetectedFrame frame;
    frame.at = base::SteadyTime{std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(3600 + truth.time_s))};
    for (const sim::HazardTruth& hazard : truth.hazards) {
      if (share_(random_) < errors_.missed) {
        ++frame.missed;
        continue;
      }
      const bool weak = share_(random_) < errors_.weak;
      if (weak) ++frame.missed;
      const auto confidence = static_cast<float>(weak ? 0.15 + 0.3 * share_(random_) : 0.55 + 0.4 * share_(random_));
      frame.found.push_back({jittered(hazard.box), confidence, hazard.class_id});
      frame.truth_of.push_back(hazard.id + 1);
    }
    if (share_(random_) < errors_.false_per_frame) {
      frame.found.push_back(about_nothing());
      frame.truth_of.push_back(0);
    }
    frame.truth = std::move(truth);
    return frame;
  }

 private:
  domain::PixelBox jittered(const domain::PixelBox& box) {
    const float w = box.width();
    const float h = box.height();
    const domain::PixelBox moved{box.x1 + edge_(random_) * w, box.y1 + edge_(random_) * h, box.x2 + edge_(random_) * w,
                                 box.y2 + edge_(random_) * h};
    const auto right = static_cast<float>(picture_.width);
    const auto bottom = static_cast<float>(picture_.height);
    return {std::clamp(moved.x1, 0.0F, right), std::clamp(moved.y1, 0.0F, bottom), std::clamp(moved.x2, 0.0F, right),
            std::clamp(moved.y2, 0.0F, bottom)};
  }
  domain::Detection about_nothing() {
    const auto share = [this](double least, double most) { return static_cast<float>(least + (most - least) * share_(random_)); };
    const float w = share(0.02, 0.1) * static_cast<float>(picture_.width);
    const float h = share(0.3, 0.7) * w;
    const float x = share(0.1, 0.9) * static_cast<float>(picture_.width) - w / 2;
    const float y = share(0.45, 0.95) * static_cast<float>(picture_.height) - h / 2;
    return {{x, y, x + w, y + h}, share(0.5, 0.7), share_(random_) < 0.5 ? 0 : 1};
  }

  DetectorErrors errors_;
  domain::SizePx picture_;
  std::mt19937 random_;
  std::normal_distribution<float> edge_;
  std::uniform_real_distribution<double> share_{0, 1};
};

}  // namespace hazard::support
