// The bounds on what a stranger may send. Each has its answer in docs/protocol.md and a test on both sides.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hazard::domain {

inline constexpr std::size_t kControlMessageBytesMax = 64 * 1024;
inline constexpr std::size_t kEnvelopeHeaderBytes = 24;
inline constexpr std::size_t kEnvelopeJsonBytesMax = 4096;
inline constexpr std::size_t kFrameBytesMaxDefault = 4 * 1024 * 1024;
inline constexpr std::size_t kFrameIdBytesMax = 128;
// 40 megapixels: a 50-megapixel phone sends binned 12-megapixel pictures; 8K video has 33.
inline constexpr std::int64_t kPicturePixelsMax = 40'000'000;
// No hazard can be seen in less; such a picture is answered from its header (legacy-clients section 15 row 1).
inline constexpr int kSidePxLeast = 32;
inline constexpr int kJsonDepthMax = 16;

// The largest text message that can carry a frame of `frame_bytes`: base64 plus an envelope of other fields.
constexpr std::size_t text_message_bytes_max(std::size_t frame_bytes) noexcept {
  return (frame_bytes + 2) / 3 * 4 + kControlMessageBytesMax;
}

}  // namespace hazard::domain
