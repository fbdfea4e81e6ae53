// The Server-Timing header (W3C Server Timing) of answers to a picture: where its time went, for the browser's network panel and
// for scripts that only want the times. Pure; the REST routes call it on whichever thread has the result.
#pragma once

#include <string>
#include <string_view>

#include "domain/verdict.hpp"

namespace hazard::serve {

inline constexpr std::string_view kServerTiming = "Server-Timing";

// "queue;dur=0.069, decode;dur=0.722, infer;dur=21.475, post;dur=0.056, total;dur=22.322": milliseconds.
std::string server_timing(const domain::StageTimes& times);

// The same from the `timing` object of a verdict's message; empty when it has none (a drop, an error, a frame still queued).
std::string server_timing_of(std::string_view verdict_json);

}  // namespace hazard::serve
