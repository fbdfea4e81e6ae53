#include "desk/desk.hpp"

#include <algorithm>
#include <utility>

#include "wire/detection_json.hpp"

namespace hazard::desk {
namespace {

constexpr auto kRetireEvery = std::chrono::minutes(10);
constexpr std::size_t kRetireAtOnce = 500;

// Old clients want a report of what they sent once; spots, clients and the likeness of pictures keep it from repeating.
report::SpotOptions spot_options() {
  report::SpotOptions options;
  options.hits_least = 1;
  return options;
}

Report report_of(const domain::Hazard& hazard, const domain::Sighting& sighting, base::WallTime now) {
  Report report;
  store::ReportRecord& record = report.record;
  record.id = hazard.id;
  record.hazard_id = hazard.id;
  record.session_id = sighting.session_id;
  record.client_key = sighting.client_key;
  record.source = sighting.source;
  record.class_id = sighting.class_id;
  record.class_name = sighting.class_name;
  record.confidence = sighting.best.confidence;
  if (hazard.place) record.point = hazard.place->point;
  record.created_at = record.updated_at = now;
  report.body.box = sighting.best.box;
  report.body.model_version = sighting.model_version;
  return report;
}

}  // namespace

std::vector<report::Found> found_in(const domain::FrameResult& result, const domain::ModelInfo& model) {
  std::vector<report::Found> found;
  for (const auto& tracked : result.detections) {
    found.push_back({.class_id = tracked.detection.class_id,
                     .class_name = wire::class_name(&model, tracked.detection.class_id),
                     .box = tracked.detection.box,
                     .confidence = tracked.detection.confidence,
                     .track_id = tracked.track ? tracked.track->id : 0,
                     .predicted = tracked.predicted});
  }
  return found;
}

Desk::Desk(store::Store* store, store::EvidenceFolder* evidence, const base::Clock& clock, DeskOptions options)
    : store_(store),
      evidence_(evidence),
      clock_(clock),
      options_(options),
      sessions_(store, clock, options.sessions),
      news_(clock),
      spots_(spot_options()),
      book_({}, clock) {}

void Desk::look(PageLook&& look, const domain::FrameResult& result, const domain::ModelInfo& model,
                std::function<void(PageFindings)> done) {
  PageFindings findings;
  findings.report_ids.resize(result.detections.size());
  findings.fresh.resize(result.detections.size());
  report::FrameFacts facts;
  facts.found = found_in(result, model);
  std::vector<std::pair<std::string, float>> names;
  for (const auto& found : facts.found) names.emplace_back(found.class_name, found.confidence);
  if (!sessions_.saw(look.session_id, names)) return done(std::move(findings));

  std::vector<domain::Sighting> due;
  std::optional<store::CoverageRecord> line;
  if (store_ != nullptr && (!facts.found.empty() || look.location)) {
    facts.client_key = look.client_key;
    facts.session_id = look.session_id;
    facts.source = "session";
    facts.frame_id = look.frame_id;
    facts.model_version = model.version;
    facts.thresholds = {.detection = static_cast<float>(look.detection_threshold), .report = options_.report_threshold};
    facts.at = facts.arrived = clock_.wall();
    facts.picture = result.picture;
    facts.location = look.location;
    if (!facts.found.empty()) facts.likeness = likeness(*look.picture);
    const std::lock_guard lock(collectors_mutex_);
    due = spots_.add(facts);
    line = cover(spots_.positions(facts.client_key), facts, facts.client_key);
  }
  submit_page_line(std::move(line), look.session_id);
  if (!due.empty()) return take_sightings(std::move(look), std::move(findings), std::move(due), result, std::move(done));
  if (const auto session = sessions_.find(look.session_id)) findings.stats = session->stats();
  done(std::move(findings));
}

void Desk::take_sightings(PageLook&& look, PageFindings&& findings, std::vector<domain::Sighting>&& due,
                          const domain::FrameResult& result, std::function<void(PageFindings)>&& done) {
  struct Work {
    PageFindings findings;
    std::vector<domain::Sighting> due;
    std::vector<std::optional<EvidencePicture>> pictures;
    std::vector<std::optional<std::size_t>> detection;  // which of the result's a sighting is
    std::string client_key;
    std::string session_id;
    Kept kept;
    std::function<void(PageFindings)> done;
  };
  const auto work = std::make_shared<Work>();
  work->findings = std::move(findings);
  work->client_key = std::move(look.client_key);
  work->session_id = std::move(look.session_id);
  work->done = std::move(done);
  for (const domain::Sighting& sighting : due) {
    const auto same =
        std::ranges::find_if(result.detections, [&](const auto& tracked) { return tracked.detection.box == sighting.best.box; });
    const bool here = same != result.detections.end();
    work->detection.push_back(here ? std::optional(static_cast<std::size_t>(same - result.detections.begin())) : std::nullopt);
    work->pictures.push_back(here && evidence_ != nullptr ? cut_evidence(*look.picture, options_.evidence, sighting.best.box)
                                                          : std::nullopt);
  }
  work->due = std::move(due);
  std::size_t bytes = 0;
  for (const auto& picture : work->pictures) bytes += picture ? picture->jpeg.size() : 0;
  const auto finish = [this, work] {
    if (const auto session = sessions_.find(work->session_id)) work->findings.stats = session->stats();
    work->done(std::move(work->findings));
  };
  const bool taken =
      store_->submit({.work =
                          [this, work](store::Transaction& transaction) {
                            if (!still_known(transaction, work->session_id)) return false;
                            for (std::size_t i = 0; i < work->due.size(); ++i) {
                              keep_one(transaction, std::move(work->due[i]), work->client_key, work->pictures[i], work->kept);
                            }
                            return true;
                          },
                      .done =
                          [this, work, finish](bool kept) {
                            if (kept) {
                              tell(work->kept);
                              for (std::size_t i = 0; i < work->kept.ones.size(); ++i) {
                                const auto& one = work->kept.ones[i];
                                if (!work->detection[i]) continue;
                                work->findings.report_ids[*work->detection[i]] = one.sighting.hazard_id;
                                work->findings.fresh[*work->detection[i]] = one.added.has_value();
                              }
                            }
                            finish();
                          },
                      .bytes = bytes});
  if (!taken) finish();
}

// A sighting becomes part of a hazard; a hazard that nobody knew becomes a report under the same id.
void Desk::keep_one(store::Transaction& transaction, domain::Sighting&& sighting, const std::string& drive,
                    const std::optional<EvidencePicture>& picture, Kept& kept) {
  const report::Taken taken = book_.take(transaction, std::move(sighting), drive);
  Kept::One one{.sighting = taken.sighting, .added = std::nullopt};
  if (taken.as == report::TakenAs::created) {
    Report made = report_of(taken.hazard, taken.sighting, clock_.wall());
    if (picture) keep_picture(transaction, made, *picture);
    made.record.body = to_body(made.body);
    transaction.put(made.record);
    one.added = std::move(made);
  } else if (auto changed = sync_with_hazard(transaction, taken.hazard)) {
    kept.changed.push_back(std::move(*changed));
  }
  for (const std::string& id : taken.merged) {
    const auto merged = transaction.hazard(id);
    if (!merged) continue;
    if (auto changed = sync_with_hazard(transaction, *merged)) kept.changed.push_back(std::move(*changed));
  }
  kept.ones.push_back(std::move(one));
}

// The report of the same id follows its hazard's state; nothing when it already does, or went its own way from this state.
std::optional<Report> Desk::sync_with_hazard(store::Transaction& transaction, const domain::Hazard& hazard) {
  auto record = transaction.report(hazard.id);
  const auto status = report_status(hazard.state);
  if (!record || record->status == status) return std::nullopt;
  Report report = from_record(std::move(*record));
  if (report.body.apart_from == domain::to_string(hazard.state)) return std::nullopt;
  report.record.status = status;
  report.record.updated_at = clock_.wall();
  if (status == "confirmed") report.record.confirmed_at = report.record.updated_at;
  if (!report.body.apart_from.empty()) {
    report.body.apart_from.clear();
    report.record.body = to_body(report.body);
  }
  transaction.put(report.record);
  return report;
}

void Desk::keep_picture(store::Transaction& transaction, Report& report, const EvidencePicture& picture) {
  if (evidence_ == nullptr) return;
  const auto outdated = evidence_->put(report.record.id, picture.jpeg, clock_.wall());
  if (!outdated) return;
  for (const std::string& id : *outdated) transaction.erase_evidence(id);
  const auto bytes = static_cast<std::int64_t>(picture.jpeg.size());
  report.body.image = ReportImage{.size = picture.size, .bytes = bytes, .left = picture.left, .top = picture.top};
  transaction.put(store::EvidenceRecord{.id = report.record.id,
                                        .hazard_id = report.record.hazard_id,
                                        .sighting_id = {},
                                        .bytes = bytes,
                                        .created_at = clock_.wall()});
}

void Desk::tell(const Kept& kept) {
  for (const Kept::One& one : kept.ones) {
    sessions_.note_hazard(one.sighting.session_id, one.sighting.hazard_id);
    if (!one.added) continue;
    sessions_.note_report(one.sighting.session_id, one.added->record.id, one.added->record.status);
    news_.added(*one.added);
  }
  for (const Report& report : kept.changed) {
    sessions_.note_report(report.record.session_id, report.record.id, report.record.status);
    news_.changed(report);
  }
}

// Where the vehicle was when the picture was taken becomes part of the line it drives. Under the collectors' lock.
std::optional<store::CoverageRecord> Desk::cover(const report::PositionTrack* positions, const report::FrameFacts& facts,
                                                 const std::string& drive) {
  const auto pose = positions == nullptr ? std::nullopt : positions->at(facts.at);
  if (!pose) return std::nullopt;
  return coverage_.add(drive, facts.client_key, facts.at, pose->point, !facts.found.empty());
}

void Desk::submit_line(std::optional<store::CoverageRecord>&& line, std::optional<store::StreamRecord>&& owner) {
  if (!line || store_ == nullptr) return;
  store_->submit({.work =
                      [line = std::move(*line), owner = std::move(owner)](store::Transaction& transaction) {
                        if (owner) transaction.put(*owner);
                        transaction.append(line);
                        return true;
                      },
                  .done = [](bool) {}});
}

void Desk::submit_page_line(std::optional<store::CoverageRecord>&& line, const std::string& session_id) {
  if (!line || store_ == nullptr) return;
  store_->submit({.work =
                      [this, line = std::move(*line), session_id](store::Transaction& transaction) {
                        if (!still_known(transaction, session_id)) return false;
                        transaction.append(line);
                        return true;
                      },
                  .done = [](bool) {}});
}

// Jobs run in the order in which they were submitted: once a session's erasure has run, its row is gone, and nobody brings it back into
// memory. A session whose row could not be kept yet is in memory.
bool Desk::still_known(store::Transaction& transaction, const std::string& session_id) const {
  return sessions_.in_memory(session_id) || transaction.session(session_id).has_value();
}

void Desk::ask(std::function<void(store::Reads&)> question, std::function<void(bool)> done) {
  const auto work = [question = std::move(question)](store::Transaction& transaction) {
    question(transaction);
    return true;
  };
  if (store_ == nullptr || !store_->submit({.work = work, .done = done})) done(false);
}

std::optional<Report> Desk::report(const std::string& id) {
  if (store_ == nullptr || !is_uuid(id)) return std::nullopt;
  auto record = store_->reads().report(id);
  return record ? std::optional(from_record(std::move(*record))) : std::nullopt;
}

bool Desk::belongs(const store::ReportRecord& report, const std::string& session_id) {
  if (report.session_id == session_id) return true;
  const auto session = sessions_.find(session_id);
  return session && !session->client_key.empty() && session->client_key == report.client_key;
}

std::optional<domain::Bytes> Desk::picture(const std::string& report_id) const {
  if (evidence_ == nullptr || !is_uuid(report_id)) return std::nullopt;
  return evidence_->read(report_id);
}

void Desk::plot(const std::string& report_id, std::function<void(bool asked, std::optional<domain::Bytes> jpeg)> done) {
  const auto shared = std::make_shared<decltype(done)>(std::move(done));
  if (!darkroom_.submit(0, [this, report_id, shared] { (*shared)(true, drawn(report_id)); })) (*shared)(false, std::nullopt);
}

std::optional<domain::Bytes> Desk::drawn(const std::string& report_id) {
  const auto kept = report(report_id);
  const auto jpeg = picture(report_id);
  if (!kept || !jpeg || !kept->body.image) return std::nullopt;
  if (!kept->body.box) return jpeg;
  domain::PixelBox box = *kept->body.box;
  box.x1 -= static_cast<float>(kept->body.image->left);
  box.x2 -= static_cast<float>(kept->body.image->left);
  box.y1 -= static_cast<float>(kept->body.image->top);
  box.y2 -= static_cast<float>(kept->body.image->top);
  return plot_evidence(*jpeg, box, kept->record.class_name, kept->record.confidence);
}

void Desk::tick() {
  sessions_.tick();
  if (store_ == nullptr) return;
  const auto now = clock_.wall();
  scrub_again(now);
  if (!options_.keep) return;
  if (now - retired_at_ < kRetireEvery) return;
  retired_at_ = now;
  retire(now);
}

void Desk::retire(base::WallTime now) {
  const auto moment = now - std::chrono::duration_cast<base::WallTime::duration>(*options_.keep);
  store_->submit({.work =
                      [this, moment, now](store::Transaction& transaction) {
                        const auto expired = report::expire(transaction, moment, kRetireAtOnce);
                        transaction.erase_older_than(moment);
                        if (evidence_ == nullptr) return true;
                        for (const std::string& id : expired.evidence) evidence_->erase(id);
                        for (const std::string& id : evidence_->expire(now)) transaction.erase_evidence(id);
                        return true;
                      },
                  .done = [](bool) {}});
}

void Desk::close() {
  darkroom_.close();
  sessions_.save_all();
  if (store_ != nullptr) store_->drain();
}

}  // namespace hazard::desk
