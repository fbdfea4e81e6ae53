// Loads the model on a thread of its own and tries again, ever later, until it succeeds: a server whose model is missing or
// broken stays alive and says why (readiness), and comes up by itself once the files are right.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/error.hpp"

namespace hazard::app {

// All three are called on the loader's thread.
struct LoaderCalls {
  std::function<domain::Result<std::unique_ptr<detect::Engine>>()> load;
  std::function<void(std::unique_ptr<detect::Engine>)> loaded;                // once, the last call
  std::function<void(const domain::Error&, base::Duration retry_in)> failed;  // after each failure
};

// The wait after the first failure; each further one doubles it, up to `most`.
struct BackOff {
  base::Duration first = std::chrono::seconds(1);
  base::Duration most = std::chrono::seconds(60);
};

class ModelLoader {
 public:
  explicit ModelLoader(LoaderCalls calls, BackOff back_off = {});
  // As stop(); a load in progress is waited for, however long it takes.
  ~ModelLoader();
  ModelLoader(const ModelLoader&) = delete;
  ModelLoader& operator=(const ModelLoader&) = delete;

  // Ends a wait at once. Of a load in progress nothing will be told: after this returns, neither `loaded` nor `failed` is running or
  // called again. Not from a call.
  void stop();

 private:
  void work();
  bool tell(const std::function<void()>& call);  // false, and nothing is told, when stopped
  bool wait(base::Duration time);                // false when stopped meanwhile

  const LoaderCalls calls_;
  const BackOff back_off_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  bool telling_ = false;
  std::thread thread_;
};

}  // namespace hazard::app
