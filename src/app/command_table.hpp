// The list of commands, in the order in which --help shows them. Each is made in its own x_command.cpp.
#pragma once

#include <span>

#include "app/command.hpp"

namespace hazard::app {

std::span<const Command> commands();

Command serve_command();
Command detect_command();
Command import_command();
Command stream_command();
Command simulate_command();
Command check_model_command();
Command bench_command();
Command config_command();
Command key_command();
Command version_command();

}  // namespace hazard::app
