#include "detect/box_decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "base/check.hpp"

namespace hazard::detect {
namespace {

constexpr std::size_t kCorners = 4;
constexpr std::size_t kNmsColumns = 6;
// Boxes looked at together in the channels-first layout: their scores stay in registers and first-level cache while the
// class rows, which lie far apart, are read in turn.
constexpr std::size_t kBlock = 256;
constexpr float kNever = -std::numeric_limits<float>::infinity();

bool is_score(float score, float threshold) noexcept {
  return score >= threshold && score >= 0 && score <= kScoreMax;  // false for NaN
}

class Collector {
 public:
  Collector(const OutputLayout& layout, domain::SizePx input, std::vector<Candidate>& out) noexcept
      : width_(static_cast<float>(input.width)),
        height_(static_cast<float>(input.height)),
        unit_(layout.units == BoxUnits::unit),
        out_(out) {}

  void centred(float x, float y, float w, float h, Candidate candidate) {
    corners(x - w / 2, y - h / 2, x + w / 2, y + h / 2, candidate);
  }

  void corners(float x1, float y1, float x2, float y2, Candidate candidate) {
    if (unit_) {
      x1 *= width_, x2 *= width_;
      y1 *= height_, y2 *= height_;
    }
    if (!std::isfinite(x1) || !std::isfinite(y1) || !std::isfinite(x2) || !std::isfinite(y2)) return;
    // Wider than any real box reaches, narrow enough that no later area overflows.
    x1 = std::clamp(x1, -width_, 2 * width_), x2 = std::clamp(x2, -width_, 2 * width_);
    y1 = std::clamp(y1, -height_, 2 * height_), y2 = std::clamp(y2, -height_, 2 * height_);
    if (x1 >= x2 || y1 >= y2) return;
    candidate.box = {x1, y1, x2, y2};
    candidate.score = std::min(candidate.score, 1.0F);
    out_.push_back(candidate);
  }

 private:
  float width_;
  float height_;
  bool unit_;
  std::vector<Candidate>& out_;
};

void channels_first(const OutputLayout& layout, const float* data, float threshold, Collector& collect) {
  const std::size_t boxes = layout.boxes;
  const float* scores = data + kCorners * boxes;
  std::array<float, kBlock> best{};
  std::array<std::int32_t, kBlock> best_class{};
  for (std::size_t start = 0; start < boxes; start += kBlock) {
    const std::size_t count = std::min(kBlock, boxes - start);
    best.fill(kNever);
    best_class.fill(0);
    for (std::size_t c = 0; c < layout.classes; ++c) {
      const float* row = scores + c * boxes + start;
      const auto id = static_cast<std::int32_t>(c);
      for (std::size_t i = 0; i < count; ++i) {  // without branches, so that it becomes vector code
        const bool better = row[i] > best[i] && row[i] <= kScoreMax;
        best[i] = better ? row[i] : best[i];
        best_class[i] = better ? id : best_class[i];
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_score(best[i], threshold)) continue;
      const std::size_t at = start + i;
      collect.centred(data[at], data[boxes + at], data[2 * boxes + at], data[3 * boxes + at],
                      {.box = {}, .score = best[i], .class_id = best_class[i], .index = static_cast<std::uint32_t>(at)});
    }
  }
}

void boxes_first(const OutputLayout& layout, const float* data, float threshold, Collector& collect) {
  const std::size_t columns = kCorners + layout.classes;
  for (std::size_t at = 0; at < layout.boxes; ++at) {
    const float* row = data + at * columns;
    float best = kNever;
    std::int32_t best_class = 0;
    for (std::size_t c = 0; c < layout.classes; ++c) {
      const float score = row[kCorners + c];
      if (score > best && score <= kScoreMax) {
        best = score;
        best_class = static_cast<std::int32_t>(c);
      }
    }
    if (!is_score(best, threshold)) continue;
    collect.centred(row[0], row[1], row[2], row[3],
                    {.box = {}, .score = best, .class_id = best_class, .index = static_cast<std::uint32_t>(at)});
  }
}

// Empty when the number is no class of the list: it must never index the names.
std::optional<std::int32_t> class_of(float number, std::size_t classes) noexcept {
  if (!(number >= 0) || number >= static_cast<float>(classes)) return std::nullopt;
  const float whole = std::round(number);
  if (std::abs(number - whole) > 0.01F || whole >= static_cast<float>(classes)) return std::nullopt;
  return static_cast<std::int32_t>(whole);
}

void nms_inside(const OutputLayout& layout, std::span<const float> output, float threshold, Collector& collect) {
  const std::size_t rows = output.size() / kNmsColumns;
  for (std::size_t at = 0; at < rows; ++at) {
    const float* row = output.data() + at * kNmsColumns;
    if (!is_score(row[4], threshold)) continue;
    const auto id = class_of(row[5], layout.classes);
    if (!id) continue;
    collect.corners(row[0], row[1], row[2], row[3],
                    {.box = {}, .score = row[4], .class_id = *id, .index = static_cast<std::uint32_t>(at)});
  }
}

}  // namespace

void decode_boxes(const OutputLayout& layout, domain::SizePx input, std::span<const float> output, float threshold,
                  std::vector<Candidate>& out) {
  const std::size_t columns = layout.order == BoxOrder::nms_inside ? kNmsColumns : kCorners + layout.classes;
  HAZARD_CHECK(output.size() % columns == 0);
  HAZARD_CHECK(layout.boxes == 0 ? layout.order == BoxOrder::nms_inside : output.size() == layout.boxes * columns);
  out.clear();
  Collector collect(layout, input, out);
  switch (layout.order) {
    case BoxOrder::channels_first: return channels_first(layout, output.data(), threshold, collect);
    case BoxOrder::boxes_first: return boxes_first(layout, output.data(), threshold, collect);
    case BoxOrder::nms_inside: return nms_inside(layout, output, threshold, collect);
  }
}

}  // namespace hazard::detect
