#include "detect/output_check.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "detect/box_decoder.hpp"

namespace hazard::detect {
namespace {

std::unexpected<domain::Error> bad(std::string message) {
  return domain::refuse(domain::ErrorCode::model_not_ready, std::move(message));
}

domain::Result<void> check_score(float score) {
  if (score >= -0.01F && score <= kScoreMax) return {};
  return bad(
      fmt::format("the model gives a score of {:.6g} where 0 to 1 is meant: its export lacks the sigmoid, or its output "
                  "means something else than its shape says",
                  score));
}

domain::Result<void> check_rows(const OutputLayout& layout, std::span<const float> output) {
  for (std::size_t at = 0; at + 6 <= output.size(); at += 6) {
    const float score = output[at + 4];
    const float id = output[at + 5];
    if (const auto checked = check_score(score); !checked) return checked;
    if (score > 0.01F && (id < -0.01F || id > static_cast<float>(layout.classes) - 0.99F)) {
      return bad(fmt::format("the model reports class {:.6g}, but {} are named (0 to {}): correct 'names:' in metadata.yaml", id,
                             layout.classes, layout.classes - 1));
    }
  }
  return {};
}

}  // namespace

domain::Result<void> check_first_output(const OutputLayout& layout, std::span<const float> output) {
  const bool rows = layout.order == BoxOrder::nms_inside;
  const std::size_t columns = rows ? 6 : 4 + layout.classes;
  if (output.size() % columns != 0 || (layout.boxes > 0 && output.size() != layout.boxes * columns)) {
    return bad(fmt::format("the model gave {} numbers, which is not the size its shape promised", output.size()));
  }
  if (!std::ranges::all_of(output, [](float number) { return std::isfinite(number); })) {
    return bad("the model gives numbers that are not finite: export it again, or set the precision to f32");
  }
  if (rows) return check_rows(layout, output);
  for (std::size_t i = 0; i < output.size(); ++i) {
    const bool is_box = layout.order == BoxOrder::channels_first ? i < 4 * layout.boxes : i % columns < 4;
    if (is_box) continue;
    if (const auto checked = check_score(output[i]); !checked) return checked;
  }
  return {};
}

}  // namespace hazard::detect
