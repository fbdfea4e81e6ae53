// Uploaded drives, worked on one after the other by the code of `hazardstream import`, beside the streams: with a model of its own on one
// core and at low priority, so that no verdict waits for it. What was taken lies in DATA_DIR/uploads, a folder a drive; a restart goes
// on with what was not done. Made and ended on the main thread; taken from the I/O thread; the work is on two threads of its own.
//
// What always holds: at most kWaitingMost drives wait; a folder under its own name is whole; statuses of the last kKnownMost are known.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "desk/desk.hpp"
#include "detect/engine.hpp"
#include "serve/drive_door.hpp"

namespace hazard::app {

struct UploadTools {
  std::filesystem::path folder;  // DATA_DIR
  desk::Desk& desk;
  const base::Clock& clock;
  std::function<domain::Result<std::unique_ptr<detect::Engine>>()> load;
  float confidence_threshold = 0.5F;
  bool fit_camera = true;
  std::optional<bool> reads_video{};  // empty: where there is an ffmpeg
};

class UploadQueue final : public serve::DriveDoor {
 public:
  static constexpr std::size_t kWaitingMost = 4;
  static constexpr std::size_t kKnownMost = 1000;

  static std::unique_ptr<UploadQueue> open(UploadTools tools);
  ~UploadQueue() override;  // stop(), and waits

  bool reads_video() const override { return reads_video_; }
  void take(std::string video, std::string track, std::function<void(domain::Result<serve::DriveStatus>)> done) override;
  std::optional<serve::DriveStatus> status(const std::string& id) const override;

  // The drive in work stops at its next picture; a next start goes on with it.
  void stop();

 private:
  struct Given {
    std::string video;
    std::string track;
    std::function<void(domain::Result<serve::DriveStatus>)> done;
  };
  explicit UploadQueue(UploadTools tools);
  void load_statuses();
  void write_all();
  void work_all();
  domain::Result<serve::DriveStatus> write(const Given& given);
  void work(const std::string& id);
  void finish(serve::DriveStatus status);
  bool stopped() const;
  std::filesystem::path folder_of(const std::string& id) const { return root_ / id; }

  const UploadTools tools_;
  const std::filesystem::path root_;
  const bool reads_video_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::deque<Given> given_;          // not yet on disk
  std::size_t taking_ = 0;           // given or being written
  std::deque<std::string> waiting_;  // on disk
  std::map<std::string, serve::DriveStatus> known_;
  std::thread writer_;
  std::thread worker_;
};

}  // namespace hazard::app
