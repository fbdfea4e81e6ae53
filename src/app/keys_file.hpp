// Keys on the disk: the operator's file of all of them (API_KEYS_FILE), and a client's file with its own. Main thread, at the start.
#pragma once

#include <string>

#include "serve/access_keys.hpp"

namespace hazard::app {

// None for an empty path. Errors: invalid_value with the file, the line and a remedy; also where everybody on this machine may
// write to the file, and so let himself in.
domain::Result<serve::AccessKeys> read_keys_file(const std::string& path);

// The one key that a client's file holds, without blanks around it. Errors: invalid_value.
domain::Result<std::string> read_key(const std::string& path);

}  // namespace hazard::app
