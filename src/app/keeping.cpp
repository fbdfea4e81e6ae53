#include "app/keeping.hpp"

#include <fmt/format.h>

#include <system_error>

#include "app/private_folder.hpp"
#include "base/log.hpp"
#include "store/sqlite_store.hpp"

namespace hazard::app {
namespace {

desk::DeskOptions desk_options(const Config& config) {
  desk::DeskOptions options;
  options.evidence = report::evidence_mode_from(config.evidence).value_or(report::EvidenceMode::crop);
  if (config.reports_keep_days > 0) options.keep = std::chrono::hours(24) * config.reports_keep_days;
  return options;
}

store::EvidenceBudget budget_of(const Config& config) {
  store::EvidenceBudget budget;
  if (config.reports_keep_days > 0) budget.age_most = std::chrono::hours(24) * config.reports_keep_days;
  return budget;
}

}  // namespace

domain::Result<std::unique_ptr<Keeping>> Keeping::open(const Config& config, const base::Clock& clock) {
  std::unique_ptr<Keeping> keeping(new Keeping);
  const bool own = config.data_dir.empty();
  std::filesystem::path folder = config.data_dir;
  if (own) {
    folder = keeping->private_folder_ = make_private_folder();
    if (!folder.empty()) sweep_private_folders(folder.parent_path());
  }
  const auto fail = [&](const domain::Error& error) {
    return domain::refuse(domain::ErrorCode::invalid_value,
                          fmt::format("DATA_DIR = \"{}\" cannot be used: {}", config.data_dir, error.message));
  };
  keeping->folder_ = folder;
  if (!folder.empty()) {
    auto lock = FolderLock::take(folder);
    if (!lock && !own) return fail(lock.error());
    if (lock) keeping->lock_ = std::move(*lock);
  }
  if (!folder.empty()) {
    auto store = store::open_sqlite_store(
        {.path = folder / "hazards.db", .durability = own ? store::Durability::normal : store::Durability::full});
    if (store) {
      keeping->store_ = std::move(*store);
    } else if (!own) {
      return fail(store.error());
    } else {
      base::log::warn("reports_not_kept", store.error().message, {});
    }
    auto evidence = store::EvidenceFolder::open(folder / "pictures", budget_of(config));
    if (evidence) {
      keeping->evidence_ = std::move(*evidence);
    } else if (!own) {
      return fail(evidence.error());
    }
  }
  if (keeping->store_ && keeping->evidence_) {
    // What a crash left between a picture and its row.
    auto& reads = keeping->store_->reads();
    keeping->evidence_->sweep([&reads](const std::string& id) { return reads.evidence(id).has_value(); });
  }
  keeping->desk_ = std::make_unique<desk::Desk>(keeping->store_.get(), keeping->evidence_.get(), clock, desk_options(config));
  keeping->words_ = !keeping->store_ ? "nothing: no folder could be made for it; set DATA_DIR"
                    : own            ? "in a private folder until the server stops; set DATA_DIR to keep them"
                                     : fmt::format("in {}", config.data_dir);
  return keeping;
}

void Keeping::saw(const session::Sight& sight) {
  report::FrameFacts facts;
  facts.client_key = facts.session_id = sight.session_id;
  facts.source = "stream";
  facts.frame_id = sight.frame_id;
  facts.model_version = sight.model.version;
  facts.thresholds = {.detection = static_cast<float>(sight.confidence_threshold), .report = desk_->options().report_threshold};
  facts.at = facts.arrived = sight.at;
  facts.picture = sight.result.picture;
  facts.location = sight.location;
  facts.found = desk::found_in(sight.result, sight.model);
  desk_->stream_picture(facts, sight.picture);
}

Keeping::~Keeping() {
  if (desk_) desk_->close();
  store_.reset();  // its last jobs still use the desk
  desk_.reset();
  evidence_.reset();
  lock_.reset();
  std::error_code ignored;
  if (!private_folder_.empty()) std::filesystem::remove_all(private_folder_, ignored);
}

}  // namespace hazard::app
