#include "app/state_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hazard::app {
namespace {

constexpr const char* kName = "sessions.state";
constexpr const char* kNewName = "sessions.state.new";

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  bool open() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

std::unexpected<domain::Error> failed(std::string_view what, const std::string& folder, int error) {
  return domain::refuse(domain::ErrorCode::invalid_value,
                        fmt::format("{} in STREAMING_STATE_DIR {}: {}", what, folder, std::strerror(error)));
}

Descriptor open_folder(const std::string& folder) {
  ::mkdir(folder.c_str(), 0700);  // the parent has to be there; when the folder is, nothing happens
  return Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The whole of a file whose size is known; shorter when it ends before.
std::optional<std::string> read_all(int fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(fd, text.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

}  // namespace

domain::Result<void> write_state_file(const std::string& folder, std::string_view text) {
  const Descriptor directory = open_folder(folder);
  if (!directory.open()) return failed("nothing can be kept", folder, errno);
  ::unlinkat(directory.get(), kNewName, 0);
  const Descriptor file(::openat(directory.get(), kNewName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return failed("no file can be made", folder, errno);
  if (!write_all(file.get(), text) || ::fsync(file.get()) != 0) {
    const int error = errno;
    ::unlinkat(directory.get(), kNewName, 0);
    return failed("the sessions could not be written", folder, error);
  }
  if (::renameat(directory.get(), kNewName, directory.get(), kName) != 0)
    return failed("the file could not be put in place", folder, errno);
  ::fsync(directory.get());
  return {};
}

domain::Result<std::optional<std::string>> take_state_file(const std::string& folder) {
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) {
    if (errno == ENOENT) return std::optional<std::string>{};
    return failed("nothing can be read", folder, errno);
  }
  // Not blocking: a pipe of that name must not hold up the start.
  const Descriptor file(::openat(directory.get(), kName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.open() && errno == ENOENT) return std::optional<std::string>{};
  const int error = errno;
  ::unlinkat(directory.get(), kName, 0);
  if (!file.open()) return failed("the saved sessions cannot be opened", folder, error);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return failed("the saved sessions cannot be looked at", folder, errno);
  if (!S_ISREG(about.st_mode) || about.st_uid != ::geteuid())
    return failed("the saved sessions are no file of this user", folder, EPERM);
  if (static_cast<std::uint64_t>(about.st_size) > kStateBytesMax)
    return failed("the saved sessions are too large", folder, EFBIG);
  auto text = read_all(file.get(), static_cast<std::size_t>(about.st_size));
  if (!text) return failed("the saved sessions cannot be read", folder, errno);
  return text;
}

std::optional<std::string> state_folder_trouble(const std::string& folder) {
  const Descriptor directory = open_folder(folder);
  const bool writable = directory.open() && ::faccessat(directory.get(), ".", W_OK | X_OK, AT_EACCESS) == 0;
  if (writable) return std::nullopt;
  return failed("no file can be made", folder, errno).error().message;
}

}  // namespace hazard::app
