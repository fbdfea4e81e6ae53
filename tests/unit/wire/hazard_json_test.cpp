#include "wire/hazard_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"
#include "wire/json_reader.hpp"

namespace hazard::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string object(const domain::Hazard& hazard) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_hazard(json, hazard);
  json.end_object();
  EXPECT_TRUE(JsonDocument::parse(text).has_value()) << text;
  return text;
}

TEST(HazardJson, holds_state_place_and_counts) {
  const std::string text = object(test::sample_hazard(1));
  EXPECT_THAT(text, HasSubstr(R"("version":3,"state":"confirmed","class_name":"pothole","class_id":1)"));
  EXPECT_THAT(text, HasSubstr(R"("sightings":4,"passes":2)"));
  EXPECT_THAT(text, HasSubstr(R"("location":{"latitude":52.5,"longitude":13.4,"uncertainty_m":4.4,"heading_deg":90})"));
  EXPECT_THAT(text, HasSubstr(R"("merged_into":null)"));
}

TEST(HazardJson, what_is_not_known_is_null) {
  domain::Hazard hazard = test::sample_hazard(1);
  hazard.place->heading_deg.reset();
  EXPECT_THAT(object(hazard), HasSubstr(R"("heading_deg":null)"));
  hazard.place.reset();
  EXPECT_THAT(object(hazard), HasSubstr(R"("location":null)"));
}

TEST(HazardJson, a_merged_one_says_into_which) {
  domain::Hazard hazard = test::sample_hazard(1);
  hazard.merged_into = test::uuid(2);
  EXPECT_THAT(object(hazard), HasSubstr(R"("merged_into":")" + test::uuid(2)));
}

TEST(HazardJson, hostile_words_stay_words_and_no_client_is_named) {
  domain::Hazard hazard = test::sample_hazard(1);
  hazard.note = "\"},{\"x\":\n\xFF";
  const std::string text = object(hazard);
  EXPECT_THAT(text, Not(HasSubstr("client-a")));
  EXPECT_THAT(text, Not(HasSubstr("session-a")));
}

}  // namespace
}  // namespace hazard::wire
