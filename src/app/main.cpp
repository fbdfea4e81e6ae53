#include <malloc.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

int main(int count, char** words) {
  // Left alone, the allocator raises its limit for blocks of their own to 32 MB after the first large one is freed, and keeps what
  // compiled graphs leave behind: 10 MB and more of the process, with no difference in speed.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
  mallopt(M_ARENA_MAX, 2);
  hazard::app::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair(*entry);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  return hazard::app::run_program(hazard::app::commands(), arguments, environment);
}
