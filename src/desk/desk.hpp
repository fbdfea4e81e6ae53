// Where results become reports: page sessions, the report rule, reviews, and the news of all of it. serve's routes and the streams hand
// over what was found, and ask; nothing here knows a socket.
//
// Threads: look() on a worker, questions and changes on any; changes run as jobs on the store's writer and answer from there, after
// the commit: what was answered is on disk. Two locks, never both at once: the collectors' and the sessions'.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "desk/best_frames.hpp"
#include "desk/darkroom.hpp"
#include "desk/evidence.hpp"
#include "desk/page_sessions.hpp"
#include "desk/report_news.hpp"
#include "desk/report_record.hpp"
#include "domain/model_info.hpp"
#include "domain/verdict.hpp"
#include "report/coverage.hpp"
#include "report/hazard_book.hpp"
#include "report/review.hpp"
#include "report/spot_collector.hpp"
#include "report/track_collector.hpp"
#include "store/evidence_folder.hpp"

namespace hazard::desk {

struct DeskOptions {
  float report_threshold = 0.6F;  // legacy-clients 5.2
  report::EvidenceMode evidence = report::EvidenceMode::crop;
  std::optional<base::Duration> keep;  // empty: for ever
  PageSessionOptions sessions;
};

// One picture of a page's session and what was found in it.
struct PageLook {
  std::string session_id;
  std::string client_key;
  std::string frame_id;
  std::optional<domain::Location> location;
  std::shared_ptr<const domain::Bytes> picture;
  double detection_threshold = 0.5;
};

// What the reply says of it; one entry for each detection of the result.
struct PageFindings {
  std::vector<std::string> report_ids;
  std::vector<bool> fresh;
  wire::PageStats stats;
};

// A drive that was looked at elsewhere, to be kept as a whole. Its id, a UUID, becomes that of a session.
struct Drive {
  std::string id;
  std::string source;     // "import", "upload"
  base::WallTime from{};  // its first picture
  std::int64_t pictures = 0;
  std::int64_t detections = 0;
  std::vector<domain::Sighting> sightings;  // in the order in which their tracks ended
  std::vector<store::CoverageRecord> lines;
  // The part of the best picture that may be kept; on the writer's thread. May be empty.
  std::function<std::optional<EvidencePicture>(const domain::Sighting&)> picture;
};
struct DriveKept {
  bool known = false;          // a drive of this id was kept before: nothing was done
  std::size_t hazards = 0;     // nobody knew
  std::size_t seen_again = 0;  // sightings of hazards already known
};

// A review action on many hazards: those named, or all that a filter lets through.
struct BulkReview {
  struct Item {
    std::string id;                       // UUID
    std::optional<std::int64_t> version;  // as it was read; empty: whatever it is
  };
  std::vector<Item> items;
  std::optional<store::HazardFilter> filter;  // instead of items; its paging does not count
  domain::ReviewState state = domain::ReviewState::confirmed;
  std::string actor;
  std::string reason;
};
inline constexpr std::size_t kBulkMost = 1000;

struct BulkOutcome {
  struct One {
    std::string id;
    bool changed = false;  // false with a hazard: it was in the state already
    report::Reviewed<domain::Hazard> outcome;
  };
  std::vector<One> ones;
};

// A result's detections as reports need them.
std::vector<report::Found> found_in(const domain::FrameResult& result, const domain::ModelInfo& model);

class Desk {
 public:
  // Both may be null: without a store nothing is kept and no reports are made, without a folder no pictures are. They outlive it.
  Desk(store::Store* store, store::EvidenceFolder* evidence, const base::Clock& clock, DeskOptions options = {});

  bool keeps() const noexcept { return store_ != nullptr; }
  store::Reads& reads() { return store_->reads(); }  // only when keeps()
  // Null when nothing is kept.
  const store::Store* store() const noexcept { return store_; }
  // A long question, on the writer's thread: whoever asks does not wait. `done(false)`, perhaps at once: it was not asked.
  void ask(std::function<void(store::Reads&)> question, std::function<void(bool asked)> done);

