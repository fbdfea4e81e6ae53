#include "store/page_picker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace hazard::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PagePickerTest, of_nothing_no_page_is_found) {
  PagePicker<double> picker(0, 20, true);
  EXPECT_THAT(picker.keys(), IsEmpty());
  EXPECT_EQ(picker.met(), 0);
}

TEST(PagePickerTest, a_page_at_its_end_and_one_beyond) {
  for (const auto& [offset, expected] :
       {std::pair(1, std::vector<std::int64_t>{11, 12}), std::pair(2, std::vector<std::int64_t>{12}),
        std::pair(3, std::vector<std::int64_t>{}), std::pair(900, std::vector<std::int64_t>{})}) {
    PagePicker<double> picker(offset, 2, false);
    for (const int n : {2, 0, 1}) picker.add(n, 10 + n);
    EXPECT_EQ(picker.keys(), expected) << offset;
    EXPECT_EQ(picker.met(), 3);
  }
}

TEST(PagePickerTest, equal_values_follow_their_keys_the_same_way) {
  PagePicker<double> up(0, 3, false);
  PagePicker<double> down(0, 3, true);
  for (const std::int64_t key : {7, 3, 9, 1}) {
    up.add(5, key);
    down.add(5, key);
  }
  EXPECT_THAT(up.keys(), ElementsAre(1, 3, 7));
  EXPECT_THAT(down.keys(), ElementsAre(9, 7, 3));
}

TEST(PagePickerTest, words_are_sorted_by_their_bytes) {
  PagePicker<std::string> picker(1, 2, false);
  std::int64_t key = 0;
  for (const char* word : {"pending", "archived", "dismissed", "confirmed"}) picker.add(word, ++key);
  EXPECT_THAT(picker.keys(), ElementsAre(4, 3));
}

// Whatever the order of the rows and however often it cut: the page of a whole sort.
TEST(PagePickerTest, any_page_of_many_rows_is_that_of_a_whole_sort) {
  std::mt19937_64 random(1);
  for (const std::size_t count : {1U, 20U, 105U, 5000U}) {
    std::vector<std::pair<double, std::int64_t>> rows;
    for (std::size_t i = 0; i < count; ++i)
      rows.emplace_back(static_cast<double>(random() % 50), static_cast<std::int64_t>(random() % 1'000'000'000));
    for (const bool descending : {false, true}) {
      auto sorted = rows;
      std::ranges::sort(sorted);
      if (descending) std::ranges::reverse(sorted);
      for (const std::size_t offset : {0U, 1U, 19U, 40U, 2490U, 4990U, 4999U, 5000U}) {
        PagePicker<double> picker(static_cast<std::int64_t>(offset), 20, descending);
        for (const auto& [value, key] : rows) picker.add(value, key);
        std::vector<std::int64_t> expected;
        for (std::size_t i = offset; i < std::min(offset + 20, count); ++i) expected.push_back(sorted[i].second);
        EXPECT_EQ(picker.keys(), expected) << count << " " << offset << " " << descending;
        EXPECT_EQ(picker.met(), static_cast<std::int64_t>(count));
      }
    }
  }
}

}  // namespace
}  // namespace hazard::store
