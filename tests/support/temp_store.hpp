// A SQLite store in a folder of its own that goes with it, and a way to run one job and wait for it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/sqlite_store.hpp"

namespace hazard::test {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hazard-store-XXXXXX").string();
    const char* made = ::mkdtemp(pattern.data());
    if (made == nullptr) ADD_FAILURE() << "no folder for temporary files";
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

class TempStore {
 public:
  TempStore() { open(); }

  store::SqliteOptions options() const {
    store::SqliteOptions options;
    options.path = folder_.path() / "hazards.db";
    options.durability = store::Durability::normal;
    return options;
  }
  void open() {
    auto opened = store::open_sqlite_store(options());
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    store_ = std::move(*opened);
  }
  void close() { store_.reset(); }

  // Runs the work and waits; whether it was kept.
  bool run(std::function<void(store::Transaction&)> work) {
    bool kept = false;
    const bool taken = store_->submit({.work =
                                           [work = std::move(work)](store::Transaction& transaction) {
                                             work(transaction);
                                             return true;
                                           },
                                       .done = [&kept](bool yes) { kept = yes; }});
    store_->drain();
    return taken && kept;
  }

  store::Store* operator->() const noexcept { return store_.get(); }
  store::Store& operator*() const noexcept { return *store_; }
  const std::filesystem::path& folder() const noexcept { return folder_.path(); }

 private:
  TempFolder folder_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace hazard::test
