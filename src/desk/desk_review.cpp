// The same review of many hazards at once. The rest of Desk is in desk.cpp.
#include <utility>

#include "desk/desk.hpp"

namespace hazard::desk {

using domain::ErrorCode;

void Desk::review_all(BulkReview&& given, BulkDone done) {
  struct Work {
    BulkReview asked;
    BulkOutcome outcome;
    std::optional<domain::Error> refused;
    Kept kept;
    BulkDone done;
  };
  const auto work = std::make_shared<Work>();
  work->asked = std::move(given);
  work->done = std::move(done);
  const auto review = [this, work](store::Transaction& transaction) {
    BulkReview& asked = work->asked;
    if (asked.filter) {
      asked.filter->offset = 0;
      asked.filter->limit = static_cast<std::int64_t>(kBulkMost);
      const auto page = transaction.hazards(*asked.filter);
      if (page.total > static_cast<std::int64_t>(kBulkMost)) {
        work->refused = domain::Error{ErrorCode::invalid_value, "The filter lets " + std::to_string(page.total) +
                                                                    " hazards through: narrow it to at most " +
                                                                    std::to_string(kBulkMost) + "."};
        return false;
      }
      for (const auto& hazard : page.items) asked.items.push_back({.id = hazard.id, .version = {}});
    }
    for (const BulkReview::Item& item : asked.items) {
      const report::Change change{.hazard_id = item.id,
                                  .expected_version = item.version,
                                  .actor = asked.actor,
                                  .reason = asked.reason,
                                  .at = clock_.wall()};
      const auto before = transaction.hazard(item.id);
      auto outcome = report::set_state(transaction, change, asked.state);
      const bool changed = outcome && before && before->version != outcome->version;
      if (changed) {
        if (auto report = sync_with_hazard(transaction, *outcome)) work->kept.changed.push_back(std::move(*report));
      }
      work->outcome.ones.push_back({.id = item.id, .changed = changed, .outcome = std::move(outcome)});
    }
    return true;
  };
  const auto ended = [this, work](bool kept) {
    if (work->refused) return work->done(std::unexpected(*work->refused));
    if (!kept) return work->done(domain::refuse(ErrorCode::internal, "The store could not keep the change."));
    tell(work->kept);
    work->done(std::move(work->outcome));
  };
  if (store_ == nullptr || !store_->submit({.work = review, .done = ended}))
    work->done(domain::refuse(ErrorCode::overloaded, "The store has too much to do."));
}

}  // namespace hazard::desk
