#include "report/coverage.hpp"

#include <algorithm>
#include <utility>

namespace hazard::report {

// A line of one point shows nothing.
std::optional<store::CoverageRecord> Coverage::finish(store::CoverageRecord& record) {
  store::CoverageRecord done = std::move(record);
  record = {};
  record.drive = done.drive;
  record.client_key = done.client_key;
  if (done.line.size() < 2) return std::nullopt;
  return done;
}

std::optional<store::CoverageRecord> Coverage::add(const std::string& drive, const std::string& client_key, base::WallTime at,
                                                   domain::GeoPoint point, bool hit) {
  std::optional<store::CoverageRecord> finished;
  if (!drives_.contains(drive) && drives_.size() >= options_.drives_most) {
    const auto oldest = std::ranges::min_element(drives_, {}, [](const auto& item) { return item.second.to; });
    finished = finish(oldest->second);
    drives_.erase(oldest);
  }
  store::CoverageRecord& record = drives_[drive];
  record.drive = drive;
  record.client_key = client_key;
  double apart = 0;
  if (!record.line.empty()) {
    apart = distance_m(record.line.back(), point);
    if (at - record.to > options_.gap_time || apart > options_.gap_m || at < record.to) {
      auto line = finish(record);
      if (!finished) finished = std::move(line);
    }
  }
  if (record.line.empty()) {
    record.from = at;
    record.line.push_back(point);
  } else if (apart >= options_.step_m) {
    record.line.push_back(point);
  }
  record.to = at;
  ++record.pictures;
  if (hit) ++record.hits;
  if (record.line.size() < options_.points_most) return finished;
  auto line = finish(record);
  record.from = at;  // the next line begins where this one ends
  record.to = at;
  record.line.push_back(point);
  return finished ? finished : line;
}

std::optional<store::CoverageRecord> Coverage::end(const std::string& drive) {
  const auto known = drives_.find(drive);
  if (known == drives_.end()) return std::nullopt;
  auto line = finish(known->second);
  drives_.erase(known);
  return line;
}

}  // namespace hazard::report
