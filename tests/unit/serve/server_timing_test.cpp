#include "serve/server_timing.hpp"

#include <gtest/gtest.h>

#include "wire/server_message.hpp"

namespace hazard::serve {
namespace {

using std::chrono::microseconds;

domain::StageTimes times() {
  return {.queue = microseconds(69),
          .decode = microseconds(722),
          .inference = microseconds(21475),
          .postprocess = microseconds(56),
          .total = microseconds(22322)};
}

TEST(ServerTiming, names_each_stage_in_milliseconds) {
  EXPECT_EQ(server_timing(times()), "queue;dur=0.069, decode;dur=0.722, infer;dur=21.475, post;dur=0.056, total;dur=22.322");
  EXPECT_EQ(server_timing({}), "queue;dur=0.000, decode;dur=0.000, infer;dur=0.000, post;dur=0.000, total;dur=0.000");
}

TEST(ServerTiming, is_read_from_a_result_as_it_is_sent_whatever_the_client_called_the_frame) {
  domain::Verdict verdict;
  verdict.frame_id = R"(a","timing":{"queue_ms":1)";
  verdict.outcome = domain::FrameResult{.times = times()};
  const domain::ModelInfo model;
  const std::string json = wire::verdict_message(verdict, {.session_id = "s", .event = 1, .model = &model});
  EXPECT_EQ(server_timing_of(json), "queue;dur=0.069, decode;dur=0.722, infer;dur=21.475, post;dur=0.056, total;dur=22.322");
}

TEST(ServerTiming, is_nothing_for_what_has_no_times) {
  domain::Verdict verdict;
  verdict.outcome = domain::FrameDrop{};
  EXPECT_EQ(server_timing_of(wire::verdict_message(verdict, {.session_id = "s", .event = 1})), "");
  EXPECT_EQ(server_timing_of(R"({"status":"queued"})"), "");
  EXPECT_EQ(server_timing_of(R"({"timing":{"queue_ms":1}})"), "");
  EXPECT_EQ(server_timing_of(R"("timing":{)"), "");
  EXPECT_EQ(server_timing_of(""), "");
}

}  // namespace
}  // namespace hazard::serve
