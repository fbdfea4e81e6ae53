#include "app/drive_import.hpp"

#include <fmt/format.h>

#include <future>
#include <map>
#include <utility>

#include "app/drive_fixes.hpp"
#include "app/import_journal.hpp"
#include "base/sha256.hpp"
#include "pipeline/frame_job.hpp"
#include "pipeline/rung.hpp"
#include "report/coverage.hpp"
#include "report/track_collector.hpp"
#include "wire/json_reader.hpp"

namespace hazard::app {
namespace {

using domain::ErrorCode;

constexpr std::uint64_t kCheckpointEvery = 20;  // pictures: what a kill costs at most; a checkpoint is some 20 KB

// The model in the form that fits the drive's pictures, compiled when the first of them comes: which graph looks at a picture must not
// depend on how fast this machine is.
class DriveGraph final : public pipeline::GraphLender {
 public:
  DriveGraph(detect::Engine& engine, bool fit)
      : engine_(engine),
        inputs_{.native = engine.model().input, .stride = engine.stride(), .fit_camera = fit},
        graph_(engine.first()) {
    request_ = graph_->make_request();
  }

  pipeline::Loan borrow(domain::SizePx picture, pipeline::Fit, detect::Strategy) override {
    const domain::SizePx wanted = inputs_.input_for(picture, {});
    if (wanted != asked_ && wanted != graph_->form().input) {
      asked_ = wanted;
      if (auto better = engine_.compile({.input = wanted, .strategy = graph_->form().strategy})) {
        graph_ = std::move(*better);
        request_ = graph_->make_request();
      }
    }
    return pipeline::Loan(*request_);
  }

 private:
  detect::Engine& engine_;
  const pipeline::InputRule inputs_;
  std::shared_ptr<detect::Graph> graph_;
  std::unique_ptr<detect::InferenceRequest> request_;
  domain::SizePx asked_;
};

// A form that RFC 9562 leaves to the maker (version 8), so that the id is good wherever a session's is.
std::string uuid_from(const std::string& hex) {
  std::string id = hex.substr(0, 32);
  id[12] = '8';
  id[16] = 'a';
  for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
  return id;
}

// Everything that the outcome of looking depends on, but the drive itself.
std::string settings_of(const ImportPlan& plan, const domain::ModelInfo& model, const desk::DeskOptions& desk) {
  const auto start = plan.start ? plan.start->time_since_epoch().count() : 0;
  return base::to_hex(base::sha256(fmt::format("1 {} {} {} {} {} {} {} {} {} {}", model.name, model.version, model.precision,
                                               plan.fps, plan.offset.count(), start, plan.confidence_threshold, plan.fit_camera,
                                               static_cast<int>(desk.evidence), desk.report_threshold)));
}

class Import {
 public:
  Import(const ImportPlan& plan, const ImportTools& tools, std::string id, std::unique_ptr<DriveReader> reader,
         std::unique_ptr<ImportJournal> journal)
      : plan_(plan),
        tools_(tools),
        id_(std::move(id)),
        reader_(std::move(reader)),
        journal_(std::move(journal)),
        graph_(tools.engine, plan.fit_camera),
        fixes_(plan.track) {
    settings_.delivery = domain::Delivery::all;
    settings_.tracking = true;
    settings_.detect.confidence_threshold = plan.confidence_threshold;
  }

  domain::Result<ImportOutcome> run() {
    if (auto taken = take_up(); !taken) return std::unexpected(std::move(taken.error()));
    while (true) {
      if (tools_.stop && tools_.stop()) {
        if (auto saved = save(); !saved) return std::unexpected(std::move(saved.error()));
        return outcome(ImportOutcome::End::interrupted);
      }
      auto picture = reader_->next();
      if (!picture) return std::unexpected(std::move(picture.error()));
      if (!*picture) break;
      if (auto looked = look(std::move(**picture)); !looked) return std::unexpected(std::move(looked.error()));
      if (journal_->pictures() % kCheckpointEvery == 0) {
        if (auto saved = save(); !saved) return std::unexpected(std::move(saved.error()));
      }
      if (tools_.progress) tools_.progress({.done = journal_->pictures(), .earlier = earlier_, .total = reader_->size()});
    }
    return keep();
  }

 private:
  // The model's clock in an import: the drive's own time, so that tracks move as they did on the road.
  static base::SteadyTime steady(base::WallTime at) {
    return base::SteadyTime(std::chrono::duration_cast<base::Duration>(at.time_since_epoch()));
  }

  // What an earlier run has looked at.
  domain::Result<void> take_up() {
    earlier_ = journal_->pictures();
    const auto read = journal_->each([this](JournalLine&& line) {
      count(line);
      if (line.unreadable) return;
      fixes_.with(line.facts.at);
      note_position(line.facts);
      for (const report::Found& found : line.facts.found) note_best(line.number, found);
      last_ = line.facts.at;
    });
    if (!read) return read;
    if (!journal_->tracker().empty()) {
      auto tracker = track::Tracker::load(journal_->tracker(), steady(last_));
      if (!tracker) return domain::refuse(ErrorCode::internal, "The journal of the import is damaged.");
      memory_.tracker = std::move(*tracker);
    }
    return reader_->skip(earlier_);
  }

