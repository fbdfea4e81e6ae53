#include "image/font.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hazard::image {
namespace {

TEST(Font, draws_every_printable_character_differently) {
  std::set<Glyph> shapes;
  for (int c = ' '; c <= '~'; ++c) shapes.insert(glyph(static_cast<char>(c)));
  EXPECT_EQ(shapes.size(), 95U);
}

TEST(Font, stays_within_its_cell) {
  for (int c = ' '; c <= '~'; ++c) {
    for (const auto row : glyph(static_cast<char>(c))) EXPECT_LT(row, 1 << kGlyphWidth);
  }
}

TEST(Font, shows_a_question_mark_for_what_it_cannot_draw) {
  for (const int c : {0, 10, 31, 127, 128, 195, 255}) EXPECT_EQ(glyph(static_cast<char>(c)), glyph('?'));
}

}  // namespace
}  // namespace hazard::image
