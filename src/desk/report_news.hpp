// The news of reports for GET /events: each gets a number that grows, also over a restart; the last ones are kept, so that a listener
// who comes back hears what it missed. Published from the store's writer thread, heard wherever the listener was called: a listener
// must not block and must not call back.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "desk/report_record.hpp"

namespace hazard::desk {

struct News {
  std::uint64_t id = 0;
  std::shared_ptr<const std::string> json;
};

class ReportNews {
 public:
  explicit ReportNews(const base::Clock& clock);

  void added(const Report& report) { tell("new_report", "A new report was made", &report, report.record.id); }
  void changed(const Report& report) { tell("report_updated", "A report was changed", &report, report.record.id); }
  void removed(const std::string& report_id) { tell("report_deleted", "A report was deleted", nullptr, report_id); }

  using Listener = std::function<void(const News&)>;
  // From now on the listener hears everything; with `after` it first hears what came behind that number. The answer is its key.
  std::uint64_t listen(Listener listener, std::optional<std::uint64_t> after);
  void leave(std::uint64_t key);

  std::size_t listeners() const;
  std::uint64_t listeners_ever() const;

  static constexpr std::size_t kKept = 256;

 private:
  void tell(std::string_view type, std::string_view message, const Report* report, const std::string& id);

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::uint64_t last_id_;
  std::uint64_t last_key_ = 0;
  std::deque<News> kept_;
  std::unordered_map<std::uint64_t, Listener> listeners_;
};

}  // namespace hazard::desk
