#include "detect/output_layout.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hazard::detect {
namespace {

constexpr long kNmsColumns = 6;

std::unexpected<domain::Error> bad(std::string message) {
  return domain::refuse(domain::ErrorCode::model_not_ready, std::move(message));
}

std::string words_of(std::span<const long> shape) {
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    out += i > 0 ? ", " : "";
    out += shape[i] < 0 ? "?" : fmt::format("{}", shape[i]);
  }
  return out + ")";
}

// One box per cell of the three grids with strides 8, 16 and 32 (anchor-free heads since YOLOv8).
long grid_cells(domain::SizePx input) noexcept {
  long cells = 0;
  for (const int stride : {8, 16, 32}) {
    cells += static_cast<long>((input.width + stride - 1) / stride) * ((input.height + stride - 1) / stride);
  }
  return cells;
}

struct Readings {
  bool channels_first = false;
  bool boxes_first = false;
  bool nms_inside = false;
  int count() const noexcept { return int{channels_first} + int{boxes_first} + int{nms_inside}; }
};

OutputLayout raw(BoxOrder order, long boxes, const LayoutHints& hints, std::string_view why) {
  OutputLayout layout{.order = order,
                      .units = hints.unit_boxes ? BoxUnits::unit : BoxUnits::input_pixels,
                      .classes = hints.classes,
                      .boxes = static_cast<std::size_t>(boxes),
                      .words = {}};
  const bool channels = order == BoxOrder::channels_first;
  layout.words = fmt::format(
      "raw {}: {}, centre, width and height in {}, NMS here{}",
      channels ? fmt::format("(1, 4+{}, {})", hints.classes, boxes) : fmt::format("(1, {}, 4+{})", boxes, hints.classes),
      channels ? "channels first" : "boxes first", hints.unit_boxes ? "0..1" : "input pixels", why);
  return layout;
}

OutputLayout with_nms(long rows, const LayoutHints& hints, std::string_view why) {
  OutputLayout layout{.order = BoxOrder::nms_inside,
                      .units = hints.unit_boxes ? BoxUnits::unit : BoxUnits::input_pixels,
                      .classes = hints.classes,
                      .boxes = rows < 0 ? 0 : static_cast<std::size_t>(rows),
                      .words = {}};
  layout.words = fmt::format("NMS inside (1, {}, 6): x1, y1, x2, y2 in {}, score, class{}",
                             rows < 0 ? "any number" : fmt::format("{}", rows), hints.unit_boxes ? "0..1" : "input pixels", why);
  return layout;
}

// Why no reading fits, as helpfully as the shape allows.
std::string no_reading(std::span<const long> shape, const LayoutHints& hints) {
  const long a = shape[1];
  const long b = shape[2];
  const long nc = static_cast<long>(hints.classes);
  const std::string what = words_of(shape);
  if (a == 5 + nc || b == 5 + nc) {
    return fmt::format(
        "the output {} has 5+{} columns, one more than this server reads: either it carries an objectness score "
        "(YOLOv5 and v7; export a model of the YOLOv8 to YOLOv12 kind) or one class name is missing",
        what, nc);
  }
  const long columns = std::min(a < 0 ? b : a, b < 0 ? a : b);
  const long cells = grid_cells(hints.input);
  if (columns > 4 && columns - 4 <= 2048 && (std::max(a, b) == cells || std::max(a, b) > 300)) {
    return fmt::format(
        "the output {} is that of {} classes, but {} are named: correct 'names:' in metadata.yaml or the "
        "configured class names",
        what, columns - 4, nc);
  }
  return fmt::format(
      "the output {} is no known layout for {} classes: expected (1, {}, N), (1, N, {}) or (1, N, 6) with NMS "
      "inside; export a detection model, batch 1",
      what, nc, nc + 4, nc + 4);
}

domain::Result<OutputLayout> undecided(std::span<const long> shape, std::string_view readings) {
  return bad(
      fmt::format("the output {} can be read in two ways ({}), and the metadata does not decide: put 'nms: true' (NMS "
                  "inside) or 'nms: false' (raw) into metadata.yaml, or export at another size",
                  words_of(shape), readings));
}

