#include "app/stop_signals.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace hazard::app {
namespace {

using testing::ExitedWithCode;
using testing::KilledBySignal;

TEST(StopSignalsDeathTest, the_first_signal_ends_the_wait) {
  for (const int number : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          StopSignals signals;
          raise(number);
          _exit(signals.wait() == number ? 0 : 9);
        },
        ExitedWithCode(0), "");
  }
}

TEST(StopSignalsDeathTest, the_second_signal_ends_the_process) {
  EXPECT_EXIT(
      {
        StopSignals signals;
        raise(SIGTERM);
        signals.wait();
        raise(SIGINT);
        _exit(9);
      },
      KilledBySignal(SIGINT), "");
}

TEST(StopSignalsDeathTest, a_shutdown_that_hangs_is_cut_off) {
  EXPECT_EXIT(
      {
        StopSignals::end_after(std::chrono::hours(1));
        raise(SIGALRM);
        _exit(9);
      },
      ExitedWithCode(1), "took too long");
}

}  // namespace
}  // namespace hazard::app
