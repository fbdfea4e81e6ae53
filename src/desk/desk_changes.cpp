// What people and clients do with reports: make, change, remove. The rest of Desk is in desk.cpp.
#include <utility>

#include "base/ids.hpp"
#include "desk/desk.hpp"

namespace hazard::desk {
namespace {

using domain::ErrorCode;
using domain::ReviewState;

domain::Error busy() { return {ErrorCode::overloaded, "The store has too much to do."}; }
domain::Error lost() { return {ErrorCode::internal, "The store could not keep the change."}; }

// A person's report as a sighting: where it says what and where, it counts for the hazard there.
std::optional<domain::Sighting> sighting_of(const Report& report, const ReportDraft& draft, base::WallTime now) {
  if (!report.record.point || report.record.class_name.empty()) return std::nullopt;
  constexpr double kUnknownAccuracyM = 10;
  // A place that may be anywhere joins no hazard and makes none.
  constexpr double kAccuracyMostM = 150;
  const double accuracy_m = draft.location ? draft.location->accuracy_m.value_or(kUnknownAccuracyM) : kUnknownAccuracyM;
  if (!(accuracy_m <= kAccuracyMostM)) return std::nullopt;
  domain::Sighting sighting;
  sighting.id = base::make_uuid();
  sighting.client_key = report.record.client_key;
  sighting.session_id = report.record.session_id;
  sighting.source = report.record.source;
  sighting.class_id = report.record.class_id;
  sighting.class_name = report.record.class_name;
  sighting.hits = 1;
  sighting.first_seen = sighting.last_seen = now;
  sighting.best.at = now;
  sighting.best.confidence = report.record.confidence;
  sighting.best.box = report.body.box.value_or(domain::PixelBox{});
  domain::SightedPlace place;
  place.point = place.map_point = *report.record.point;
  place.shared_sigma_m = draft.location ? accuracy_m / 1.5 : kUnknownAccuracyM;
  place.own_sigma_m = 3;
  sighting.place = place;
  sighting.reason = "Reported by a client.";
  return sighting;
}

// Phones send reports that waited for a network. A clock that is off by more than a minute into the future, or was never set, is not
// believed.
base::WallTime made_at(const ReportDraft& draft, base::WallTime now) {
  using std::chrono::milliseconds;
  constexpr milliseconds kEarliest = std::chrono::sys_days(std::chrono::year{2000} / 1 / 1).time_since_epoch();
  const auto latest = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()) + std::chrono::minutes(1);
  if (!draft.created_ms || *draft.created_ms < kEarliest.count() || *draft.created_ms > latest.count()) return now;
  return base::WallTime(milliseconds(*draft.created_ms));
}

Report report_from(const ReportDraft& draft, const std::string& client_key, base::WallTime now) {
  Report report;
  store::ReportRecord& record = report.record;
  record.id = base::make_uuid();
  record.session_id = draft.session_id;
  record.client_key = client_key;
  record.source = draft.source.empty() ? "report" : draft.source;
  record.status = draft.status.value_or("pending");
  record.class_id = draft.class_id.value_or(-1);
  record.class_name = draft.class_name;
  record.confidence = static_cast<float>(draft.confidence.value_or(0));
  record.severity = draft.severity.value_or(draft.severity_default);
  if (draft.location) record.point = domain::GeoPoint{draft.location->latitude, draft.location->longitude};
  record.created_at = made_at(draft, now);
  record.updated_at = now;
  report.body = {.box = draft.box,
                 .address = draft.address,
                 .description = draft.description.value_or(""),
                 .tags = draft.tags.value_or(std::vector<std::string>{}),
                 .image = {},
                 .metadata = draft.metadata,
                 .model_version = {},
                 .title = draft.title,
                 .apart_from = {},
                 .severity_assumed = !draft.severity && !draft.severity_default.empty()};
  return report;
}

void apply(const ReportDraft& draft, Report& report, base::WallTime now) {
  report.record.updated_at = now;
  if (draft.status) {
    if (*draft.status == "confirmed" && report.record.status != "confirmed") report.record.confirmed_at = now;
    report.record.status = *draft.status;
  }
  if (draft.severity) {
    report.record.severity = *draft.severity;
    report.body.severity_assumed = false;
  }
  if (draft.location) report.record.point = domain::GeoPoint{draft.location->latitude, draft.location->longitude};
  if (!draft.address.empty()) report.body.address = draft.address;
  if (draft.description) report.body.description = *draft.description;
  if (draft.tags) report.body.tags = *draft.tags;
  if (draft.box) report.body.box = draft.box;
}

// What a hazard becomes with its report's status. What was fixed or archived is never pending again, it is reopened.
ReviewState state_of(std::string_view status, ReviewState from) {
  if (status == "confirmed") return ReviewState::confirmed;
  if (status == "dismissed") return ReviewState::dismissed;
  if (status == "archived") return ReviewState::archived;
  return from == ReviewState::pending || report::may_become(from, ReviewState::pending) ? ReviewState::pending
                                                                                        : ReviewState::reopened;
}

// Takes the hazard along with its report's new status. Old clients' confirm and dismiss know no refusal (legacy-clients 5.2, 6): where
// the hazard may not follow, because it is fixed, archived or merged, the report goes its own way until the hazard changes next.
domain::Result<void> review_with(store::Transaction& transaction, const report::Change& change, const std::string& status,
                                 Report& report) {
  report.body.apart_from.clear();
  const auto hazard = transaction.hazard(change.hazard_id);
  if (!hazard) return {};
  const auto reviewed = report::set_state(transaction, change, state_of(status, hazard->state));
  if (reviewed) return {};
  if (reviewed.error().kind != report::Refusal::Kind::not_allowed || status == "pending")
    return domain::refuse(ErrorCode::invalid_value, reviewed.error().message);
  report.body.apart_from = domain::to_string(hazard->state);
  return {};
}

}  // namespace