  PageSessions& sessions() noexcept { return sessions_; }
  ReportNews& news() noexcept { return news_; }
  const base::Clock& clock() const noexcept { return clock_; }
  const DeskOptions& options() const noexcept { return options_; }

  // Applies the report rule. `done` is called once: at once, or from the writer when new reports had to be kept first. Of a session
  // that is not known, or was erased while the picture was looked at, nothing is kept.
  void look(PageLook&& look, const domain::FrameResult& result, const domain::ModelInfo& model,
            std::function<void(PageFindings)> done);

  // A looked-at picture of a stream, in order of its session; and its end. Never waits. `picture` may be null: then no part of it is kept.
  void stream_picture(const report::FrameFacts& facts, std::shared_ptr<const domain::EncodedFrame> picture = {});
  void stream_ended(const std::string& session_id, std::uint64_t life);
  // Whose stream the session is, or goes on to be: what is kept of it from now on goes when that client's data is erased. May read the
  // store. `life` tells streams of one id apart (Session::life()): the end of the one before does not end this one's.
  void stream_belongs(const std::string& session_id, std::uint64_t life, const std::string& client_key);
  bool has_owner(const std::string& session_id, std::uint64_t life) const;

  // All of a drive or nothing of it, in one transaction. Answers from the writer's thread after the commit, or at once with a refusal:
  // not_implemented (nothing is kept), overloaded, internal.
  using DriveDone = std::function<void(domain::Result<DriveKept>)>;
  void take_drive(Drive&& drive, DriveDone done);

  // Each answers from the writer's thread after the commit, or at once with a refusal: overloaded, not_found, invalid_value, internal.
  using ReportDone = std::function<void(domain::Result<Report>)>;
  // A picture is cut in the darkroom first.
  void create(ReportDraft&& draft, const std::string& client_key, domain::Bytes&& picture, ReportDone done);
  // `draft` holds what is to change; `session_id`, when given, must be one that the report belongs to.
  void change(const std::string& id, const std::string& session_id, const ReportDraft& draft, ReportDone done);
  void remove(const std::string& id, ReportDone done);

  // Everything of a session, or of a client with all its sessions and streams: records, reports, sightings, pictures, hosted ones too;
  // tracks that a running stream has open are forgotten. Hazards that others saw too stay. Answers how many reports went, once nothing
  // of it is left in the database's files either (internal where another process reads them meanwhile: the rows are gone then, their
  // traces follow once tick() finds that process gone).
  using EraseDone = std::function<void(domain::Result<std::size_t>)>;
  void erase_session(const std::string& id, EraseDone done);
  void erase_client(const std::string& client_key, EraseDone done);

  // A picture that a client wants hosted, under its id; and gone again. Errors: not_implemented without a folder, not_found, overloaded.
  using PlainDone = std::function<void(const domain::Result<void>&)>;
  void host(const std::string& id, const std::string& client_key, domain::Bytes&& picture, PlainDone done);
  void unhost(const std::string& id, PlainDone done);

  // A review action on a hazard; its report follows.
  using HazardDone = std::function<void(report::Reviewed<domain::Hazard>)>;
  using Review = std::function<report::Reviewed<domain::Hazard>(store::Transaction&)>;
  void review(Review action, HazardDone done, std::function<void()> refused);

  // The same change for many hazards in one transaction: each is changed or refused on its own. Refused as a whole: invalid_value when
  // the filter lets more than kBulkMost through; overloaded; internal.
  using BulkDone = std::function<void(domain::Result<BulkOutcome>)>;
  void review_all(BulkReview&& asked, BulkDone done);

