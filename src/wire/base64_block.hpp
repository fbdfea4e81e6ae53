// The vector kernels of base64 decoding, one per CPU family, and the run-time choice among them. Used by base64.cpp and by the
// tests and benchmarks that compare the kernels with the scalar form. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/frame.hpp"

namespace hazard::wire {

inline constexpr std::size_t kBase64BlockText = 64;   // characters a block reads, exactly
inline constexpr std::size_t kBase64BlockBytes = 48;  // bytes it yields
inline constexpr std::size_t kBase64BlockStore = 64;  // bytes it may write

// Decodes up to `blocks` blocks of the standard or the URL-safe alphabet and returns how many it did: it stops in front of a
// block that holds any other character. Reads kBase64BlockText * blocks characters at most; may write kBase64BlockStore -
// kBase64BlockBytes bytes past the last block's result.
using Base64Block = std::size_t (*)(const char* text, std::size_t blocks, std::uint8_t* out);

struct NamedBase64Block {
  std::string_view name;
  Base64Block block;  // null: none, character by character
};

// What this CPU can run, slowest first; "scalar" is always there.
const std::vector<NamedBase64Block>& base64_blocks();

// base64_decode with a kernel of the caller's choice.
std::optional<domain::Bytes> base64_decode_with(Base64Block block, std::string_view text, std::size_t offset);

}  // namespace hazard::wire
