#include "app/command_table.hpp"

#include <array>

namespace hazard::app {

std::span<const Command> commands() {
  static const std::array kCommands{serve_command(),    detect_command(),      import_command(), stream_command(),
                                    simulate_command(), check_model_command(), bench_command(),  key_command(),
                                    config_command(),   version_command()};
  return kCommands;
}

}  // namespace hazard::app
