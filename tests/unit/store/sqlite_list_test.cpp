#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

using domain::ReviewState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Twelve hazards: number n was seen at second n, lies n thousandths of a degree north, and has a confidence of n / 20.
struct SqliteListTest : testing::Test {
  SqliteListTest() {
    store.run([](Transaction& transaction) {
      for (unsigned n = 1; n <= 12; ++n) {
        domain::Hazard hazard = test::sample_hazard(n, {52 + n * 0.001, 13});
        hazard.first_seen = test::at_second(n - 0.5);
        hazard.last_seen = test::at_second(n);
        hazard.best.confidence = static_cast<float>(n) / 20;
        hazard.state = n == 12 ? ReviewState::merged : n % 2 == 0 ? ReviewState::confirmed : ReviewState::pending;
        hazard.class_name = n % 3 == 0 ? "crack" : "pothole";
        hazard.passes = 13 - static_cast<int>(n);
        hazard.note = n == 7 ? "100% sure_it's \\ 'quoted'" : "";
        transaction.put(hazard);
        domain::Sighting sighting = test::sample_sighting(100 + n);
        sighting.hazard_id = hazard.id;
        sighting.session_id = n <= 2 ? "early" : "late";
        sighting.client_key = n <= 4 ? "c'1" : "c2";
        transaction.put(sighting);
      }
    });
  }
  std::vector<unsigned> numbers(const HazardFilter& filter) {
    std::vector<unsigned> found;
    const Page<domain::Hazard> page = store->reads().hazards(filter);
    for (const domain::Hazard& hazard : page.items)
      found.push_back(static_cast<unsigned>(std::stoul(hazard.id.substr(24), nullptr, 16)));
    total = page.total;
    return found;
  }
  test::TempStore store;
  std::int64_t total = 0;
};

TEST_F(SqliteListTest, without_filters_all_but_merged_come_newest_first_with_their_total) {
  EXPECT_THAT(numbers({.limit = 3}), ElementsAre(11, 10, 9));
  EXPECT_EQ(total, 11);
}

TEST_F(SqliteListTest, pages_follow_each_other_and_end_emptily) {
  EXPECT_THAT(numbers({.offset = 3, .limit = 3}), ElementsAre(8, 7, 6));
  EXPECT_THAT(numbers({.offset = 9, .limit = 3}), ElementsAre(2, 1));
  EXPECT_THAT(numbers({.offset = 11, .limit = 3}), IsEmpty());
  EXPECT_EQ(total, 11);
}

TEST_F(SqliteListTest, a_limit_below_one_is_one_and_a_negative_offset_is_none) {
  EXPECT_THAT(numbers({.offset = -5, .limit = 0}), ElementsAre(11));
}

TEST_F(SqliteListTest, filters_by_state_and_class) {
  EXPECT_THAT(numbers({.states = {ReviewState::merged}}), ElementsAre(12));
  EXPECT_THAT(numbers({.states = {ReviewState::pending}, .classes = {"crack"}}), ElementsAre(9, 3));
  EXPECT_THAT(numbers({.states = {ReviewState::fixed}}), IsEmpty());
  EXPECT_THAT(numbers({.classes = {"crack", "none such"}}), ElementsAre(9, 6, 3));
}

TEST_F(SqliteListTest, bounds_include_their_edges) {
  EXPECT_THAT(numbers({.bounds = Bounds{52.003, 13, 52.005, 13}}), ElementsAre(5, 4, 3));
  EXPECT_THAT(numbers({.bounds = Bounds{52.003, 13.0001, 52.005, 14}}), IsEmpty());
  EXPECT_THAT(numbers({.bounds = Bounds{52.003, 179, 52.005, 13}}), ElementsAre(5, 4, 3));  // across the date line
  EXPECT_THAT(numbers({.bounds = Bounds{52.003, 179, 52.005, -179}}), IsEmpty());
}

TEST_F(SqliteListTest, a_time_span_takes_whatever_was_seen_within_it) {
  EXPECT_THAT(numbers({.seen_from = test::at_second(10)}), ElementsAre(11, 10));
  EXPECT_THAT(numbers({.seen_to = test::at_second(1.5)}), ElementsAre(2, 1));
  EXPECT_THAT(numbers({.seen_to = test::at_second(1.4)}), ElementsAre(1));
}

