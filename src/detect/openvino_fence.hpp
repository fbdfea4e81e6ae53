// OpenVINO throws; nothing above this folder may see that. Every call into it goes through fenced().
#pragma once

#include <concepts>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "domain/error.hpp"

namespace hazard::detect {

// The sentence inside OpenVINO's multi-line exception texts, without source places, on one line, at most 300 bytes.
std::string reason_of(std::string_view what);

// fn's value, or `code` with "<before>: <why OpenVINO refused>".
template <typename Fn>
auto fenced(domain::ErrorCode code, std::string_view before, Fn&& fn) -> domain::Result<std::invoke_result_t<Fn>> {
  std::string why;
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Fn>>) {
      std::forward<Fn>(fn)();
      return {};
    } else {
      return std::forward<Fn>(fn)();
    }
  } catch (const std::exception& error) {
    why = reason_of(error.what());
  } catch (...) {
    why = "an unknown exception";
  }
  return domain::refuse(code, std::string(before) + ": " + why);
}

}  // namespace hazard::detect
