#include "serve/hazard_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

using Kind = report::Refusal::Kind;

TEST(HazardAnswer, each_refusal_has_its_code_and_status) {
  EXPECT_EQ(refused_review({Kind::not_found, "m", 0}, "id").status, 404);
  EXPECT_EQ(refused_review({Kind::not_allowed, "m", 0}, "id").status, 409);
  EXPECT_EQ(refused_review({Kind::version_mismatch, "m", 4}, "id").status, 412);
  EXPECT_EQ(refused_review({Kind::invalid, "m", 0}, "id").status, 422);
  EXPECT_EQ(domain::describe(code_of(Kind::version_mismatch)).name, "version_mismatch");
  EXPECT_EQ(domain::describe(code_of(Kind::not_allowed)).name, "state_conflict");
}

TEST(HazardAnswer, an_old_version_is_told_the_new_one) {
  const auto response = refused_review({Kind::version_mismatch, "m", 4}, "id");
  EXPECT_THAT(response.headers, testing::Contains(testing::Pair("ETag", "\"4\"")));
  EXPECT_THAT(refused_review({Kind::invalid, "m", 0}, "id").headers, testing::Not(testing::Contains(testing::Key("ETag"))));
}

TEST(HazardAnswer, an_object_holds_the_hazard) {
  domain::Hazard hazard;
  hazard.id = "an id";
  EXPECT_THAT(hazard_object(hazard), testing::HasSubstr(R"("id":"an id")"));
}

}  // namespace
}  // namespace hazard::serve
