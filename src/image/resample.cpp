#include "image/resample.hpp"

#include <algorithm>
#include <cstring>

#include <libyuv/convert_argb.h>
#include <libyuv/convert_from_argb.h>
#include <libyuv/scale_argb.h>

#include "base/check.hpp"

namespace hazard::image {
namespace {

constexpr std::size_t kBgrxBytes = 4;

}  // namespace

void BgrxScaler::scale(const std::uint8_t* source, domain::SizePx size, std::size_t row_bytes, const domain::RgbView& target) {
  const std::size_t scaled_row_bytes = kBgrxBytes * static_cast<std::size_t>(target.size.width);
  std::uint8_t* scaled = scaled_.room(scaled_row_bytes * static_cast<std::size_t>(target.size.height));
  const int scaled_ok =
      libyuv::ARGBScale(source, static_cast<int>(row_bytes), size.width, size.height, scaled, static_cast<int>(scaled_row_bytes),
                        target.size.width, target.size.height, libyuv::kFilterBilinear);
  HAZARD_CHECK(scaled_ok == 0);
  // What libyuv calls RAW is R, G, B in memory.
  const int converted_ok = libyuv::ARGBToRAW(scaled, static_cast<int>(scaled_row_bytes), target.data,
                                             static_cast<int>(target.row_bytes), target.size.width, target.size.height);
  HAZARD_CHECK(converted_ok == 0);
}

std::vector<RowSink::Span> RowSink::spans(int source, int target) {
  std::vector<Span> result(static_cast<std::size_t>(target));
  const auto from = static_cast<std::int64_t>(source);
  const auto to = static_cast<std::int64_t>(target);
  for (std::int64_t i = 0; i < to; ++i) {
    const std::int64_t begin = i * from;
    const std::int64_t end = begin + from;
    const std::int64_t first = begin / to;
    const std::int64_t last = (end - 1) / to;
    Span& span = result[static_cast<std::size_t>(i)];
    span.first = static_cast<int>(first);
    span.last = static_cast<int>(last);
    span.first_weight = static_cast<std::uint32_t>(std::min(end, (first + 1) * to) - begin);
    span.last_weight = first == last ? 0 : static_cast<std::uint32_t>(end - last * to);
  }
  return result;
}

void RowSink::begin(domain::SizePx source, const domain::RgbView& target) {
  source_ = source;
  target_ = target;
  next_row_ = 0;
  target_row_ = 0;
  if (source == target.size) {
    mode_ = Mode::copy;
  } else if (target.size.width <= source.width && target.size.height <= source.height) {
    mode_ = Mode::shrink;
    columns_ = spans(source.width, target.size.width);
    rows_ = spans(source.height, target.size.height);
    const auto samples = 3 * static_cast<std::size_t>(target.size.width);
    row_sums_.assign(samples, 0);
    sums_.assign(samples, 0);
  } else {
    HAZARD_CHECK(target.size.width >= source.width && target.size.height >= source.height);
    mode_ = Mode::grow;
    grown_.room(kBgrxBytes * static_cast<std::size_t>(source.width) * static_cast<std::size_t>(source.height));
  }
}

void RowSink::push(const std::uint8_t* row) {
  HAZARD_CHECK(next_row_ < source_.height);
  const auto row_bytes = 3 * static_cast<std::size_t>(source_.width);
  switch (mode_) {
    case Mode::copy: std::memcpy(target_.row(next_row_), row, row_bytes); break;
    case Mode::shrink: shrink_row(row); break;
    case Mode::grow: {
      const std::size_t bgrx_bytes = kBgrxBytes * static_cast<std::size_t>(source_.width);
      std::uint8_t* to = grown_.room(0) + bgrx_bytes * static_cast<std::size_t>(next_row_);
      libyuv::RAWToARGB(row, static_cast<int>(row_bytes), to, static_cast<int>(bgrx_bytes), source_.width, 1);
      break;
    }
  }
  ++next_row_;
}

void RowSink::shrink_row(const std::uint8_t* row) {
  average_columns(row);
  const auto add = [&](std::uint32_t weight) {
    const auto factor = static_cast<float>(weight);
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += factor * row_sums_[i];
  };
  // A source row lies under one target row, or under the end of one and the beginning of the next.
  while (target_row_ < target_.size.height) {
    const Span& span = rows_[static_cast<std::size_t>(target_row_)];
    if (next_row_ < span.first) return;
    if (next_row_ == span.first) {
      add(span.first_weight);
    } else if (next_row_ == span.last) {
      add(span.last_weight);
    } else {
      add(static_cast<std::uint32_t>(target_.size.height));
    }
    if (next_row_ < span.last) return;
    write_row(target_row_++);
  }
}

void RowSink::average_columns(const std::uint8_t* row) {
  const auto whole = static_cast<std::uint32_t>(target_.size.width);
  const float scale = 1.0F / static_cast<float>(source_.width);
  for (std::size_t x = 0; x < columns_.size(); ++x) {
    const Span& span = columns_[x];
    const std::uint8_t* first = row + 3 * static_cast<std::size_t>(span.first);
    const std::uint8_t* last = row + 3 * static_cast<std::size_t>(span.last);
    std::uint32_t inner[3] = {0, 0, 0};
    for (const std::uint8_t* at = first + 3; at < last; at += 3) {
      inner[0] += at[0];
      inner[1] += at[1];
      inner[2] += at[2];
    }
    for (std::size_t c = 0; c < 3; ++c) {
      // At most 255 times the source's width, which is 65,535 at most: it fits.
      const std::uint32_t sum = first[c] * span.first_weight + inner[c] * whole + last[c] * span.last_weight;
      row_sums_[3 * x + c] = static_cast<float>(sum) * scale;
    }
  }
}

void RowSink::write_row(int y) {
  std::uint8_t* to = target_.row(y);
  const float scale = 1.0F / static_cast<float>(source_.height);
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    to[i] = static_cast<std::uint8_t>(std::min(sums_[i] * scale + 0.5F, 255.0F));
    sums_[i] = 0;
  }
}

void RowSink::finish() {
  HAZARD_CHECK(next_row_ == source_.height);
  if (mode_ != Mode::grow) return;
  scaler_.scale(grown_.room(0), source_, kBgrxBytes * static_cast<std::size_t>(source_.width), target_);
}

void RowSink::trim(std::size_t bytes_kept) noexcept {
  grown_.trim(bytes_kept);
  scaler_.trim(bytes_kept);
}

}  // namespace hazard::image
