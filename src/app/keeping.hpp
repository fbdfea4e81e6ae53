// What the server keeps: the database and the pictures in DATA_DIR, and the desk over both. Without DATA_DIR they live in a private
// folder that goes when the server stops. Made and ended on the main thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/config.hpp"
#include "app/folder_lock.hpp"
#include "desk/desk.hpp"
#include "session/sight.hpp"
#include "store/evidence_folder.hpp"
#include "store/store.hpp"

namespace hazard::app {

class Keeping {
 public:
  // Errors, only when DATA_DIR is set: a sentence for the operator; also when another process has it open. Without it a folder that
  // cannot be made costs the reports, not the start.
  static domain::Result<std::unique_ptr<Keeping>> open(const Config& config, const base::Clock& clock);
  ~Keeping();  // saves, closes, and removes a private folder
  Keeping(const Keeping&) = delete;
  Keeping& operator=(const Keeping&) = delete;

  desk::Desk& desk() noexcept { return *desk_; }
  store::Store* store() noexcept { return store_.get(); }  // null: nothing is kept
  // Where everything lies; empty: nothing is kept.
  const std::filesystem::path& folder() const noexcept { return folder_; }
  // A picture of a stream, in the words of the desk. On a worker's thread.
  void saw(const session::Sight& sight);
  // One line for the person who started the server: where things are kept.
  const std::string& words() const noexcept { return words_; }

 private:
  Keeping() = default;

  std::filesystem::path private_folder_;  // empty: the operator's own
  std::filesystem::path folder_;
  std::unique_ptr<FolderLock> lock_;
  std::string words_;
  std::unique_ptr<store::EvidenceFolder> evidence_;
  std::unique_ptr<store::Store> store_;  // its jobs use the folder and the desk
  std::unique_ptr<desk::Desk> desk_;
};

}  // namespace hazard::app
