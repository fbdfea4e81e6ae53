#include "outgoing/courier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>

#include "base/log.hpp"
#include "outgoing/open311.hpp"
#include "outgoing/retry.hpp"

namespace hazard::outgoing {
namespace {

constexpr auto kTrimEvery = std::chrono::minutes(1);
constexpr auto kStoreBusyPause = std::chrono::seconds(1);
constexpr int kGone = 410;

base::WallTime later(base::WallTime now, base::Duration pause) {
  return now + std::chrono::duration_cast<base::WallTime::duration>(pause);
}

// Whether a failure is the receiver's, not of this one message.
bool is_of_receiver(const Posted& posted) { return posted.status == 0 || posted.status >= 500 || posted.status == 429; }

}  // namespace

Courier::Courier(const Options& options, Tools tools, OutgoingMetrics& metrics)
    : options_(options), tools_(std::move(tools)), metrics_(metrics) {
  for (const Target& target : options_.targets) {
    TargetState state;
    state.target = target;
    states_.push_back(std::move(state));
  }
  trimmed_at_.resize(states_.size());
}

void Courier::begin() {
  const auto now = tools_.clock.wall();
  std::int64_t abandoned = 0;
  keep([&](store::Transaction& transaction) {
    std::vector<std::string> known;
    for (const Target& target : options_.targets) known.push_back(target.key);
    abandoned = transaction.abandon_outbox_except(known, now, "This receiver is no longer configured.");
  });
  metrics_.dead.add(static_cast<std::uint64_t>(abandoned));
  refresh_counts();
}

base::Duration Courier::round(std::size_t index) {
  const auto now = tools_.clock.wall();
  const std::string& key = options_.targets[index].key;
  if (now - trimmed_at_[index] >= kTrimEvery) {
    trimmed_at_[index] = now;
    trim(key);
  }
  if (const auto pause = state(index).paused_until; !pause || *pause <= now) {
    for (auto& record : tools_.store.reads().outbox_due(key, now, kRoundMost)) {
      const Then then = deliver(index, std::move(record));
      if (then == Then::stop) return kStoreBusyPause;
      if (then == Then::leave_target) break;
    }
  }
  refresh_counts();
  const auto due = tools_.store.reads().outbox_next_due(key);
  if (!due) return kIdleMost;
  const auto pause = state(index).paused_until;
  const base::WallTime next = pause ? std::max(*due, *pause) : *due;
  return std::clamp<base::Duration>(next - tools_.clock.wall(), base::Duration{}, kIdleMost);
}

Courier::Then Courier::deliver(std::size_t index, store::OutboxRecord record) {
  TargetState state = this->state(index);
  const base::SteadyTime begun = tools_.clock.now();
  const Posted posted = tools_.poster.post(make_post(state.target, record));
  if (posted.stopped) return Then::stop;
  metrics_.post_time.observe(tools_.clock.now() - begun);
  ++record.attempts;
  record.status = posted.status;
  const bool good = posted.status >= 200 && posted.status < 300;
  const Then then = good ? note_success(state, record, posted) : note_failure(state, record, posted);
  publish(index, state);
  return then;
}

Courier::Then Courier::note_success(TargetState& state, store::OutboxRecord& record, const Posted& posted) {
  const auto now = tools_.clock.wall();
  ++state.delivered;
  state.failures = 0;
  state.paused_until.reset();
  state.last_delivered_at = now;
  metrics_.delivered.add();
  const bool kept = keep([&](store::Transaction& transaction) {
    // Erased meanwhile: nothing of it may come back.
    if (!transaction.outbox_row(record.number)) return;
    if (state.target.form == Form::event) return transaction.erase_outbox(record.number);
    record.state = store::OutboxState::delivered;
    record.receipt = receipt_in(posted.body);
    record.error.clear();
    record.body.clear();
    record.ended_at = now;
    transaction.update(record);
  });
  return kept ? Then::next : Then::stop;
}

Courier::Then Courier::note_failure(TargetState& state, store::OutboxRecord& record, const Posted& posted) {
  const auto now = tools_.clock.wall();
  ++state.failed;
  metrics_.failed.add();
  record.error = posted.status == 0 ? posted.error : fmt::format("The receiver answered {}.", posted.status);
  state.last_error = record.error;
  state.last_error_at = now;
  const bool dead = posted.status == kGone || record.attempts >= options_.attempts;
  base::Duration wait = pause_after(record.attempts, options_.first_pause, kPauseMost, random());
  const auto asked = posted.retry_after ? std::min(*posted.retry_after, kRetryAfterMost) : base::Duration{};
  record.due_at = later(now, std::max(wait, asked));
  if (dead) {
    record.state = store::OutboxState::dead;
    record.ended_at = now;
    metrics_.dead.add();
    base::log::warn(
        "webhook_given_up", "A message to another system became a dead letter.",
        {{"target", state.target.key}, {"event_id", record.event_id}, {"attempts", record.attempts}, {"why", record.error}});
  }
  const bool down = is_of_receiver(posted);
  if (down) {
    ++state.failures;
    wait = pause_after(state.failures, options_.first_pause, kTargetPauseMost, random());
    state.paused_until = later(now, std::max(wait, asked));
    base::log::warn("webhook_failed", "A receiver of messages seems to be down; it is left alone for a while.",
                    {{"target", state.target.key}, {"why", record.error}});
  }
  const bool kept = keep([&](store::Transaction& transaction) {
    if (transaction.outbox_row(record.number)) transaction.update(record);
  });
  if (!kept) return Then::stop;
  return down ? Then::leave_target : Then::next;
}

// The signature is made anew for each attempt: its time tells the receiver that this is no replay of an old one.
Post Courier::make_post(const Target& target, const store::OutboxRecord& record) const {
  Post post{.url = target.url, .content_type = "application/json", .headers = {}, .body = record.body};
  if (target.form == Form::open311) {
    post.content_type = kFormType;
    FormFields fields;
    if (!options_.jurisdiction_id.empty()) fields.emplace_back("jurisdiction_id", options_.jurisdiction_id);
    if (!options_.api_key.empty()) fields.emplace_back("api_key", options_.api_key);
    if (!fields.empty()) post.body = form_text(fields) + "&" + post.body;
  }
  const auto timestamp = std::chrono::duration_cast<std::chrono::seconds>(tools_.clock.wall().time_since_epoch()).count();
  post.headers.emplace_back("webhook-id", record.event_id);
  post.headers.emplace_back("webhook-timestamp", std::to_string(timestamp));
  if (!options_.secret.empty())
    post.headers.emplace_back("webhook-signature", signature(options_.secret, record.event_id, timestamp, post.body));
  return post;
}

// Runs the change on the writer's thread and waits for the commit. False: it was not kept; the message will be sent again.
bool Courier::keep(std::function<void(store::Transaction&)> change) {
  const auto kept = std::make_shared<std::promise<bool>>();
  auto answer = kept->get_future();
  const bool taken = tools_.store.submit({.work =
                                              [change = std::move(change)](store::Transaction& transaction) {
                                                change(transaction);
                                                return true;
                                              },
                                          .done = [kept](bool yes) { kept->set_value(yes); }});
  return taken && answer.get();
}

void Courier::trim(const std::string& key) {
  const auto now = tools_.clock.wall();
  store::OutboxTrimmed sum;
  keep([&](store::Transaction& transaction) {
    sum = transaction.trim_outbox(key,
                                  {.waiting_most = kWaitingMost,
                                   .dead_most = kDeadMost,
                                   .waiting_since = later(now, -kGiveUpAfter),
                                   .dead_since = later(now, -kKeepDead)},
                                  now, "It waited for three days.");
  });
  metrics_.dead.add(static_cast<std::uint64_t>(sum.given_up));
  metrics_.forgotten.add(static_cast<std::uint64_t>(sum.forgotten));
}

void Courier::refresh_counts() {
  const auto counts = tools_.store.reads().outbox_counts();
  std::int64_t waiting = 0;
  std::int64_t dead = 0;
  const std::lock_guard lock(mutex_);
  for (TargetState& state : states_) state.waiting = state.dead = state.receipts = 0;
  for (const auto& count : counts) {
    if (count.state == store::OutboxState::waiting) waiting += count.rows;
    if (count.state == store::OutboxState::dead) dead += count.rows;
    const auto state = std::ranges::find(states_, count.target, [](const TargetState& each) { return each.target.key; });
    if (state == states_.end()) continue;
    (count.state == store::OutboxState::waiting ? state->waiting
     : count.state == store::OutboxState::dead  ? state->dead
                                                : state->receipts) = count.rows;
  }
  metrics_.waiting.set(waiting);
  metrics_.dead_letters.set(dead);
}

TargetState Courier::state(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return states_[index];
}

// Counts are of the outbox, and may have been read anew meanwhile.
void Courier::publish(std::size_t index, TargetState state) {
  const std::lock_guard lock(mutex_);
  TargetState& known = states_[index];
  state.waiting = known.waiting;
  state.dead = known.dead;
  state.receipts = known.receipts;
  known = std::move(state);
}

double Courier::random() {
  const std::lock_guard lock(mutex_);
  return tools_.random();
}

std::vector<TargetState> Courier::states() const {
  const std::lock_guard lock(mutex_);
  return states_;
}

}  // namespace hazard::outgoing
