// One client's stream: its configuration, its frames' numbers, its counters, and everyone who hears its verdicts. The law of the
// streaming contract is kept here: each received frame gets a seq, each ends in one verdict with one event number.
//
// Thread-safe. Two locks: `offer_mutex_` puts offers of one session in a row; `mutex_` guards the state and is taken inside
// subscribers' calls, never around a call of the scheduler that could send a verdict.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/model_info.hpp"
#include "domain/stream_config.hpp"
#include "pipeline/pipeline.hpp"
#include "session/subscriber.hpp"
#include "session/totals.hpp"
#include "session/verdict_ring.hpp"
#include "wire/client_message.hpp"
#include "wire/rest_message.hpp"

namespace hazard::session {

enum class Transport : std::uint8_t { websocket, sse };

// The operator's settings that sessions share.
struct SessionLimits {
  domain::StreamLimits stream;
  std::size_t frame_bytes_max = 0;
  base::Duration heartbeat{};
};

class Session final : public pipeline::ResultSink, public std::enable_shared_from_this<Session> {
 public:
  struct Options {
    std::string id;
    Transport transport = Transport::websocket;
    domain::StreamConfig config;
  };
  // Made by the registry, which also closes it.
  static std::shared_ptr<Session> open(Options options, const SessionLimits& limits, pipeline::Pipeline& pipeline,
                                       std::shared_ptr<Totals> totals);

  const std::string& id() const noexcept { return id_; }
  Transport transport() const noexcept { return transport_; }
  const SessionLimits& limits() const noexcept { return limits_; }
  std::shared_ptr<const domain::ModelInfo> model() const noexcept { return model_; }

  // The welcome (session_created).
  std::string greeting() const;

  // A received frame. Returns its seq and the label it goes by (made up when the client sent none). Its verdict goes to the
  // subscribers, perhaps before this returns.
  struct Accepted {
    std::uint64_t seq = 0;
    std::string frame_id;
  };
  Accepted offer(wire::FrameMessage&& message, base::SteadyTime received_at);
  // A frame that its message spoiled: received, and ended as this error.
  Accepted refuse(const wire::Refused& refused, base::SteadyTime received_at);

  // The effective configuration after the patch, or invalid_value and nothing is changed.
  domain::Result<domain::StreamConfig> update(const domain::StreamConfigPatch& patch);
  domain::StreamConfig config() const;

  // From now on `subscriber` hears everything. With `last_event` it first gets, through deliver(), a gap message if some
  // verdicts are gone and then the missed ones marked as replayed. False when the session has ended.
  [[nodiscard]] bool attach(std::shared_ptr<Subscriber> subscriber, std::optional<std::uint64_t> last_event = {});
  void detach(const Subscriber* subscriber);

  // Waiting frames end as session_closed (and are told); once the one in flight has ended too, subscribers hear session_ended.
  // Safe to repeat.
  void close(EndReason reason, base::Duration retry_after = {});

  wire::SessionView view() const;
  wire::Counters counters() const;
  // Neither a frame nor a reader since: for the registry's sliding time-out. Empty while someone reads.
  std::optional<base::SteadyTime> idle_since() const;

  void on_verdict(domain::Verdict&& verdict) noexcept override;

 private:
  Session(Options&& options, const SessionLimits& limits, pipeline::Pipeline& pipeline, std::shared_ptr<Totals> totals);
  Accepted receive(std::string&& frame_id, base::SteadyTime received_at);
  void say_goodbye();
  void note_result(const domain::FrameResult& result, base::Duration age, base::SteadyTime now);

  const std::string id_;
  const Transport transport_;
  const SessionLimits limits_;
  pipeline::Pipeline& pipeline_;
  const std::shared_ptr<Totals> totals_;
  const std::shared_ptr<const domain::ModelInfo> model_;
  const std::string resume_token_;
  const base::SteadyTime opened_at_;
  const base::WallTime created_at_;

  std::mutex offer_mutex_;
  mutable std::mutex mutex_;
  pipeline::LanePtr lane_;
  domain::StreamConfig config_;
  wire::Counters counters_;
  std::uint64_t last_seq_ = 0;
  std::uint64_t last_event_ = 0;
  VerdictRing ring_;
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  base::SteadyTime used_at_;
  bool closed_ = false;
  struct Goodbye {
    EndReason reason;
    base::Duration retry_after;
  };
  std::optional<Goodbye> goodbye_;  // to be said when nothing is in flight any more

  // Of the last results: enough for a rate and for percentiles of age.
  struct Sample {
    base::SteadyTime at;
    float age_ms;
  };
  static constexpr std::size_t kSamples = 256;
  std::vector<Sample> samples_;
  std::size_t next_sample_ = 0;
  double total_ms_sum_ = 0;
};

}  // namespace hazard::session
