// A scheduler on a clock that a test moves, and clients whose sinks remember what they were told.
#pragma once

#include <gtest/gtest.h>

#include "pipeline/scheduler.hpp"
#include "support/recording_sink.hpp"

namespace hazard::test {

class SchedulerFixture : public testing::Test {
 protected:
  struct Client {
    std::shared_ptr<RecordingSink> sink = std::make_shared<RecordingSink>();
    pipeline::LanePtr lane;
    std::uint64_t seq = 0;
  };

  Client open(pipeline::LaneSettings settings = {}) {
    Client client;
    client.lane = scheduler_.open_lane(settings, client.sink);
    return client;
  }
  void offer(Client& client) {
    domain::EncodedFrame frame;
    frame.seq = ++client.seq;
    frame.received_at = clock_.now();
    ASSERT_TRUE(scheduler_.offer(client.lane, std::move(frame)));
  }

  base::ManualClock clock_;
  pipeline::PipelineMetrics metrics_;
  pipeline::Scheduler scheduler_{clock_, metrics_};
};

}  // namespace hazard::test
