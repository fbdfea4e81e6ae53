#include "domain/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hazard::domain {
namespace {

TEST(ErrorCatalogue, names_are_unique_snake_case) {
  std::set<std::string> names;
  for (const ErrorInfo& info : error_catalogue()) {
    EXPECT_TRUE(names.emplace(info.name).second) << info.name;
    EXPECT_EQ(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string_view::npos) << info.name;
  }
  EXPECT_EQ(names.size(), kErrorCodeCount);
}

TEST(ErrorCatalogue, every_code_has_a_client_status_or_says_it_is_our_fault) {
  for (const ErrorInfo& info : error_catalogue()) {
    EXPECT_GE(info.http_status, 400) << info.name;
    EXPECT_LE(info.http_status, 504) << info.name;
    EXPECT_FALSE(info.remedy.empty()) << info.name;
  }
}

TEST(ErrorCatalogue, describe_finds_the_row_of_its_code) {
  EXPECT_EQ(describe(ErrorCode::message_too_large).close_code, 1009);
  EXPECT_EQ(describe(ErrorCode::server_closing).close_code, 1012);
  EXPECT_EQ(describe(ErrorCode::internal).http_status, 500);
}

}  // namespace
}  // namespace hazard::domain
