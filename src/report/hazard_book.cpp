#include "report/hazard_book.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/ids.hpp"
#include "report/fold.hpp"

namespace hazard::report {
namespace {

using domain::Hazard;
using domain::ReviewState;
using domain::Sighting;

constexpr double kReachSigmas = 3.3;     // how far candidates are looked for, in errors of both drives together
constexpr double kReachMostM = 200;      // a receiver that states worse knows no place
constexpr double kCrossingPenalty = 2;   // log-likelihood; seen from a side street
constexpr double kOpposedPenalty = 0.2;  // seen from the other direction
constexpr std::size_t kPlacelessMost = 64;

double heading_penalty(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return 0;
  const double turn = heading_difference_deg(*a, *b);
  if (turn <= 60) return 0;
  return turn >= 120 ? kOpposedPenalty : kCrossingPenalty;
}

std::string heading_words(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return "direction unknown";
  const double turn = heading_difference_deg(*a, *b);
  if (turn <= 60) return "same direction";
  return turn >= 120 ? "opposite direction" : "crossing direction";
}

double reach_m(const domain::SightedPlace& place) {
  const double error = std::hypot(std::sqrt(2) * place.shared_sigma_m, place.own_sigma_m);
  return std::min(kReachMostM, kReachSigmas * error + 3);
}

WindowEntry entry_of(const Sighting& sighting) {
  return {.sighting_id = sighting.id,
          .class_name = sighting.class_name,
          .first_seen = sighting.first_seen,
          .last_seen = sighting.last_seen,
          .point = sighting.place->point,
          .own_sigma_m = sighting.place->own_sigma_m,
          .shared_sigma_m = sighting.place->shared_sigma_m,
          .candidates = {},
          .hazard_id = {},
          .created = false};
}

struct PicturePlace {
  double x = 0, y = 0, area = 0;  // shares of the picture's diagonal and area
};

PicturePlace picture_place(const domain::PixelBox& box, domain::SizePx picture) {
  const double diagonal = std::max(1.0, std::hypot(picture.width, picture.height));
  const double pixels = std::max(1.0, static_cast<double>(picture.width) * picture.height);
  return {(static_cast<double>(box.x1) + static_cast<double>(box.x2)) / 2 / diagonal,
          (static_cast<double>(box.y1) + static_cast<double>(box.y2)) / 2 / diagonal, static_cast<double>(box.area()) / pixels};
}

}  // namespace

HazardBook::HazardBook(BookOptions options, const base::Clock& clock) : options_(options), clock_(clock) {}

DriveWindow& HazardBook::window_of(const std::string& drive) {
  const auto known = drives_.find(drive);
  if (known != drives_.end()) {
    by_use_.splice(by_use_.end(), by_use_, known->second.use);
    return known->second.window;
  }
  if (drives_.size() >= options_.drives_most) {
    drives_.erase(by_use_.front());
    by_use_.pop_front();
  }
  by_use_.push_back(drive);
  return drives_.emplace(drive, Drive{DriveWindow(options_.window), std::prev(by_use_.end())}).first->second.window;
}

Taken HazardBook::take(store::Transaction& transaction, Sighting sighting, const std::string& drive) {
  if (sighting.id.empty()) sighting.id = base::make_uuid();
  if (!sighting.place) return take_placeless(transaction, std::move(sighting));
  return take_placed(transaction, std::move(sighting), window_of(drive));
}

Taken HazardBook::take_placed(store::Transaction& transaction, Sighting sighting, DriveWindow& window) {
  sighting.place->map_point = sighting.place->point;
  window.make_room(sighting.last_seen);
  WindowEntry entry = entry_of(sighting);
  if (WindowEntry* before = window.same_look(entry)) {
    if (auto hazard = transaction.hazard(before->hazard_id); hazard && hazard->state != ReviewState::merged) {
      sighting.reason += fmt::format(" The same drive saw it {:.1f} m from here moments before.",
                                     distance_m(before->point, sighting.place->point));
      before->last_seen = std::max(before->last_seen, sighting.last_seen);  // it may stand here for long
      return join(transaction, std::move(*hazard), std::move(sighting), true, 0);
    }
  }
  const double reach = reach_m(*sighting.place);
  std::vector<Hazard> near =
      transaction.hazards_near(sighting.class_name, sighting.place->point, reach, kWindowCandidates + kWindowSightings);
  std::erase_if(near, [&](const Hazard& hazard) { return window.excludes(hazard.id, sighting.last_seen); });
  for (const Hazard& hazard : near) {
    entry.candidates.push_back({hazard.id, hazard.place->map_point, hazard.place->map_variance_m2,
                                heading_penalty(hazard.place->heading_deg, sighting.place->heading_deg)});
  }
  const Alignment alignment = window.add(std::move(entry));
  const std::size_t mine = window.entries().size() - 1;
  const auto others = window.without(alignment, mine);
  if (others) sighting.place->map_point = moved(sighting.place->point, others->shift * -1);
  const std::optional<std::size_t> match = alignment.of[mine];
  Taken taken;
  if (match) {
    Hazard& hazard = near[*match];
    const double own = std::pow(sighting.place->own_sigma_m, 2) + (others ? others->shift_variance_m2 : 0);
    const double gain = others ? hazard.place->map_variance_m2 / (hazard.place->map_variance_m2 + own) : 0;
    const double apart = distance_m(hazard.place->point, sighting.place->point);
    sighting.reason += fmt::format(" Taken for a known {}: {:.1f} m from it, within {:.1f} m; {}{}.", sighting.class_name, apart,
                                   reach, heading_words(hazard.place->heading_deg, sighting.place->heading_deg),
                                   others ? fmt::format("; fits with {} others of the same drive", others->matched()) : "");
    if (!others) sighting.place->map_point = hazard.place->map_point;
    taken = join(transaction, std::move(hazard), std::move(sighting), false, gain);
  } else {
    sighting.reason += near.empty() ? fmt::format(" No {} was known within {:.1f} m.", sighting.class_name, reach)
                                    : fmt::format(" Of {} known within {:.1f} m none fits.", near.size(), reach);
    taken = create(transaction, std::move(sighting));
  }
  window.entries()[mine].hazard_id = taken.hazard.id;
  window.entries()[mine].created = !match;
  correct(transaction, window, alignment, taken);
  return taken;
}

// What the drive saw since may show that an earlier sighting was taken for the wrong hazard, or for a new one.
void HazardBook::correct(store::Transaction& transaction, DriveWindow& window, const Alignment& alignment, Taken& taken) {
  std::vector<WindowEntry>& entries = window.entries();
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
    WindowEntry& entry = entries[i];
    if (!alignment.of[i] && !entry.created) {
      move_sighting(transaction, entry, {}, taken);
    } else if (alignment.of[i] && entry.candidates[*alignment.of[i]].hazard_id != entry.hazard_id) {
      move_sighting(transaction, entry, entry.candidates[*alignment.of[i]].hazard_id, taken);
    }
  }
}

