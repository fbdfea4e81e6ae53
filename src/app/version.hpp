// The version of this build; project() in CMakeLists.txt says it.
#pragma once

#include <string_view>

namespace hazard::app {

inline constexpr std::string_view kVersion = HAZARD_VERSION;

}  // namespace hazard::app
