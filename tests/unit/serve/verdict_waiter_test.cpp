#include "serve/verdict_waiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(verdict_waiter, full_queue_is_429_at_once_and_a_wait_ends_at_its_deadline) {
  std::latch begun(1);
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.registry.limits.stream.queue_size = 1;
  options.script.on_infer = [&, first = true]() mutable -> domain::Result<void> {
    if (std::exchange(first, false)) {
      begun.count_down();
      go_on.wait();
    }
    return {};
  };
  LiveServer live(std::move(options));
  open_session(live);
  Client client(live.port());
  EXPECT_EQ(client.post("/stream/process/mine", process_body("a")).status, 200);
  begun.wait();
  HttpReply refused;
  for (int i = 0; i < 3 && refused.status != 429; ++i) refused = client.post("/stream/process/mine?wait=1", process_body("b"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("queue_full"));
  EXPECT_TRUE(refused.headers.contains("retry-after"));
  go_on.count_down();
}

}  // namespace
}  // namespace hazard::serve
