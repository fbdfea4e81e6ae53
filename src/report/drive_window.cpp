#include "report/drive_window.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hazard::report {
namespace {

// Two boxes side by side in the same pictures are one defect only when they nearly touch on the road: a crack found in two pieces.
constexpr double kPiecesM = 1.0;
constexpr double kSameLookM = 1.5;  // least reach of a second look, for sure positions

double seconds(base::WallTime::duration time) { return std::chrono::duration<double>(time).count(); }

bool overlap(const WindowEntry& a, const WindowEntry& b) { return a.first_seen <= b.last_seen && b.first_seen <= a.last_seen; }

}  // namespace

std::size_t Alignment::matched() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(of, [](const auto& index) { return index.has_value(); }));
}

void DriveWindow::make_room(base::WallTime now) {
  const auto gone = [&](const WindowEntry& entry) {
    return entry.last_seen + options_.length < now || &entry + (kWindowSightings - 1) < entries_.data() + entries_.size();
  };
  for (const WindowEntry& entry : entries_) {
    if (gone(entry)) left_behind_.push_back({entry.hazard_id, entry.last_seen});
  }
  while (left_behind_.size() > kLeftBehindMost) left_behind_.pop_front();
  // The order stands: a vector keeps it while erasing, but not the addresses that gone() looks at.
  std::vector<WindowEntry> kept;
  for (WindowEntry& entry : entries_) {
    if (!gone(entry)) kept.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
}

WindowEntry* DriveWindow::same_look(const WindowEntry& entry) {
  WindowEntry* nearest = nullptr;
  double least = 0;
  for (WindowEntry& other : entries_) {
    if (other.class_name != entry.class_name) continue;
    const double drift = std::sqrt(2) * entry.shared_sigma_m *
                         std::sqrt(1 - std::exp(-std::abs(seconds(entry.first_seen - other.last_seen)) / options_.drift_time_s));
    const double own = std::hypot(entry.own_sigma_m, other.own_sigma_m);
    const double reach = overlap(entry, other) ? kPiecesM : std::max(kSameLookM, 1.5 * own) + std::min(drift, 3.0);
    const double apart = distance_m(entry.point, other.point);
    if (apart <= reach && (nearest == nullptr || apart < least)) {
      nearest = &other;
      least = apart;
    }
  }
  return nearest;
}

bool DriveWindow::excludes(const std::string& hazard_id, base::WallTime now) const {
  const auto own = [&](const WindowEntry& entry) { return entry.created && entry.hazard_id == hazard_id; };
  const auto left = [&](const Left& left) { return left.hazard_id == hazard_id && now - left.at < options_.left_behind; };
  return std::ranges::any_of(entries_, own) || std::ranges::any_of(left_behind_, left);
}

// The entry's own error, and how far the shared one may have moved between it and the newest: on this drive and, since the map was
// made in the same way, on those before.
double DriveWindow::entry_variance(const WindowEntry& entry) const {
  const double age = std::abs(seconds(entries_.back().last_seen - entry.last_seen));
  const double sigma = entries_.back().shared_sigma_m;
  return entry.own_sigma_m * entry.own_sigma_m + 4 * sigma * sigma * (1 - std::exp(-age / options_.drift_time_s));
}

bool DriveWindow::allowed(const WindowEntry& entry, const Candidate& candidate, Freedom freedom) const {
  if (freedom == Freedom::all || &entry == &entries_.back()) return true;
  return !entry.created && entry.hazard_id == candidate.hazard_id;
}

Alignment DriveWindow::score(Offset shift, Freedom freedom) const {
  Alignment alignment;
  alignment.shift = shift;
  alignment.of.resize(entries_.size());
  // Both the drive and the drives that made the map have this error.
  const double spread = 2 * std::pow(std::max(0.5, entries_.back().shared_sigma_m), 2);
  alignment.score = -shift.squared() / (2 * spread);
  std::vector<const std::string*> taken;
  // Decided entries first when they are not free; else the newest choose first.
  for (std::size_t step = 0; step < entries_.size(); ++step) {
    const std::size_t i = freedom == Freedom::all ? entries_.size() - 1 - step : step;
    const WindowEntry& entry = entries_[i];
    const double own = entry_variance(entry);
    double most = 0;
    for (std::size_t k = 0; k < entry.candidates.size(); ++k) {
      const Candidate& candidate = entry.candidates[k];
      if (!allowed(entry, candidate, freedom)) continue;
      const double variance = own + candidate.map_variance_m2;
      const Offset rest = offset_m(candidate.map_point, entry.point) - shift;
      const double gain =
          -std::log(2 * std::numbers::pi * variance * options_.new_per_m2) - rest.squared() / (2 * variance) - candidate.penalty;
      // A decision that no longer fits costs what it costs: that is what a correction is weighed against.
      const bool decided = freedom == Freedom::newest_only && step + 1 < entries_.size();
      if (gain <= most && !decided) continue;
      if (std::ranges::any_of(taken, [&](const std::string* id) { return *id == candidate.hazard_id; })) continue;
      most = std::max(gain, -10.0);
      alignment.of[i] = k;
    }
    if (!alignment.of[i]) continue;
    alignment.score += most;
    taken.push_back(&entry.candidates[*alignment.of[i]].hazard_id);
  }
  return alignment;
}

// The weighted mean of the matched entries' shifts, drawn to zero as far as the errors say.
Alignment DriveWindow::refined(const Alignment& rough, Freedom freedom) const {
  double weight = 1 / (2 * std::pow(std::max(0.5, entries_.back().shared_sigma_m), 2));
  Offset sum;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!rough.of[i]) continue;
    const WindowEntry& entry = entries_[i];
    const Candidate& candidate = entry.candidates[*rough.of[i]];
    const double w = 1 / (entry_variance(entry) + candidate.map_variance_m2);
    sum = sum + offset_m(candidate.map_point, entry.point) * w;
    weight += w;
  }
  Alignment better = score(sum * (1 / weight), freedom);
  better.shift_variance_m2 = 1 / weight;
  return better;
}

