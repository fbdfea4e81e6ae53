// Base64 (RFC 4648 section 4): vectorised where the CPU allows, chosen once at run time; the scalar form is the reference.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/frame.hpp"

namespace hazard::wire {

// Standard or URL-safe alphabet, padding optional, ASCII white space skipped; nothing when any other character appears or the
// length cannot be. `offset` bytes are left free in front of the result.
std::optional<domain::Bytes> base64_decode(std::string_view text, std::size_t offset = 0);
std::string base64_encode(domain::ByteView bytes);

}  // namespace hazard::wire