// A report on its way to the store.
struct Desk::Made {
  ReportDraft draft;
  Report report;
  domain::Bytes picture;
  std::optional<EvidencePicture> cut;
};

void Desk::create(ReportDraft&& draft, const std::string& client_key, domain::Bytes&& picture, ReportDone done) {
  if (store_ == nullptr) return done(domain::refuse(ErrorCode::not_implemented, "This server keeps nothing."));
  const auto made = std::make_shared<Made>();
  made->report = report_from(draft, client_key, clock_.wall());
  made->draft = std::move(draft);
  made->draft.image_data = {};  // `picture`, as text
  if (picture.empty() || evidence_ == nullptr) return submit_made(made, std::move(done));
  made->picture = std::move(picture);
  const auto shared = std::make_shared<ReportDone>(std::move(done));
  const auto task = [this, made, shared] {
    made->cut = cut_evidence(made->picture, options_.evidence, made->draft.box);
    made->picture = {};
    submit_made(made, std::move(*shared));
  };
  if (!darkroom_.submit(made->picture.size(), task)) (*shared)(std::unexpected(busy()));
}

void Desk::submit_made(std::shared_ptr<Made> made, ReportDone done) {
  const auto shared = std::make_shared<ReportDone>(std::move(done));
  const std::size_t bytes = made->cut ? made->cut->jpeg.size() : 0;
  const auto work = [this, made](store::Transaction& transaction) {
    Report& report = made->report;
    if (auto sighting = sighting_of(report, made->draft, clock_.wall()))
      report.record.hazard_id = book_.take(transaction, std::move(*sighting), report.record.id).hazard.id;
    if (made->cut) keep_picture(transaction, report, *made->cut);
    report.record.body = to_body(report.body);
    transaction.put(report.record);
    return true;
  };
  const auto ended = [this, made, shared](bool kept) {
    if (!kept) return (*shared)(std::unexpected(lost()));
    const Report& report = made->report;
    if (!report.record.session_id.empty())
      sessions_.note_report(report.record.session_id, report.record.id, report.record.status);
    news_.added(report);
    (*shared)(report);
  };
  if (!store_->submit({.work = work, .done = ended, .bytes = bytes})) (*shared)(std::unexpected(busy()));
}

void Desk::change(const std::string& id, const std::string& session_id, const ReportDraft& draft, ReportDone done) {
  const domain::Error unknown{ErrorCode::not_found, "Report " + (is_uuid(id) ? id : std::string("id")) + " not found"};
  if (store_ == nullptr || !is_uuid(id)) return done(std::unexpected(unknown));
  const auto outcome = std::make_shared<domain::Result<Report>>(std::unexpected(unknown));
  const auto shared = std::make_shared<ReportDone>(std::move(done));
  const auto work = [this, id, session_id, draft, outcome](store::Transaction& transaction) {
    auto record = transaction.report(id);
    if (!record || (!session_id.empty() && !belongs(*record, session_id))) return false;
    Report report = from_record(std::move(*record));
    if (draft.status && report.record.hazard_id == id && *draft.status != report.record.status) {
      const report::Change change{.hazard_id = id,
                                  .expected_version = {},
                                  .actor = "client",
                                  .reason = draft.description.value_or("").empty() ? "By a client." : *draft.description,
                                  .at = clock_.wall()};
      if (auto followed = review_with(transaction, change, *draft.status, report); !followed) {
        *outcome = std::unexpected(followed.error());
        return false;
      }
    }
    apply(draft, report, clock_.wall());
    report.record.body = to_body(report.body);
    transaction.put(report.record);
    *outcome = std::move(report);
    return true;
  };
  const auto ended = [this, outcome, shared](bool kept) {
    if (!kept && outcome->has_value()) return (*shared)(std::unexpected(lost()));
    if (kept) {
      const Report& report = **outcome;
      if (!report.record.session_id.empty())
        sessions_.note_report(report.record.session_id, report.record.id, report.record.status);
      news_.changed(report);
    }
    (*shared)(*outcome);
  };
  if (!store_->submit({.work = work, .done = ended})) (*shared)(std::unexpected(busy()));
}

