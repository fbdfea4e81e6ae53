#include "wire/client_fields.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "domain/limits.hpp"

namespace hazard::wire {
namespace {

JsonDocument document(std::string_view text) {
  auto parsed = JsonDocument::parse(text);
  EXPECT_TRUE(parsed) << text;
  return std::move(*parsed);
}

domain::Result<std::string> frame_id(const std::string& value) {
  const std::string text = "{\"frame_id\":" + value + "}";
  const JsonDocument parsed = document(text);
  return read_frame_id(parsed, parsed.root());
}

std::optional<domain::Location> location(const std::string& metadata) {
  const std::string text = "{\"metadata\":" + metadata + "}";
  const JsonDocument parsed = document(text);
  return read_location(parsed, parsed.root());
}

TEST(ReadFrameId, is_empty_when_there_is_none) {
  EXPECT_EQ(frame_id("null"), "");
  EXPECT_EQ(frame_id("\"\""), "");
  const JsonDocument empty = document("{}");
  EXPECT_EQ(read_frame_id(empty, empty.root()), "");
}

TEST(ReadFrameId, numbers_are_bounded_as_strings_are) {
  EXPECT_TRUE(frame_id(std::string(domain::kFrameIdBytesMax, '1')));
  EXPECT_FALSE(frame_id(std::string(domain::kFrameIdBytesMax + 1, '1')));
}

TEST(ReadFrameId, counts_bytes_after_escapes_are_resolved) {
  std::string escaped;
  for (std::size_t i = 0; i < domain::kFrameIdBytesMax; ++i) escaped += "\\u0041";
  EXPECT_EQ(frame_id('"' + escaped + '"'), std::string(domain::kFrameIdBytesMax, 'A'));
  EXPECT_FALSE(frame_id('"' + escaped + "\\u0041\""));
}

TEST(MakeLocation, takes_degrees_within_range) {
  EXPECT_TRUE(make_location(0, 0));
  EXPECT_TRUE(make_location(90, -180));
  EXPECT_FALSE(make_location(std::nextafter(90, 91), 0));
  EXPECT_FALSE(make_location(0, std::nextafter(-180, -181)));
  EXPECT_FALSE(make_location(std::numeric_limits<double>::quiet_NaN(), 0));
  EXPECT_FALSE(make_location(0, std::numeric_limits<double>::infinity()));
}

TEST(ReadLocation, a_nested_place_wins_over_metadatas_own) {
  const auto place = location(R"({"lat":1,"lng":2,"location":{"lat":3,"lng":4}})");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->latitude, 3);
  EXPECT_FALSE(location(R"({"lat":1,"lng":2,"location":{"lat":95,"lng":4}})"));
}

TEST(ReadLocation, the_first_spelling_that_is_a_number_counts) {
  const auto place = location(R"({"lat":null,"latitude":5,"lng":"x","lon":6})");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->latitude, 5);
  EXPECT_EQ(place->longitude, 6);
}

TEST(ReadLocation, takes_a_geojson_point_longitude_first) {
  for (const char* point :
       {R"({"location":{"type":"Point","coordinates":[11.5,48.25],"accuracy":4}})",
        R"({"location":{"coordinates":[11.5,48.25,520],"accuracy":4}})", R"({"coordinates":[11.5,48.25],"accuracy":4})"}) {
    const auto place = location(point);
    ASSERT_TRUE(place) << point;
    EXPECT_EQ(place->latitude, 48.25);
    EXPECT_EQ(place->longitude, 11.5);
    EXPECT_EQ(place->accuracy_m, 4);
  }
  EXPECT_EQ(location(R"({"lat":1,"lng":2,"coordinates":[3,4]})")->latitude, 1) << "named numbers win";
}

TEST(ReadLocation, what_is_no_geojson_point_is_no_place) {
  for (const char* other :
       {R"({"coordinates":[11.5]})", R"({"coordinates":[1,2,3,4]})", R"({"coordinates":["11.5",48]})", R"({"coordinates":{}})",
        R"({"coordinates":[[1,2],[3,4]]})", R"({"type":"LineString","coordinates":[1,2]})", R"({"coordinates":[11.5,91]})"}) {
    EXPECT_FALSE(location(other)) << other;
  }
}

TEST(ReadLocation, keeps_what_is_sound_of_the_rest) {
  const auto place = location(R"({"lat":1,"lng":2,"accuracy":0,"heading":360,"speed":0})");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->accuracy_m, 0);
  EXPECT_EQ(place->heading_deg, 360);
  EXPECT_EQ(place->speed_mps, 0);
  const auto odd = location(R"({"lat":1,"lng":2,"accuracy":-0.1,"heading":360.1,"speed":null})");
  ASSERT_TRUE(odd);
  EXPECT_FALSE(odd->accuracy_m || odd->heading_deg || odd->speed_mps);
}

TEST(ReadConfig, null_and_absent_are_the_same) {
  const JsonDocument parsed = document(R"({"fps_limit":null,"delivery":null,"enable_tracking":null,"max_age_ms":100})");
  const auto patch = read_config(parsed, parsed.root());
  ASSERT_TRUE(patch);
  EXPECT_FALSE(patch->fps_limit || patch->delivery || patch->enable_tracking);
  EXPECT_EQ(patch->max_age_ms, 100);
}

TEST(ReadConfig, leaves_ranges_to_the_domain) {
  const JsonDocument parsed = document(R"({"fps_limit":-1e9,"max_detections":0.5,"quality_mode":"best"})");
  EXPECT_TRUE(read_config(parsed, parsed.root()));
}

}  // namespace
}  // namespace hazard::wire