// To a known hazard, or to a new one when `to` is empty. False, and nothing changed, where a person has spoken or the hazards are gone.
bool HazardBook::move_sighting(store::Transaction& transaction, WindowEntry& entry, const std::string& to, Taken& taken) {
  const std::string reason = "Corrected by what the same drive saw next.";
  auto sighting = transaction.sighting(entry.sighting_id);
  auto from = transaction.hazard(entry.hazard_id);
  if (!sighting || !from || sighting->hazard_id != from->id || from->state != ReviewState::pending) return false;
  auto into = to.empty() ? begin_hazard(base::make_uuid(), *sighting, clock_.wall()) : transaction.hazard(to);
  if (!into || into->state == ReviewState::merged) return false;
  sighting->hazard_id = into->id;
  sighting->new_pass = true;
  sighting->reason += " " + reason;
  transaction.put(*sighting);
  const auto rest = transaction.sightings_of(from->id);
  if (rest.empty()) {
    write_history(transaction, from->id, "merged", from->state, ReviewState::merged, reason);
    from->state = ReviewState::merged;
    from->merged_into = into->id;
    from->reason = reason;
    taken.merged.push_back(from->id);
  } else {
    refold(*from, rest);
    write_history(transaction, from->id, "split", std::nullopt, std::nullopt, reason);
  }
  refold(*into, transaction.sightings_of(into->id));
  for (domain::Hazard* hazard : {&*from, &*into}) {
    ++hazard->version;
    hazard->updated_at = clock_.wall();
    transaction.put(*hazard);
    if (hazard->id == taken.hazard.id) taken.hazard = *hazard;
  }
  write_history(transaction, into->id, to.empty() ? "created" : "merged", std::nullopt,
                to.empty() ? std::optional(ReviewState::pending) : std::nullopt, reason);
  entry.hazard_id = into->id;
  entry.created = to.empty();
  return true;
}

