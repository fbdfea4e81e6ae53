// Brings decoded pixels to the size of the letterbox content. Called by the decoders of this room, on the worker's thread;
// owns scratch memory that is reused from picture to picture.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/picture.hpp"
#include "image/scratch.hpp"

namespace hazard::image {

// Bilinear, for factors between 1/2 and any enlargement. `source` is B, G, R, X in memory, `row_bytes` apart.
// The library weighs in steps of 1/128 that sum to 127/128: the result is up to 2 levels darker.
class BgrxScaler {
 public:
  void scale(const std::uint8_t* source, domain::SizePx size, std::size_t row_bytes, const domain::RgbView& target);
  void trim(std::size_t bytes_kept) noexcept { scaled_.trim(bytes_kept); }

 private:
  Scratch scaled_;
};

// Takes a picture row by row, top-down, and writes it to the target at the target's size: copied where the sizes are equal,
// averaged over the exact area of each target pixel where it shrinks (so no detail is skipped, at any factor),
// bilinear where it grows. Only a few rows are held while shrinking, whatever the picture's size.
class RowSink {
 public:
  // The target must not be smaller in one axis and larger in the other (Letterbox::fit never asks for that).
  void begin(domain::SizePx source, const domain::RgbView& target);
  // R, G, B, `source.width` times. Exactly `source.height` rows, then finish().
  void push(const std::uint8_t* row);
  void finish();
  void trim(std::size_t bytes_kept) noexcept;

 private:
  enum class Mode : std::uint8_t { copy, shrink, grow };
  // The source pixels under one target pixel: [first, last], the outer two covered in part. Weights are in units of
  // 1/target so that they are whole numbers: a source pixel is `target` long, a target pixel `source` long.
  struct Span {
    int first = 0;
    int last = 0;
    std::uint32_t first_weight = 0;
    std::uint32_t last_weight = 0;
  };

  static std::vector<Span> spans(int source, int target);
  void shrink_row(const std::uint8_t* row);
  void average_columns(const std::uint8_t* row);
  void write_row(int y);

  Mode mode_ = Mode::copy;
  domain::SizePx source_;
  domain::RgbView target_;
  int next_row_ = 0;    // of the source
  int target_row_ = 0;  // the one being summed
  std::vector<Span> columns_;
  std::vector<Span> rows_;
  std::vector<float> row_sums_;  // the newest source row, averaged along x
  std::vector<float> sums_;      // of the target row in progress
  Scratch grown_;                // the whole small source, B, G, R, X
  BgrxScaler scaler_;
};

}  // namespace hazard::image
