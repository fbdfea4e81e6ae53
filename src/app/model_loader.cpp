#include "app/model_loader.hpp"

#include <algorithm>
#include <utility>

namespace hazard::app {

ModelLoader::ModelLoader(LoaderCalls calls, BackOff back_off)
    : calls_(std::move(calls)), back_off_(back_off), thread_([this] { work(); }) {}

ModelLoader::~ModelLoader() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool ModelLoader::stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

bool ModelLoader::wait(base::Duration time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopped_; });
}

void ModelLoader::work() {
  base::Duration pause = back_off_.first;
  while (!stopped()) {
    auto engine = calls_.load();
    if (stopped()) return;
    if (engine) {
      calls_.loaded(std::move(*engine));
      return;
    }
    calls_.failed(engine.error(), pause);
    if (!wait(pause)) return;
    pause = std::min(pause * 2, back_off_.most);
  }
}

}  // namespace hazard::app
