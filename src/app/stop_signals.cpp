#include "app/stop_signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/check.hpp"

namespace hazard::app {
namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Only calls that are safe inside a signal handler.
void give_up(int) {
  constexpr std::string_view kText = "hazardstream: the shutdown took too long and was cut off.\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kText.data(), kText.size());
  _exit(1);
}

}  // namespace

StopSignals::StopSignals() {
  const auto set = stop_set();
  HAZARD_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

int StopSignals::wait() {
  const auto set = stop_set();
  int number = 0;
  HAZARD_CHECK(sigwait(&set, &number) == 0);
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  HAZARD_CHECK(pthread_sigmask(SIG_UNBLOCK, &set, nullptr) == 0);
  return number;
}

void StopSignals::end_after(std::chrono::milliseconds time) {
  signal(SIGALRM, give_up);
  // alarm(0) would mean never.
  alarm(std::max(1U, static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(time).count())));
}

}  // namespace hazard::app
