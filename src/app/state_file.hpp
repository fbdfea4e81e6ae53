// Where what must outlive a restart is kept: one file in a folder of the operator's, readable by the server's user alone. Written
// whole or not at all, read once. Main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/error.hpp"

namespace hazard::app {

inline constexpr std::size_t kStateBytesMax = 64 * 1024 * 1024;

// Makes the folder if need be (mode 0700), writes a temporary file beside the old one, syncs it, and puts it in its place: a crash at
// any moment leaves the old file or the new one. Errors: invalid_value with the system's reason.
domain::Result<void> write_state_file(const std::string& folder, std::string_view text);

// The file's text, and the file is gone: whatever is wrong with it is met once. Nothing when there is none. Errors: invalid_value for
// what cannot be read, is no plain file of ours (a link, a device, of another user), or is larger than kStateBytesMax.
domain::Result<std::optional<std::string>> take_state_file(const std::string& folder);

// Why write_state_file() would fail, as far as can be told now; nothing when it would not.
std::optional<std::string> state_folder_trouble(const std::string& folder);

}  // namespace hazard::app
