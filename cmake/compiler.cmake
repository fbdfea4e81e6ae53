# The compiler floor, warnings and sanitizers, in one place.

# g++ 12.2, Debian 12's default, silently miscompiles everyday coroutine code.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines. "
    "Install clang-19 (Debian package clang-19) and configure with a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(HAZARD_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread; empty for none")
option(HAZARD_FUZZ "Build the libFuzzer targets in fuzz/" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Werror -Wno-missing-designated-field-initializers
  -fstack-protector-strong)
if(CMAKE_BUILD_TYPE MATCHES "Rel")
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
if(HAZARD_SANITIZE)
  add_compile_options(-fsanitize=${HAZARD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HAZARD_SANITIZE})
endif()
if(HAZARD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_link_options(-Wl,-z,relro,-z,now)

find_program(HAZARD_CCACHE ccache)
if(HAZARD_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HAZARD_CCACHE})
endif()
