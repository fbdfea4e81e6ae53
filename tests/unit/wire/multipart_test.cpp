#include "wire/multipart.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hazard::wire {
namespace {

using domain::ErrorCode;

std::string part(std::string_view head, std::string_view content) {
  return "--B\r\n" + std::string(head) + "\r\n\r\n" + std::string(content) + "\r\n";
}

const std::string kHead = "Content-Disposition: form-data; name=\"file\"; filename=\"frame.jpg\"\r\nContent-Type: image/jpeg";

std::vector<Part> parts(const std::string& body) {
  auto parsed = parse_multipart(body, "B");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  // The views must not outlive the body, so each test keeps its own.
  return parsed ? std::move(*parsed) : std::vector<Part>{};
}

void expect_refused(const std::string& body) {
  const auto parsed = parse_multipart(body, "B");
  ASSERT_FALSE(parsed) << body;
  EXPECT_EQ(parsed.error().code, ErrorCode::bad_request);
}

TEST(ParseMultipart, reads_a_file_part) {
  const std::string body = part(kHead, "\xFF\xD8 bytes \r\n with \0 all") + "--B--\r\n";
  const auto found = parts(body);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "file");
  EXPECT_EQ(found[0].filename, "frame.jpg");
  EXPECT_TRUE(found[0].has_filename);
  EXPECT_EQ(found[0].content_type, "image/jpeg");
  EXPECT_EQ(found[0].content, "\xFF\xD8 bytes \r\n with \0 all");
  EXPECT_GE(found[0].content.data(), body.data());  // a view, no copy
  EXPECT_LT(found[0].content.data(), body.data() + body.size());
}

TEST(ParseMultipart, reads_several_parts_in_order) {
  const std::string body = part("Content-Disposition: form-data; name=a", "1") +
                           part("content-disposition:form-data;name=\"b\"", "") +
                           part("X-Other: y\r\nContent-Disposition: form-data; name=\"a\"", "3") + "--B--";
  const auto found = parts(body);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].content, "1");
  EXPECT_EQ(found[1].name, "b");
  EXPECT_EQ(found[1].content, "");
  EXPECT_EQ(found[2].name, "a");
  EXPECT_FALSE(found[2].has_filename);
  EXPECT_EQ(found[2].content_type, "");
}

TEST(ParseMultipart, no_part_at_all_is_an_empty_list) {
  EXPECT_TRUE(parts("--B--\r\n").empty());
  EXPECT_TRUE(parts("--B--").empty());
}

TEST(ParseMultipart, passes_over_preamble_epilogue_and_blanks_behind_a_boundary) {
  const std::string body = "for old readers\r\n--B \t\r\n" + kHead + "\r\n\r\nx\r\n--B-- \r\nepilogue";
  ASSERT_EQ(parts(body).size(), 1U);
  EXPECT_EQ(parts(body)[0].content, "x");
}

TEST(ParseMultipart, an_empty_part_may_share_its_line_end) {
  const std::string body = "--B\r\n" + kHead + "\r\n\r\n--B--";
  const auto found = parts(body);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].content.empty());
}

TEST(ParseMultipart, content_may_look_almost_like_a_boundary) {
  for (const std::string& content :
       std::initializer_list<std::string>{"--B", "\r\n-B", "\r\n--b", "a--B\r\n", "\r\n--", "\n--B\n"}) {
    if (content.starts_with("--B")) continue;  // right behind the head that is the end of an empty part
    const std::string body = part(kHead, content) + "--B--";
    EXPECT_EQ(parts(body)[0].content, content);
  }
}