// (1, N, 6) with two classes is both a raw head and one with NMS inside.
domain::Result<OutputLayout> six_columns_two_classes(std::span<const long> shape, const LayoutHints& hints) {
  const long rows = shape[1];
  const bool is_grid = rows == grid_cells(hints.input);
  if (hints.nms_inside == true) return with_nms(rows, hints, "; the metadata says so");
  if (is_grid) return raw(BoxOrder::boxes_first, rows, hints, "; not NMS inside: one row per grid cell");
  if (hints.nms_inside == false) {
    return bad(
        fmt::format("the output {} looks like NMS inside (its rows are not the {} grid cells of the input), but the metadata "
                    "says 'nms: false': write 'nms: true' or 'end2end: true' if boxes come out finished",
                    words_of(shape), grid_cells(hints.input)));
  }
  return with_nms(rows, hints, "; not raw: its rows are not the input's grid cells");
}

domain::Result<void> check_dimensions(std::span<const long> shape) {
  if (shape.size() != 3) {
    return bad(fmt::format("the output {} has {} dimensions where a detector has 3: export a detection model", words_of(shape),
                           shape.size()));
  }
  if (shape[0] != 1) {
    return bad(fmt::format("the output {} is no batch of 1: export with batch 1", words_of(shape)));
  }
  const bool rows_only = shape[1] < 0 && shape[2] == kNmsColumns;
  if ((shape[1] < 1 && !rows_only) || shape[2] < 1) {
    return bad(
        fmt::format("the output {} has no fixed size: export without dynamic axes, or state the input size", words_of(shape)));
  }
  if (shape[1] > kBoxesMax || shape[2] > kBoxesMax) {
    return bad(fmt::format("the output {} holds more than {} boxes: export at a smaller size", words_of(shape), kBoxesMax));
  }
  return {};
}

}  // namespace

domain::Result<OutputLayout> decide_output_layout(std::span<const long> shape, const LayoutHints& hints) {
  if (hints.classes == 0) return bad("no class is named");
  if (const auto checked = check_dimensions(shape); !checked) return std::unexpected(checked.error());
  const long a = shape[1];
  const long b = shape[2];
  const long columns = 4 + static_cast<long>(hints.classes);
  const bool vouched = hints.nms_inside == true;
  const Readings fits{.channels_first = a == columns,
                      .boxes_first = b == columns && a > 0,
                      .nms_inside = b == kNmsColumns && (a <= kRowsUnvouchedMax || vouched || (columns == kNmsColumns))};
  if (vouched && !fits.nms_inside) {
    return bad(
        fmt::format("the metadata says that NMS is inside, but the output {} has not its 6 columns (x1, y1, x2, y2, score, "
                    "class): export again, or correct 'nms' in metadata.yaml",
                    words_of(shape)));
  }
  if (vouched) return with_nms(a, hints, fits.count() > 1 ? "; the metadata says so" : "");
  if (fits.channels_first && (fits.boxes_first || fits.nms_inside)) {
    // Both sides could be the columns; the grid's cells on one side alone decide.
    const long cells = grid_cells(hints.input);
    if (b == cells && a != cells) return raw(BoxOrder::channels_first, b, hints, "; the other side is the grid's cells");
    if (a == cells && b != cells && fits.boxes_first)
      return raw(BoxOrder::boxes_first, a, hints, "; the other side is the grid's cells");
    return undecided(shape, "channels first; boxes first or NMS inside");
  }
  if (fits.channels_first) return raw(BoxOrder::channels_first, b, hints, "");
  if (fits.boxes_first && fits.nms_inside) return six_columns_two_classes(shape, hints);
  if (fits.boxes_first) return raw(BoxOrder::boxes_first, a, hints, "");
  if (fits.nms_inside) return with_nms(a, hints, "");
  return bad(no_reading(shape, hints));
}

}  // namespace hazard::detect
