// Built things that stand beside and over the road, as flat polygons in the picture: guard rails, marker posts, bridges.
// Made for each frame; read only while rows are painted.
#pragma once

#include <array>
#include <vector>

#include "sim/row.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

// A convex quadrilateral of one colour.
struct Panel {
  std::array<Point, 4> corners;
  float top = 0, bottom = 0;  // its rows
  float z = 0;                // metres ahead
  Colour colour;
  float shading = 0;  // how much darker at its lower edge, 0..1
};

std::vector<Panel> panels_of(const Scene& scene, const View& view);
void paint_panel(Row& row, const Panel& panel);

}  // namespace hazard::sim
