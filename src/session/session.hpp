// One client's stream: its configuration, its frames' numbers, its counters, and everyone who hears its verdicts. The law of the
// streaming contract is kept here: each received frame gets a seq, each ends in one verdict with one event number.
//
// Most sessions have an owner: the WebSocket that speaks for them. When it is lost the session is detached, and goes on without
// one until somebody shows its token or the time of grace is over (the registry's business). Readers come and go.
//
// Thread-safe. Two locks: `offer_mutex_` puts offers of one session in a row; `mutex_` guards the state and is taken inside
// subscribers' calls, never around a call of the scheduler that could send a verdict.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/model_info.hpp"
#include "domain/stream_config.hpp"
#include "pipeline/pipeline.hpp"
#include "session/resume_key.hpp"
#include "session/sight.hpp"
#include "session/subscriber.hpp"
#include "session/totals.hpp"
#include "session/verdict_ring.hpp"
#include "wire/client_message.hpp"
#include "wire/rest_message.hpp"
#include "wire/session_state.hpp"

namespace hazard::session {

enum class Transport : std::uint8_t { websocket, sse };

// The operator's settings that sessions share.
struct SessionLimits {
  domain::StreamLimits stream;
  std::size_t frame_bytes_max = 0;
  base::Duration heartbeat{};
  base::Duration resume_grace = std::chrono::seconds(60);  // zero: a lost connection ends its session
  std::shared_ptr<const SightListener> sights{};           // may be null
};

// Where a reader that comes back had got to; the event wins. Neither: where its connection had got to.
struct LastSeen {
  std::optional<std::uint64_t> event{};
  std::optional<std::uint64_t> seq{};
};

class Session final : public pipeline::ResultSink, public std::enable_shared_from_this<Session> {
 public:
  struct Options {
    std::string id;
    Transport transport = Transport::websocket;
    domain::StreamConfig config;
    bool speaks_new = false;                    // see note_new_words()
    const wire::SessionState* saved = nullptr;  // goes on from there; config is then already taken from it
    base::Duration paused{};                    // how long ago it was saved
  };
  // Made by the registry, which also closes it. Errors: overloaded, when there is no room for a newcomer.
  static domain::Result<std::shared_ptr<Session>> open(Options options, const SessionLimits& limits, pipeline::Pipeline& pipeline,
                                                       std::shared_ptr<Totals> totals);

  const std::string& id() const noexcept { return id_; }
  std::uint64_t life() const noexcept { return life_; }  // never 0; of all sessions of this process no other has it
  Transport transport() const;
  const SessionLimits& limits() const noexcept { return limits_; }

  // The welcome (session_created), with a first token.
  std::string greeting();
  // The welcome of a connection that came back (session_resumed), with the token that resume() gave.
  std::string greeting_again(std::string_view token) const;
  // A first token for sessions that are not greeted. Whatever opened the session before no longer does.
  std::string issue_token();

  // For whoever shows a good token: the next one, and the right to attach as the owner. The owner there was hears that it is
  // replaced. Nothing, and nothing is changed, for a token that is wrong or spent or came too late.
  struct Claim {
    std::string token;
    std::uint64_t number = 0;
  };
  std::optional<Claim> resume(Transport transport, std::string_view token);
  // The new token has arrived at its owner: the one it was given for is spent. Nothing happens when the claim is an old one.
  void confirm(std::uint64_t claim);

  // A received frame. Returns its seq and the label it goes by (made up when the client sent none). Its verdict goes to the
  // subscribers, perhaps before this returns.
  struct Accepted {
    std::uint64_t seq = 0;
    std::string frame_id;
  };
  Accepted offer(wire::FrameMessage&& message, base::SteadyTime received_at);
  // A frame that its message spoiled: received, and ended as this error.
  Accepted refuse(const wire::Refused& refused, base::SteadyTime received_at);

  // The effective configuration after the patch, or invalid_value and nothing is changed. Holds from the next frame taken: the
  // verdict of one in flight is still written as before.
  domain::Result<domain::StreamConfig> update(const domain::StreamConfigPatch& patch);
  domain::StreamConfig config() const;

