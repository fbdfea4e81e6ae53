// What a client would do well to send: so many frames a second, so wide, at such a JPEG quality. Read off what its frames cost and
// how they arrive. Plain data of a lane under the scheduler's mutex.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "domain/frame.hpp"
#include "domain/verdict.hpp"

namespace hazard::pipeline {

class PacingHint {
 public:
  // A frame arrived: `transit` is its receipt by the server's wall clock minus its capture by the client's. The two clocks may
  // differ by anything; only the change counts: what comes later and later piles up on the way.
  void note_arrival(std::optional<base::Duration> transit, base::SteadyTime now) noexcept;
  // A result is out: what the picture was like, and how its time was spent.
  void note_result(const domain::FrameResult& result, std::size_t picture_bytes) noexcept;

  // Nothing while all is well. `asked` and `granted`: frames a second, 0: none.
  std::optional<domain::Suggestion> suggestion(double asked, double granted) const noexcept;

 private:
  bool piling_up() const noexcept;

  // The least transit of late is the line without a queue: two windows, so that an old minimum is forgotten.
  base::SteadyTime window_since_{};
  std::optional<double> least_ms_, least_before_ms_;
  double transit_ms_ = 0;  // running mean
  double decode_ms_ = 0;   // running means of detected frames
  double inference_ms_ = 0;
  double bytes_per_pixel_ = 0;
  int width_ = 0;
  int input_width_ = 0;
};

}  // namespace hazard::pipeline
