#include "image/annotate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "image/font.hpp"

namespace hazard::image {
namespace {

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

enum class Line : std::uint8_t { solid, dashed };

struct Style {
  Color color;
  Line line = Line::solid;
};

constexpr Color kBlack{0, 0, 0};
constexpr Color kWhite{255, 255, 255};
// Okabe and Ito, "Color Universal Design" (2008): told apart with every kind of colour vision.
constexpr Color kOrange{230, 159, 0};
constexpr Color kBlue{0, 114, 178};
constexpr std::array kOthers{Color{0, 158, 115}, Color{240, 228, 66}, Color{204, 121, 167}, Color{86, 180, 233},
                             Color{213, 94, 0}};

// A picture is looked at on a phone about 400 points wide: one dot of the font must then be one point.
constexpr float kDotsAcross = 400;
constexpr float kStrokesAcross = 320;

// In pixels, the far edges not included; may reach out of the picture.
struct Area {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

class Painter {
 public:
  explicit Painter(const domain::RgbView& picture) : picture_(picture) {}

  domain::SizePx size() const noexcept { return picture_.size; }

  void fill(const Area& area, Color color) const noexcept {
    const int left = std::max(area.left, 0);
    const int right = std::min(area.right, picture_.size.width);
    for (int y = std::max(area.top, 0); y < std::min(area.bottom, picture_.size.height); ++y) {
      for (int x = left; x < right; ++x) {
        std::uint8_t* at = picture_.row(y) + 3 * static_cast<std::size_t>(x);
        at[0] = color.red;
        at[1] = color.green;
        at[2] = color.blue;
      }
    }
  }

  void text(int left, int top, int dot, std::string_view text, Color color) const noexcept {
    for (const char character : text) {
      const Glyph& shape = glyph(character);
      for (int y = 0; y < kGlyphHeight; ++y) {
        for (int x = 0; x < kGlyphWidth; ++x) {
          if ((shape[static_cast<std::size_t>(y)] >> (kGlyphWidth - 1 - x) & 1) == 0) continue;
          fill({left + x * dot, top + y * dot, left + (x + 1) * dot, top + (y + 1) * dot}, color);
        }
      }
      left += kGlyphAdvance * dot;
    }
  }

 private:
  domain::RgbView picture_;
};

int across(const Painter& painter, float parts) noexcept {
  const auto longer = static_cast<float>(std::max(painter.size().width, painter.size().height));
  return std::max(1, static_cast<int>(std::lround(longer / parts)));
}

// The two hazards of the default model by name; whatever else a model knows gets a colour by its number.
Style style_of(std::string_view name, int class_id) noexcept {
  if (name.contains("crack")) return {kOrange, Line::dashed};
  if (name.contains("pothole")) return {kBlue, Line::solid};
  return {kOthers[static_cast<std::size_t>(std::max(class_id, 0)) % kOthers.size()], Line::solid};
}

Color readable_on(Color ground) noexcept {
  const int luma = 299 * ground.red + 587 * ground.green + 114 * ground.blue;  // ITU-R BT.601, in thousandths
  return luma > 128'000 ? kBlack : kWhite;
}

std::string_view name_of(const domain::Detection& detection, const std::vector<std::string>& classes) noexcept {
  const auto index = static_cast<std::size_t>(detection.class_id);
  return detection.class_id >= 0 && index < classes.size() ? std::string_view(classes[index]) : "unknown";
}

// Whole pixels inside the picture; false for a box that is not there to be drawn.
bool visible_area(const domain::PixelBox& box, domain::SizePx size, Area& area) noexcept {
  if (!std::isfinite(box.x1) || !std::isfinite(box.y1) || !std::isfinite(box.x2) || !std::isfinite(box.y2)) return false;
  const auto inside = [](float value, int most) {
    return static_cast<int>(std::lround(std::clamp(value, 0.0F, static_cast<float>(most))));
  };
  area = {inside(box.x1, size.width), inside(box.y1, size.height), inside(box.x2, size.width), inside(box.y2, size.height)};
  return area.right > area.left && area.bottom > area.top;
}

// Strokes of `stroke` pixels along the inside of the edge. Dashes are drawn over black, so that they show on any ground and
// the edge stays one line.
void draw_edge(const Painter& painter, const Area& box, int stroke, Style style) {
  const int dash = 4 * stroke;
  const bool dashed = style.line == Line::dashed;
  const auto strip = [&](const Area& area, bool along_x) {
    if (!dashed) {
      painter.fill(area, style.color);
      return;
    }
    painter.fill(area, kBlack);
    const int end = along_x ? area.right : area.bottom;
    for (int at = along_x ? area.left : area.top; at < end; at += 2 * dash) {
      const int stop = std::min(at + dash, end);
      painter.fill(along_x ? Area{at, area.top, stop, area.bottom} : Area{area.left, at, area.right, stop}, style.color);
    }
  };
  strip({box.left, box.top, box.right, std::min(box.top + stroke, box.bottom)}, true);
  strip({box.left, std::max(box.bottom - stroke, box.top), box.right, box.bottom}, true);
  strip({box.left, box.top, std::min(box.left + stroke, box.right), box.bottom}, false);
  strip({std::max(box.right - stroke, box.left), box.top, box.right, box.bottom}, false);
}

// On a ground of the class's colour above the box, or inside its top where the picture ends.
void draw_label(const Painter& painter, const Area& box, std::string_view text, Style style) {
  const int dot = across(painter, kDotsAcross);
  const int width = (static_cast<int>(text.size()) * kGlyphAdvance + 1) * dot;
  const int height = (kGlyphHeight + 2) * dot;
  const int left = std::max(0, std::min(box.left, painter.size().width - width));
  const int top = box.top >= height ? box.top - height : box.top;
  painter.fill({left, top, left + width, top + height}, style.color);
  painter.text(left + dot, top + dot, dot, text, readable_on(style.color));
}

std::string label_of(const domain::TrackedDetection& tracked, std::string_view name) {
  const long percent = std::lround(100 * std::clamp(tracked.detection.confidence, 0.0F, 1.0F));
  if (!tracked.track) return fmt::format("{} {}%", name, percent);
  return fmt::format("{} {}% #{}", name, percent, tracked.track->id);
}

}  // namespace

void annotate(const domain::RgbView& picture, std::span<const domain::TrackedDetection> detections,
              const std::vector<std::string>& classes) {
  const Painter painter(picture);
  const int stroke = across(painter, kStrokesAcross);
  // Labels after all edges, and the best score last: what matters most lies on top.
  for (const bool labels : {false, true}) {
    for (std::size_t i = detections.size(); i-- > 0;) {
      const domain::TrackedDetection& tracked = detections[i];
      Area area;
      if (!visible_area(tracked.detection.box, picture.size, area)) continue;
      const std::string_view name = name_of(tracked.detection, classes);
      const Style style = style_of(name, tracked.detection.class_id);
      if (labels) {
        draw_label(painter, area, label_of(tracked, name), style);
      } else {
        draw_edge(painter, area, stroke, style);
      }
    }
  }
}

}  // namespace hazard::image
