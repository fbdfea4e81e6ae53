#include "desk/evidence.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "image/annotate.hpp"
#include "image/decoder.hpp"
#include "image/encoder.hpp"
#include "image/small_grey.hpp"

namespace hazard::desk {
namespace {

constexpr int kQuality = 85;
constexpr int kSmallSide = 72;  // 8 pixels a cell and more
constexpr int kAcross = 9;
constexpr int kDown = 8;

domain::RgbPicture part_of(const domain::RgbPicture& whole, const report::PixelRect& rect) {
  domain::RgbPicture part({rect.width, rect.height});
  const auto row_bytes = 3 * static_cast<std::size_t>(whole.size.width);
  for (int y = 0; y < rect.height; ++y) {
    const auto* from =
        whole.pixels.data() + static_cast<std::size_t>(rect.y + y) * row_bytes + 3 * static_cast<std::size_t>(rect.x);
    std::memcpy(part.view().row(y), from, 3 * static_cast<std::size_t>(rect.width));
  }
  return part;
}

// The mean of one cell of the grid.
int cell(const domain::GreyPicture& grey, int column, int row) {
  const int x0 = column * grey.size.width / kAcross;
  const int x1 = std::max(x0 + 1, (column + 1) * grey.size.width / kAcross);
  const int y0 = row * grey.size.height / kDown;
  const int y1 = std::max(y0 + 1, (row + 1) * grey.size.height / kDown);
  int sum = 0;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) sum += grey.row(y)[x];
  }
  return sum / ((x1 - x0) * (y1 - y0));
}

}  // namespace

std::optional<std::uint64_t> likeness(domain::ByteView picture) {
  image::Decoder decoder;
  domain::RgbPicture small({kSmallSide, kSmallSide});
  const auto decoded = decoder.decode_letterboxed(picture, small.view());
  if (!decoded) return std::nullopt;
  const domain::Letterbox& box = decoded->letterbox;
  if (box.content.width < kAcross || box.content.height < kDown) return std::nullopt;
  const domain::RgbView whole = small.view();
  const domain::RgbView content{whole.row(box.top) + 3 * static_cast<std::size_t>(box.left), box.content, whole.row_bytes};
  domain::GreyPicture grey;
  image::shrink_grey(content, grey, kSmallSide);
  std::uint64_t bits = 0;
  for (int row = 0; row < kDown; ++row) {
    for (int column = 0; column + 1 < kAcross; ++column) {
      bits = bits << 1 | (cell(grey, column, row) < cell(grey, column + 1, row) ? 1U : 0U);
    }
  }
  return bits;
}

std::optional<EvidencePicture> cut_evidence(domain::ByteView picture, report::EvidenceMode mode,
                                            const std::optional<domain::PixelBox>& box) {
  if (mode == report::EvidenceMode::none || (mode == report::EvidenceMode::crop && !box)) return std::nullopt;
  image::Decoder decoder;
  auto whole = decoder.decode(picture);
  if (!whole) return std::nullopt;
  std::optional<report::PixelRect> rect;
  if (box) rect = report::evidence_region(mode, *box, whole->size);
  if (!rect && mode == report::EvidenceMode::crop) return std::nullopt;
  domain::RgbPicture kept = rect ? part_of(*whole, *rect) : std::move(*whole);
  EvidencePicture evidence{.jpeg = {}, .size = kept.size, .left = rect ? rect->x : 0, .top = rect ? rect->y : 0};
  evidence.jpeg = image::JpegEncoder().encode(kept.view(), kQuality);
  return evidence;
}

std::optional<domain::Bytes> plot_evidence(domain::ByteView jpeg, const domain::PixelBox& box_in_jpeg,
                                           const std::string& class_name, float confidence) {
  image::Decoder decoder;
  auto picture = decoder.decode(jpeg);
  if (!picture) return std::nullopt;
  domain::TrackedDetection shown;
  shown.detection = {.box = box_in_jpeg, .confidence = confidence, .class_id = 0};
  image::annotate(picture->view(), std::array{shown}, {class_name});
  return image::JpegEncoder().encode(picture->view(), kQuality);
}

}  // namespace hazard::desk
