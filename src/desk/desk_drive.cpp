// A whole drive that was looked at before it is kept: `hazardstream import` and uploads. The rest of Desk is in desk.cpp.
#include <utility>

#include "desk/desk.hpp"

namespace hazard::desk {
namespace {

using domain::ErrorCode;

// In the drive's session; the body of a session must stay readable (wire::kJsonValuesMax).
constexpr std::size_t kHazardsListed = 2000;

PageSession session_of(const Drive& drive, base::WallTime now) {
  PageSession session;
  session.id = drive.id;
  session.client_key = drive.id;
  session.source = drive.source;
  session.created_at = drive.from;
  session.last_active = now;
  session.ended_at = now;
  session.pictures = drive.pictures;
  session.detections = drive.detections;
  for (const domain::Sighting& sighting : drive.sightings) {
    ++session.classes[sighting.class_name];
    session.confidence_sum += static_cast<double>(sighting.best.confidence);
  }
  return session;
}

}  // namespace

void Desk::take_drive(Drive&& given, DriveDone done) {
  if (store_ == nullptr) return done(domain::refuse(ErrorCode::not_implemented, "Nothing is kept here: set DATA_DIR."));
  struct Work {
    Drive drive;
    Kept kept;
    DriveKept answer;
    DriveDone done;
  };
  const auto work = std::make_shared<Work>();
  work->drive = std::move(given);
  work->done = std::move(done);
  const auto keep = [this, work](store::Transaction& transaction) {
    const Drive& drive = work->drive;
    if (transaction.session(drive.id)) {
      work->answer.known = true;
      return false;
    }
    PageSession session = session_of(drive, clock_.wall());
    for (const domain::Sighting& sighting : drive.sightings) {
      const auto picture = drive.picture ? drive.picture(sighting) : std::nullopt;
      keep_one(transaction, domain::Sighting(sighting), drive.id, picture, work->kept);
      const Kept::One& one = work->kept.ones.back();
      if (session.hazards.size() < kHazardsListed) session.hazards.insert(one.sighting.hazard_id);
      if (one.added && session.reports.size() < options_.sessions.reports_most)
        session.reports[one.added->record.id] = one.added->record.status;
      ++(one.added ? work->answer.hazards : work->answer.seen_again);
    }
    for (const store::CoverageRecord& line : drive.lines) transaction.append(line);
    transaction.put(store::SessionRecord{.id = session.id,
                                         .client_key = session.client_key,
                                         .created_at = session.created_at,
                                         .last_active = session.last_active,
                                         .ended_at = session.ended_at,
                                         .body = to_body(session)});
    return true;
  };
  const auto ended = [this, work](bool kept) {
    if (!kept && !work->answer.known)
      return work->done(domain::refuse(ErrorCode::internal, "The store could not keep the drive."));
    if (kept) tell(work->kept);
    work->done(work->answer);
  };
  if (!store_->submit({.work = keep, .done = ended}))
    work->done(domain::refuse(ErrorCode::overloaded, "The store has too much to do."));
}

}  // namespace hazard::desk
