#include "image/small_grey.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.hpp"

namespace hazard::image {
namespace {

// Columns are summed in pieces of this many samples, so that the sums stay in the nearest cache.
constexpr std::size_t kSamplesAtOnce = 3 * 1024;
// 257 * 255 is the most that 16 bits hold.
constexpr int kCellRowsMost = 257;

// 256ths; they sum to 256.
constexpr std::uint32_t kRed = 77;
constexpr std::uint32_t kGreen = 150;
constexpr std::uint32_t kBlue = 29;

int edge(int cell, int pixels, int cells) noexcept { return static_cast<int>(static_cast<std::int64_t>(cell) * pixels / cells); }

// The luma of one row of cells: pixels [top, bottom) of `content`.
class CellRow {
 public:
  CellRow(const domain::RgbView& content, int top, int bottom) noexcept : content_(content), top_(top), bottom_(bottom) {}

  // Pixels [left, right) of each cell; cells come from left to right.
  std::uint8_t cell(int left, int right) noexcept {
    std::uint32_t red = 0;
    std::uint32_t green = 0;
    std::uint32_t blue = 0;
    for (int x = left; x < right; ++x) {
      if (x >= summed_to_) sum_from(x);
      const std::uint16_t* sums = sums_.data() + 3 * static_cast<std::size_t>(x - summed_from_);
      red += sums[0];
      green += sums[1];
      blue += sums[2];
    }
    const auto pixels = static_cast<std::uint64_t>(right - left) * static_cast<std::uint64_t>(bottom_ - top_);
    const std::uint64_t luma = std::uint64_t{kRed} * red + std::uint64_t{kGreen} * green + std::uint64_t{kBlue} * blue;
    return static_cast<std::uint8_t>((luma + 128 * pixels) / (256 * pixels));
  }

 private:
  void sum_from(int x) noexcept {
    summed_from_ = x;
    summed_to_ = std::min(content_.size.width, x + static_cast<int>(kSamplesAtOnce / 3));
    const auto samples = 3 * static_cast<std::size_t>(summed_to_ - summed_from_);
    std::fill_n(sums_.begin(), samples, std::uint16_t{0});
    for (int y = top_; y < bottom_; ++y) {
      const std::uint8_t* from = content_.row(y) + 3 * static_cast<std::size_t>(x);
      for (std::size_t i = 0; i < samples; ++i) sums_[i] = static_cast<std::uint16_t>(sums_[i] + from[i]);
    }
  }

  const domain::RgbView& content_;
  int top_;
  int bottom_;
  int summed_from_ = 0;
  int summed_to_ = 0;
  std::array<std::uint16_t, kSamplesAtOnce> sums_;  // left as it is: sum_from clears what it uses
};

}  // namespace

void shrink_grey(const domain::RgbView& content, domain::GreyPicture& out, int width) {
  const domain::SizePx from = content.size;
  HAZARD_CHECK(from.width >= 1 && from.height >= 1 && width >= 1);
  const int columns = std::min(width, from.width);
  const double factor = static_cast<double>(columns) / from.width;
  const int rows = std::clamp(static_cast<int>(std::lround(from.height * factor)), 1, from.height);
  HAZARD_CHECK((from.height + rows - 1) / rows <= kCellRowsMost);
  out.size = {columns, rows};
  out.pixels.resize(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  std::uint8_t* to = out.pixels.data();
  for (int y = 0; y < rows; ++y) {
    CellRow row(content, edge(y, from.height, rows), edge(y + 1, from.height, rows));
    for (int x = 0; x < columns; ++x) *to++ = row.cell(edge(x, from.width, columns), edge(x + 1, from.width, columns));
  }
}

}  // namespace hazard::image
