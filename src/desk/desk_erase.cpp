// Erasing what was kept of a session or a client. The rest of Desk is in desk.cpp.
#include <utility>

#include "desk/desk.hpp"

namespace hazard::desk {

using domain::ErrorCode;

void Desk::erase(std::function<std::vector<std::string>(store::Transaction&)> rows, const store::ReportFilter& which,
                 EraseDone done) {
  const auto shared = std::make_shared<EraseDone>(std::move(done));
  if (store_ == nullptr) return (*shared)(std::size_t{0});
  const auto gone = std::make_shared<std::vector<std::string>>();
  const auto work = [this, rows = std::move(rows), which, gone](store::Transaction& transaction) {
    store::ReportFilter page = which;
    for (std::int64_t total = 1; page.offset < total; page.offset += page.limit) {
      const auto found = transaction.reports(page);
      total = found.total;
      for (const auto& record : found.items) {
        gone->push_back(record.id);
        if (evidence_ != nullptr) evidence_->erase(record.id);
        transaction.erase_evidence(record.id);
      }
    }
    for (const std::string& id : rows(transaction)) {
      if (evidence_ != nullptr) evidence_->erase(id);
      transaction.erase_evidence(id);
    }
    return true;
  };
  const auto ended = [this, gone, shared](bool kept) {
    if (!kept) return (*shared)(domain::refuse(ErrorCode::internal, "The store could not erase it."));
    for (const std::string& id : *gone) news_.removed(id);
    store_->scrub_soon([gone, shared](const domain::Result<void>& scrubbed) {
      if (!scrubbed) return (*shared)(std::unexpected(scrubbed.error()));
      (*shared)(gone->size());
    });
  };
  if (!store_->submit({.work = work, .done = ended}))
    (*shared)(domain::refuse(ErrorCode::overloaded, "The store has too much to do."));
}

void Desk::erase_session(const std::string& id, EraseDone done) {
  sessions_.forget(id);
  store::ReportFilter which;
  which.session_id = id;
  which.limit = store::kPageMost;
  erase([this, id](store::Transaction& transaction) { return report::erase_session(transaction, id, clock_.wall()); }, which,
        std::move(done));
}

void Desk::erase_client(const std::string& client_key, EraseDone done) {
  sessions_.forget_client(client_key);
  {
    const std::lock_guard lock(collectors_mutex_);
    spots_.forget(client_key);
  }
  store::ReportFilter which;
  which.client_key = client_key;
  which.limit = store::kPageMost;
  const auto rows = [this, client_key](store::Transaction& transaction) {
    auto pictures = report::erase_client(transaction, client_key, clock_.wall());
    for (std::string& id : transaction.pictures_hosted_for(client_key)) pictures.push_back(std::move(id));
    return pictures;
  };
  erase(rows, which, std::move(done));
}

}  // namespace hazard::desk
