#include "outgoing/event_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/review.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::outgoing {
namespace {

using domain::ReviewState;
using store::OutboxState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct EventWriterTest : testing::Test {
  EventWriterTest() { listen({.urls = {"https://a.example/in"}, .secret = kSecret}); }
  ~EventWriterTest() override { store->watch({}); }

  void listen(const Settings& settings, EventWriter::Bounds bounds = {}) {
    store->watch({});
    options = *read_options(settings);
    writer.emplace(options, clock, metrics, bounds);
    store->watch({.touched = [this](store::Transaction& transaction,
                                    const store::Touched& touched) { writer->write(transaction, touched); },
                  .committed = {}});
  }
  void listen_open311() {
    listen({.open311_url = "https://311.example/v2", .open311_codes = {"pothole=001"}, .public_url = "https://h.example"});
  }
  void put(unsigned number, ReviewState state = ReviewState::pending, bool placed = true) {
    store.run([&](store::Transaction& transaction) {
      domain::Hazard hazard = test::sample_hazard(number);
      hazard.state = state;
      if (!placed) hazard.place.reset();
      transaction.put(hazard);
    });
  }
  void set(unsigned number, ReviewState to) {
    store.run(
        [&](store::Transaction& transaction) { EXPECT_TRUE(report::set_state(transaction, change(number), to).has_value()); });
  }
  static report::Change change(unsigned number) {
    return {
        .hazard_id = test::uuid(number), .expected_version = {}, .actor = "anna", .reason = "looked", .at = test::at_second(9)};
  }
  std::vector<store::OutboxRecord> rows(OutboxState state = OutboxState::waiting) {
    auto items = store->reads().outbox({.state = state, .target = {}, .offset = 0, .limit = 100}).items;
    std::ranges::reverse(items);
    return items;
  }
  std::vector<std::string> types() {
    std::vector<std::string> found;
    for (const auto& row : rows()) found.push_back(row.type);
    return found;
  }

  base::ManualClock clock;
  OutgoingMetrics metrics;
  Options options;
  std::optional<EventWriter> writer;
  test::TempStore store;
};

TEST_F(EventWriterTest, a_review_is_told_with_who_why_and_the_hazard_as_it_is_now) {
  put(1);
  set(1, ReviewState::confirmed);
  ASSERT_THAT(types(), ElementsAre("hazard.confirmed"));
  const auto row = rows()[0];
  EXPECT_EQ(row.target, options.targets[0].key);
  EXPECT_EQ(row.hazard_id, test::uuid(1));
  EXPECT_THAT(row.body, HasSubstr(R"("id":")" + row.event_id));
  EXPECT_THAT(row.body, HasSubstr(R"("actor":"anna","reason":"looked")"));
  EXPECT_THAT(row.body, HasSubstr(R"("state":"confirmed")"));
  EXPECT_THAT(row.body, HasSubstr(R"("version":4)"));
}

TEST_F(EventWriterTest, what_was_refused_is_not_told) {
  put(1, ReviewState::archived);
  store.run([&](store::Transaction& transaction) {
    EXPECT_FALSE(report::set_state(transaction, change(1), ReviewState::fixed).has_value());
  });
  EXPECT_THAT(types(), IsEmpty());
}

TEST_F(EventWriterTest, each_receiver_gets_the_event_under_the_same_id) {
  listen({.urls = {"https://a.example/in", "https://b.example/in"}, .secret = kSecret});
  put(1);
  set(1, ReviewState::fixed);
  const auto all = rows();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].event_id, all[1].event_id);
  EXPECT_NE(all[0].target, all[1].target);
}

TEST_F(EventWriterTest, a_merge_tells_of_both_once) {
  put(1);
  put(2);
  put(3);
  store.run([&](store::Transaction& transaction) {
    for (unsigned i = 1; i <= 3; ++i) {
      auto sighting = test::sample_sighting(10 + i);
      sighting.hazard_id = test::uuid(i);
      sighting.new_pass = false;
      transaction.put(sighting);
    }
  });
  store.run([&](store::Transaction& transaction) {
    const std::vector<std::string> others{test::uuid(2), test::uuid(3)};
    EXPECT_TRUE(report::merge(transaction, change(1), others).has_value());
  });
  EXPECT_THAT(types(), testing::UnorderedElementsAre("hazard.merged", "hazard.merged", "hazard.changed"));
}

TEST_F(EventWriterTest, a_new_pass_is_told_but_not_of_a_dismissed_one) {
  put(1);
  put(2, ReviewState::dismissed);
  store.run([&](store::Transaction& transaction) {
    for (unsigned i = 1; i <= 2; ++i) {
      auto sighting = test::sample_sighting(10 + i);
      sighting.hazard_id = test::uuid(i);
      sighting.new_pass = true;
      transaction.put(sighting);
      sighting.id = test::uuid(20 + i);
      transaction.put(sighting);
    }
  });
  ASSERT_THAT(types(), ElementsAre("hazard.seen"));
  EXPECT_EQ(rows()[0].hazard_id, test::uuid(1));
}

