#include "outgoing/curl_poster.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "outgoing/address.hpp"

namespace hazard::outgoing {
namespace {

struct HandleEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, HandleEnd>;
using Lines = std::unique_ptr<curl_slist, ListEnd>;

Reach reach_of_socket(const curl_sockaddr& to) {
  Address address;
  if (to.family == AF_INET && to.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, &to.addr, sizeof v4);
    std::memcpy(address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return reach_of(address);
  }
  // libcurl's structure is as long as the address says, though its type is that of an IPv4 one.
  if (to.family == AF_INET6 && to.addrlen >= sizeof(sockaddr_in6)) {
    address.is_v6 = true;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&to.addr) + offsetof(sockaddr_in6, sin6_addr);
    std::copy_n(bytes, address.bytes.size(), address.bytes.begin());
    return reach_of(address);
  }
  return Reach::nowhere;
}

class CurlPoster final : public Poster {
 public:
  explicit CurlPoster(const CurlOptions& options) : options_(options) {}

  Posted post(const Post& message) override {
    Line& line = line_to(message.url);
    const std::lock_guard one_at_a_time(line.mutex);
    Posted posted;
    if (stopped_) {
      posted.stopped = true;
      return posted;
    }
    if (!line.handle) {
      posted.error = "Out of memory.";
      return posted;
    }
    line.refused = false;
    line.answer.clear();
    const Lines headers = prepare(line, message);
    const CURLcode outcome = curl_easy_perform(line.handle.get());
    long status = 0;
    curl_easy_getinfo(line.handle.get(), CURLINFO_RESPONSE_CODE, &status);
    // An answer longer than we read ends as a write error: its status came all the same.
    const bool cut = outcome == CURLE_WRITE_ERROR && line.answer.size() >= kAnswerBytesMost;
    if (outcome == CURLE_OK || cut) {
      posted.status = static_cast<int>(status);
      posted.body = std::move(line.answer);
      curl_off_t seconds = 0;
      curl_easy_getinfo(line.handle.get(), CURLINFO_RETRY_AFTER, &seconds);
      if (seconds > 0) posted.retry_after = std::chrono::seconds(std::min<curl_off_t>(seconds, 10'000'000));
      return posted;
    }
    posted.stopped = outcome == CURLE_ABORTED_BY_CALLBACK && stopped_;
    posted.error = line.refused ? "Every address of the receiver is private or reserved: see WEBHOOK_ALLOW_PRIVATE."
                                : std::string(curl_easy_strerror(outcome)) + ".";
    return posted;
  }

  void stop() override { stopped_ = true; }

 private:
  // To one URL, with the connection that stays open to it.
  struct Line {
    const CurlPoster& poster;
    Handle handle{curl_easy_init()};
    std::mutex mutex = {};  // of all below
    std::string answer = {};
    bool refused = false;
  };

  Line& line_to(const std::string& url) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Line>& line = lines_[url];
    if (!line) line.reset(new Line{.poster = *this});
    return *line;
  }

  Lines prepare(Line& line, const Post& message) const {
    CURL* const curl = line.handle.get();
    curl_easy_reset(curl);  // connections that are open stay so
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(options_.timeout).count();
    curl_easy_setopt(curl, CURLOPT_URL, message.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");  // nor one of the environment: the address judged is the receiver's
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message.body.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message.body.size()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlPoster::take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &line);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &CurlPoster::open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &line);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &CurlPoster::go_on);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &line);
    Lines lines(curl_slist_append(nullptr, ("Content-Type: " + message.content_type).c_str()));
    const auto add = [&lines](const std::string& text) {
      // On failure the old list stays ours.
      if (curl_slist* longer = curl_slist_append(lines.get(), text.c_str()); longer != nullptr && !lines) lines.reset(longer);
    };
    add("Expect:");  // no round trip before the body
    for (const auto& [name, value] : message.headers) add(name + ": " + value);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
    return lines;
  }

  static std::size_t take_answer(char* bytes, std::size_t size, std::size_t count, void* line) {
    std::string& answer = static_cast<Line*>(line)->answer;
    const std::size_t got = size * count;
    answer.append(bytes, std::min(got, kAnswerBytesMost - answer.size()));
    return answer.size() < kAnswerBytesMost ? got : 0;  // 0 ends the transfer
  }

  static curl_socket_t open_socket(void* to_line, curlsocktype, curl_sockaddr* to) {
    auto& line = *static_cast<Line*>(to_line);
    const Reach reach = reach_of_socket(*to);
    if (reach == Reach::nowhere || (reach == Reach::inside && !line.poster.options_.allow_private)) {
      line.refused = true;
      return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }

  static int go_on(void* line, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Line*>(line)->poster.stopped_ ? 1 : 0;
  }

  const CurlOptions options_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<Line>> lines_;  // as many as receivers
};

}  // namespace

std::unique_ptr<Poster> make_curl_poster(const CurlOptions& options) {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!kReady) return nullptr;
  return std::make_unique<CurlPoster>(options);
}

}  // namespace hazard::outgoing
