#include "session/sight.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>

#include "support/house.hpp"

namespace hazard::session {
namespace {

struct Heard {
  std::mutex mutex;
  std::vector<std::optional<domain::Location>> places;
  std::vector<std::size_t> found;
  std::promise<std::pair<std::string, std::uint64_t>> ended;
};

std::shared_ptr<const SightListener> listener_of(Heard& heard) {
  SightListener listener;
  listener.saw = [&heard](const Sight& sight) {
    const std::lock_guard lock(heard.mutex);
    heard.places.push_back(sight.location);
    heard.found.push_back(sight.result.detections.size());
  };
  listener.ended = [&heard](const std::string& id, std::uint64_t life) { heard.ended.set_value({id, life}); };
  return std::make_shared<const SightListener>(std::move(listener));
}

TEST(Sight, each_looked_at_picture_is_told_with_its_place_and_the_end_once) {
  base::RealClock clock;
  Heard heard;
  auto options = test::House::default_options();
  options.limits.sights = listener_of(heard);
  test::House house(clock, {.detections = {{.box = {4, 5, 30, 40}, .confidence = 0.9F, .class_id = 1}}}, options);
  domain::StreamConfigPatch patch;
  patch.delivery = "all";
  const auto session = house.registry.open(Transport::sse, "mine", patch);
  ASSERT_TRUE(session);
  auto placed = test::frame_message("a");
  placed.frame.location = domain::Location{.latitude = 1, .longitude = 2, .accuracy_m = {}, .heading_deg = {}, .speed_mps = {}};
  (*session)->offer(std::move(placed), clock.now());
  (*session)->offer(test::frame_message("b"), clock.now());
  wire::FrameMessage damaged;
  damaged.frame.buffer = {'n', 'o'};
  (*session)->offer(std::move(damaged), clock.now());
  while ((*session)->counters().in_flight > 0) std::this_thread::yield();
  house.registry.close("mine", EndReason::closed_by_client);
  EXPECT_EQ(heard.ended.get_future().get(), std::pair(std::string("mine"), (*session)->life()));
  const std::lock_guard lock(heard.mutex);
  ASSERT_EQ(heard.places.size(), 2u) << "an undecodable picture shows nothing";
  ASSERT_TRUE(heard.places[0]);
  EXPECT_EQ(heard.places[0]->longitude, 2);
  EXPECT_FALSE(heard.places[1]);
}

}  // namespace
}  // namespace hazard::session
