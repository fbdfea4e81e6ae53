// The folder of a server that was given none: in the system's place for temporary files, for this user only, gone with the server. Made
// and removed on the main thread. A server that was killed leaves its folder behind; the next one removes it.
#pragma once

#include <filesystem>

namespace hazard::app {

// Empty where none can be made.
std::filesystem::path make_private_folder();

// Removes what servers of this user left in `parent` that no longer run: folders of our name, older than a minute, whose lock
// (folder_lock.hpp) nobody holds. Returns how many.
int sweep_private_folders(const std::filesystem::path& parent);

}  // namespace hazard::app
