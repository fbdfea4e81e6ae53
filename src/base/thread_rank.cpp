#include "base/thread_rank.hpp"

#include <sys/resource.h>

namespace hazard::base {

void step_back(int steps) noexcept { ::setpriority(PRIO_PROCESS, 0, niceness_of_this_thread() + steps); }

int niceness_of_this_thread() noexcept { return ::getpriority(PRIO_PROCESS, 0); }

}  // namespace hazard::base
