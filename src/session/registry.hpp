// All sessions by id: opens, finds, ends them; lets them be resumed; reaps those that nobody uses; adds up what they counted.
// Thread-safe. The serve floor calls reap() from a timer. What was alive when the server was told to stop can be saved, and
// restored by the next one.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "pipeline/pipeline.hpp"
#include "session/session.hpp"
#include "session/totals.hpp"

namespace hazard::session {

struct RegistryOptions {
  SessionLimits limits;
  base::Duration idle_timeout = std::chrono::seconds(300);
  std::size_t sessions_max = 1000;
};

class Registry {
 public:
  Registry(RegistryOptions options, pipeline::Pipeline& pipeline);
  ~Registry();  // close_all()

  // Errors: model_not_ready, server_closing, overloaded (sessions_max; detached sessions give way first), session_exists,
  // invalid_value (configuration).
  domain::Result<std::shared_ptr<Session>> open(Transport transport, std::optional<std::string> id,
                                                const domain::StreamConfigPatch& patch);

  // A session goes on with a new connection. Errors: model_not_ready, server_closing; resume_refused in the same words, and as
  // quickly, whether the token is wrong or there is no such session.
  struct Resumed {
    std::shared_ptr<Session> session;
    Session::Claim claim;
  };
  domain::Result<Resumed> resume(Transport transport, std::string_view id, std::string_view token);

  // The connection that owned the session is gone: for good, or perhaps to come back.
  void lose_owner(const std::shared_ptr<Session>& session, const Subscriber* owner, bool for_good);

  // Null when there is none.
  // Whether a session could be opened with it: invalid_value where not.
  domain::Result<void> check(const domain::StreamConfigPatch& patch) const;
  std::shared_ptr<Session> find(std::string_view id) const;
  // False when there was none. Ends the session and everyone's stream of it.
  bool close(std::string_view id, EndReason reason);

  // Ends sessions that had neither a frame nor a reader for idle_timeout, and those that nobody resumed in time. Returns how many.
  std::size_t reap();
  // Ends all and refuses new ones from now on.
  void close_all(EndReason reason, base::Duration retry_after);

  // What close_all() ended and somebody may come back to; once the pipeline has stopped.
  std::vector<wire::SessionState> save() const;
  // Before anybody is served. Each waits for its client as if its connection had been lost just now, or when the model is ready.
  // Those that do not fit (sessions_max, an id twice) are counted as unreadable, as are `refused`.
  void restore(const wire::SavedSessions& saved);
  // A file that could not be read at all.
  void note_unreadable(std::size_t count);

  std::vector<std::shared_ptr<Session>> all() const;
  wire::ServiceView service() const;  // version and model_error are the caller's to fill in
  std::shared_ptr<Totals> totals() const noexcept { return totals_; }
  pipeline::Pipeline& pipeline() noexcept { return pipeline_; }
  const RegistryOptions& options() const noexcept { return options_; }

 private:
  std::shared_ptr<Session> oldest_detached() const;
  bool expired(const Session& session, base::SteadyTime now) const;
  void note_readiness(base::SteadyTime now);

  const RegistryOptions options_;
  pipeline::Pipeline& pipeline_;
  const std::shared_ptr<Totals> totals_;
  const base::SteadyTime started_at_;
  const base::WallTime started_wall_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Session>> sessions_;
  std::vector<std::shared_ptr<Session>> left_;  // ended by the server's end
  std::optional<base::SteadyTime> ready_since_;
  wire::ResumeCounts resumes_;
  std::uint64_t opened_ = 0;
  bool closing_ = false;
};

}  // namespace hazard::session
