#include "serve/picture_body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hazard::serve {
namespace {

using domain::ErrorCode;

Request request_with(const std::string& type, const std::string& body) {
  auto head = check_head("POST / HTTP/1.1\r\nHost: a\r\n" + (type.empty() ? "" : "Content-Type: " + type + "\r\n") + "\r\n");
  EXPECT_TRUE(head);
  Request request;
  request.head = std::move(*head);
  request.body.assign(body.begin(), body.end());
  return request;
}

std::string form(const std::string& disposition, const std::string& type, const std::string& content) {
  return "--e\r\nContent-Disposition: form-data; " + disposition + "\r\n" +
         (type.empty() ? "" : "Content-Type: " + type + "\r\n") + "\r\n" + content + "\r\n--e--\r\n";
}

domain::Result<PictureBody> take(const std::string& type, const std::string& body, std::size_t most = 1000) {
  Request request = request_with(type, body);
  return take_picture(request, most);
}

constexpr const char* kForm = "multipart/form-data; boundary=e";
constexpr const char* kFile = R"(name="file"; filename="a.jpg")";

TEST(picture_body, takes_the_body_of_an_image) {
  const auto picture = take("IMAGE/jpeg", "abc");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->bytes, (domain::Bytes{'a', 'b', 'c'}));
  EXPECT_EQ(picture->filename, "");
}

TEST(picture_body, takes_the_part_named_file) {
  for (const char* type : {"image/jpeg", "image/x-anything", "", "application/octet-stream"}) {
    const auto picture = take(kForm, form(kFile, type, "abc"));
    ASSERT_TRUE(picture) << type;
    EXPECT_EQ(picture->bytes.size(), 3U);
    EXPECT_EQ(picture->filename, "a.jpg");
  }
}

TEST(picture_body, an_empty_part_is_a_picture_of_no_bytes) { EXPECT_TRUE(take(kForm, form(kFile, "image/png", ""))); }

TEST(picture_body, says_which_part_is_missing) {
  for (const auto& [type, body] : {std::pair<std::string, std::string>{"", "abc"},
                                   {"application/json", "{}"},
                                   {"image/jpeg", ""},
                                   {kForm, form(R"(name="image"; filename="a.jpg")", "image/jpeg", "abc")},
                                   {kForm, form(R"(name="file")", "image/jpeg", "abc")},
                                   {kForm, form(R"(name="file"; filename="")", "image/jpeg", "abc")}}) {
    const auto picture = take(type, body);
    ASSERT_FALSE(picture) << type;
    EXPECT_EQ(picture.error().code, ErrorCode::missing_file);
    EXPECT_NE(picture.error().message.find("File field required"), std::string::npos);
  }
}

TEST(picture_body, believes_who_says_that_it_is_no_picture) {
  const auto picture = take(kForm, form(kFile, "text/plain", "abc"));
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, ErrorCode::not_an_image);
  EXPECT_NE(picture.error().message.find("File must be an image"), std::string::npos);
}

TEST(picture_body, limit_holds_for_the_picture_not_for_the_form) {
  EXPECT_TRUE(take("image/jpeg", "1234", 4));
  EXPECT_EQ(take("image/jpeg", "12345", 4).error().code, ErrorCode::frame_too_large);
  EXPECT_TRUE(take(kForm, form(kFile, "", "1234"), 4));
  EXPECT_EQ(take(kForm, form(kFile, "", "12345"), 4).error().code, ErrorCode::frame_too_large);
}

TEST(picture_body, broken_form_is_400) {
  EXPECT_EQ(take(kForm, "--x\r\n").error().code, ErrorCode::bad_request);
  EXPECT_EQ(take("multipart/form-data", "abc").error().code, ErrorCode::bad_request);
}

}  // namespace
}  // namespace hazard::serve
