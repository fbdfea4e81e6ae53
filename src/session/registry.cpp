#include "session/registry.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/ids.hpp"

namespace hazard::session {

using domain::ErrorCode;
using domain::refuse;

Registry::Registry(RegistryOptions options, pipeline::Pipeline& pipeline)
    : options_(std::move(options)),
      pipeline_(pipeline),
      totals_(std::make_shared<Totals>()),
      started_at_(pipeline.clock().now()),
      started_wall_(pipeline.clock().wall()) {}

Registry::~Registry() { close_all(EndReason::server_closing, {}); }

domain::Result<std::shared_ptr<Session>> Registry::open(Transport transport, std::optional<std::string> id,
                                                        const domain::StreamConfigPatch& patch) {
  if (!pipeline_.ready()) return refuse(ErrorCode::model_not_ready, "model not loaded: the server is still starting");
  const auto config = domain::apply(domain::default_config(options_.limits.stream), patch, options_.limits.stream);
  if (!config) return std::unexpected(config.error());

  std::shared_ptr<Session> given_up;
  std::unique_lock lock(mutex_);
  if (closing_) return refuse(ErrorCode::server_closing, "the server is restarting");
  std::string name = id ? std::move(*id) : base::make_uuid();
  if (sessions_.contains(name)) return refuse(ErrorCode::session_exists, fmt::format("session_id {} is in use", name));
  if (sessions_.size() >= options_.sessions_max) {
    // Somebody who is here goes before somebody who may come back.
    given_up = oldest_detached();
    if (!given_up) return refuse(ErrorCode::overloaded, fmt::format("all {} sessions are in use", options_.sessions_max));
  }
  auto session = Session::open({.id = name, .transport = transport, .config = *config, .speaks_new = patch.says_new()},
                               options_.limits, pipeline_, totals_);
  if (!session) return session;
  if (given_up) {
    sessions_.erase(given_up->id());
    ++resumes_.expired;
  }
  sessions_.emplace(std::move(name), *session);
  ++opened_;
  lock.unlock();
  if (given_up) given_up->close(EndReason::idle);
  return session;
}

std::shared_ptr<Session> Registry::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(std::string(id));
  return found == sessions_.end() ? nullptr : found->second;
}

domain::Result<void> Registry::check(const domain::StreamConfigPatch& patch) const {
  const auto config = domain::apply(domain::default_config(options_.limits.stream), patch, options_.limits.stream);
  if (!config) return std::unexpected(config.error());
  return {};
}

bool Registry::close(std::string_view id, EndReason reason) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(left_, [id](const auto& each) { return each->id() == id; });
    const auto found = sessions_.find(std::string(id));
    if (found == sessions_.end()) return false;
    session = std::move(found->second);
    sessions_.erase(found);
  }
  session->close(reason);
  return true;
}

std::size_t Registry::reap() {
  const base::SteadyTime now = pipeline_.clock().now();
  std::vector<std::shared_ptr<Session>> unused;
  {
    const std::lock_guard lock(mutex_);
    note_readiness(now);
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const bool late = expired(*it->second, now);
      const auto since = it->second->idle_since();
      if (late || (since && now - *since >= options_.idle_timeout)) {
        if (late) ++resumes_.expired;
        unused.push_back(std::move(it->second));
        it = sessions_.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (const auto& session : unused) session->close(EndReason::idle);
  return unused.size();
}

void Registry::close_all(EndReason reason, base::Duration retry_after) {
  std::unordered_map<std::string, std::shared_ptr<Session>> leaving;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    leaving.swap(sessions_);
    const base::SteadyTime now = pipeline_.clock().now();
    for (const auto& [id, session] : leaving) {
      if (!expired(*session, now)) left_.push_back(session);
    }
  }
  for (const auto& [id, session] : leaving) session->close(reason, retry_after);
}

std::vector<std::shared_ptr<Session>> Registry::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Session>> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) sessions.push_back(session);
  return sessions;
}

wire::ServiceView Registry::service() const {
  wire::ServiceView view;
  view.ready = pipeline_.ready();
  view.totals = totals_->counters();
  view.started_at = base::epoch_seconds(started_wall_);
  view.uptime_seconds = base::to_ms(pipeline_.clock().now() - started_at_) / 1000.0;
  view.capacity_fps = pipeline_.capacity_fps();
  view.granted_fps = pipeline_.scheduler().granted_fps();
  const pipeline::PipelineMetrics& metrics = pipeline_.metrics();
  view.predicted_results = metrics.predicted.value();
  view.reused_results = metrics.reused.value();
  view.quality_changes = metrics.quality_changes.value();
  view.refused_streams = metrics.refused_streams.value();
  if (const auto* graphs = pipeline_.graphs()) {
    for (const auto& form : graphs->forms()) {
      view.graphs.push_back(fmt::format("{}x{} {}", form.input.width, form.input.height, detect::to_string(form.strategy)));
    }
  }
  for (const auto& session : all()) {
    ++view.active_sessions;
    ++(session->transport() == Transport::websocket ? view.active_websocket : view.active_sse);
    if (session->detached_since()) ++view.detached_sessions;
    view.avg_fps += session->view().current_fps;
  }
  if (view.active_sessions > 0) view.avg_fps /= static_cast<double>(view.active_sessions);
  const std::lock_guard lock(mutex_);
  view.total_sessions = opened_;
  view.closing = closing_;
  view.resumes = resumes_;
  return view;
}

}  // namespace hazard::session