TEST(ParseMultipart, file_names_may_be_quoted_escaped_or_plain) {
  const auto name_of = [](std::string_view text) {
    const std::string body = part("Content-Disposition: form-data; name=\"file\"; filename=" + std::string(text), "x") + "--B--";
    return parts(body).at(0).filename;
  };
  EXPECT_EQ(name_of("frame.jpg"), "frame.jpg");
  EXPECT_EQ(name_of(R"("a b;c.jpg")"), "a b;c.jpg");
  EXPECT_EQ(name_of(R"("a\"b\\c.jpg")"), R"(a"b\c.jpg)");
  EXPECT_EQ(name_of(R"("C:\photos\x.jpg")"), R"(C:\photos\x.jpg)");  // browsers of old
  EXPECT_EQ(name_of("\"\xC3\xA4.jpg\""), "\xC3\xA4.jpg");
  EXPECT_EQ(name_of("\"\""), "");
  EXPECT_EQ(name_of(R"("x.jpg"; filename*=UTF-8''y.jpg)"), "x.jpg");
  EXPECT_EQ(name_of(R"("x.jpg";)"), "x.jpg");
}

TEST(ParseMultipart, an_empty_file_name_is_still_there) {
  const std::string body = part("Content-Disposition: form-data; name=\"file\"; filename=\"\"", "x") + "--B--";
  const auto found = parts(body);
  EXPECT_TRUE(found.at(0).has_filename);
  EXPECT_EQ(found.at(0).filename, "");
}

TEST(ParseMultipart, types_are_lower_case_without_parameters) {
  const std::string body =
      part("Content-Disposition: form-data; name=\"a\"\r\nContent-Type:  Text/Plain ; charset=\"UTF-8\"", "x") + "--B--";
  EXPECT_EQ(parts(body).at(0).content_type, "text/plain");
}

TEST(ParseMultipart, line_feeds_alone_are_refused) {
  std::string body = part(kHead, "x") + "--B--\r\n";
  std::erase(body, '\r');
  expect_refused(body);
  expect_refused("--B\n" + kHead + "\r\n\r\nx\r\n--B--");
  expect_refused("--B\r\nContent-Disposition: form-data; name=\"a\"\n\nx\r\n--B--");
  expect_refused("--B\r\nContent-Disposition: form-data; name=\"a\"\nX: y\r\n\r\nx\r\n--B--");
}

TEST(ParseMultipart, every_beginning_is_refused) {
  const std::string body = part(kHead, "some content") + part("Content-Disposition: form-data; name=\"b\"", "x") + "--B--";
  ASSERT_EQ(parts(body).size(), 2U);
  for (std::size_t length = 0; length < body.size(); ++length) expect_refused(body.substr(0, length));
}

TEST(ParseMultipart, a_boundary_with_something_behind_it_is_refused) {
  expect_refused("--Bx\r\n" + kHead + "\r\n\r\nx\r\n--B--");
  expect_refused("--B\r\n" + kHead + "\r\n\r\nx\r\n--Bx\r\n--B--");
  expect_refused("--B\r\n" + kHead + "\r\n\r\nx\r\n--B-\r\n");
  expect_refused("--B\r\n" + kHead + "\r\n\r\nx\r\n--B--x");
}

TEST(ParseMultipart, broken_heads_are_refused) {
  for (const std::string& head :
       std::initializer_list<std::string>{"Content-Type: image/jpeg",                                // no disposition
                                          "Content-Disposition: attachment; name=\"a\"",             // not of a form
                                          "Content-Disposition: form-data",                          // no name
                                          "Content-Disposition: form-data; filename=\"a\"",          //
                                          "Content-Disposition: form-data; name=\"a",                // quote left open
                                          "Content-Disposition: form-data; name=\"a\\\"",            //
                                          "Content-Disposition: form-data; name",                    // no value
                                          "Content-Disposition: form-data; =a",                      // no parameter name
                                          "Content-Disposition: form-data; name=\"a\" x",            // text behind the quote
                                          "Content-Disposition: form-data; name=\"a\"; name=\"b\"",  //
                                          "Content-Disposition: form-data; name=a; filename=b; filename=c",
                                          kHead + "\r\nContent-Disposition: form-data; name=\"b\"",  // twice
                                          "Content-Disposition : form-data; name=\"a\"",             // blank before the colon
                                          " Content-Disposition: form-data; name=\"a\"",             //
                                          kHead + "\r\n folded",                                     // a folded line
                                          kHead + "\r\nno colon",                                    //
                                          kHead + "\r\n: x",                                         //
                                          kHead + "\r\nX: a\rb",                                     // a lone CR
                                          kHead + std::string("\r\nX: a\0b", 8),                     //
                                          ""}) {
    expect_refused(part(head, "x") + "--B--");
  }
  expect_refused("--B\r\n\r\nno head at all\r\n--B--");
}

TEST(ParseMultipart, the_number_of_parts_is_bounded) {
  const auto body = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += part("Content-Disposition: form-data; name=\"a\"", "x");
    return text + "--B--";
  };
  EXPECT_EQ(parts(body(31)).size(), 31U);
  EXPECT_EQ(parts(body(32)).size(), 32U);
  expect_refused(body(33));
  EXPECT_TRUE(parse_multipart(body(2), "B", 2));
  EXPECT_FALSE(parse_multipart(body(3), "B", 2));
}

TEST(ParseMultipart, a_parts_head_is_bounded) {
  const std::string start = "Content-Disposition: form-data; name=\"a\"\r\nX: ";
  const auto body = [&](std::size_t head_bytes) {
    return part(start + std::string(head_bytes - start.size(), 'x'), "y") + "--B--";
  };
  EXPECT_TRUE(parse_multipart(body(4095), "B"));
  EXPECT_TRUE(parse_multipart(body(4096), "B"));
  EXPECT_FALSE(parse_multipart(body(4097), "B"));
}

TEST(MultipartBoundary, reads_plain_and_quoted_ones) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=----WebKitFormBoundaryAbC"), "----WebKitFormBoundaryAbC");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b:c\""), "a b:c");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'b')), std::string(70, 'b'));
}

TEST(MultipartBoundary, refuses_other_types) {
  for (const char* text : {"", "application/json", "multipart/mixed; boundary=a", "multipart/form-datax; boundary=a"}) {
    const auto boundary = multipart_boundary(text);
    ASSERT_FALSE(boundary) << text;
    EXPECT_EQ(boundary.error().code, ErrorCode::unsupported_media_type);
  }
}

TEST(MultipartBoundary, refuses_a_missing_or_unusable_one) {
  for (const std::string& text : std::initializer_list<std::string>{
           "multipart/form-data", "multipart/form-data;", "multipart/form-data; boundary", "multipart/form-data; boundary=",
           "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=\"a", "multipart/form-data; boundary=\"a \"",
           "multipart/form-data; boundary=a\"b", "multipart/form-data; boundary=\"a\r\nb\"",
           "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=" + std::string(71, 'b'),
           "multipart/form-data; boundary=\xC3\xA4", "multipart/form-data; boundary=a;" + std::string(1100, ' ')}) {
    const auto boundary = multipart_boundary(text);
    ASSERT_FALSE(boundary) << text;
    EXPECT_EQ(boundary.error().code, ErrorCode::bad_request);
  }
}

}  // namespace
}  // namespace hazard::wire