  std::optional<Report> report(const std::string& id);
  // Whether a page may use the report under this session: it was made in it, or by the same client. A page starts many sessions, and a
  // hazard is reported once (legacy-clients sections 12 row 8, 13).
  bool belongs(const store::ReportRecord& report, const std::string& session_id);
  std::optional<domain::Bytes> picture(const std::string& report_id) const;
  // With its box drawn; nothing where there is no such picture. `done(false, ...)`, at once: too much to do. Else from the darkroom.
  void plot(const std::string& report_id, std::function<void(bool asked, std::optional<domain::Bytes> jpeg)> done);

  void tick();   // about once a second: saves sessions, retention, traces of what was erased
  void close();  // gives out what is open and saves all

 private:
  struct SeenTrack {
    domain::Sighting sighting;
    BestFrames::Frame frame;  // in which it was seen best; may be null
  };
  // What a job did, told to listeners and sessions once it is on disk.
  struct Made;
  struct Kept {
    struct One {
      domain::Sighting sighting;  // as it was kept
      std::optional<Report> added;
    };
    std::vector<One> ones;
    std::vector<Report> changed;
  };
  struct Erased {
    std::vector<std::string> reports;
    std::vector<std::string> evidence;
  };
  void take_sightings(PageLook&& look, PageFindings&& findings, std::vector<domain::Sighting>&& due,
                      const domain::FrameResult& result, std::function<void(PageFindings)>&& done);
  void keep_one(store::Transaction& transaction, domain::Sighting&& sighting, const std::string& drive,
                const std::optional<EvidencePicture>& picture, Kept& kept);
  void keep_picture(store::Transaction& transaction, Report& report, const EvidencePicture& picture);
  void tell(const Kept& kept);
  void count_for_page(const report::FrameFacts& facts);
  void submit_sightings(std::vector<SeenTrack>&& due, const std::string& drive, std::optional<store::StreamRecord>&& owner);
  std::vector<SeenTrack> with_frames(std::vector<domain::Sighting>&& due);
  std::optional<store::CoverageRecord> cover(const report::PositionTrack* positions, const report::FrameFacts& facts,
                                             const std::string& drive);
  void submit_line(std::optional<store::CoverageRecord>&& line, std::optional<store::StreamRecord>&& owner);
  void submit_page_line(std::optional<store::CoverageRecord>&& line, const std::string& session_id);
  void scrub_again(base::WallTime now);
  void retire(base::WallTime now);
  std::optional<store::StreamRecord> owner_of(const std::string& session_id);  // under the collectors' lock
  void forget_open(const std::string& session_id);                             // as well
  void erase_rows(store::Transaction& transaction, const std::string& session_id, Erased& gone);
  std::optional<domain::Bytes> drawn(const std::string& report_id);
  void submit_made(std::shared_ptr<Made> made, ReportDone done);
  static std::vector<std::string> report_ids(store::Transaction& transaction, store::ReportFilter which);
  void erase(const std::string& key, std::function<void(store::Transaction&, Erased&)> rows, EraseDone done);
  bool still_known(store::Transaction& transaction, const std::string& session_id) const;
  std::optional<Report> sync_with_hazard(store::Transaction& transaction, const domain::Hazard& hazard);

  store::Store* const store_;
  store::EvidenceFolder* const evidence_;
  const base::Clock& clock_;
  const DeskOptions options_;
  PageSessions sessions_;
  ReportNews news_;
  mutable std::mutex collectors_mutex_;
  report::SpotCollector spots_;
  report::TrackCollector tracks_;
  BestFrames frames_;
  report::Coverage coverage_;
  struct Owner {
    std::uint64_t life = 0;
    std::string client_key;
  };
  std::unordered_map<std::string, Owner> owners_;  // of the streams that are open, by session
  report::HazardBook book_;                        // jobs only
  base::WallTime retired_at_{};
  std::atomic<bool> traces_left_ = false;  // of what was erased, in the database's log
  base::WallTime scrubbed_at_{};           // last tried again; tick() only
  Darkroom darkroom_;                      // last: its tasks use the rest
};

}  // namespace hazard::desk
