// One listener of GET /events: news of reports as unnamed events, with pings while nothing happens. Started on the I/O thread, lives
// there; news come from other threads through a bounded queue, and a listener that does not read is ended.
#pragma once

#include "desk/report_news.hpp"
#include "serve/event_stream.hpp"

namespace hazard::serve {

void start_news_stream(StreamContext& context, desk::ReportNews& news, const EventOpening& opening, TakenSocket taken);

}  // namespace hazard::serve
