#include "app/upload_queue.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "app/drive_import.hpp"
#include "app/video_source.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "store/evidence_folder.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::app {
namespace fs = std::filesystem;
namespace {

using domain::ErrorCode;
using serve::DriveState;
using serve::DriveStatus;

constexpr double kDriveHoursMost = 12;
constexpr int kNiceness = 10;  // of 19: streams come first

std::string whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return static_cast<bool>(file);
}

std::string status_text(const DriveStatus& status) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("state", static_cast<int>(status.state));
  json.field("created_at",
             static_cast<std::int64_t>(
                 std::chrono::duration_cast<std::chrono::microseconds>(status.created_at.time_since_epoch()).count()));
  json.field("pictures", status.pictures).field("session_id", status.session_id).field("hazards", status.hazards);
  json.field("error", status.error).end_object();
  return text;
}

std::optional<DriveStatus> read_status(const std::string& id, const std::string& text) {
  const auto document = wire::JsonDocument::parse(text);
  if (!document) return std::nullopt;
  const auto number = [&](std::string_view name) {
    const auto* node = document->find(document->root(), name);
    return node != nullptr && node->is(wire::JsonKind::number) ? node->number : 0.0;
  };
  const auto word = [&](std::string_view name) {
    const auto* node = document->find(document->root(), name);
    return node != nullptr && node->is(wire::JsonKind::string) ? std::string(node->text) : std::string();
  };
  const int state = static_cast<int>(number("state"));
  if (state < 0 || state > static_cast<int>(DriveState::failed)) return std::nullopt;
  DriveStatus status;
  status.id = id;
  status.state = static_cast<DriveState>(state);
  status.created_at = base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(number("created_at"))));
  status.pictures = static_cast<std::uint64_t>(number("pictures"));
  status.session_id = word("session_id");
  status.hazards = static_cast<std::uint64_t>(number("hazards"));
  status.error = word("error");
  return status;
}

}  // namespace

UploadQueue::UploadQueue(UploadTools tools)
    : tools_(std::move(tools)), root_(tools_.folder / "uploads"), reads_video_(tools_.reads_video.value_or(has_ffmpeg())) {}

std::unique_ptr<UploadQueue> UploadQueue::open(UploadTools tools) {
  std::unique_ptr<UploadQueue> queue(new UploadQueue(std::move(tools)));
  queue->load_statuses();
  queue->writer_ = std::thread([self = queue.get()] { self->write_all(); });
  queue->worker_ = std::thread([self = queue.get()] { self->work_all(); });
  return queue;
}

UploadQueue::~UploadQueue() {
  stop();
  writer_.join();
  worker_.join();
}

void UploadQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
}

bool UploadQueue::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void UploadQueue::load_statuses() {
  std::error_code ignored;
  for (fs::directory_iterator entry(root_, ignored), end; entry != end; entry.increment(ignored)) {
    const std::string id = entry->path().filename().string();
    if (!store::is_evidence_id(id)) {
      fs::remove_all(entry->path(), ignored);  // half an upload of a process that was killed
      continue;
    }
    if (auto status = read_status(id, whole(entry->path() / "status.json"))) known_[id] = std::move(*status);
  }
  std::vector<const DriveStatus*> open;
  for (auto& [id, status] : known_) {
    if (status.state == DriveState::processing) status.state = DriveState::queued;
    if (status.state == DriveState::queued) open.push_back(&status);
  }
  std::ranges::sort(open, {}, [](const DriveStatus* status) { return status->created_at; });
  for (const DriveStatus* status : open) waiting_.push_back(status->id);
}

void UploadQueue::take(std::string video, std::string track, std::function<void(domain::Result<DriveStatus>)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopped_ && taking_ + waiting_.size() < kWaitingMost) {
      ++taking_;
      given_.push_back({.video = std::move(video), .track = std::move(track), .done = std::move(done)});
      wake_.notify_all();
      return;
    }
  }
  done(std::unexpected(domain::Error{ErrorCode::queue_full,
                                     fmt::format("{} drives wait already: send this one later.", kWaitingMost),
                                     std::chrono::seconds(60)}));
}

std::optional<DriveStatus> UploadQueue::status(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(id);
  return known == known_.end() ? std::nullopt : std::optional(known->second);
}

