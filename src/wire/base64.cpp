#include "wire/base64.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "wire/base64_block.hpp"

namespace hazard::wire {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kBlank = 64;    // white space: skipped
constexpr std::uint8_t kPadding = 65;  // '='
constexpr std::uint8_t kForeign = 66;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  values['-'] = 62;
  values['_'] = 63;
  values['='] = kPadding;
  for (const char c : {' ', '\t', '\r', '\n', '\v', '\f'}) values[static_cast<unsigned char>(c)] = kBlank;
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

// Decodes into a small buffer that stays in the fastest cache and is appended when full: the result's memory is touched once
// (no zero pass), and a vector store past the last byte stays inside the buffer.
class Decoder {
 public:
  Decoder(std::string_view text, domain::Bytes& out, Base64Block block) : text_(text), out_(out), block_(block) {}

  bool run() {
    while (at_ < text_.size()) {
      take_blocks();
      if (!take_characters()) return false;
    }
    flush();
    return finished();
  }

 private:
  static constexpr std::size_t kBuffer = 3072;
  // Characters read one by one before blocks are tried again: lines of 76 with breaks would otherwise try at each character.
  static constexpr std::size_t kQuadsBetweenBlocks = 8;

  void take_blocks() {
    if (block_ == nullptr || in_quad_ != 0 || padding_ != 0) return;
    while (text_.size() - at_ >= kBase64BlockText) {
      if (used_ + kBase64BlockStore > kBuffer) flush();
      const std::size_t quads = (kBuffer - kBase64BlockStore - used_) / kBase64BlockBytes + 1;
      const std::size_t wanted = std::min(quads, (text_.size() - at_) / kBase64BlockText);
      const std::size_t done = block_(text_.data() + at_, wanted, buffer_.data() + used_);
      at_ += done * kBase64BlockText;
      used_ += done * kBase64BlockBytes;
      if (done < wanted) return;
    }
  }

  // Ends after some characters, or behind white space, where a line of blocks may begin.
  bool take_characters() {
    std::size_t quads = 0;
    bool blank = false;
    while (at_ < text_.size() && quads < kQuadsBetweenBlocks) {
      const std::uint8_t value = kValues[static_cast<unsigned char>(text_[at_])];
      if (blank && value != kBlank && in_quad_ == 0 && quads > 0) return true;
      ++at_;
      blank = value == kBlank;
      if (blank) continue;
      if (value == kForeign) return false;
      if (value == kPadding) {
        if (in_quad_ < 2 || in_quad_ + ++padding_ > 4) return false;
        continue;
      }
      if (padding_ != 0) return false;  // text after padding
      bits_ = (bits_ << 6U) | value;
      if (++in_quad_ == 4) {
        put(3, 0);
        ++quads;
      }
    }
    return true;
  }

  // A last group of 2 or 3 characters stands for 1 or 2 bytes; padding is absent or completes the group.
  bool finished() {
    if (in_quad_ == 1 || (padding_ != 0 && in_quad_ + padding_ != 4)) return false;
    if (in_quad_ == 2) put(1, 12);
    if (in_quad_ == 3) put(2, 6);
    flush();
    return true;
  }

  void put(std::size_t count, unsigned missing_bits) {
    if (used_ + 3 > kBuffer) flush();
    const std::uint32_t whole = bits_ << missing_bits;
    for (std::size_t i = 0; i < count; ++i) buffer_[used_++] = static_cast<std::uint8_t>(whole >> (16 - 8 * i));
    bits_ = 0;
    in_quad_ = 0;
  }

  void flush() {
    out_.insert(out_.end(), buffer_.data(), buffer_.data() + used_);
    used_ = 0;
  }

  std::string_view text_;
  domain::Bytes& out_;
  Base64Block block_;
  std::size_t at_ = 0;
  std::array<std::uint8_t, kBuffer> buffer_;
  std::size_t used_ = 0;
  std::uint32_t bits_ = 0;   // of the group under way
  std::size_t in_quad_ = 0;  // its characters so far
  std::size_t padding_ = 0;
};

}  // namespace

std::optional<domain::Bytes> base64_decode_with(Base64Block block, std::string_view text, std::size_t offset) {
  domain::Bytes out;
  out.reserve(offset + text.size() / 4 * 3 + 3);
  out.resize(offset);
  if (!Decoder(text, out, block).run()) return std::nullopt;
  return out;
}

std::optional<domain::Bytes> base64_decode(std::string_view text, std::size_t offset) {
  static const Base64Block kBest = base64_blocks().back().block;
  return base64_decode_with(kBest, text, offset);
}

std::string base64_encode(domain::ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  const auto put = [&out](std::uint32_t bits, std::size_t count) {
    for (std::size_t i = 0; i < 4; ++i) out.push_back(i < count ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=');
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    put(std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U | bytes[i + 2], 4);
  }
  if (bytes.size() - i == 1) put(std::uint32_t{bytes[i]} << 16U, 2);
  if (bytes.size() - i == 2) put(std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U, 3);
  return out;
}

}  // namespace hazard::wire
