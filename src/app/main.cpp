#include <unistd.h>

#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

int main(int count, char** words) {
  hazard::app::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair(*entry);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  return hazard::app::run_program(hazard::app::commands(), arguments, environment);
}
