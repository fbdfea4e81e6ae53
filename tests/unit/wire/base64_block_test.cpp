#include "wire/base64_block.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "wire/base64.hpp"

namespace hazard::wire {
namespace {

domain::Bytes random_bytes(std::mt19937& random, std::size_t size) {
  domain::Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

// Texts made mostly of base64 with all kinds of dirt: each kernel must answer exactly as the plain form does.
TEST(Base64Block, kernels_agree_with_the_scalar_form_on_dirty_text) {
  std::mt19937 random(5);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string dirt = "-_ \r\n=\t\x80.,";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 300, '\0');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    for (std::size_t spots = random() % 4; spots > 0 && !text.empty(); --spots)
      text[random() % text.size()] = dirt[random() % dirt.size()];
    const auto wanted = base64_decode_with(nullptr, text, 0);
    for (const auto& [name, block] : base64_blocks())
      ASSERT_EQ(base64_decode_with(block, text, 0), wanted) << name << ' ' << text;
  }
}

TEST(Base64Block, lines_of_76_come_back_through_every_kernel) {
  std::mt19937 random(9);
  const domain::Bytes bytes = random_bytes(random, 10'000);
  const std::string plain = base64_encode(bytes);
  std::string lines;
  for (std::size_t at = 0; at < plain.size(); at += 76) lines += plain.substr(at, 76) + "\r\n";
  for (const auto& [name, block] : base64_blocks()) EXPECT_EQ(base64_decode_with(block, lines, 0), bytes) << name;
}

// The text ends where readable memory ends: one byte read too far ends the process.
TEST(Base64Block, kernels_read_no_byte_behind_the_text) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory = mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  char* const end = static_cast<char*>(memory) + 2 * page;
  ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
  for (std::size_t size = 0; size < 300; ++size) {
    char* const text = end - size;
    std::memset(text, 'Q', size);
    for (const auto& [name, block] : base64_blocks()) {
      EXPECT_EQ(base64_decode_with(block, {text, size}, 0).has_value(), size % 4 != 1) << name << ' ' << size;
    }
  }
  munmap(memory, 3 * page);
}

TEST(Base64Block, kernels_write_only_what_they_promise) {
  for (const auto& [name, block] : base64_blocks()) {
    if (block == nullptr) continue;
    for (std::size_t blocks = 1; blocks < 5; ++blocks) {
      const std::string text(blocks * kBase64BlockText, 'Q');
      domain::Bytes out(blocks * kBase64BlockBytes + kBase64BlockStore, 0xEE);
      ASSERT_EQ(block(text.data(), blocks, out.data()), blocks) << name;
      const std::size_t promised = (blocks - 1) * kBase64BlockBytes + kBase64BlockStore;
      for (std::size_t i = promised; i < out.size(); ++i) ASSERT_EQ(out[i], 0xEE) << name << ' ' << i;
    }
  }
}

TEST(Base64Block, the_scalar_form_is_always_there) { EXPECT_EQ(base64_blocks().front().block, nullptr); }

}  // namespace
}  // namespace hazard::wire
