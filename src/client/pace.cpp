#include "client/pace.hpp"

#include <algorithm>
#include <chrono>

namespace hazard::client {
namespace {

constexpr std::chrono::seconds kRateHolds{3};   // without a word from the server; then the rate creeps up
constexpr double kRateRise = 0.1;               // of the asked rate, a second
constexpr std::chrono::seconds kSizeHolds{60};  // a size that suits is not mentioned again, so it stays this long
constexpr double kFpsMin = 1;

template <typename Limit>
int lower(int asked, const std::optional<Limit>& limit, base::SteadyTime now) {
  if (!limit || now - limit->at > kSizeHolds) return asked;
  const int value = static_cast<int>(limit->value);
  return asked == 0 ? value : std::min(asked, value);
}

}  // namespace

void Pace::heard(const domain::Suggestion& suggestion, base::SteadyTime now) {
  ++suggestions_;
  if (suggestion.fps > 0) fps_ = {.value = std::max(kFpsMin, suggestion.fps), .at = now};
  if (suggestion.width > 0) width_ = {.value = static_cast<double>(suggestion.width), .at = now};
  if (suggestion.jpeg_quality > 0) quality_ = {.value = static_cast<double>(suggestion.jpeg_quality), .at = now};
}

Sending Pace::sending(base::SteadyTime now) const {
  Sending sending = asked_;
  if (!follows_) return sending;
  if (fps_ && asked_.fps > 0) {
    const double silence = std::chrono::duration<double>(now - fps_->at - kRateHolds).count();
    sending.fps = std::min(asked_.fps, fps_->value + std::max(0.0, silence) * kRateRise * asked_.fps);
  }
  sending.width = lower(asked_.width, width_, now);
  sending.jpeg_quality = lower(asked_.jpeg_quality, quality_, now);
  return sending;
}

}  // namespace hazard::client