TEST_F(SqliteListTest, filters_by_session_client_and_confidence) {
  EXPECT_THAT(numbers({.session_id = "early"}), ElementsAre(2, 1));
  EXPECT_THAT(numbers({.states = {ReviewState::confirmed}, .session_id = "early"}), ElementsAre(2));
  EXPECT_THAT(numbers({.client_key = "c'1"}), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(numbers({.session_id = "early'; --"}), IsEmpty());
  EXPECT_THAT(numbers({.min_confidence = 0.449, .max_confidence = 0.5}), ElementsAre(10, 9));
}

TEST_F(SqliteListTest, text_is_found_literally_whatever_it_holds) {
  EXPECT_THAT(numbers({.text = "100% SURE_it's"}), ElementsAre(7));
  EXPECT_THAT(numbers({.text = "\\ 'q"}), ElementsAre(7));
  EXPECT_THAT(numbers({.text = "100_ sure"}), IsEmpty());
  EXPECT_THAT(numbers({.text = "%"}), ElementsAre(7));
  EXPECT_THAT(numbers({.text = test::uuid(3)}), ElementsAre(3));
  EXPECT_THAT(numbers({.text = test::uuid(11).substr(0, 35)}), SizeIs(11));
  EXPECT_THAT(numbers({.text = "nothing holds this"}), IsEmpty());
  EXPECT_THAT(numbers({.text = "RAC"}), ElementsAre(9, 6, 3));
  EXPECT_THAT(numbers({.session_id = "late", .text = "crack"}), ElementsAre(9, 6, 3));
}

// Lists read different indexes; whichever it is, nothing is missing from it.
TEST_F(SqliteListTest, whatever_is_asked_together_finds_all_of_it) {
  using enum HazardSort;
  for (const auto state : {ReviewState::pending, ReviewState::confirmed, ReviewState::merged, ReviewState::dismissed}) {
    for (const auto sort : {updated_at, first_seen, last_seen, passes, sightings, confidence}) {
      for (const bool bounded : {false, true}) {
        for (const char* text : {"", "crack", "sure_it", "nothing"}) {
          std::size_t expected = 0;
          for (unsigned n = 1; n <= 12; ++n) {
            const auto its = n == 12 ? ReviewState::merged : n % 2 == 0 ? ReviewState::confirmed : ReviewState::pending;
            const std::string_view word(text);
            const bool holds = word.empty() || (word == "crack" && n % 3 == 0) || (word == "sure_it" && n == 7);
            expected += its == state && holds && (!bounded || n >= 6) ? 1 : 0;
          }
          const auto bounds = bounded ? std::optional(Bounds{52.006, 12, 53, 14}) : std::nullopt;
          EXPECT_THAT(numbers({.states = {state}, .bounds = bounds, .text = text, .sort = sort}), SizeIs(expected))
              << static_cast<int>(state) << " " << static_cast<int>(sort) << " " << bounded << " " << text;
          EXPECT_EQ(total, static_cast<std::int64_t>(expected));
        }
      }
    }
  }
  EXPECT_THAT(numbers({.states = {ReviewState::confirmed}, .sort = passes, .limit = 2}), ElementsAre(2, 4))
      << "most passes first";
}

TEST_F(SqliteListTest, sorts_by_every_column_both_ways) {
  EXPECT_THAT(numbers({.sort = HazardSort::passes, .descending = true, .limit = 2}), ElementsAre(1, 2));
  EXPECT_THAT(numbers({.sort = HazardSort::confidence, .descending = false, .limit = 2}), ElementsAre(1, 2));
  EXPECT_THAT(numbers({.sort = HazardSort::first_seen, .descending = false, .limit = 2}), ElementsAre(1, 2));
  EXPECT_THAT(numbers({.sort = HazardSort::last_seen, .descending = false, .limit = 2}), ElementsAre(1, 2));
  EXPECT_THAT(numbers({.sort = HazardSort::updated_at, .descending = false, .limit = 2}), ElementsAre(1, 2));  // equal: as put
  EXPECT_THAT(numbers({.sort = HazardSort::sightings, .descending = true, .limit = 2}), ElementsAre(11, 10));
}

// First a list in the order of its index, then one that is walked over: both end at the same rows.
TEST_F(SqliteListTest, pages_of_every_order_hold_each_hazard_once) {
  using enum HazardSort;
  for (const auto sort : {updated_at, first_seen, last_seen, passes, sightings, confidence}) {
    for (const bool descending : {true, false}) {
      for (const auto& bounds : {std::optional<Bounds>{}, std::optional(Bounds{52.004, 12, 53, 14})}) {
        const std::size_t expected = bounds ? 8 : 11;
        std::vector<unsigned> found;
        for (const std::int64_t offset : {0, 3, 6, 9}) {
          for (const unsigned n :
               numbers({.bounds = bounds, .sort = sort, .descending = descending, .offset = offset, .limit = 3}))
            found.push_back(n);
          EXPECT_EQ(total, static_cast<std::int64_t>(expected));
        }
        EXPECT_THAT(std::set<unsigned>(found.begin(), found.end()), SizeIs(expected)) << static_cast<int>(sort);
        EXPECT_THAT(found, SizeIs(expected)) << static_cast<int>(sort);
      }
    }
  }
}

TEST_F(SqliteListTest, a_page_far_behind_the_end_is_empty_in_every_order) {
  for (const auto sort : {HazardSort::last_seen, HazardSort::passes}) {
    for (const std::int64_t offset :
         {std::int64_t{12}, std::int64_t{100'000'000'000}, std::numeric_limits<std::int64_t>::max()}) {
      EXPECT_THAT(numbers({.sort = sort, .offset = offset}), IsEmpty()) << offset;
      EXPECT_EQ(total, 11);
    }
  }
}

// Totals by state and class are kept beside the rows: they must say what the rows say.
TEST_F(SqliteListTest, totals_follow_what_is_changed_and_erased) {
  store.run([](Transaction& transaction) {
    domain::Hazard hazard = *transaction.hazard(test::uuid(1));
    hazard.state = ReviewState::fixed;
    transaction.put(hazard);
    hazard = *transaction.hazard(test::uuid(3));
    hazard.class_name = "seam";
    transaction.put(hazard);
    transaction.erase_hazard(test::uuid(5));
  });
  numbers({});
  EXPECT_EQ(total, 10);
  EXPECT_THAT(numbers({.states = {ReviewState::pending}}), ElementsAre(11, 9, 7, 3));
  EXPECT_EQ(total, 4);
  numbers({.classes = {"seam", "crack"}});
  EXPECT_EQ(total, 3);
  numbers({.states = {ReviewState::fixed}, .classes = {"seam"}});
  EXPECT_EQ(total, 0);
  EXPECT_THAT(numbers({.text = "eam"}), ElementsAre(3));
}

TEST_F(SqliteListTest, reports_filter_sort_and_page_alike) {
  store.run([](Transaction& transaction) {
    for (int n = 1; n <= 6; ++n) {
      transaction.put(ReportRecord{.id = std::to_string(n),
                                   .session_id = n <= 2 ? "s1" : "s2",
                                   .client_key = n % 2 == 0 ? "even" : "odd",
                                   .source = n == 6 ? "upload" : "web_app",
                                   .status = n % 2 == 0 ? "confirmed" : "pending",
                                   .class_id = n % 3,
                                   .class_name = n % 3 == 0 ? "crack"
                                                 : n == 4   ? "a name longer than any other"
                                                            : "pothole",
                                   .confidence = static_cast<float>(n) / 10,
                                   .point = n == 5 ? std::nullopt : std::optional(domain::GeoPoint{50.0 + n, 10}),
                                   .created_at = test::at_second(n),
                                   .updated_at = test::at_second(100 - n)});
    }
  });
  const auto ids = [&](const ReportFilter& filter) {
    std::string found;
    for (const ReportRecord& report : store->reads().reports(filter).items) found += report.id;
    return found;
  };
  EXPECT_EQ(ids({}), "654321");
  EXPECT_EQ(ids({.statuses = {"pending"}}), "531");
  EXPECT_EQ(ids({.class_ids = {0, 1}}), "6431");
  EXPECT_EQ(ids({.min_confidence = 0.45}), "65");
  EXPECT_EQ(ids({.max_confidence = 0.25}), "21");
  EXPECT_EQ(ids({.session_id = "s1"}), "21");
  EXPECT_EQ(ids({.source = "upload"}), "6");
  EXPECT_EQ(ids({.created_from = test::at_second(2), .created_to = test::at_second(3)}), "32");
  EXPECT_EQ(ids({.bounds = Bounds{53, 9, 56, 11}}), "643");
  EXPECT_EQ(ids({.sort = ReportSort::confidence, .descending = false, .offset = 1, .limit = 2}), "23");
  EXPECT_EQ(ids({.client_key = "even", .sort = ReportSort::confidence}), "642");
  EXPECT_EQ(ids({.sort = ReportSort::updated_at}), "123456");
  EXPECT_EQ(ids({.sort = ReportSort::status, .descending = false}), "246135");
  EXPECT_EQ(ids({.sort = ReportSort::status, .offset = 2, .limit = 2}), "16");
  EXPECT_EQ(ids({.sort = ReportSort::class_name, .descending = false}), "436125");
  EXPECT_EQ(ids({.session_id = "s2", .sort = ReportSort::class_name}), "5634");
  EXPECT_EQ(ids({.offset = 6}), "");
  EXPECT_EQ(store->reads().reports({.statuses = {"pending"}, .limit = 1}).total, 3);
  EXPECT_EQ(store->reads().reports({.statuses = {"pending"}, .class_ids = {0, 2}}).total, 2);
  EXPECT_EQ(store->reads().reports({.statuses = {"pending"}, .source = "web_app"}).total, 3);
}

}  // namespace
}  // namespace hazard::store
