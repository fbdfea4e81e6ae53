#include "app/command.hpp"

#include <fmt/format.h>

namespace hazard::app {

ExitCode complain(ExitCode code, std::string_view why) {
  fmt::print(stderr, "hazardstream{}: {}\n", code == ExitCode::cannot_start ? " cannot start" : "", why);
  return code;
}

}  // namespace hazard::app
