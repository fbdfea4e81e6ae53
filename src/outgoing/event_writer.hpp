// Writes what happened to hazards into the outbox, in the very transaction in which it happened: an event is kept if and only if the
// change is. The store's writer calls it at the end of a job (store::Witness); no state but the options.
#pragma once

#include <functional>
#include <string>

#include "base/metrics.hpp"
#include "outgoing/target.hpp"
#include "store/store.hpp"

namespace hazard::outgoing {

// Since the start of the process.
struct OutgoingMetrics {
  base::Counter delivered;
  base::Counter failed;     // attempts
  base::Counter dead;       // messages given up, for whatever reason
  base::Counter forgotten;  // dead letters erased for their age or number
  base::Gauge waiting;
  base::Gauge dead_letters;
  base::Histogram post_time;
};

inline constexpr std::int64_t kWaitingMost = 10'000;  // for each target
inline constexpr std::int64_t kDeadMost = 10'000;

class EventWriter {
 public:
  struct Bounds {
    std::int64_t waiting_most = kWaitingMost;
    std::int64_t dead_most = kDeadMost;
  };
  // All outlive it.
  EventWriter(const Options& options, const base::Clock& clock, OutgoingMetrics& metrics, Bounds bounds);
  EventWriter(const Options& options, const base::Clock& clock, OutgoingMetrics& metrics)
      : EventWriter(options, clock, metrics, Bounds()) {}

  void write(store::Transaction& transaction, const store::Touched& touched) const;

 private:
  void write_events(store::Transaction& transaction, const store::Touched& touched) const;
  void add_event(store::Transaction& transaction, std::string_view type, const std::string& hazard_id,
                 const domain::HistoryEntry* entry) const;
  void write_service_requests(store::Transaction& transaction, const store::Touched& touched) const;
  void follow(store::Transaction& transaction, const Target& target, const domain::Hazard& hazard) const;
  std::string media_url(store::Transaction& transaction, const std::string& hazard_id) const;

  const Options& options_;
  const base::Clock& clock_;
  OutgoingMetrics& metrics_;
  const Bounds bounds_;
};

}  // namespace hazard::outgoing