TEST_F(EventWriterTest, erasing_takes_what_waits_and_tells_of_the_id_alone) {
  put(1);
  set(1, ReviewState::confirmed);
  store.run([](store::Transaction& transaction) { report::erase_hazard(transaction, test::uuid(1)); });
  ASSERT_THAT(types(), ElementsAre("hazard.deleted"));
  EXPECT_THAT(rows()[0].body, testing::Not(HasSubstr("latitude")));
}

TEST_F(EventWriterTest, only_the_events_that_are_wanted_are_kept) {
  listen({.urls = {"https://a.example/in"}, .secret = kSecret, .events = {"fixed"}});
  put(1);
  set(1, ReviewState::confirmed);
  set(1, ReviewState::fixed);
  EXPECT_THAT(types(), ElementsAre("hazard.fixed"));
}

TEST_F(EventWriterTest, beyond_the_bound_the_oldest_becomes_a_dead_letter_and_is_counted) {
  listen({.urls = {"https://a.example/in"}, .secret = kSecret}, {.waiting_most = 2, .dead_most = 1});
  put(1);
  for (const auto state : {ReviewState::confirmed, ReviewState::dismissed}) set(1, state);
  EXPECT_EQ(metrics.dead.value(), 0U);
  set(1, ReviewState::confirmed);
  EXPECT_EQ(metrics.dead.value(), 1U);
  set(1, ReviewState::fixed);
  EXPECT_THAT(types(), ElementsAre("hazard.confirmed", "hazard.fixed"));
  const auto dead = rows(OutboxState::dead);
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].type, "hazard.dismissed");
  EXPECT_THAT(dead[0].error, HasSubstr("Too many"));
  EXPECT_EQ(metrics.forgotten.value(), 1U);
}

TEST_F(EventWriterTest, a_confirmed_hazard_becomes_one_service_request) {
  listen_open311();
  put(1);
  store.run([](store::Transaction& transaction) {
    transaction.put(store::EvidenceRecord{.id = test::uuid(1), .hazard_id = test::uuid(1), .sighting_id = {}, .bytes = 1});
  });
  EXPECT_THAT(types(), IsEmpty());
  set(1, ReviewState::confirmed);
  ASSERT_THAT(types(), ElementsAre("open311.request"));
  EXPECT_THAT(rows()[0].body, HasSubstr("service_code=001&lat=52.500000&long=13.400000&description="));
  EXPECT_THAT(rows()[0].body, HasSubstr("media_url=https%3A%2F%2Fh.example%2Freport%2Fimage%2F" + test::uuid(1)));
  store.run([&](store::Transaction& transaction) { EXPECT_TRUE(report::set_note(transaction, change(1), "deep").has_value()); });
  EXPECT_THAT(rows(), SizeIs(1));
}

TEST_F(EventWriterTest, no_request_without_a_place_a_code_or_a_confirmation) {
  listen_open311();
  put(1, ReviewState::pending, false);
  set(1, ReviewState::confirmed);
  put(2);
  set(2, ReviewState::dismissed);
  store.run([](store::Transaction& transaction) {
    domain::Hazard crack = test::sample_hazard(3);
    crack.class_name = "crack";
    crack.state = ReviewState::pending;
    transaction.put(crack);
  });
  set(3, ReviewState::confirmed);
  EXPECT_THAT(types(), IsEmpty());
}

TEST_F(EventWriterTest, a_request_that_still_waits_is_taken_back_with_the_confirmation) {
  listen_open311();
  put(1);
  set(1, ReviewState::confirmed);
  set(1, ReviewState::dismissed);
  EXPECT_THAT(types(), IsEmpty());
  set(1, ReviewState::confirmed);
  EXPECT_THAT(types(), ElementsAre("open311.request"));
}

TEST_F(EventWriterTest, a_request_that_was_sent_is_not_sent_again) {
  listen_open311();
  put(1);
  set(1, ReviewState::confirmed);
  store.run([&](store::Transaction& transaction) {
    auto row = *transaction.outbox_row(1);
    row.state = OutboxState::delivered;
    transaction.update(row);
  });
  set(1, ReviewState::dismissed);
  set(1, ReviewState::confirmed);
  EXPECT_THAT(types(), IsEmpty());
  EXPECT_THAT(rows(OutboxState::delivered), SizeIs(1));
}

}  // namespace
}  // namespace hazard::outgoing