// Files are written here, not on the I/O thread.
void UploadQueue::write_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopped_ || !given_.empty(); });
    if (given_.empty()) return;
    Given given = std::move(given_.front());
    given_.pop_front();
    lock.unlock();
    auto written = write(given);
    lock.lock();
    --taking_;
    if (written) {
      known_[written->id] = *written;
      waiting_.push_back(written->id);
    }
    lock.unlock();
    wake_.notify_all();
    given.done(std::move(written));
    lock.lock();
  }
}

domain::Result<DriveStatus> UploadQueue::write(const Given& given) {
  DriveStatus status;
  status.id = base::make_uuid();
  status.created_at = tools_.clock.wall();
  const fs::path part = root_ / (status.id + ".part");
  std::error_code error;
  fs::create_directories(part, error);
  const bool written = !error && write_file(part / "video.mp4", given.video) && write_file(part / "track.gpx", given.track) &&
                       write_file(part / "status.json", status_text(status));
  if (written) fs::rename(part, folder_of(status.id), error);
  if (written && !error) return status;
  std::error_code ignored;
  fs::remove_all(part, ignored);
  return domain::refuse(ErrorCode::internal, "The drive could not be written: is the disk full?");
}

void UploadQueue::work_all() {
  // On Linux a priority belongs to a thread; those that the model starts from here inherit it.
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    const std::string id = waiting_.front();
    known_[id].state = DriveState::processing;
    lock.unlock();
    work(id);
    lock.lock();
    if (!stopped_ || known_[id].state != DriveState::processing) waiting_.pop_front();
  }
}

void UploadQueue::work(const std::string& id) {
  DriveStatus status = *this->status(id);
  const auto fail = [&](const std::string& why) {
    status.state = DriveState::failed;
    status.error = why;
    finish(std::move(status));
  };
  ImportPlan plan;
  plan.source = (folder_of(id) / "video.mp4").string();
  plan.kind = "upload";
  plan.hours_most = kDriveHoursMost;
  plan.track_text = whole(folder_of(id) / "track.gpx");
  plan.confidence_threshold = tools_.confidence_threshold;
  plan.fit_camera = tools_.fit_camera;
  auto track = serve::read_gpx(plan.track_text);
  if (!track) return fail(track.error().message);
  plan.track = std::move(*track);
  const auto engine = tools_.load();
  if (!engine) return fail("The model could not be loaded.");
  const auto progress = [&](const ImportProgress& so_far) {
    const std::lock_guard lock(mutex_);
    known_[id].pictures = so_far.done;
    known_[id].pictures_total = so_far.total;
  };
  const auto outcome = import_drive(plan, {.engine = **engine,
                                           .desk = tools_.desk,
                                           .folder = tools_.folder / "imports",
                                           .clock = tools_.clock,
                                           .progress = progress,
                                           .stop = [this] { return stopped(); }});
  if (!outcome) return fail(outcome.error().message);
  if (outcome->end == ImportOutcome::End::interrupted) return;
  status = *this->status(id);
  status.state = DriveState::done;
  status.session_id = outcome->session_id;
  if (outcome->pictures > 0) status.pictures = outcome->pictures;
  status.hazards = outcome->kept.hazards + outcome->kept.seen_again;
  finish(std::move(status));
}

// The video goes, what became of it stays.
void UploadQueue::finish(DriveStatus status) {
  const fs::path folder = folder_of(status.id);
  std::error_code ignored;
  if (!write_file(folder / "status.part", status_text(status)))
    base::log::warn("upload_status_not_kept", "What became of an uploaded drive could not be written.", {{"upload", status.id}});
  fs::rename(folder / "status.part", folder / "status.json", ignored);
  fs::remove(folder / "video.mp4", ignored);
  fs::remove(folder / "track.gpx", ignored);
  if (status.state == DriveState::failed) base::log::warn("upload_failed", status.error, {{"upload", status.id}});
  const std::lock_guard lock(mutex_);
  known_[status.id] = std::move(status);
  if (known_.size() <= kKnownMost) return;
  auto oldest = known_.end();
  for (auto each = known_.begin(); each != known_.end(); ++each) {
    const bool ended = each->second.state == DriveState::done || each->second.state == DriveState::failed;
    if (ended && (oldest == known_.end() || each->second.created_at < oldest->second.created_at)) oldest = each;
  }
  if (oldest == known_.end()) return;
  fs::remove_all(folder_of(oldest->first), ignored);
  known_.erase(oldest);
}

}  // namespace hazard::app
