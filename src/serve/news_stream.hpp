// One listener of GET /events: news of reports as unnamed events, with pings while nothing happens. Started on the I/O thread, lives
// there; news come from other threads through a bounded queue, and a listener that does not read is ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "desk/report_news.hpp"
#include "serve/stream_context.hpp"
#include "serve/taken_socket.hpp"

namespace hazard::serve {

struct NewsOpening {
  std::string request_id;
  std::string cors_lines;
  std::optional<std::uint64_t> last_event;
  int minor_version = 1;
};

void start_news_stream(StreamContext& context, desk::ReportNews& news, NewsOpening opening, TakenSocket taken);

}  // namespace hazard::serve
