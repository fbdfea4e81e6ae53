// How the numbers of a model's output lie, decided once at start from its shape, its class count and its metadata. A wrong
// guess here makes boxes of noise (a raw head read as rows of boxes reports class 7995 with confidence 57,600), so what is
// not certain is refused in words. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "domain/error.hpp"
#include "domain/geometry.hpp"

namespace hazard::detect {

// Above what any input of at most 2048 x 2048 gives with strides 8, 16 and 32.
inline constexpr long kBoxesMax = 100'000;
// Rows that an export with NMS inside gives when nothing else is said; metadata can vouch for more.
inline constexpr long kRowsUnvouchedMax = 300;

enum class BoxOrder : std::uint8_t {
  channels_first,  // (1, 4+nc, N): all x, all y, all w, all h, then one row of scores per class
  boxes_first,     // (1, N, 4+nc): x, y, w, h, scores of one box side by side
  nms_inside,      // (1, N, 6): x1, y1, x2, y2, score, class
};
enum class BoxUnits : std::uint8_t { input_pixels, unit };

struct OutputLayout {
  BoxOrder order = BoxOrder::channels_first;
  BoxUnits units = BoxUnits::input_pixels;
  std::size_t classes = 0;
  std::size_t boxes = 0;  // 0: as many as each inference gives (only with NMS inside)
  std::string words;      // for the log and for ModelInfo::layout
};

struct LayoutHints {
  std::size_t classes = 0;  // how many names there are
  domain::SizePx input;
  std::optional<bool> nms_inside;  // as the metadata says
  bool unit_boxes = false;
};

// `shape` as OpenVINO gives it, -1 for a dynamic dimension. Errors: model_not_ready with the shape, what was expected and the
// remedy: no known layout, another class count, an objectness column, or two readings that nothing decides between.
domain::Result<OutputLayout> decide_output_layout(std::span<const long> shape, const LayoutHints& hints);

}  // namespace hazard::detect
