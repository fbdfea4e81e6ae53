#include "serve/gpx_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hazard::serve {
namespace {

std::string track(std::string_view points) { return "<gpx><trk><trkseg>" + std::string(points) + "</trkseg></trk></gpx>"; }
std::string point(std::string_view lat, std::string_view lon, std::string_view time) {
  return "<trkpt lat=\"" + std::string(lat) + "\" lon=\"" + std::string(lon) + "\"><ele>1</ele><time>" + std::string(time) +
         "</time></trkpt>";
}

TEST(read_gpx, reads_a_track) {
  const auto points = read_gpx(track(point("48.1", "11.5", "2024-01-01T10:00:00Z") +
                                     "<trkpt lon='11.6' lat='48.2'><time> 2024-01-01T10:00:01Z </time></trkpt>"));
  ASSERT_TRUE(points) << points.error().message;
  ASSERT_EQ(points->size(), 2u);
  EXPECT_DOUBLE_EQ((*points)[1].point.longitude, 11.6);
  EXPECT_EQ((*points)[1].at - (*points)[0].at, std::chrono::seconds(1));
}

TEST(read_gpx, says_what_is_wrong_with_a_bad_one) {
  const auto good = point("48.1", "11.5", "2024-01-01T10:00:00Z");
  const std::pair<std::string, const char*> bad[] = {
      {"", "no gpx element"},
      {track(""), "fewer than two"},
      {track(good), "fewer than two"},
      {track(good + good), "stands still"},
      {track(good + point("0", "0.0", "2024-01-01T10:00:01Z")), "(0,0)"},
      {track(good + point("91", "0", "2024-01-01T10:00:01Z")), "valid lat"},
      {track(good + point("48", "x", "2024-01-01T10:00:01Z")), "valid lat"},
      {track(good + point("48", "11", "noon")), "valid time"},
      {track(good + point("48", "11", "2024-01-01T09:59:59Z")), "runs back"},
      {track(good + "<trkpt lat=\"48\" lon=\"11\"/>"), "no time"},
      {"<!DOCTYPE gpx>" + track(good), "document type"},
      {"<gpx>" + good, "no gpx element"},
  };
  for (const auto& [text, word] : bad) {
    const auto points = read_gpx(text);
    ASSERT_FALSE(points) << text;
    EXPECT_THAT(points.error().message, testing::HasSubstr(word));
  }
}

}  // namespace
}  // namespace hazard::serve
