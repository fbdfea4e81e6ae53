#include "wire/base64_block.hpp"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hazard::wire {
namespace {

// The value of each ASCII character in either alphabet; the top bit marks a foreign one.
constexpr std::array<std::uint8_t, 128> make_ascii_values() {
  std::array<std::uint8_t, 128> values{};
  values.fill(0x80);
  for (std::size_t i = 0; i < 26; ++i) {
    values['A' + i] = static_cast<std::uint8_t>(i);
    values['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}
constexpr std::array<std::uint8_t, 128> kAsciiValues = make_ascii_values();

// For each place in a group of four: the character's six bits where they belong among 24; kForeignBit marks a foreign one.
constexpr std::uint32_t kForeignBit = 1U << 31U;
constexpr std::array<std::array<std::uint32_t, 256>, 4> make_places() {
  std::array<std::array<std::uint32_t, 256>, 4> places{};
  for (std::size_t place = 0; place < 4; ++place) {
    places[place].fill(kForeignBit);
    for (std::size_t c = 0; c < kAsciiValues.size(); ++c) {
      if (kAsciiValues[c] < 64) places[place][c] = std::uint32_t{kAsciiValues[c]} << (18 - 6 * place);
    }
  }
  return places;
}
constexpr std::array<std::array<std::uint32_t, 256>, 4> kPlaces = make_places();

// Four table look-ups a group: for CPUs without the vector forms below.
std::size_t block_table(const char* text, std::size_t blocks, std::uint8_t* out) {
  const auto place = [&text](std::size_t group, std::size_t i) {
    return kPlaces[i][static_cast<unsigned char>(text[4 * group + i])];
  };
  for (std::size_t done = 0; done < blocks; ++done, text += kBase64BlockText, out += kBase64BlockBytes) {
    std::uint32_t foreign = 0;
    for (std::size_t group = 0; group < kBase64BlockText / 4; ++group) {
      const std::uint32_t bits = place(group, 0) | place(group, 1) | place(group, 2) | place(group, 3);
      foreign |= bits;
      out[3 * group] = static_cast<std::uint8_t>(bits >> 16U);
      out[3 * group + 1] = static_cast<std::uint8_t>(bits >> 8U);
      out[3 * group + 2] = static_cast<std::uint8_t>(bits);
    }
    if ((foreign & kForeignBit) != 0) return done;
  }
  return blocks;
}

#if defined(__x86_64__)

// Source of the AVX2 form: W. Mula, D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions", ACM Transactions
// on the Web 12(3), 2018, section 4. Of the AVX-512 form: the same authors, "Base64 encoding and decoding at almost the speed
// of a memory copy", Software: Practice and Experience 50(2), 2020, section 4.

// Packs 32 values of 6 bits into 24 bytes at the front of the register.
__attribute__((target("avx2"))) __m256i pack_avx2(__m256i values) {
  const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));              // 00 aaaaaabbbbbb
  const __m256i quads = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));                  // aaaaaabb bbbbcccc ccdddddd
  const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,  //
                                         2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(quads, order), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
}

// The values of 32 characters; `foreign` collects what is of neither alphabet. A character is valid when the bit sets that its
// two nibbles look up share no bit.
__attribute__((target("avx2"))) __m256i values_avx2(__m256i text, __m256i& foreign) {
  const __m256i lows = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A));
  const __m256i highs = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
  const __m256i rolls = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
  // The URL-safe alphabet becomes the standard one.
  text = _mm256_blendv_epi8(text, _mm256_set1_epi8('+'), _mm256_cmpeq_epi8(text, _mm256_set1_epi8('-')));
  text = _mm256_blendv_epi8(text, _mm256_set1_epi8('/'), _mm256_cmpeq_epi8(text, _mm256_set1_epi8('_')));
  const __m256i nibble = _mm256_set1_epi8(0x0F);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), nibble);
  const __m256i low = _mm256_and_si256(text, nibble);
  foreign = _mm256_or_si256(foreign, _mm256_and_si256(_mm256_shuffle_epi8(lows, low), _mm256_shuffle_epi8(highs, high)));
  const __m256i slash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/'));
  return _mm256_add_epi8(text, _mm256_shuffle_epi8(rolls, _mm256_add_epi8(slash, high)));
}

__attribute__((target("avx2"))) std::size_t block_avx2(const char* text, std::size_t blocks, std::uint8_t* out) {
  for (std::size_t done = 0; done < blocks; ++done, text += kBase64BlockText, out += kBase64BlockBytes) {
    __m256i foreign = _mm256_setzero_si256();
    const __m256i first = values_avx2(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text)), foreign);
    const __m256i second = values_avx2(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32)), foreign);
    if (_mm256_testz_si256(foreign, foreign) == 0) return done;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), pack_avx2(first));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 24), pack_avx2(second));
  }
  return blocks;
}

// Where the 48 bytes of a block stand after the two multiplications; the last 16 places are never read.
constexpr std::array<std::uint8_t, 64> make_pack_order() {
  std::array<std::uint8_t, 64> order{};
  for (std::size_t i = 0; i < kBase64BlockBytes; ++i) order[i] = static_cast<std::uint8_t>(4 * (i / 3) + 2 - i % 3);
  return order;
}
constexpr std::array<std::uint8_t, 64> kPackOrder = make_pack_order();

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) std::size_t block_avx512(const char* text, std::size_t blocks,
                                                                                std::uint8_t* out) {
  const __m512i low_half = _mm512_loadu_si512(kAsciiValues.data());
  const __m512i high_half = _mm512_loadu_si512(kAsciiValues.data() + 64);
  const __m512i order = _mm512_loadu_si512(kPackOrder.data());
  for (std::size_t done = 0; done < blocks; ++done, text += kBase64BlockText, out += kBase64BlockBytes) {
    const __m512i characters = _mm512_loadu_si512(text);
    const __m512i values = _mm512_permutex2var_epi8(low_half, characters, high_half);
    if (_mm512_movepi8_mask(_mm512_or_si512(characters, values)) != 0) return done;
    const __m512i pairs = _mm512_maddubs_epi16(values, _mm512_set1_epi32(0x01400140));
    const __m512i quads = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));
    _mm512_storeu_si512(out, _mm512_permutexvar_epi8(order, quads));
  }
  return blocks;
}

#endif

std::vector<NamedBase64Block> supported() {
  std::vector<NamedBase64Block> blocks{{"scalar", nullptr}, {"table", block_table}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) blocks.push_back({"avx2", block_avx2});
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi")) blocks.push_back({"avx512", block_avx512});
#endif
  return blocks;
}

}  // namespace

const std::vector<NamedBase64Block>& base64_blocks() {
  static const std::vector<NamedBase64Block> kBlocks = supported();
  return kBlocks;
}

}  // namespace hazard::wire