  void count(const JournalLine& line) {
    if (line.unreadable) ++unreadable_;
    detections_ += static_cast<std::int64_t>(line.facts.found.size());
    if (!line.unreadable && first_ == base::WallTime{}) first_ = line.facts.at;
  }

  void note_position(const report::FrameFacts& facts) {
    if (facts.location) positions_.add(*facts.location, facts.location_at.value_or(facts.at), facts.arrived);
    if (positions_.at(facts.at)) ++placed_;
  }

  // Which picture of the track is its best so far: the rule of report::TrackCollector.
  struct Best {
    float confidence = 0;
    std::uint64_t number = 0;
  };
  std::optional<Best> note_best(std::uint64_t number, const report::Found& found) {
    if (found.track_id == 0 || found.predicted) return std::nullopt;
    const auto [entry, fresh] = best_.try_emplace(found.track_id, Best{found.confidence, number});
    if (fresh) return Best{};
    if (found.confidence <= entry->second.confidence) return std::nullopt;
    return std::exchange(entry->second, Best{found.confidence, number});
  }

  // What a picture changed before it turned out to be none: a later run, which only finds its line, must not differ.
  struct Before {
    std::size_t fixes;
    std::uint64_t placed;
    base::WallTime last;
    report::PositionTrack positions;
  };
  void undo(const Before& before, report::FrameFacts& facts) {
    fixes_.back_to(before.fixes);
    positions_ = before.positions;
    placed_ = before.placed;
    last_ = before.last;
    facts.found.clear();
  }

  domain::Result<void> look(DrivePicture&& picture) {
    JournalLine line{.number = picture.number, .unreadable = true, .facts = {}};
    const Before before{.fixes = fixes_.mark(), .placed = placed_, .last = last_, .positions = positions_};
    report::FrameFacts& facts = line.facts;
    facts.frame_id = picture.name;
    facts.at = facts.arrived = picture.at;
    if (!fixes_.empty()) {
      if (const auto fix = fixes_.with(picture.at)) {
        facts.location = fix->location;
        facts.location_at = facts.arrived = fix->at;
      }
    } else if (picture.location) {
      facts.location = picture.location;
    }
    if (picture.picture) {
      note_position(facts);
      auto done = detect_in(std::move(*picture.picture), facts);
      if (!done && done.error().code == ErrorCode::inference_failed) return std::unexpected(std::move(done.error()));
      line.unreadable = !done;
      last_ = facts.at;
    }
    if (line.unreadable) undo(before, facts);
    keep_crops(line);
    count(line);
    return journal_->add(line);
  }

  domain::Result<void> detect_in(domain::Bytes&& bytes, report::FrameFacts& facts) {
    frame_.buffer = std::move(bytes);
    frame_.received_at = steady(facts.at);
    frame_.location.reset();
    if (const auto pose = positions_.at(facts.at)) {
      frame_.location = domain::Location{.latitude = pose->point.latitude,
                                         .longitude = pose->point.longitude,
                                         .accuracy_m = {},
                                         .heading_deg = pose->heading_deg,
                                         .speed_mps = pose->speed_mps};
    }
    auto outcome = pipeline::run_frame(frame_, {.settings = settings_, .taken_at = frame_.received_at}, &memory_,
                                       {.graphs = graph_, .decoder = decoder_, .clock = tools_.clock});
    if (auto* error = std::get_if<domain::Error>(&outcome)) return std::unexpected(std::move(*error));
    const auto& result = std::get<domain::FrameResult>(outcome);
    facts.picture = result.picture;
    facts.found = desk::found_in(result, tools_.engine.model());
    return {};
  }

  void keep_crops(JournalLine& line) {
    const desk::DeskOptions& options = tools_.desk.options();
    for (const report::Found& found : line.facts.found) {
      const auto before = note_best(line.number, found);
      if (!before || found.confidence < options.report_threshold) continue;
      if (!line.facts.likeness) line.facts.likeness = desk::likeness(frame_.picture());
      const auto crop = desk::cut_evidence(frame_.picture(), options.evidence, found.box);
      const auto instead = before->confidence > 0 ? std::optional(before->number) : std::nullopt;
      if (crop) journal_->keep_crop(found.track_id, line.number, *crop, instead);
    }
  }

  domain::Result<void> save() { return journal_->checkpoint(memory_.tracker.save(steady(last_))); }

  ImportOutcome outcome(ImportOutcome::End end) const {
    return {.end = end,
            .session_id = id_,
            .pictures = journal_->pictures(),
            .unreadable = unreadable_,
            .placed = placed_,
            .earlier = earlier_,
            .sightings = 0,
            .kept = {}};
  }

