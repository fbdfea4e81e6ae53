#include "serve/demo_renderer.hpp"

#include <algorithm>
#include <utility>

namespace hazard::serve {
namespace {

constexpr int kJpegQuality = 85;
constexpr std::size_t kDrivesMax = 4;

}  // namespace

DemoRenderer::~DemoRenderer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

domain::Result<void> DemoRenderer::render(const Ask& ask, Done done) {
  Picture kept;
  {
    const std::lock_guard lock(mutex_);
    kept = find_kept(ask);
    if (!kept)
      return enqueue(ask, [this, ask, done = std::move(done)](const sim::Drive& drive) mutable { done(draw(ask, drive)); });
  }
  done(std::move(kept));
  return {};
}

domain::Result<void> DemoRenderer::truth(const Ask& ask, std::move_only_function<void(const sim::FrameTruth&)> done) {
  const std::lock_guard lock(mutex_);
  return enqueue(ask, [ask, done = std::move(done)](const sim::Drive& drive) mutable { done(drive.truth(ask.frame)); });
}

domain::Result<void> DemoRenderer::enqueue(const Ask& ask, Work work) {
  if (waiting_.size() >= kWaitingMax)
    return domain::refuse(domain::ErrorCode::overloaded, "Too many demo pictures are asked for.");
  waiting_.push_back({ask, std::move(work)});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
  return {};
}

void DemoRenderer::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next.work(drive_for(next.ask));
  }
}

DemoRenderer::Picture DemoRenderer::draw(const Ask& ask, const sim::Drive& drive) {
  {
    const std::lock_guard lock(mutex_);
    if (Picture kept = find_kept(ask)) return kept;  // asked for twice in a row
  }
  domain::RgbPicture pixels(ask.size);
  drive.render(ask.frame, pixels.view());
  auto picture = std::make_shared<const domain::Bytes>(encoder_.encode(pixels.view(), kJpegQuality));
  const std::lock_guard lock(mutex_);
  keep(ask, picture);
  return picture;
}

const sim::Drive& DemoRenderer::drive_for(const Ask& ask) {
  const auto found = std::ranges::find_if(
      drives_, [&ask](const sim::Drive& drive) { return drive.options().seed == ask.seed && drive.options().size == ask.size; });
  if (found != drives_.end()) {
    drives_.splice(drives_.begin(), drives_, found);
  } else {
    if (drives_.size() == kDrivesMax) drives_.pop_back();
    drives_.emplace_front(sim::DriveOptions{.seed = ask.seed, .size = ask.size});
  }
  return drives_.front();
}

DemoRenderer::Picture DemoRenderer::find_kept(const Ask& ask) {
  const auto found = std::ranges::find(kept_, ask, &std::pair<Ask, Picture>::first);
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return kept_.front().second;
}

void DemoRenderer::keep(const Ask& ask, const Picture& picture) {
  kept_.emplace_front(ask, picture);
  kept_bytes_ += picture->size();
  while (kept_bytes_ > kKeptBytesMax && kept_.size() > 1) {
    kept_bytes_ -= kept_.back().second->size();
    kept_.pop_back();
  }
}

}  // namespace hazard::serve
