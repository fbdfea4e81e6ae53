#include "app/private_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>
#include <system_error>
#include <vector>

#include "app/folder_lock.hpp"

namespace hazard::app {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kName = "hazardstream-";
constexpr std::size_t kRandom = 6;  // mkdtemp's
// Between a folder's making and its locking lies less than this.
constexpr std::time_t kYoungS = 60;

// A folder itself, not a link to one, of this user and of nobody else's making.
bool is_left_behind(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(kName) || name.size() != kName.size() + kRandom) return false;
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != ::geteuid()) return false;
  return (found.st_mode & 0077U) == 0 && found.st_mtime < std::time(nullptr) - kYoungS;
}

}  // namespace

fs::path make_private_folder() {
  std::error_code failure;
  for (const fs::path& parent : {fs::temp_directory_path(failure), fs::path("/dev/shm")}) {
    std::string name = (parent / (std::string(kName) + std::string(kRandom, 'X'))).string();
    if (::mkdtemp(name.data()) != nullptr) return name;
  }
  return {};
}

int sweep_private_folders(const fs::path& parent) {
  std::error_code ignored;
  std::vector<fs::path> left;
  for (fs::directory_iterator entry(parent, ignored), end; entry != end; entry.increment(ignored)) {
    if (is_left_behind(entry->path())) left.push_back(entry->path());
  }
  int removed = 0;
  for (const fs::path& folder : left) {
    const auto lock = FolderLock::take(folder);
    if (!lock) continue;
    fs::remove_all(folder, ignored);
    ++removed;
  }
  return removed;
}

}  // namespace hazard::app
