#include <gtest/gtest.h>

#include "wire/legacy_message.hpp"

namespace hazard::wire {
namespace {

using namespace std::chrono_literals;

base::WallTime at(std::chrono::microseconds since_epoch) { return base::WallTime(since_epoch); }

TEST(iso_time, writes_microseconds_without_a_zone_or_with_one) {
  EXPECT_EQ(iso_time(at(1'700'000'000'123'456us)), "2023-11-14T22:13:20.123456");
  EXPECT_EQ(iso_time(at(0us), true), "1970-01-01T00:00:00.000000Z");
}

TEST(iso_time, reads_back_what_it_wrote) {
  const auto time = at(1'700'000'000'123'456us);
  EXPECT_EQ(parse_iso_time(iso_time(time)), time);
  EXPECT_EQ(parse_iso_time(iso_time(time, true)), time);
}

TEST(iso_time, reads_the_forms_that_clients_send) {
  const auto whole = at(1'700'000'000'000'000us);
  for (const char* text : {"2023-11-14T22:13:20", "2023-11-14 22:13:20Z", "2023-11-14T23:13:20+01:00", "2023-11-14T17:13:20-0500",
                           "2023-11-14T23:13:20 01:00", "2023-11-14T22:13:20.000Z"}) {
    EXPECT_EQ(parse_iso_time(text), whole) << text;
  }
  EXPECT_EQ(parse_iso_time("2023-11-14"), at(1'699'920'000'000'000us));
  EXPECT_EQ(parse_iso_time("2024-02-29T00:00"), at(1'709'164'800'000'000us));
}

TEST(iso_time, refuses_what_is_no_time) {
  for (const char* text :
       {"", "yesterday", "2023-13-01", "2023-02-29", "2023-11-14T24:00:00", "2023-11-14T22:60", "2023-11-14X22:13",
        "2023-11-14T22:13:20+99:00", "1969-12-31", "2023-11-14T22:13:20Zjunk", "-023-11-14"}) {
    EXPECT_FALSE(parse_iso_time(text)) << text;
  }
}

}  // namespace
}  // namespace hazard::wire
