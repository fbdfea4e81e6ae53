#include "serve/server_timing.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/clock.hpp"

namespace hazard::serve {

std::string server_timing(const domain::StageTimes& times) {
  return fmt::format("queue;dur={:.3f}, decode;dur={:.3f}, infer;dur={:.3f}, post;dur={:.3f}, total;dur={:.3f}",
                     base::to_ms(times.queue), base::to_ms(times.decode), base::to_ms(times.inference),
                     base::to_ms(times.postprocess), base::to_ms(times.total));
}

std::string server_timing_of(std::string_view verdict_json) {
  // Our own writing: one line, and a quote inside a client's text is always escaped, so this cannot be met within one.
  constexpr std::string_view kBegin = R"("timing":{)";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kStages{{{"\"queue_ms\":", "queue"},
                                                                                  {"\"decode_ms\":", "decode"},
                                                                                  {"\"inference_ms\":", "infer"},
                                                                                  {"\"postprocess_ms\":", "post"},
                                                                                  {"\"total_ms\":", "total"}}};
  const std::size_t begin = verdict_json.find(kBegin);
  if (begin == std::string_view::npos) return {};
  std::string_view timing = verdict_json.substr(begin + kBegin.size());
  timing = timing.substr(0, timing.find('}'));
  std::string text;
  for (const auto& [key, stage] : kStages) {
    const std::size_t at = timing.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = timing.substr(at + key.size());
    text.append(text.empty() ? "" : ", ").append(stage).append(";dur=").append(rest.substr(0, rest.find(',')));
  }
  return text;
}

}  // namespace hazard::serve