  // From the journal alone, so that it does not matter how many runs wrote it.
  domain::Result<desk::Drive> drive() {
    desk::Drive drive{.id = id_,
                      .source = plan_.kind,
                      .from = first_,
                      .pictures = static_cast<std::int64_t>(journal_->pictures()),
                      .detections = detections_,
                      .sightings = {},
                      .lines = {},
                      .picture = {}};
    report::TrackCollector tracks;
    report::Coverage coverage;
    std::map<std::string, std::uint64_t> numbers;
    const auto add = [&drive](std::vector<domain::Sighting>&& due) {
      for (domain::Sighting& sighting : due) drive.sightings.push_back(std::move(sighting));
    };
    const auto read = journal_->each([&](JournalLine&& line) {
      if (line.unreadable) return;
      report::FrameFacts& facts = line.facts;
      facts.client_key = facts.session_id = id_;
      facts.source = plan_.kind;
      facts.model_version = tools_.engine.model().version;
      facts.thresholds = {.detection = plan_.confidence_threshold, .report = tools_.desk.options().report_threshold};
      facts.camera = plan_.camera;
      if (!facts.found.empty()) numbers[facts.frame_id] = line.number;
      add(tracks.add(facts));
      const auto pose = tracks.positions(id_)->at(facts.at);
      if (!pose) return;
      if (auto done = coverage.add(id_, id_, facts.at, pose->point, !facts.found.empty()))
        drive.lines.push_back(std::move(*done));
    });
    if (!read) return std::unexpected(read.error());
    add(tracks.end_session(id_));
    if (auto done = coverage.end(id_)) drive.lines.push_back(std::move(*done));
    drive.picture = [this, numbers = std::move(numbers)](const domain::Sighting& sighting) {
      const auto number = numbers.find(sighting.best.frame_id);
      return number == numbers.end() ? std::nullopt : journal_->crop(sighting.track_id, number->second);
    };
    return drive;
  }

  domain::Result<ImportOutcome> keep() {
    auto whole = drive();
    if (!whole) return std::unexpected(std::move(whole.error()));
    auto answer = outcome(ImportOutcome::End::kept);
    answer.sightings = whole->sightings.size();
    std::promise<domain::Result<desk::DriveKept>> promise;
    tools_.desk.take_drive(std::move(*whole), [&](domain::Result<desk::DriveKept> kept) { promise.set_value(std::move(kept)); });
    auto kept = promise.get_future().get();
    if (!kept) return std::unexpected(std::move(kept.error()));
    answer.kept = *kept;
    if (kept->known) answer.end = ImportOutcome::End::known;
    journal_->remove();
    return answer;
  }

  const ImportPlan& plan_;
  const ImportTools& tools_;
  const std::string id_;
  const std::unique_ptr<DriveReader> reader_;
  const std::unique_ptr<ImportJournal> journal_;
  DriveGraph graph_;
  DriveFixes fixes_;
  image::Decoder decoder_;
  pipeline::LaneSettings settings_;
  pipeline::LaneMemory memory_;
  domain::EncodedFrame frame_;
  report::PositionTrack positions_;
  std::map<std::uint64_t, Best> best_;
  base::WallTime first_{};
  base::WallTime last_{};
  std::uint64_t earlier_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t placed_ = 0;
  std::int64_t detections_ = 0;
};

}  // namespace

domain::Result<std::string> drive_id(const ImportPlan& plan) {
  const auto pictures = fingerprint(plan.source);
  if (!pictures) return std::unexpected(pictures.error());
  return uuid_from(base::to_hex(base::sha256(*pictures + plan.track_text)));
}

domain::Result<ImportOutcome> import_drive(const ImportPlan& plan, const ImportTools& tools) {
  if (!tools.desk.keeps()) return domain::refuse(ErrorCode::not_implemented, "Nothing is kept here: set DATA_DIR.");
  const auto id = drive_id(plan);
  if (!id) return std::unexpected(id.error());
  const auto folder = tools.folder / *id;
  if (tools.desk.reads().session(*id)) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);  // of a run that was killed behind its commit
    return ImportOutcome{.end = ImportOutcome::End::known, .session_id = *id, .kept = {.known = true}};
  }
  auto reader = open_drive_reader({.source = plan.source,
                                   .fps = plan.fps,
                                   .start = plan.start,
                                   .otherwise = plan.track.empty() ? base::WallTime{} : plan.track.front().at,
                                   .shift = plan.offset,
                                   .hours_most = plan.hours_most});
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto journal = ImportJournal::open(tools.folder / *id, settings_of(plan, tools.engine.model(), tools.desk.options()));
  if (!journal) return std::unexpected(std::move(journal.error()));
  return Import(plan, tools, *id, std::move(*reader), std::move(*journal)).run();
}

}  // namespace hazard::app
