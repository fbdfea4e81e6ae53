#include "outgoing/delivery.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "base/check.hpp"

namespace hazard::outgoing {
namespace {

using domain::ErrorCode;

domain::Error busy() { return {ErrorCode::overloaded, "The store has too much to do."}; }
domain::Error lost() { return {ErrorCode::internal, "The store could not keep the change."}; }

// Spreads attempts; guards nothing.
std::function<double()> make_random() {
  return [engine = std::mt19937(std::random_device{}()), spread = std::uniform_real_distribution<double>(0, 1)]() mutable {
    return spread(engine);
  };
}

// Stands where nobody is to be written to.
class NoPoster final : public Poster {
 public:
  Posted post(const Post&) override { return {.status = 0, .body = {}, .error = {}, .retry_after = {}, .stopped = true}; }
  void stop() override {}
};

}  // namespace

Delivery::Delivery(Options options, store::Store& store, std::unique_ptr<Poster> poster, const base::Clock& clock,
                   Sending sending)
    : options_(std::move(options)),
      store_(store),
      poster_(poster ? std::move(poster) : std::make_unique<NoPoster>()),
      clock_(clock),
      writer_(options_, clock_, metrics_),
      courier_(options_, {.store = store_, .poster = *poster_, .clock = clock_, .random = make_random()}, metrics_) {
  if (sending == Sending::now) courier_.begin();
  if (options_.targets.empty()) return;
  store_.watch(
      {.touched = [this](store::Transaction& transaction, const store::Touched& touched) { writer_.write(transaction, touched); },
       .committed = [this] { wake(); }});
  if (sending != Sending::now) return;
  for (std::size_t i = 0; i < options_.targets.size(); ++i) threads_.emplace_back([this, i] { run(i); });
}

Delivery::~Delivery() {
  stop();
  if (!options_.targets.empty()) store_.watch({});
}

void Delivery::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  poster_->stop();
  woken_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Delivery::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++news_;
  }
  woken_.notify_all();
}

void Delivery::run(std::size_t index) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t heard = news_;
    lock.unlock();
    const auto idle = courier_.round(index);
    lock.lock();
    woken_.wait_for(lock, idle, [&] { return news_ != heard || stopping_; });
  }
}

void Delivery::send_again(std::int64_t number, AgainDone done) {
  const auto outcome = std::make_shared<domain::Result<store::OutboxRecord>>(
      domain::refuse(ErrorCode::not_found, "Message " + std::to_string(number) + " not found"));
  const auto shared = std::make_shared<AgainDone>(std::move(done));
  const auto work = [this, number, outcome](store::Transaction& transaction) {
    auto record = transaction.outbox_row(number);
    if (!record) return false;
    if (record->state != store::OutboxState::dead) {
      *outcome = domain::refuse(ErrorCode::invalid_value, "Only a dead letter can be sent again.");
      return false;
    }
    if (std::ranges::find(options_.targets, record->target, &Target::key) == options_.targets.end()) {
      *outcome = domain::refuse(ErrorCode::invalid_value, "The receiver of this message is no longer configured.");
      return false;
    }
    record->state = store::OutboxState::waiting;
    record->attempts = 0;
    record->created_at = record->due_at = clock_.wall();
    record->ended_at.reset();
    transaction.update(*record);
    *outcome = std::move(*record);
    return true;
  };
  const auto ended = [this, outcome, shared](bool kept) {
    if (!kept && outcome->has_value()) return (*shared)(std::unexpected(lost()));
    if (kept) wake();
    (*shared)(*outcome);
  };
  if (!store_.submit({.work = work, .done = ended})) (*shared)(std::unexpected(busy()));
}

void Delivery::send_all_again(AllAgainDone done) {
  const auto count = std::make_shared<std::int64_t>(0);
  const auto shared = std::make_shared<AllAgainDone>(std::move(done));
  const auto work = [this, count](store::Transaction& transaction) {
    for (const Target& target : options_.targets) *count += transaction.revive_outbox_of(target.key, clock_.wall());
    return true;
  };
  const auto ended = [this, count, shared](bool kept) {
    if (!kept) return (*shared)(std::unexpected(lost()));
    wake();
    (*shared)(*count);
  };
  if (!store_.submit({.work = work, .done = ended})) (*shared)(std::unexpected(busy()));
}

}  // namespace hazard::outgoing
