// Says that a folder belongs to this process alone: two processes that keep hazards in one folder would each sweep away the other's
// pictures. Made and given up on the main thread. The kernel gives the lock up when the process ends, however it ends.
#pragma once

#include <filesystem>
#include <memory>

#include "domain/error.hpp"

namespace hazard::app {

class FolderLock {
 public:
  // Makes the folder, for its owner only, where it is not there yet. Errors: invalid_value with a sentence, also when another
  // process (named by its number where it said it) holds the lock.
  static domain::Result<std::unique_ptr<FolderLock>> take(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}
  const int file_;
};

}  // namespace hazard::app
