// The fixes of a recorded track, handed out beside the pictures of a drive as a phone would have sent them. Pure; one thread.
#pragma once

#include <optional>
#include <vector>

#include "domain/frame.hpp"
#include "serve/gpx_check.hpp"

namespace hazard::app {

struct Fix {
  domain::Location location;
  base::WallTime at{};
};

class DriveFixes {
 public:
  // In order of time, as read_gpx() gives them.
  explicit DriveFixes(std::vector<serve::GpxPoint> points) : points_(std::move(points)) {}

  // To be sent with the picture that was taken at `at`, asked for in order: the first point at or after it, so that the vehicle's
  // place lies between two known ones; nothing where that was sent before, or the track has ended.
  std::optional<Fix> with(base::WallTime at);

  // Takes back what was sent since mark() gave this: the picture it went with could not be read.
  std::size_t mark() const noexcept { return next_; }
  void back_to(std::size_t mark) noexcept { next_ = mark; }

  bool empty() const noexcept { return points_.empty(); }
  base::WallTime first() const { return points_.front().at; }
  base::WallTime last() const { return points_.back().at; }

 private:
  std::vector<serve::GpxPoint> points_;
  std::size_t next_ = 0;  // behind the last one sent
};

}  // namespace hazard::app
