# Third-party code, all of it from Debian packages but OpenVINO, which comes from its wheel in .venv.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark QUIET)
find_package(PNG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL 7.85 REQUIRED)  # CURLOPT_PROTOCOLS_STR
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)

# libyuv ships neither a CMake nor a pkg-config file.
find_library(YUV_LIBRARY yuv REQUIRED)
find_path(YUV_INCLUDE_DIR libyuv.h REQUIRED)
add_library(yuv INTERFACE)
target_link_libraries(yuv INTERFACE ${YUV_LIBRARY})
target_include_directories(yuv SYSTEM INTERFACE ${YUV_INCLUDE_DIR})

# The wheel says where its CMake package lies; an empty answer must not fall through to a system search.
find_program(HAZARD_PYTHON NAMES python3 PATHS ${PROJECT_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH)
if(HAZARD_PYTHON)
  execute_process(COMMAND ${HAZARD_PYTHON} -c "import openvino.utils as u; print(u.get_cmake_path())"
    OUTPUT_VARIABLE HAZARD_OPENVINO_CMAKE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT HAZARD_OPENVINO_CMAKE)
  message(FATAL_ERROR "OpenVINO's wheel was not found in .venv: run 'make setup' first")
endif()
find_package(OpenVINO REQUIRED PATHS ${HAZARD_OPENVINO_CMAKE} NO_DEFAULT_PATH)
