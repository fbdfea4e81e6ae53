#include "app/upload_queue.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "detect/fake_engine.hpp"
#include "support/desk_fixture.hpp"

namespace hazard::app {
namespace {

using serve::DriveState;
using serve::DriveStatus;

constexpr const char* kTrack = R"(<gpx><trk><trkseg><trkpt lat="48" lon="11"><time>2026-05-17T10:00:00Z</time></trkpt>)"
                               R"(<trkpt lat="48.001" lon="11"><time>2026-05-17T10:00:10Z</time></trkpt></trkseg></trk></gpx>)";

// A queue whose model is loaded when the test lets it, or never.
struct UploadQueueTest : test::DeskTest {
  UploadTools tools() {
    return {.folder = store.folder(),
            .desk = *desk,
            .clock = clock,
            .load = [this]() -> domain::Result<std::unique_ptr<detect::Engine>> {
              loading.set_value();
              release.get_future().wait();
              return domain::refuse(domain::ErrorCode::model_not_ready, "scripted");
            },
            .reads_video = true};
  }
  static domain::Result<DriveStatus> take(UploadQueue& queue, std::string video = "no video") {
    std::promise<domain::Result<DriveStatus>> answer;
    queue.take(std::move(video), kTrack, [&](domain::Result<DriveStatus> taken) { answer.set_value(std::move(taken)); });
    return answer.get_future().get();
  }
  std::promise<void> loading;
  std::promise<void> release;
};

TEST_F(UploadQueueTest, a_drive_is_on_disk_before_it_is_answered) {
  auto queue = UploadQueue::open(tools());
  const auto taken = take(*queue);
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->state, DriveState::queued);
  EXPECT_TRUE(std::filesystem::exists(store.folder() / "uploads" / taken->id / "video.mp4"));
  loading.get_future().wait();
  EXPECT_EQ(queue->status(taken->id)->state, DriveState::processing);
  EXPECT_FALSE(queue->status("nobody"));
  release.set_value();
}

TEST_F(UploadQueueTest, so_many_wait_and_one_more_is_refused) {
  auto queue = UploadQueue::open(tools());
  for (std::size_t i = 0; i < UploadQueue::kWaitingMost; ++i) EXPECT_TRUE(take(*queue)) << i;
  const auto refused = take(*queue);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::queue_full);
  EXPECT_TRUE(refused.error().retry_after);
  queue->stop();
  release.set_value();
}

TEST_F(UploadQueueTest, what_failed_says_why_over_a_restart_and_its_video_is_gone) {
  std::string id;
  {
    auto queue = UploadQueue::open(tools());
    id = take(*queue)->id;
    release.set_value();
    while (queue->status(id)->state != DriveState::failed) std::this_thread::yield();
    EXPECT_FALSE(queue->status(id)->error.empty());
  }
  EXPECT_FALSE(std::filesystem::exists(store.folder() / "uploads" / id / "video.mp4"));
  const auto again = UploadQueue::open(tools());
  ASSERT_TRUE(again->status(id));
  EXPECT_EQ(again->status(id)->state, DriveState::failed);
}

TEST_F(UploadQueueTest, half_an_upload_of_a_killed_process_is_swept_away) {
  const auto half = store.folder() / "uploads" / "0f8fad5b-d9cb-469f-a165-70867728950e.part";
  std::filesystem::create_directories(half);
  std::ofstream(half / "video.mp4") << "half";
  const auto queue = UploadQueue::open(tools());
  EXPECT_FALSE(std::filesystem::exists(half));
}

}  // namespace
}  // namespace hazard::app
