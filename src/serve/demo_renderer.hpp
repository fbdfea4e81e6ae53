// Renders frames of the simulated drive for the demo page: on one thread of its own, with a short queue, keeping the last
// pictures. Any thread asks; answers come from the render thread, or at once for a picture that is kept.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "image/encoder.hpp"
#include "sim/drive.hpp"

namespace hazard::serve {

class DemoRenderer {
 public:
  struct Ask {
    std::uint64_t seed = 1;
    domain::SizePx size{640, 360};
    std::uint64_t frame = 0;
    friend bool operator==(const Ask&, const Ask&) = default;
  };
  using Picture = std::shared_ptr<const domain::Bytes>;
  using Done = std::move_only_function<void(Picture)>;

  DemoRenderer() = default;
  ~DemoRenderer();
  DemoRenderer(const DemoRenderer&) = delete;
  DemoRenderer& operator=(const DemoRenderer&) = delete;

  // `done` is called once, or never when this returned an error (overloaded: the queue is full). A renderer that is destroyed
  // drops the questions still waiting. The thread starts with the first question: a server without a demo has none.
  domain::Result<void> render(const Ask& ask, Done done);
  domain::Result<void> truth(const Ask& ask, std::move_only_function<void(const sim::FrameTruth&)> done);

  static constexpr std::size_t kWaitingMax = 8;
  static constexpr std::size_t kKeptBytesMax = 16 * 1024 * 1024;

 private:
  using Work = std::move_only_function<void(const sim::Drive&)>;
  struct Waiting {
    Ask ask;
    Work work;
  };
  domain::Result<void> enqueue(const Ask& ask, Work work);  // under mutex_
  Picture draw(const Ask& ask, const sim::Drive& drive);
  void run();
  const sim::Drive& drive_for(const Ask& ask);
  Picture find_kept(const Ask& ask);  // under mutex_
  void keep(const Ask& ask, const Picture& picture);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::list<std::pair<Ask, Picture>> kept_;  // latest used first
  std::size_t kept_bytes_ = 0;
  bool stopping_ = false;
  std::thread thread_;

  // The render thread's own:
  std::list<sim::Drive> drives_;  // latest used first
  image::JpegEncoder encoder_;
};

}  // namespace hazard::serve
