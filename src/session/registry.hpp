// All sessions by id: opens, finds, ends them; reaps those that nobody uses; adds up what they counted. Thread-safe. The serve
// floor calls reap() from a timer.
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

  // Errors: model_not_ready, server_closing, overloaded (sessions_max), session_exists, invalid_value (configuration).
  domain::Result<std::shared_ptr<Session>> open(Transport transport, std::optional<std::string> id,
                                                const domain::StreamConfigPatch& patch);
  // Null when there is none.
  std::shared_ptr<Session> find(std::string_view id) const;
  // False when there was none. Ends the session and everyone's stream of it.
  bool close(std::string_view id, EndReason reason);

  // Ends sessions that had neither a frame nor a reader for idle_timeout. Returns how many.
  std::size_t reap();
  // Ends all and refuses new ones from now on.
  void close_all(EndReason reason, base::Duration retry_after);

  std::vector<std::shared_ptr<Session>> all() const;
  wire::ServiceView service() const;  // version and model_error are the caller's to fill in
  std::shared_ptr<Totals> totals() const noexcept { return totals_; }
  pipeline::Pipeline& pipeline() noexcept { return pipeline_; }
  const RegistryOptions& options() const noexcept { return options_; }

 private:
  const RegistryOptions options_;
  pipeline::Pipeline& pipeline_;
  const std::shared_ptr<Totals> totals_;
  const base::SteadyTime started_at_;
  const base::WallTime started_wall_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Session>> sessions_;
  std::uint64_t opened_ = 0;
  bool closing_ = false;
};

}  // namespace hazard::session
