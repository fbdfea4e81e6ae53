# One static library per folder of src/, linked only downwards: see the floor table in ARCHITECTURE.md.

# hazard_room(NAME LINKS...) makes hazard_NAME out of every source in the current folder.
function(hazard_room name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(hazard_${name} STATIC ${sources})
    target_include_directories(hazard_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(hazard_${name} PUBLIC ${ARGN})
  else()
    add_library(hazard_${name} INTERFACE)
    target_include_directories(hazard_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(hazard_${name} INTERFACE ${ARGN})
  endif()
endfunction()

# hazard_tests(NAME LINKS...) makes the test program NAME out of every *_test.cpp in the current folder.
function(hazard_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE HAZARD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
  if(HAZARD_SANITIZE)
    # OpenVINO and oneTBB come without sanitizers: TBB keeps its own allocator out of the way, and what only their threads see
    # cannot be judged.
    set_tests_properties(${name} PROPERTIES
      ENVIRONMENT_MODIFICATION "TBB_ENABLE_SANITIZERS=set:1;TSAN_OPTIONS=string_append::ignore_noninstrumented_modules=1")
  endif()
endfunction()