Taken HazardBook::take_placeless(store::Transaction& transaction, Sighting sighting) {
  const PicturePlace here = picture_place(sighting.best.box, sighting.best.picture);
  for (Hazard& hazard : transaction.placeless_of(sighting.class_name, sighting.client_key,
                                                 sighting.first_seen - options_.placeless_gap, kPlacelessMost)) {
    const PicturePlace there = picture_place(hazard.last_box, hazard.last_picture);
    const double apart = std::hypot(here.x - there.x, here.y - there.y);
    const bool alike_size = here.area <= 3 * there.area && there.area <= 3 * here.area;
    if (apart > static_cast<double>(options_.placeless_distance) || !alike_size) continue;
    if (sighting.best.likeness && hazard.last_likeness) {
      const int bits = std::popcount(*sighting.best.likeness ^ *hazard.last_likeness);
      if (bits > options_.likeness_bits) continue;
      sighting.reason += fmt::format(
          " Taken for one just seen: same client, same place in the picture, pictures alike ({} of 64 bits differ).", bits);
    } else {
      if (hazard.last_session_id != sighting.session_id) continue;
      if (sighting.first_seen - hazard.last_seen > options_.same_session_gap) continue;
      sighting.reason += " Taken for one just seen: same session, same place in the picture.";
    }
    return join(transaction, std::move(hazard), std::move(sighting), true, 0);
  }
  sighting.reason += " No position was sent.";
  return create(transaction, std::move(sighting));
}

Taken HazardBook::join(store::Transaction& transaction, Hazard hazard, Sighting sighting, bool same_drive, double map_gain) {
  Taken taken;
  const bool soon =
      sighting.first_seen - hazard.last_seen <= options_.pass_gap && hazard.first_seen - sighting.last_seen <= options_.pass_gap;
  sighting.new_pass = !(soon && (same_drive || sighting.client_key == hazard.last_client_key));
  taken.as = sighting.new_pass ? TakenAs::new_pass : TakenAs::same_pass;
  sighting.hazard_id = hazard.id;
  const bool closed = hazard.state == ReviewState::fixed || hazard.state == ReviewState::archived;
  if (closed && sighting.first_seen > hazard.updated_at) {
    const std::string reason = "Seen again after it was closed. " + sighting.reason;
    write_history(transaction, hazard.id, "state", hazard.state, ReviewState::reopened, reason);
    hazard.state = ReviewState::reopened;
    taken.reopened = true;
  }
  absorb(hazard, sighting);
  if (hazard.place && sighting.place && map_gain > 0) {
    hazard.place->map_point =
        moved(hazard.place->map_point, offset_m(hazard.place->map_point, sighting.place->map_point) * map_gain);
    hazard.place->map_variance_m2 = std::max(0.1, hazard.place->map_variance_m2 * (1 - map_gain));
  }
  ++hazard.version;
  hazard.updated_at = clock_.wall();
  transaction.put(hazard);
  transaction.put(sighting);
  taken.hazard = std::move(hazard);
  taken.sighting = std::move(sighting);
  return taken;
}

Taken HazardBook::create(store::Transaction& transaction, Sighting sighting) {
  Taken taken;
  sighting.new_pass = true;
  sighting.hazard_id = base::make_uuid();
  taken.hazard = begin_hazard(sighting.hazard_id, sighting, clock_.wall());
  transaction.put(taken.hazard);
  transaction.put(sighting);
  write_history(transaction, taken.hazard.id, "created", std::nullopt, ReviewState::pending, sighting.reason);
  taken.sighting = std::move(sighting);
  return taken;
}

void HazardBook::write_history(store::Transaction& transaction, const std::string& hazard_id, std::string action,
                               std::optional<ReviewState> from, std::optional<ReviewState> to, std::string reason) {
  transaction.append(domain::HistoryEntry{.id = 0,
                                          .hazard_id = hazard_id,
                                          .at = clock_.wall(),
                                          .actor = "system",
                                          .action = std::move(action),
                                          .from = from,
                                          .to = to,
                                          .reason = std::move(reason)});
}

}  // namespace hazard::report
