// Sessions that outlive their connection, and their server (declared in session.hpp).
#include <algorithm>
#include <chrono>
#include <utility>

#include "session/session.hpp"
#include "wire/server_message.hpp"

namespace hazard::session {

std::string Session::greeting() {
  const std::lock_guard lock(mutex_);
  return write_greeting(false, key_.issue());
}

std::string Session::greeting_again(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  return write_greeting(true, token);
}

std::string Session::write_greeting(bool resumed, std::string_view token) const {
  return wire::session_created({.resumed = resumed,
                                .session_id = id_,
                                .config = config_,
                                .resume_token = std::string(token),
                                .granted_fps = pipeline_.scheduler().state_of(lane_).granted_fps,
                                .credits = pipeline_.scheduler().credits(lane_),
                                .heartbeat_ms = static_cast<int>(base::to_ms(limits_.heartbeat)),
                                .max_frame_bytes = limits_.frame_bytes_max,
                                .resume_grace_ms = static_cast<int>(base::to_ms(limits_.resume_grace)),
                                .last_seq = last_seq_,
                                .last_event = last_event_},
                               *model(), pipeline_.clock().wall());
}

std::string Session::issue_token() {
  const std::lock_guard lock(mutex_);
  return key_.issue();
}

std::optional<Session::Claim> Session::resume(Transport transport, std::string_view token) {
  const std::lock_guard lock(mutex_);
  const base::SteadyTime now = pipeline_.clock().now();
  auto next = key_.renew(token, now, limits_.resume_grace);
  if (!next || closed_) return std::nullopt;
  transport_ = transport;
  speaks_new_ = true;
  used_at_ = now;
  if (owner_) {
    handed_event_ = std::max(handed_event_, owner_->handed_event());
    std::erase(subscribers_, owner_);
    std::exchange(owner_, nullptr)->session_ended(EndReason::replaced, {});
  }
  // Until its owner-to-be has attached it is detached: should that connection come to nothing, somebody may still come.
  detached_since_ = transport == Transport::websocket ? std::optional(now) : std::nullopt;
  return Claim{.token = std::move(*next), .number = ++claim_};
}

void Session::confirm(std::uint64_t claim) {
  const std::lock_guard lock(mutex_);
  if (claim == claim_) key_.confirm();
}

std::optional<EndReason> Session::attach_owner(std::shared_ptr<Subscriber> owner, std::uint64_t claim, const LastSeen& seen) {
  const std::lock_guard lock(mutex_);
  if (closed_) return EndReason::server_closing;
  if (claim != claim_) return EndReason::replaced;
  // From here on this connection's reader is the measure: what an earlier one was handed it may not have read.
  if (seen.event) {
    handed_event_ = std::min(*seen.event, last_event_);
  } else if (seen.seq) {
    handed_event_ = ring_.event_of_seq(*seen.seq);
  }
  detached_since_.reset();
  replay(*owner, handed_event_);
  subscribers_.push_back(owner);
  owner_ = std::move(owner);
  return std::nullopt;
}

bool Session::lose_owner(const Subscriber* owner) {
  const std::lock_guard lock(mutex_);
  if (owner_.get() != owner) return false;
  handed_event_ = std::max(handed_event_, owner_->handed_event());
  std::erase(subscribers_, owner_);
  owner_.reset();
  detached_since_ = used_at_ = pipeline_.clock().now();
  return true;
}

std::optional<base::SteadyTime> Session::detached_since() const {
  const std::lock_guard lock(mutex_);
  return detached_since_;
}

wire::SessionState Session::save() const {
  const std::lock_guard lock(mutex_);
  wire::SessionState state{
      .session_id = id_, .websocket = transport_ == Transport::websocket, .config = config_, .counters = counters_};
  state.last_seq = last_seq_;
  state.last_event = last_event_;
  state.handed_event = owner_ ? std::max(handed_event_, owner_->handed_event()) : handed_event_;
  state.token = key_.saved_current();
  state.previous_token = key_.saved_previous();
  state.created_at = base::epoch_seconds(created_at_);
  state.total_ms_sum = total_ms_sum_;
  state.tracker = lane_->memory.tracker.save(pipeline_.clock().now());
  for (const Outgoing& each : ring_.verdicts()) {
    state.verdicts.push_back({.event = each.event, .seq = each.seq, .is_result = each.is_result, .json = *each.json});
  }
  return state;
}

void Session::restore(const wire::SessionState& saved) {
  counters_ = saved.counters;
  last_seq_ = saved.last_seq;
  last_event_ = saved.last_event;
  handed_event_ = saved.handed_event;
  total_ms_sum_ = saved.total_ms_sum;
  detached_since_ = opened_at_;
  key_ = ResumeKey::from_saved(saved.token, saved.previous_token, opened_at_ + limits_.resume_grace).value_or(ResumeKey{});
  const std::chrono::duration<double> since_epoch(saved.created_at);
  created_at_ = base::WallTime(std::chrono::duration_cast<base::WallTime::duration>(since_epoch));
  opened_at_ -=
      std::max(base::Duration::zero(), std::chrono::duration_cast<base::Duration>(pipeline_.clock().wall() - created_at_));
  ring_.begin_after(saved.verdicts.empty() ? saved.last_event : saved.verdicts.front().event - 1);
  for (const wire::SavedVerdict& each : saved.verdicts) {
    ring_.push({.event = each.event,
                .seq = each.seq,
                .json = std::make_shared<const std::string>(each.json),
                .drop = std::nullopt,
                .is_result = each.is_result});
  }
}

// No frame was offered yet: no worker knows the lane.
void Session::restore_tracker(std::string_view bytes, base::SteadyTime saved_at) {
  if (auto tracker = track::Tracker::load(bytes, saved_at)) lane_->memory.tracker = std::move(*tracker);
}

}  // namespace hazard::session
