#include "serve/stream_context.hpp"

#include <random>

namespace hazard::serve {

base::Duration spread(base::Duration retry_after) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<base::Duration::rep> extra(0, std::max<base::Duration::rep>(retry_after.count(), 0));
  return retry_after + base::Duration{extra(random)};
}

}  // namespace hazard::serve
