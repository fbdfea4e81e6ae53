// SIGTERM and SIGINT as something to wait for. The first ends the wait, so that the server can say good-bye; the second ends the
// process at once. Main thread; made before any other thread starts, since threads inherit what is blocked.
#pragma once

#include <chrono>

namespace hazard::app {

class StopSignals {
 public:
  // From now on both are held back in every thread started later.
  StopSignals();

  // Blocks until the first. Returns its number. After that the next one has its usual effect: the process ends.
  int wait();

  // Ends the process with exit code 1 when it is still alive after `time` (whole seconds, rounded up): no step of a shutdown
  // can hang for ever.
  static void end_after(std::chrono::milliseconds time);
};

}  // namespace hazard::app
