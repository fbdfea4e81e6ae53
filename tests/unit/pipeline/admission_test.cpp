#include "pipeline/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;

class AdmissionTest : public testing::Test {
 protected:
  void SetUp() override {
    admission_.estimate().configure(detect::Strategies::shared, 2);
    admission_.estimate().seed(40);
  }
  Lane& add(double fps, bool stream = true) {
    auto lane = std::make_shared<Lane>();
    lane->settings.fps = fps;
    lane->stream = stream;
    lane->sent_at = clock_.now();
    lanes_.push_back(lane);
    return *lane;
  }
  bool has_room(double fps) const { return admission_.has_room(lanes_, fps, clock_.now()); }
  void share_out() { admission_.share_out(lanes_, clock_.now()); }
  double sum() const { return admission_.granted(lanes_, clock_.now()); }

  base::ManualClock clock_;
  Admission admission_;
  std::vector<std::shared_ptr<Lane>> lanes_;
};

TEST_F(AdmissionTest, a_stream_alone_gets_what_it_asks_for) {
  const Lane& lane = add(10);
  share_out();
  EXPECT_DOUBLE_EQ(lane.granted_fps, 10);
}

TEST_F(AdmissionTest, streams_that_ask_for_too_much_together_share_and_the_modest_one_keeps_its_rate) {
  const Lane& a = add(30);
  const Lane& b = add(30);
  const Lane& modest = add(2);
  share_out();
  EXPECT_DOUBLE_EQ(modest.granted_fps, 2);
  EXPECT_DOUBLE_EQ(a.granted_fps, 18);
  EXPECT_DOUBLE_EQ(b.granted_fps, 18);
  EXPECT_DOUBLE_EQ(sum(), 38) << "0.95 of 40";
}

TEST_F(AdmissionTest, who_sends_nothing_for_five_seconds_is_no_load) {
  const Lane& sender = add(30);
  add(30).sent_at = clock_.now() - 5s;
  share_out();
  EXPECT_DOUBLE_EQ(sender.granted_fps, 30);
  lanes_[1]->sent_at = clock_.now() - 4999ms;
  share_out();
  EXPECT_DOUBLE_EQ(sender.granted_fps, 19);
}

TEST_F(AdmissionTest, a_newcomer_is_let_in_while_everyone_would_still_get_a_frame_a_second) {
  for (int i = 0; i < 37; ++i) add(10);
  EXPECT_TRUE(has_room(10)) << "38 streams of one frame a second each";
  add(10);
  EXPECT_FALSE(has_room(10));
  EXPECT_FALSE(has_room(0));
  EXPECT_FALSE(has_room(1));
}

TEST_F(AdmissionTest, streams_that_went_silent_make_room_again) {
  for (int i = 0; i < 38; ++i) add(10);
  ASSERT_FALSE(has_room(10));
  clock_.advance(5s);
  EXPECT_TRUE(has_room(10));
}

TEST_F(AdmissionTest, while_nothing_is_known_of_the_machine_nobody_is_refused_and_asked_is_granted) {
  Admission blank;
  const Lane& lane = add(30);
  blank.share_out(lanes_, clock_.now());
  EXPECT_TRUE(blank.has_room(lanes_, 30, clock_.now()));
  EXPECT_DOUBLE_EQ(lane.granted_fps, 30);
}

TEST_F(AdmissionTest, single_pictures_neither_ask_nor_get_a_rate) {
  const Lane& single = add(0, false);
  const Lane& stream = add(30);
  share_out();
  EXPECT_EQ(single.granted_fps, 0);
  EXPECT_DOUBLE_EQ(stream.granted_fps, 30);
}

TEST_F(AdmissionTest, half_the_capacity_halves_what_is_granted) {
  const Lane& a = add(30);
  add(30);
  share_out();
  ASSERT_DOUBLE_EQ(a.granted_fps, 19);
  for (int i = 0; i < 400; ++i) admission_.estimate().note(detect::Strategy::shared, 100ms, 1, clock_.now());
  share_out();
  EXPECT_NEAR(a.granted_fps, 9.5, 0.1);
  EXPECT_LE(sum(), admission_.estimate().fps());
}

TEST_F(AdmissionTest, grants_are_looked_at_once_a_second_not_with_every_frame) {
  Lane& a = add(30);
  share_out();
  add(30);
  clock_.advance(999ms);
  admission_.tend(lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(a.granted_fps, 30);
  clock_.advance(1ms);
  admission_.tend(lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(a.granted_fps, 19);
}

}  // namespace
}  // namespace hazard::pipeline
