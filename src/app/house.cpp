#include "app/house.hpp"

#include <fmt/format.h>

#include <cmath>

#include "app/calibration.hpp"
#include "app/keys_file.hpp"
#include "app/model_source.hpp"
#include "app/state_file.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "wire/session_state.hpp"

namespace hazard::app {
namespace {

session::RegistryOptions registry_options(const Config& config, std::shared_ptr<const session::SightListener> sights) {
  return {.limits = {.stream = {.max_fps = config.max_fps,
                                .default_fps = config.default_fps,
                                .default_confidence = config.confidence_threshold,
                                .default_tracking = config.enable_tracking,
                                .queue_size = config.queue_size},
                     .frame_bytes_max = static_cast<std::size_t>(config.max_frame_bytes),
                     .heartbeat = config.heartbeat,
                     .resume_grace = config.resume_grace,
                     .sights = std::move(sights)},
          .idle_timeout = config.session_timeout,
          .sessions_max = static_cast<std::size_t>(config.max_sessions)};
}

serve::ServerOptions server_options(const Config& config) {
  serve::ServerOptions options;
  options.host = config.host;
  options.port = static_cast<std::uint16_t>(config.port);
  options.extra_ports.assign(config.extra_ports.begin(), config.extra_ports.end());
  options.cors_origins = config.cors_origins;
  options.allow_anonymous = config.allow_anonymous;
  options.public_metrics = config.public_metrics;
  options.connections_max = config.max_connections;
  options.frame_bytes_max = static_cast<std::size_t>(config.max_frame_bytes);
  options.heartbeat = config.heartbeat;
  options.drain_deadline = config.shutdown_grace;
  return options;
}

constexpr double kUsualRate = 10;  // the default of STREAMING_DEFAULT_FPS

std::string describe_capacity(double frames_per_second) {
  const double streams = std::floor(frames_per_second / kUsualRate);
  return fmt::format("{:.1f} frames a second, measured on 1280x720: {} at {:.0f} frames a second", frames_per_second,
                     streams < 1   ? "less than one stream"
                     : streams < 2 ? "one stream"
                                   : fmt::format("{:.0f} streams", streams),
                     kUsualRate);
}

}  // namespace

std::string page_address(std::string_view host, std::uint16_t port) {
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  const bool bracketed = host.find(':') != std::string_view::npos;
  return fmt::format("http://{}{}{}:{}/", bracketed ? "[" : "", host, bracketed ? "]" : "", port);
}

House::House(const Config& config, HouseTools tools)
    : tools_(std::move(tools)),
      page_host_(config.host),
      state_dir_(config.state_dir),
      shelf_{.graphs_max = static_cast<std::size_t>(config.max_graphs), .fit_camera = config.input_shapes == "camera"},
      reuse_still_(config.reuse_still),
      pipeline_(tools_.clock),
      registry_(registry_options(config, sight_listener()), pipeline_),
      pictures_(pipeline_, registry_.totals()) {}

domain::Result<std::unique_ptr<House>> House::build(const Config& config, HouseTools tools) {
  std::unique_ptr<House> house(new House(config, std::move(tools)));
  auto* const self = house.get();
  auto keeping = Keeping::open(config, self->tools_.clock);
  if (!keeping) return std::unexpected(std::move(keeping.error()));
  house->keeping_ = std::move(*keeping);
  auto listening = server_options(config);
  auto keys = read_keys_file(config.api_keys_file);
  if (!keys) return std::unexpected(std::move(keys.error()));
  listening.keys = std::move(*keys);
  auto delivery = make_delivery(config, house->keeping_->store(), house->tools_.clock, kVersion);
  if (!delivery) return std::unexpected(std::move(delivery.error()));
  house->delivery_ = std::move(*delivery);
  if (house->tools_.load_apart && !house->keeping_->folder().empty()) {
    house->uploads_ = UploadQueue::open({.folder = house->keeping_->folder(),
                                         .desk = house->keeping_->desk(),
                                         .clock = house->tools_.clock,
                                         .load = house->tools_.load_apart,
                                         .confidence_threshold = static_cast<float>(config.confidence_threshold),
                                         .fit_camera = house->shelf_.fit_camera});
  }
  self->restore_sessions();  // before anybody can ask for them
  auto server = serve::Server::start(listening, {.registry = self->registry_,
                                                 .pictures = self->pictures_,
                                                 .version = std::string(kVersion),
                                                 .model_error = [self] { return self->model_error(); },
                                                 .delivery = self->delivery_.get(),
                                                 .desk = &self->keeping_->desk(),
                                                 .drives = self->uploads_.get()});
  if (!server) return std::unexpected(std::move(server.error()));
  house->server_ = std::move(*server);
  house->tools_.say(
      fmt::format("hazardstream {} listens on {} and loads its model.\n", kVersion, page_address(config.host, house->port())));
  house->tools_.say(fmt::format("  reports    kept {}\n", house->keeping_->words()));
  house->loader_ = std::make_unique<ModelLoader>(
      LoaderCalls{.load = self->tools_.load,
                  .loaded = [self](std::unique_ptr<detect::Engine> engine) { self->take_model(std::move(engine)); },
                  .failed = [self](const domain::Error& error, base::Duration retry_in) { self->note_failure(error, retry_in); }},
      self->tools_.back_off);
  return house;
}

House::~House() {
  stop();
  registry_.close_all(session::EndReason::server_closing, {});  // restored ones of a start that failed: they still tell the desk
}

// Streams begin after the desk is there, and end before it goes.
std::shared_ptr<const session::SightListener> House::sight_listener() {
  session::SightListener listener;
  listener.saw = [this](const session::Sight& sight) {
    if (keeping_) keeping_->saw(sight);
  };
  listener.ended = [this](const std::string& session_id, std::uint64_t life) {
    if (keeping_) keeping_->desk().stream_ended(session_id, life);
  };
  return std::make_shared<const session::SightListener>(std::move(listener));
}

std::string House::model_error() const {
  const std::lock_guard lock(model_mutex_);
  return model_error_;
}

void House::take_model(std::unique_ptr<detect::Engine> engine) {
  const auto measured = calibrate(*engine, sample_picture(), tools_.calibration);
  const auto model = engine->model();
  pipeline_.start(std::move(engine),
                  {.shelf = shelf_, .reuse_still = reuse_still_, .calibrated_fps = measured ? measured->frames_per_second : 0});
  {
    const std::lock_guard lock(model_mutex_);
    model_error_.clear();
  }
  const auto capacity = measured ? measured->frames_per_second : 0;
  tools_.say(fmt::format("{}  capacity   {}\n  page       {}\nReady.\n", describe_model(model), describe_capacity(capacity),
                         page_address(page_host_, server_->port())));
  base::log::info("model_ready", "The model is loaded.",
                  {{"model", model.name}, {"device", model.device}, {"precision", model.precision}, {"capacity_fps", capacity}});
}

void House::note_failure(const domain::Error& error, base::Duration retry_in) {
  {
    const std::lock_guard lock(model_mutex_);
    model_error_ = error.message;
  }
  const auto seconds = std::chrono::duration<double>(retry_in).count();
  base::log::error("model_not_loaded", error.message, {{"retry_in_s", seconds}});
  tools_.say(fmt::format("The model cannot be loaded: {}\nThe server stays up, not ready, and tries again in {:.0f} s.\n",
                         error.message, seconds));
}

void House::stop() {
  if (server_ == nullptr) return;
  if (delivery_) delivery_->stop();  // what happens from now on is delivered after the next start
  if (uploads_) uploads_->stop();
  server_->drain();
  if (loader_) loader_->stop();
  server_->join();
  pipeline_.stop();
  save_sessions();
  uploads_.reset();
  keeping_->desk().close();  // its answers go to the server
  server_.reset();
  delivery_.reset();
  keeping_.reset();
  loader_.reset();  // a load in progress may outlast the time there is for the end: by now all is kept
}

// Whatever is wrong costs the sessions, never the start.
void House::restore_sessions() {
  if (state_dir_.empty()) return;
  if (const auto trouble = state_folder_trouble(state_dir_)) base::log::warn("state_not_kept", *trouble, {});
  const auto text = take_state_file(state_dir_);
  if (text && !*text) return;
  const auto saved = text ? wire::parse_saved_sessions(**text) : std::unexpected(text.error());
  if (!saved) {
    registry_.note_unreadable(1);
    base::log::warn("state_unreadable", saved.error().message, {});
    return;
  }
  registry_.restore(*saved);
  const auto resumes = registry_.service().resumes;
  if (resumes.unreadable > 0) {
    base::log::warn("state_unreadable", "Some of the saved sessions could not be taken over.",
                    {{"sessions", resumes.unreadable}});
  }
  base::log::info("sessions_restored", "Sessions wait for their clients.", {{"sessions", resumes.restored}});
}

void House::save_sessions() {
  if (state_dir_.empty()) return;
  const auto sessions = registry_.save();
  if (sessions.empty()) return;
  std::size_t left_out = 0;
  const auto written =
      write_state_file(state_dir_, wire::saved_sessions(sessions, tools_.clock.wall(), kStateBytesMax, &left_out));
  if (!written) return base::log::error("state_not_kept", written.error().message, {});
  if (left_out > 0) base::log::warn("state_not_kept", "Some sessions are too large to be kept.", {{"sessions", left_out}});
  base::log::info("sessions_kept", "Sessions are kept for the next start.", {{"sessions", sessions.size() - left_out}});
}

}  // namespace hazard::app
