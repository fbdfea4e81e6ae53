// Where was driven while pictures were looked at, as lines: proof of where was looked and nothing found. Called with every looked-at
// picture whose vehicle's place is known; one thread at a time (the caller's lock). A line ends when it is long enough to be kept, and
// where the drive has a gap: nothing is drawn between two places that were not joined by looking.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/geodesy.hpp"
#include "store/records.hpp"

namespace hazard::report {

struct CoverageOptions {
  double step_m = 10;  // between points
  std::size_t points_most = 100;
  double gap_m = 150;
  base::Duration gap_time = std::chrono::seconds(15);
  std::size_t drives_most = 4096;
};

class Coverage {
 public:
  explicit Coverage(CoverageOptions options = {}) : options_(options) {}

  // `hit`: the picture showed a hazard. Answers a finished line, if this picture ended one.
  std::optional<store::CoverageRecord> add(const std::string& drive, const std::string& client_key, base::WallTime at,
                                           domain::GeoPoint point, bool hit);
  // What the drive still has; forgets it.
  std::optional<store::CoverageRecord> end(const std::string& drive);

  std::size_t drives() const noexcept { return drives_.size(); }

 private:
  std::optional<store::CoverageRecord> finish(store::CoverageRecord& record);

  CoverageOptions options_;
  std::unordered_map<std::string, store::CoverageRecord> drives_;
};

}  // namespace hazard::report