Alignment DriveWindow::best(Freedom freedom) const {
  std::optional<Alignment> best;
  const auto consider = [&](const Alignment& rough) {
    Alignment better = refined(rough, freedom);
    if (!best || better.score > best->score) best = std::move(better);
  };
  consider(score({}, freedom));
  for (const WindowEntry& entry : entries_) {
    for (const Candidate& candidate : entry.candidates) {
      if (allowed(entry, candidate, freedom)) consider(score(offset_m(candidate.map_point, entry.point), freedom));
    }
  }
  return *best;
}

Alignment DriveWindow::add(WindowEntry entry) {
  if (entry.candidates.size() > kWindowCandidates) entry.candidates.resize(kWindowCandidates);
  entries_.push_back(std::move(entry));
  Alignment kept = best(Freedom::newest_only);
  Alignment free = best(Freedom::all);
  return free.score > kept.score + options_.sure_gain ? free : kept;
}

std::optional<Alignment> DriveWindow::without(const Alignment& alignment, std::size_t but) const {
  Alignment rest = alignment;
  rest.of[but].reset();
  if (rest.matched() == 0) return std::nullopt;
  double weight = 0;
  Offset sum;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!rest.of[i]) continue;
    const WindowEntry& entry = entries_[i];
    const Candidate& candidate = entry.candidates[*rest.of[i]];
    const double w = 1 / (entry_variance(entry) + candidate.map_variance_m2);
    sum = sum + offset_m(candidate.map_point, entry.point) * w;
    weight += w;
  }
  rest.shift = sum * (1 / weight);
  rest.shift_variance_m2 = 1 / weight;
  return rest;
}

}  // namespace hazard::report
