#include "pipeline/lane.hpp"

#include <algorithm>
#include <chrono>

namespace hazard::pipeline {

LaneSettings LaneSettings::from(const domain::StreamConfig& config, int queue_size) {
  LaneSettings settings;
  settings.delivery = config.delivery;
  settings.fps = config.fps_limit;
  if (config.max_age_ms) settings.age_max = std::chrono::milliseconds(*config.max_age_ms);
  settings.queue_frames_max = static_cast<std::size_t>(std::max(1, queue_size));
  settings.tracking = config.enable_tracking;
  settings.detect = {.confidence_threshold = static_cast<float>(config.confidence_threshold),
                     .iou_threshold = static_cast<float>(config.iou_threshold),
                     .max_detections = config.max_detections};
  settings.quality = config.quality_mode;
  settings.reuse = true;
  return settings;
}

std::size_t capacity_of(const Lane& lane) noexcept {
  return lane.settings.delivery == domain::Delivery::latest ? 1 : std::max<std::size_t>(1, lane.settings.queue_frames_max);
}

int credits_after_flight(const Lane& lane) noexcept {
  const std::size_t room = capacity_of(lane);
  return lane.waiting.size() >= room ? 0 : static_cast<int>(room - lane.waiting.size());
}

// The moment since which a frame has waited for the server: not before its lane's rate let it go.
base::SteadyTime waiting_since(const Lane& lane, const domain::EncodedFrame& frame) noexcept {
  return std::max(frame.received_at, lane.gate.earliest());
}

}  // namespace hazard::pipeline