void Desk::remove(const std::string& id, ReportDone done) {
  const domain::Error unknown{ErrorCode::not_found, "Report " + (is_uuid(id) ? id : std::string("id")) + " not found"};
  if (store_ == nullptr || !is_uuid(id)) return done(std::unexpected(unknown));
  const auto outcome = std::make_shared<domain::Result<Report>>(std::unexpected(unknown));
  const auto shared = std::make_shared<ReportDone>(std::move(done));
  const auto work = [this, id, outcome](store::Transaction& transaction) {
    auto record = transaction.report(id);
    if (!record) return false;
    *outcome = from_record(std::move(*record));
    if (evidence_ != nullptr) evidence_->erase(id);
    transaction.erase_evidence(id);
    if ((*outcome)->record.hazard_id == id) {
      for (const std::string& picture : report::erase_hazard(transaction, id)) {
        if (evidence_ != nullptr) evidence_->erase(picture);
      }
    }
    transaction.erase_report(id);
    return true;
  };
  const auto ended = [this, outcome, shared](bool kept) {
    if (!kept && outcome->has_value()) return (*shared)(std::unexpected(lost()));
    if (kept) {
      const store::ReportRecord& record = (*outcome)->record;
      if (!record.session_id.empty()) sessions_.drop_report(record.session_id, record.id);
      news_.removed(record.id);
    }
    (*shared)(*outcome);
  };
  if (!store_->submit({.work = work, .done = ended})) (*shared)(std::unexpected(busy()));
}

// A row of its own names the picture: without it the sweep at a start would take the file for a stray one.
void Desk::host(const std::string& id, const std::string& client_key, domain::Bytes&& picture, PlainDone done) {
  if (store_ == nullptr || evidence_ == nullptr || options_.evidence == report::EvidenceMode::none)
    return done(domain::refuse(ErrorCode::not_implemented, "This server keeps no pictures."));
  const auto bytes = std::make_shared<const domain::Bytes>(std::move(picture));
  const auto shared = std::make_shared<PlainDone>(std::move(done));
  const auto work = [this, id, client_key, bytes](store::Transaction& transaction) {
    const auto outdated = evidence_->put(id, *bytes, clock_.wall());
    if (!outdated) return false;
    for (const std::string& old : *outdated) transaction.erase_evidence(old);
    transaction.put(store::EvidenceRecord{.id = id,
                                          .hazard_id = {},
                                          .sighting_id = std::string(store::kHostedFor) + client_key,
                                          .bytes = static_cast<std::int64_t>(bytes->size()),
                                          .created_at = clock_.wall()});
    return true;
  };
  const auto ended = [shared](bool kept) { (*shared)(kept ? domain::Result<void>() : std::unexpected(lost())); };
  if (!store_->submit({.work = work, .done = ended, .bytes = bytes->size()})) (*shared)(std::unexpected(busy()));
}

void Desk::unhost(const std::string& id, PlainDone done) {
  const domain::Error unknown{ErrorCode::not_found, "No picture is kept under this name."};
  if (store_ == nullptr || evidence_ == nullptr || !is_uuid(id)) return done(std::unexpected(unknown));
  const auto shared = std::make_shared<PlainDone>(std::move(done));
  const auto work = [this, id](store::Transaction& transaction) {
    const auto record = transaction.evidence(id);
    if (!record || !record->hazard_id.empty() || transaction.report(id)) return false;  // a report's picture goes with its report
    evidence_->erase(id);
    transaction.erase_evidence(id);
    return true;
  };
  const auto ended = [shared, unknown](bool kept) { (*shared)(kept ? domain::Result<void>() : std::unexpected(unknown)); };
  if (!store_->submit({.work = work, .done = ended})) (*shared)(std::unexpected(busy()));
}

void Desk::review(Review action, HazardDone done, std::function<void()> refused) {
  const auto outcome = std::make_shared<report::Reviewed<domain::Hazard>>(std::unexpected(report::Refusal{}));
  const auto kept_too = std::make_shared<Kept>();
  const auto shared = std::make_shared<HazardDone>(std::move(done));
  const auto shared_refused = std::make_shared<std::function<void()>>(std::move(refused));
  const auto work = [this, action = std::move(action), outcome, kept_too](store::Transaction& transaction) {
    *outcome = action(transaction);
    if (!*outcome) return false;
    if (auto changed = sync_with_hazard(transaction, **outcome)) kept_too->changed.push_back(std::move(*changed));
    for (const std::string& id : transaction.hazards_merged_into((*outcome)->id)) {
      const auto merged = transaction.hazard(id);
      if (!merged) continue;
      if (auto changed = sync_with_hazard(transaction, *merged)) kept_too->changed.push_back(std::move(*changed));
    }
    return true;
  };
  const auto ended = [this, outcome, kept_too, shared, shared_refused](bool kept) {
    if (!kept && outcome->has_value()) return (*shared_refused)();
    if (kept) tell(*kept_too);
    (*shared)(std::move(*outcome));
  };
  if (store_ == nullptr || !store_->submit({.work = work, .done = ended})) (*shared_refused)();
}

}  // namespace hazard::desk
