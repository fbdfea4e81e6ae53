#include "app/model_loader.hpp"

#include <algorithm>
#include <utility>

namespace hazard::app {

ModelLoader::ModelLoader(LoaderCalls calls, BackOff back_off)
    : calls_(std::move(calls)), back_off_(back_off), thread_([this] { work(); }) {}

ModelLoader::~ModelLoader() {
  stop();
  thread_.join();
}

void ModelLoader::stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  wake_.notify_all();
  wake_.wait(lock, [this] { return !telling_; });
}

bool ModelLoader::tell(const std::function<void()>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    telling_ = true;
  }
  call();
  {
    const std::lock_guard lock(mutex_);
    telling_ = false;
  }
  wake_.notify_all();
  return true;
}

bool ModelLoader::wait(base::Duration time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopped_; });
}

void ModelLoader::work() {
  base::Duration pause = back_off_.first;
  while (true) {
    auto engine = calls_.load();
    if (engine) {
      tell([&] { calls_.loaded(std::move(*engine)); });
      return;
    }
    if (!tell([&] { calls_.failed(engine.error(), pause); }) || !wait(pause)) return;
    pause = std::min(pause * 2, back_off_.most);
  }
}

}  // namespace hazard::app