  // The client used something that the original protocol did not have. One that does not takes whatever message comes next for
  // the answer to its frame, so on a WebSocket it is not told of changes of quality; each result says its quality anyway.
  void note_new_words();

  // From now on `subscriber` hears everything. With `last_event` it first gets, through deliver(), a gap message if some
  // verdicts are gone and then the missed ones marked as replayed. False when the session has ended.
  [[nodiscard]] bool attach(std::shared_ptr<Subscriber> subscriber, std::optional<std::uint64_t> last_event = {});
  void detach(const Subscriber* subscriber);

  // The same for the owner. `claim` is 0 for the first one. When it cannot be: why, and the subscriber is not kept.
  [[nodiscard]] std::optional<EndReason> attach_owner(std::shared_ptr<Subscriber> owner, std::uint64_t claim,
                                                      const LastSeen& seen);
  // The owner is gone, the session goes on. False when it was not the owner (any more).
  bool lose_owner(const Subscriber* owner);
  // Since when nobody speaks for it; empty while somebody does.
  std::optional<base::SteadyTime> detached_since() const;

  // Waiting frames end as session_closed (and are told); once the one in flight has ended too, subscribers hear session_ended.
  // Safe to repeat.
  void close(EndReason reason, base::Duration retry_after = {});

  wire::SessionView view() const;
  wire::Counters counters() const;
  // Neither a frame nor a reader since: for the registry's sliding time-out. Empty while someone reads, or while detached.
  std::optional<base::SteadyTime> idle_since() const;

  // Of a closed session whose frames have all ended, after the workers have: nobody touches its lane any more.
  wire::SessionState save() const;

  void on_verdict(domain::Verdict&& verdict) noexcept override;
  void on_picture(domain::EncodedFrame&& frame) noexcept override;
  void on_quality(const domain::QualityChange& change) noexcept override;

 private:
  Session(Options&& options, const SessionLimits& limits, pipeline::Pipeline& pipeline, std::shared_ptr<Totals> totals);
  void restore(const wire::SessionState& saved);
  void restore_tracker(std::string_view bytes, base::SteadyTime saved_at);
  Accepted receive(std::string&& frame_id, base::SteadyTime received_at);
  std::string write_greeting(bool resumed, std::string_view token) const;
  std::shared_ptr<const domain::ModelInfo> model() const;
  const domain::StreamConfig& config_for(std::uint64_t seq) const;
  void replay(Subscriber& subscriber, std::uint64_t last_event) const;
  void say_goodbye();
  void note_result(const domain::FrameResult& result, base::Duration age, base::SteadyTime now);
  void tell_sight(const domain::Verdict& verdict, base::Duration age);

  const std::string id_;
  const std::uint64_t life_;
  const SessionLimits limits_;
  pipeline::Pipeline& pipeline_;
  const std::shared_ptr<Totals> totals_;
  const std::shared_ptr<const domain::ModelInfo> model_;  // null when there was none yet: a restored session
  base::SteadyTime opened_at_;
  base::WallTime created_at_;

  std::mutex offer_mutex_;
  mutable std::mutex mutex_;
  pipeline::LanePtr lane_;
  Transport transport_;
  domain::StreamConfig config_;
  struct Earlier {
    domain::StreamConfig config;
    std::uint64_t until = 0;  // seq of the last frame that was taken under it
  };
  std::optional<Earlier> earlier_;
  bool speaks_new_;
  wire::Counters counters_;
  std::uint64_t last_seq_ = 0;
  std::map<std::uint64_t, domain::Location> places_;     // of frames without a verdict yet; only with a listener
  std::shared_ptr<const domain::EncodedFrame> picture_;  // of the verdict that comes next; only with a listener
  std::uint64_t last_event_ = 0;
  VerdictRing ring_;
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  std::shared_ptr<Subscriber> owner_;  // also one of the subscribers, until the goodbye
  ResumeKey key_;
  std::uint64_t claim_ = 0;         // of the newest owner-to-be
  std::uint64_t handed_event_ = 0;  // the last one that an owner of the past gave to its socket
  std::optional<base::SteadyTime> detached_since_;
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
