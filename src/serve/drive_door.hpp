// Where uploaded drives go: a video and its track, worked on one after the other beside the streams. serve declares what it needs, app
// implements it (app/upload_queue.hpp). All of it is thread-safe and called on the I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "domain/error.hpp"

namespace hazard::serve {

enum class DriveState : std::uint8_t { queued, processing, done, failed };

struct DriveStatus {
  std::string id;  // UUID
  DriveState state = DriveState::queued;
  base::WallTime created_at{};
  std::uint64_t pictures = 0;                   // looked at so far
  std::optional<std::uint64_t> pictures_total;  // where the video says how long it is
  std::string session_id;                       // of its reports, once it is done
  std::uint64_t hazards = 0;                    // new ones and those seen again, once it is done
  std::string error;                            // a sentence, once it has failed
};

class DriveDoor {
 public:
  virtual ~DriveDoor() = default;
  // Whether videos can be read here at all.
  virtual bool reads_video() const = 0;
  // `done` on another thread once the drive is on disk, or at once: queue_full, with the number that wait; internal, the disk.
  virtual void take(std::string video, std::string track, std::function<void(domain::Result<DriveStatus>)> done) = 0;
  virtual std::optional<DriveStatus> status(const std::string& id) const = 0;
};

}  // namespace hazard::serve
