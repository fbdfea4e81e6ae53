#include "outgoing/open311.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"

namespace hazard::outgoing {
namespace {

using testing::HasSubstr;

std::string field(const FormFields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return "none";
}

TEST(Open311, a_form_escapes_all_but_the_plain_characters) {
  EXPECT_EQ(form_text({{"a b", "1&2=3"}, {"key", "*-._~"}}), "a+b=1%262%3D3&key=*-._%7E");
  EXPECT_EQ(form_text({{"t", "\xC3\xBC\r\n"}}), "t=%C3%BC%0D%0A");
  EXPECT_EQ(form_text({}), "");
}

TEST(Open311, a_request_has_the_code_the_place_and_words_about_it) {
  domain::Hazard hazard = test::sample_hazard(1, {52.5200066, 13.404954});
  const auto fields = service_request(hazard, "001", "https://hazards.example/report/image/x");
  EXPECT_EQ(field(fields, "service_code"), "001");
  EXPECT_EQ(field(fields, "lat"), "52.520007");
  EXPECT_EQ(field(fields, "long"), "13.404954");
  EXPECT_EQ(field(fields, "media_url"), "https://hazards.example/report/image/x");
  EXPECT_THAT(field(fields, "description"), HasSubstr("pothole seen by a camera on "));
  EXPECT_THAT(field(fields, "description"), HasSubstr(hazard.id));
  EXPECT_THAT(field(fields, "description"), HasSubstr("near the school."));
}

TEST(Open311, without_a_picture_there_is_no_link) {
  EXPECT_EQ(field(service_request(test::sample_hazard(1), "001", ""), "media_url"), "none");
}

TEST(Open311, the_answer_names_the_request) {
  EXPECT_EQ(receipt_in(R"([{"service_request_id":"293944","service_notice":"soon","account_id":null}])"), "293944");
  EXPECT_EQ(receipt_in(R"([{"service_request_id":293944}])"), "293944");
  EXPECT_EQ(receipt_in(R"({"service_request_id":"a-1"})"), "a-1");
  EXPECT_EQ(receipt_in(R"([{"token":"12345"}])"), "token:12345");
  EXPECT_EQ(receipt_in(R"([{"service_request_id":"","token":"12345"}])"), "token:12345");
}

TEST(Open311, an_answer_that_names_nothing_is_no_trouble) {
  for (const char* answer : {"", "<html>", "[]", "{}", "7", R"([{"service_request_id":null}])", R"([[1]])", R"(["x"])"})
    EXPECT_EQ(receipt_in(answer), "") << answer;
}

TEST(Open311, a_name_is_cut_and_loses_what_cannot_be_shown) {
  EXPECT_EQ(receipt_in(R"([{"service_request_id":"a\u0007b\nc"}])"), "abc");
  EXPECT_EQ(receipt_in(R"([{"service_request_id":")" + std::string(128, 'x') + R"("}])"), std::string(128, 'x'));
  EXPECT_EQ(receipt_in(R"([{"service_request_id":")" + std::string(129, 'x') + R"("}])"), std::string(128, 'x'));
}

}  // namespace
}  // namespace hazard::outgoing
