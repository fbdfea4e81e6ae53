#include "app/video_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace hazard::app {
namespace {

constexpr std::size_t kJpegBytesMax = 32 * 1024 * 1024;

struct Child {
  int pipe = -1;  // what it writes
  pid_t number = 0;
};

// What a program that works on a stranger's file gets to see of our environment.
std::vector<std::string> small_environment() {
  std::vector<std::string> kept;
  for (const char* name : {"PATH", "LD_LIBRARY_PATH", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) kept.push_back(fmt::format("{}={}", name, value));
  }
  return kept;
}

// In a process group of its own: Ctrl-C is for us, who end it in order. It gets neither our descriptors (clients' connections would
// stay open as long as it lives) nor our signal mask (SIGTERM would wait for ever), nor secrets of the environment.
domain::Result<Child> spawn(const std::vector<const char*>& arguments) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return domain::refuse(domain::ErrorCode::internal, std::strerror(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);
  for (const int each : {SIGTERM, SIGINT, SIGPIPE}) ::sigaddset(&signals, each);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  auto environment = small_environment();
  std::vector<char*> entries;
  for (std::string& entry : environment) entries.push_back(entry.data());
  entries.push_back(nullptr);
  Child child{.pipe = pipe[0], .number = 0};
  const int failed = ::posix_spawnp(&child.number, arguments[0], &actions, &attributes,
                                    const_cast<char* const*>(arguments.data()), entries.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failed == 0) return child;
  ::close(pipe[0]);
  return domain::refuse(domain::ErrorCode::not_implemented,
                        fmt::format("videos need ffmpeg ({}): install it (apt-get install ffmpeg), or give a folder of pictures",
                                    std::strerror(failed)));
}

class VideoSource final : public FrameSource {
 public:
  VideoSource(int pipe, pid_t child) : pipe_(pipe), child_(child) {}
  ~VideoSource() override {
    ::close(pipe_);
    if (child_ == 0) return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }
  VideoSource(const VideoSource&) = delete;
  VideoSource& operator=(const VideoSource&) = delete;

  domain::Result<std::optional<SourceFrame>> next() override {
    std::array<char, 64 * 1024> chunk;
    while (true) {
      if (auto jpeg = cut_jpeg(buffer_)) {
        return SourceFrame{.picture = std::move(*jpeg), .name = std::to_string(++number_), .location = {}};
      }
      const ssize_t got = ::read(pipe_, chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return end();
      buffer_.append(chunk.data(), static_cast<std::size_t>(got));
      if (buffer_.size() > kJpegBytesMax)
        return domain::refuse(domain::ErrorCode::frame_too_large, "ffmpeg sent a frame without an end");
    }
  }

 private:
  domain::Result<std::optional<SourceFrame>> end() {
    int status = 0;
    if (child_ != 0 && ::waitpid(child_, &status, 0) == child_ && WIFSIGNALED(status)) status_ = WTERMSIG(status);
    child_ = 0;
    if (status_ != 0)
      return domain::refuse(domain::ErrorCode::internal,
                            fmt::format("ffmpeg was ended by signal {} before the video was", status_));
    if (number_ == 0) return domain::refuse(domain::ErrorCode::undecodable_image, "ffmpeg found no picture in the video");
    return std::nullopt;
  }

  int pipe_;
  pid_t child_;
  std::string buffer_;
  std::uint64_t number_ = 0;
  int status_ = 0;
};

}  // namespace

std::optional<domain::Bytes> cut_jpeg(std::string& bytes) {
  const std::size_t start = bytes.find("\xFF\xD8");
  if (start == std::string::npos) return std::nullopt;
  const std::size_t end = bytes.find("\xFF\xD9", start + 2);
  if (end == std::string::npos) return std::nullopt;
  domain::Bytes jpeg(bytes.begin() + static_cast<std::ptrdiff_t>(start), bytes.begin() + static_cast<std::ptrdiff_t>(end + 2));
  bytes.erase(0, end + 2);
  return jpeg;
}

domain::Result<std::unique_ptr<FrameSource>> open_video(const SourceOptions& options) {
  const std::string rate = fmt::format("fps={}", options.fps);
  // With the protocol named, no file name can be taken for an option or another protocol.
  const std::string file = "file:" + options.name;
  std::vector<const char*> arguments{"ffmpeg", "-nostdin", "-v", "error"};
  if (options.loop) arguments.insert(arguments.end(), {"-stream_loop", "-1"});
  arguments.insert(arguments.end(),
                   {"-i", file.c_str(), "-vf", rate.c_str(), "-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "3", "-", nullptr});
  const auto child = spawn(arguments);
  if (!child) return std::unexpected(child.error());
  return std::make_unique<VideoSource>(child->pipe, child->number);
}

std::optional<double> video_seconds(const std::string& name) {
  const std::string file = "file:" + name;
  const auto child =
      spawn({"ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file.c_str(), nullptr});
  if (!child) return std::nullopt;
  std::array<char, 64> text{};
  const ssize_t got = ::read(child->pipe, text.data(), text.size());
  ::close(child->pipe);
  ::waitpid(child->number, nullptr, 0);
  if (got <= 0) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + got, seconds);
  return error == std::errc{} && seconds > 0 ? std::optional(seconds) : std::nullopt;
}

bool has_ffmpeg() {
  const auto child = spawn({"ffmpeg", "-v", "quiet", "-version", nullptr});
  if (!child) return false;
  ::close(child->pipe);
  ::waitpid(child->number, nullptr, 0);
  return true;
}

}  // namespace hazard::app
