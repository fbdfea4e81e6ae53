// The running server, floor by floor: pipeline, sessions, sockets, and the model that comes when it is loaded. Built bottom-up,
// torn down top-down. Made and stopped on the main thread; `say` is called from there and from the loader's thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "app/keeping.hpp"
#include "app/model_loader.hpp"
#include "app/receivers.hpp"
#include "app/upload_queue.hpp"
#include "base/clock.hpp"
#include "pipeline/pipeline.hpp"
#include "serve/server.hpp"
#include "session/registry.hpp"
#include "session/single_picture.hpp"

namespace hazard::app {

// What the house takes from outside, so that tests need no model and no terminal.
struct HouseTools {
  const base::Clock& clock;
  std::function<domain::Result<std::unique_ptr<detect::Engine>>()> load;
  std::function<void(std::string_view)> say;  // plain words for the person who started it; must be thread-safe
  BackOff back_off = {};
  base::Duration calibration = std::chrono::milliseconds(700);
  // The model once more, for uploaded drives: they are looked at beside the streams, on one core. Empty: drives cannot be uploaded.
  std::function<domain::Result<std::unique_ptr<detect::Engine>>()> load_apart = {};
};

class House {
 public:
  // Listens, then begins to load the model; until it is there readiness answers 503 with the reason. Errors: those of
  // serve::Server::start.
  static domain::Result<std::unique_ptr<House>> build(const Config& config, HouseTools tools);
  ~House();  // stop()
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  std::uint16_t port() const noexcept { return server_->port(); }
  bool ready() const noexcept { return pipeline_.ready(); }
  // Why the model is not ready, else empty.
  std::string model_error() const;

  // Says good-bye to clients, waits for them as long as SHUTDOWN_GRACE allows, ends everything, and keeps the sessions in
  // STREAMING_STATE_DIR. Safe to repeat.
  void stop();

 private:
  House(const Config& config, HouseTools tools);
  void take_model(std::unique_ptr<detect::Engine> engine);
  void note_failure(const domain::Error& error, base::Duration retry_in);
  std::shared_ptr<const session::SightListener> sight_listener();
  void restore_sessions();
  void save_sessions();

  const HouseTools tools_;
  const std::string page_host_;
  const std::string state_dir_;
  const pipeline::ShelfOptions shelf_;
  const bool reuse_still_;
  mutable std::mutex model_mutex_;
  std::string model_error_ = "The model is being loaded.";
  pipeline::Pipeline pipeline_;
  session::Registry registry_;
  session::SinglePictureDoor pictures_;
  std::unique_ptr<Keeping> keeping_;
  std::unique_ptr<outgoing::Delivery> delivery_;  // over the store
  std::unique_ptr<UploadQueue> uploads_;
  std::unique_ptr<serve::Server> server_;
  std::unique_ptr<ModelLoader> loader_;
};

// "http://127.0.0.1:8080/": where a browser on this machine finds a server that listens on `host`.
std::string page_address(std::string_view host, std::uint16_t port);

}  // namespace hazard::app
