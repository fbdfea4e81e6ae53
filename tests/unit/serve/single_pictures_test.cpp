#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/single_pictures.hpp"

namespace hazard::serve {
namespace {

using testing::HasSubstr;

TEST(single_pictures, the_start_up_is_told_in_words_that_old_clients_wait_for) {
  EXPECT_THAT(model_not_loaded().message, HasSubstr("model not loaded"));
  EXPECT_EQ(model_not_loaded().code, domain::ErrorCode::model_not_ready);
}

TEST(single_pictures, a_dropped_picture_is_our_fault_and_worth_another_try) {
  domain::FrameDrop drop;
  for (std::size_t i = 0; i < domain::kDropReasonCount; ++i) {
    drop.reason = static_cast<domain::DropReason>(i);
    EXPECT_EQ(domain::describe(error_of(drop).code).http_status, 503);
    EXPECT_EQ(domain::describe(error_of(drop).code).retry, domain::Retry::later);
  }
}

}  // namespace
}  // namespace hazard::serve
