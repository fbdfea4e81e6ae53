// Erasing what was kept of a session or a client. The rest of Desk is in desk.cpp.
#include <algorithm>
#include <iterator>
#include <utility>

#include "desk/desk.hpp"

namespace hazard::desk {

using domain::ErrorCode;

namespace {

constexpr auto kScrubEvery = std::chrono::seconds(10);

}  // namespace

std::vector<std::string> Desk::report_ids(store::Transaction& transaction, store::ReportFilter which) {
  std::vector<std::string> gone;
  which.limit = store::kPageMost;
  for (std::int64_t total = 1; which.offset < total; which.offset += which.limit) {
    const auto found = transaction.reports(which);
    total = found.total;
    for (const auto& record : found.items) gone.push_back(record.id);
  }
  return gone;
}

// `key`: the session or client that sessions_ was told of.
void Desk::erase(const std::string& key, std::function<void(store::Transaction&, Erased&)> rows, EraseDone done) {
  const auto shared = std::make_shared<EraseDone>(std::move(done));
  if (store_ == nullptr) {
    sessions_.erased(key);
    return (*shared)(std::size_t{0});
  }
  const auto gone = std::make_shared<Erased>();
  const auto work = [this, rows = std::move(rows), gone](store::Transaction& transaction) {
    rows(transaction, *gone);
    for (const auto* ids : {&gone->reports, &gone->evidence}) {
      for (const std::string& id : *ids) {
        if (evidence_ != nullptr) evidence_->erase(id);
        transaction.erase_evidence(id);
      }
    }
    return true;
  };
  const auto ended = [this, key, gone, shared](bool kept) {
    sessions_.erased(key);
    if (!kept) return (*shared)(domain::refuse(ErrorCode::internal, "The store could not erase it."));
    for (const std::string& id : gone->reports) news_.removed(id);
    store_->scrub_soon([this, gone, shared](const domain::Result<void>& scrubbed) {
      if (!scrubbed) traces_left_ = true;
      if (!scrubbed) return (*shared)(std::unexpected(scrubbed.error()));
      (*shared)(gone->reports.size());
    });
  };
  // Reports whose pictures wait to be cut belong to what goes.
  const auto refuse = [this, key, shared] {
    sessions_.erased(key);
    (*shared)(domain::refuse(ErrorCode::overloaded, "The store has too much to do."));
  };
  const auto submit = [this, work, ended, refuse] {
    if (!store_->submit({.work = work, .done = ended})) refuse();
  };
  if (!darkroom_.after_all(submit)) refuse();
}

// What another process kept from being scrubbed is tried again until it is done: nobody else empties the log of an idle server.
void Desk::scrub_again(base::WallTime now) {
  if (!traces_left_ || now - scrubbed_at_ < kScrubEvery) return;
  scrubbed_at_ = now;
  traces_left_ = false;
  store_->scrub_soon([this](const domain::Result<void>& scrubbed) {
    if (!scrubbed) traces_left_ = true;
  });
}

void Desk::erase_session(const std::string& id, EraseDone done) {
  sessions_.erasing(id);
  {
    const std::lock_guard lock(collectors_mutex_);
    forget_open(id);
  }
  const auto rows = [this, id](store::Transaction& transaction, Erased& gone) { erase_rows(transaction, id, gone); };
  erase(id, rows, std::move(done));
}

// What has been seen of a stream and is not kept yet. The stream itself may go on.
void Desk::forget_open(const std::string& session_id) {
  tracks_.end_session(session_id);
  frames_.end(session_id);
  coverage_.end(session_id);
}

void Desk::erase_rows(store::Transaction& transaction, const std::string& session_id, Erased& gone) {
  store::ReportFilter which;
  which.session_id = session_id;
  std::ranges::move(report_ids(transaction, which), std::back_inserter(gone.reports));
  std::ranges::move(report::erase_session(transaction, session_id, clock_.wall()), std::back_inserter(gone.evidence));
}

void Desk::erase_client(const std::string& client_key, EraseDone done) {
  sessions_.erasing_client(client_key);
  {
    const std::lock_guard lock(collectors_mutex_);
    spots_.forget(client_key);
    coverage_.end(client_key);
    for (const auto& [session, owner] : owners_) {
      if (owner.client_key == client_key) forget_open(session);
    }
  }
  const auto rows = [this, client_key](store::Transaction& transaction, Erased& gone) {
    store::ReportFilter which;
    which.client_key = client_key;
    gone.reports = report_ids(transaction, which);
    for (const std::string& session : transaction.streams_of(client_key)) erase_rows(transaction, session, gone);
    std::ranges::move(report::erase_client(transaction, client_key, clock_.wall()), std::back_inserter(gone.evidence));
    std::ranges::move(transaction.pictures_hosted_for(client_key), std::back_inserter(gone.evidence));
  };
  erase(client_key, rows, std::move(done));
}

}  // namespace hazard::desk
