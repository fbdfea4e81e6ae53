#include "app/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace hazard::app {
namespace fs = std::filesystem;
using domain::ErrorCode;

domain::Result<std::unique_ptr<FolderLock>> FolderLock::take(const fs::path& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  const fs::path path = folder / "lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return domain::refuse(ErrorCode::invalid_value, fmt::format("{} cannot be written: {}", path.string(), std::strerror(errno)));
  }
  std::unique_ptr<FolderLock> lock(new FolderLock(file));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return domain::refuse(ErrorCode::invalid_value,
                            fmt::format("{} cannot be locked: {}", path.string(), std::strerror(errno)));
    int holder = 0;
    std::ifstream(path) >> holder;
    return domain::refuse(ErrorCode::invalid_value,
                          fmt::format("another hazardstream{} has it open; stop that one first, or name another folder",
                                      holder > 0 ? fmt::format(" (process {})", holder) : std::string()));
  }
  const std::string number = fmt::format("{}\n", ::getpid());
  const bool written = ::ftruncate(file, 0) == 0 && ::pwrite(file, number.data(), number.size(), 0) > 0;
  static_cast<void>(written);  // only a courtesy to the one who is refused
  return lock;
}

FolderLock::~FolderLock() { ::close(file_); }

}  // namespace hazard::app
