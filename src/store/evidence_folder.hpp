// Pictures of hazards on disk, under a budget of bytes and of age. Names are made from ids alone, so that nothing a client sends becomes
// part of a path. Which hazard a picture belongs to is the database's business (EvidenceRecord): put the file first, then the row; erase
// the file first, then the row. What a crash leaves between the two is a file without a row, which sweep() removes.
//
// Thread-safe: the store's writer puts, requests read. Changes come one at a time and do their work on files without the lock of the
// bookkeeping, so that a reader never waits for the disk's writes; a file appears and goes as a whole.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"

namespace hazard::store {

struct EvidenceBudget {
  std::int64_t bytes_most = std::int64_t{2} * 1024 * 1024 * 1024;
  base::Duration age_most = std::chrono::hours(24 * 90);
};

class EvidenceFolder {
 public:
  // Makes the folder, for the owner only, or takes over what it holds. Refused (internal) when that is impossible.
  static domain::Result<std::unique_ptr<EvidenceFolder>> open(const std::filesystem::path& root, EvidenceBudget budget);

  // Keeps the picture under the id (a UUID in lower case; anything else is refused as invalid_value). Over the budget of bytes the
  // oldest go: their ids are returned, and their rows should follow. A picture larger than the whole budget is refused.
  domain::Result<std::vector<std::string>> put(const std::string& id, domain::ByteView picture, base::WallTime now);
  std::optional<domain::Bytes> read(const std::string& id) const;
  bool erase(const std::string& id);  // false: was not there

  // Those older than the budget allows; their ids.
  std::vector<std::string> expire(base::WallTime now);
  // Removes every file whose id is not known to `has_row`, which must not change the folder; how many.
  std::size_t sweep(const std::function<bool(const std::string& id)>& has_row);

  std::int64_t bytes() const;
  std::size_t pictures() const;

 private:
  struct Kept {
    std::int64_t bytes = 0;
    base::WallTime at{};
  };
  EvidenceFolder(std::filesystem::path root, EvidenceBudget budget) : root_(std::move(root)), budget_(budget) {}
  std::filesystem::path path_of(const std::string& id) const;
  void load();
  void drop(const std::string& id);  // under mutex_: from the bookkeeping
  void remove_files(const std::vector<std::string>& ids) const;

  const std::filesystem::path root_;
  const EvidenceBudget budget_;
  std::mutex changing_;       // taken before mutex_; held while files are written and removed
  mutable std::mutex mutex_;  // of what follows; never held over a file
  std::map<std::string, Kept> kept_;
  std::set<std::pair<base::WallTime, std::string>> by_age_;
  std::int64_t bytes_ = 0;
};

// 36 characters, 0-9 a-f and dashes where a UUID has them.
bool is_evidence_id(std::string_view id) noexcept;

}  // namespace hazard::store
