#include "pipeline/pacing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hazard::pipeline {
namespace {

constexpr auto kWindow = std::chrono::seconds(15);
constexpr double kWeight = 1.0 / 8;
constexpr double kPilingUpMs = 250;    // over the least of late: more than the jitter of a mobile line
constexpr double kSlowerShare = 0.7;   // of the rate, while frames pile up on the way
constexpr double kDecodeShare = 0.15;  // of the inference: from here on fewer pixels are worth asking for
constexpr double kRichBytes = 0.3;     // a pixel: JPEG quality above about 92
constexpr int kUsualQuality = 80;
constexpr int kThriftyQuality = 65;
constexpr double kGrantMatters = 0.95;

double blend(double mean, double sample) noexcept { return mean == 0 ? sample : mean + (sample - mean) * kWeight; }

}  // namespace

void PacingHint::note_arrival(std::optional<base::Duration> transit, base::SteadyTime now) noexcept {
  if (!transit) return;
  const double ms = base::to_ms(*transit);
  if (!least_ms_ || now - window_since_ > kWindow) {
    least_before_ms_ = least_ms_;
    least_ms_ = ms;
    window_since_ = now;
    if (!least_before_ms_) transit_ms_ = ms;
  }
  least_ms_ = std::min(*least_ms_, ms);
  transit_ms_ += (ms - transit_ms_) * kWeight;
}

void PacingHint::note_result(const domain::FrameResult& result, std::size_t picture_bytes) noexcept {
  if (result.predicted || result.reused || result.input.width == 0) return;
  decode_ms_ = blend(decode_ms_, base::to_ms(result.times.decode));
  inference_ms_ = blend(inference_ms_, base::to_ms(result.times.inference));
  const double pixels = std::max(1.0, static_cast<double>(result.picture.width) * result.picture.height);
  bytes_per_pixel_ = blend(bytes_per_pixel_, static_cast<double>(picture_bytes) / pixels);
  width_ = result.picture.width;
  input_width_ = result.input.width;
}

bool PacingHint::piling_up() const noexcept {
  if (!least_ms_) return false;
  const double least = least_before_ms_ ? std::min(*least_ms_, *least_before_ms_) : *least_ms_;
  return transit_ms_ - least > kPilingUpMs;
}

std::optional<domain::Suggestion> PacingHint::suggestion(double asked, double granted) const noexcept {
  const double now = granted > 0 ? granted : asked;
  const bool late = piling_up();
  domain::Suggestion suggestion;
  suggestion.fps = now;
  if (late && now > 0) suggestion.fps = std::max(1.0, now * kSlowerShare);
  const bool wide = input_width_ > 0 && width_ > input_width_;
  // Twice the input is decoded at half scale straight into it: the best size between detail and cost.
  if (wide && (late || decode_ms_ > kDecodeShare * inference_ms_)) {
    suggestion.width = !late && width_ > 2 * input_width_ ? 2 * input_width_ : input_width_;
  }
  if (late) suggestion.jpeg_quality = kThriftyQuality;
  if (!late && bytes_per_pixel_ > kRichBytes) suggestion.jpeg_quality = kUsualQuality;
  const bool slower = asked > 0 && suggestion.fps < kGrantMatters * asked;
  if (!slower && suggestion.width == 0 && suggestion.jpeg_quality == 0) return std::nullopt;
  suggestion.fps = std::round(suggestion.fps * 100) / 100;
  return suggestion;
}

}  // namespace hazard::pipeline
