// Sessions that are resumed, saved and restored (declared in registry.hpp).
#include <algorithm>
#include <utility>

#include "session/registry.hpp"

namespace hazard::session {

using domain::ErrorCode;
using domain::refuse;

domain::Result<Registry::Resumed> Registry::resume(Transport transport, std::string_view id, std::string_view token) {
  if (!pipeline_.ready()) return refuse(ErrorCode::model_not_ready, "model not loaded: the server is still starting");
  const base::SteadyTime now = pipeline_.clock().now();
  const std::lock_guard lock(mutex_);
  if (closing_) return refuse(ErrorCode::server_closing, "the server is restarting");
  note_readiness(now);
  const auto found = sessions_.find(std::string(id));
  const bool there =
      found != sessions_.end() && options_.limits.resume_grace > base::Duration::zero() && !expired(*found->second, now);
  std::optional<Session::Claim> claim;
  if (there) {
    claim = found->second->resume(transport, token);
  } else {
    // The same work for a session that is not there.
    ResumeKey().renew(token, now, {});
  }
  if (!claim) {
    ++resumes_.refused;
    return refuse(ErrorCode::resume_refused, "The resume token is wrong, spent or expired.");
  }
  ++resumes_.resumed;
  return Resumed{.session = found->second, .claim = std::move(*claim)};
}

void Registry::lose_owner(const std::shared_ptr<Session>& session, const Subscriber* owner, bool for_good) {
  if (!session->lose_owner(owner)) return;
  if (!for_good && options_.limits.resume_grace != base::Duration::zero()) return;
  {
    const std::lock_guard lock(mutex_);
    std::erase(left_, session);
    // By the session, not by its id: somebody may have opened a new one under it.
    const auto found = sessions_.find(session->id());
    if (found != sessions_.end() && found->second == session) sessions_.erase(found);
  }
  session->close(EndReason::closed_by_client);
}

std::shared_ptr<Session> Registry::oldest_detached() const {
  std::shared_ptr<Session> oldest;
  std::optional<base::SteadyTime> since;
  for (const auto& [id, session] : sessions_) {
    const auto detached = session->detached_since();
    if (!detached || (since && *since <= *detached)) continue;
    since = detached;
    oldest = session;
  }
  return oldest;
}

// While the model loads nobody can come back, so that time does not count.
bool Registry::expired(const Session& session, base::SteadyTime now) const {
  const auto since = session.detached_since();
  return since && ready_since_ && now - std::max(*since, *ready_since_) >= options_.limits.resume_grace;
}

void Registry::note_readiness(base::SteadyTime now) {
  if (!ready_since_ && pipeline_.ready()) ready_since_ = now;
}

std::vector<wire::SessionState> Registry::save() const {
  std::vector<wire::SessionState> states;
  if (options_.limits.resume_grace == base::Duration::zero()) return states;
  const std::lock_guard lock(mutex_);
  states.reserve(left_.size());
  for (const auto& session : left_) {
    // Without a token nobody can come back to it: its client was never greeted.
    if (auto state = session->save(); !state.token.empty()) states.push_back(std::move(state));
  }
  return states;
}

void Registry::restore(const wire::SavedSessions& saved) {
  const auto since_save =
      pipeline_.clock().wall() -
      base::WallTime(std::chrono::duration_cast<base::WallTime::duration>(std::chrono::duration<double>(saved.saved_at)));
  const auto paused = std::max(base::Duration::zero(), std::chrono::duration_cast<base::Duration>(since_save));
  const std::lock_guard lock(mutex_);
  resumes_.unreadable += saved.refused;
  for (const wire::SessionState& state : saved.sessions) {
    if (sessions_.size() >= options_.sessions_max || sessions_.contains(state.session_id)) {
      ++resumes_.unreadable;
      continue;
    }
    domain::StreamConfig config = state.config;
    config.fps_limit = std::min(config.fps_limit, options_.limits.stream.max_fps);
    const auto transport = state.websocket ? Transport::websocket : Transport::sse;
    auto session =
        Session::open({.id = state.session_id, .transport = transport, .config = config, .saved = &state, .paused = paused},
                      options_.limits, pipeline_, totals_);
    if (!session) {
      ++resumes_.unreadable;
      continue;
    }
    sessions_.emplace(state.session_id, std::move(*session));
    ++resumes_.restored;
  }
}

void Registry::note_unreadable(std::size_t count) {
  const std::lock_guard lock(mutex_);
  resumes_.unreadable += count;
}

}  // namespace hazard::session
