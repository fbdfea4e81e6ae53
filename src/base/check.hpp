// CHECK states what only a bug of ours can break; it ends the process with the place and the sentence. Never use it on
// bytes that a stranger sent: those are refused with an Error (domain/error.hpp).
#pragma once

namespace hazard::base {

[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace hazard::base

#define HAZARD_CHECK(expression) \
  (static_cast<bool>(expression) ? void(0) : ::hazard::base::check_failed(#expression, __FILE__, __LINE__))
