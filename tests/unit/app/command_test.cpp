#include "app/command.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

TEST(Command, a_complaint_names_the_program_and_gives_the_code_back) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(complain(ExitCode::usage, "--count takes 1 to 10."), ExitCode::usage);
  EXPECT_EQ(complain(ExitCode::failed, "3 frames stayed unanswered."), ExitCode::failed);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "hazardstream: --count takes 1 to 10.\nhazardstream: 3 frames stayed unanswered.\n");
}

TEST(Command, what_keeps_it_from_starting_says_so) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(complain(ExitCode::cannot_start, "the port is taken."), ExitCode::cannot_start);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "hazardstream cannot start: the port is taken.\n");
}

}  // namespace
}  // namespace hazard::app
