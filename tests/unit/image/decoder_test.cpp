#include "image/decoder.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::Letterbox;
using testing::Bytes;
using testing::pixel;
using testing::psnr;
using testing::RgbPicture;
using testing::SizePx;

constexpr SizePx kInput{640, 640};

RgbPicture content_of(RgbPicture& target, const Letterbox& box) {
  RgbPicture content(box.content);
  for (int y = 0; y < box.content.height; ++y) {
    std::copy_n(target.view().row(box.top + y) + 3 * box.left, 3 * box.content.width, content.view().row(y));
  }
  return content;
}

int count_wrong_bar_samples(RgbPicture& target, const Letterbox& box) {
  int wrong = 0;
  for (int y = 0; y < target.size.height; ++y) {
    for (int x = 0; x < target.size.width; ++x) {
      const bool inside = x >= box.left && x < box.left + box.content.width && y >= box.top && y < box.top + box.content.height;
      for (int c = 0; c < 3 && !inside; ++c) wrong += pixel(target, x, y)[c] != 114;
    }
  }
  return wrong;
}

// The slow, plain way: every target pixel is the mean of the source's whole pixels whose centres lie in it.
RgbPicture box_filtered(RgbPicture& source, SizePx size) {
  RgbPicture result(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int x0 = x * source.size.width / size.width;
      const int x1 = std::max(x0 + 1, (x + 1) * source.size.width / size.width);
      const int y0 = y * source.size.height / size.height;
      const int y1 = std::max(y0 + 1, (y + 1) * source.size.height / size.height);
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int v = y0; v < y1; ++v) {
          for (int u = x0; u < x1; ++u) sum += pixel(source, u, v)[c];
        }
        pixel(result, x, y)[c] = static_cast<std::uint8_t>((sum + (x1 - x0) * (y1 - y0) / 2) / ((x1 - x0) * (y1 - y0)));
      }
    }
  }
  return result;
}

ErrorCode refusal(const Bytes& bytes) {
  Decoder decoder;
  RgbPicture target({64, 64});
  const auto decoded = decoder.decode_letterboxed(bytes, target.view());
  EXPECT_FALSE(decoded.has_value());
  return decoded ? ErrorCode::internal : decoded.error().code;
}

TEST(Decoder, places_a_wide_picture_between_grey_bars_of_exactly_114) {
  Decoder decoder;
  RgbPicture target = testing::flat(kInput, 1, 2, 3);
  const auto decoded = decoder.decode_letterboxed(testing::jpeg(testing::flat({1280, 720}, 200, 40, 90)), target.view());
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->letterbox.content, (SizePx{640, 360}));
  EXPECT_EQ(decoded->letterbox.top, 140);
  EXPECT_FALSE(decoded->orientation_applied);
  EXPECT_EQ(count_wrong_bar_samples(target, decoded->letterbox), 0);
  for (const auto [x, y] : {std::pair{0, 140}, {639, 140}, {0, 499}, {639, 499}, {320, 320}}) {
    EXPECT_NEAR(pixel(target, x, y)[0], 200, 3);
    EXPECT_NEAR(pixel(target, x, y)[1], 40, 3);
    EXPECT_NEAR(pixel(target, x, y)[2], 90, 3);
  }
}

TEST(Decoder, fills_every_pixel_of_the_target_for_any_shape_and_format) {
  Decoder decoder;
  for (const SizePx size :
       {SizePx{640, 640}, {641, 361}, {320, 200}, {200, 320}, {33, 700}, {1919, 1081}, {5000, 40}, {1, 1}, {3, 1}, {1300, 1}}) {
    const RgbPicture picture = testing::flat(size, 250, 250, 250);
    for (const Bytes& bytes :
         {testing::jpeg(picture), testing::png(picture), testing::webp(picture, true), testing::bmp(picture)}) {
      RgbPicture target = testing::flat(kInput, 0, 0, 0);
      const auto decoded = decoder.decode_letterboxed(bytes, target.view());
      ASSERT_TRUE(decoded.has_value()) << size.width << "x" << size.height << ": " << decoded.error().message;
      EXPECT_EQ(decoded->letterbox.picture, size);
      EXPECT_EQ(count_wrong_bar_samples(target, decoded->letterbox), 0);
      // The bilinear scaler weighs in 127ths of 128, so white comes out a little darker.
      EXPECT_EQ(std::ranges::count_if(target.pixels, [](int v) { return v != 114 && (v < 247 || v > 251); }), 0)
          << size.width << "x" << size.height;
    }
  }
}

TEST(Decoder, writes_only_inside_the_target_rows_when_rows_are_padded) {
  constexpr std::size_t kRowBytes = 3 * 64 + 16;
  Decoder decoder;
  for (const SizePx size : {SizePx{128, 128}, {100, 90}, {30, 30}}) {
    std::vector<std::uint8_t> memory(kRowBytes * 64, 7);
    const domain::RgbView target{memory.data(), {64, 64}, kRowBytes};
    for (const Bytes& bytes : {testing::jpeg(testing::textured(size)), testing::png(testing::textured(size)),
                               testing::webp(testing::textured(size))}) {
      ASSERT_TRUE(decoder.decode_letterboxed(bytes, target).has_value());
      for (int y = 0; y < 64; ++y) {
        for (std::size_t i = 3 * 64; i < kRowBytes; ++i) ASSERT_EQ(target.row(y)[i], 7);
      }
    }
  }
}

// Shrinking in the inverse DCT must give what a full decode and a box filter give, or boxes and scores would depend on
// the size of the camera's pictures.
TEST(Decoder, dct_scaling_stays_within_38_db_of_full_decode_and_box_filter) {
  Decoder decoder;
  for (const SizePx size : {SizePx{1280, 720}, {2560, 1440}, {1920, 1080}}) {
    const Bytes bytes = testing::jpeg(testing::textured(size));
    RgbPicture target(kInput);
    const auto decoded = decoder.decode_letterboxed(bytes, target.view());
    ASSERT_TRUE(decoded.has_value());
    auto full = decoder.decode(bytes);
    ASSERT_TRUE(full.has_value());
    const double decibel = psnr(content_of(target, decoded->letterbox), box_filtered(*full, decoded->letterbox.content));
    RecordProperty("psnr_db_" + std::to_string(size.width), std::to_string(decibel));
    EXPECT_GE(decibel, 38) << size.width;
  }
}

TEST(Decoder, shrinks_a_picture_beyond_the_smallest_dct_scale_without_skipping_pixels) {
  // Thin stripes average to mid grey; a filter that skips pixels shows some of them.
  RgbPicture stripes({8192, 4096});
  for (int y = 0; y < stripes.size.height; ++y) {
    for (int x = 0; x < stripes.size.width; ++x) std::fill_n(pixel(stripes, x, y), 3, (x / 16) % 2 == 0 ? 255 : 0);
  }
  Decoder decoder;
  RgbPicture target({64, 64});
  ASSERT_TRUE(decoder.decode_letterboxed(testing::jpeg(stripes, 80), target.view()).has_value());
  for (int x = 0; x < 64; ++x) EXPECT_NEAR(pixel(target, x, 32)[0], 128, 4);
}

TEST(Decoder, decodes_the_whole_picture_at_full_size) {
  Decoder decoder;
  const RgbPicture picture = testing::textured({333, 217});
  auto lossless = decoder.decode(testing::png(picture));
  ASSERT_TRUE(lossless.has_value());
  EXPECT_EQ(lossless->size, picture.size);
  EXPECT_EQ(lossless->pixels, picture.pixels);
  auto lossy = decoder.decode(testing::jpeg(picture, 95, TJSAMP_444));
  ASSERT_TRUE(lossy.has_value());
  EXPECT_GT(psnr(*lossy, picture), 36);
}

TEST(Decoder, applies_each_exif_orientation_and_leaves_it_on_request) {
  // Where the quarters red, green / blue, white end up, read as top left, top right, bottom left, bottom right.
  constexpr std::string_view kUpright[] = {"RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"};
  const RgbPicture stored = testing::quarters({96, 64});
  const auto corner = [](RgbPicture& picture, const Letterbox& box, int i) {
    const std::uint8_t* at = pixel(picture, box.left + (i % 2 == 0 ? box.content.width / 4 : box.content.width * 3 / 4),
                                   box.top + (i < 2 ? box.content.height / 4 : box.content.height * 3 / 4));
    return at[0] > 128 ? (at[1] > 128 ? 'W' : 'R') : (at[1] > 128 ? 'G' : 'B');
  };
  Decoder decoder;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto tiff = testing::exif(static_cast<std::uint32_t>(orientation), orientation % 2 == 0);
    for (const Bytes& bytes :
         {testing::with_exif(testing::jpeg(stored), tiff), testing::with_png_chunk(testing::png(stored), "eXIf", tiff),
          testing::extended_webp(testing::webp(stored), stored.size, 0x08, "EXIF", tiff)}) {
      RgbPicture target({64, 64});
      const auto decoded = decoder.decode_letterboxed(bytes, target.view());
      ASSERT_TRUE(decoded.has_value());
      EXPECT_EQ(decoded->orientation_applied, orientation != 1);
      EXPECT_EQ(decoded->letterbox.picture, (orientation >= 5 ? SizePx{64, 96} : SizePx{96, 64}));
      EXPECT_EQ(count_wrong_bar_samples(target, decoded->letterbox), 0);
      auto whole = decoder.decode(bytes);
      ASSERT_TRUE(whole.has_value());
      EXPECT_EQ(whole->size, decoded->letterbox.picture);
      for (int i = 0; i < 4; ++i) {
        const char expected = kUpright[orientation - 1][static_cast<std::size_t>(i)];
        EXPECT_EQ(corner(target, decoded->letterbox, i), expected) << "orientation " << orientation << ", corner " << i;
        EXPECT_EQ(corner(*whole, Letterbox::fit(whole->size, whole->size), i), expected);
      }

      const auto ignored = decoder.decode_letterboxed(bytes, target.view(), OrientationPolicy::ignore);
      ASSERT_TRUE(ignored.has_value());
      EXPECT_FALSE(ignored->orientation_applied);
      EXPECT_EQ(ignored->letterbox.picture, stored.size);
      EXPECT_EQ(corner(target, ignored->letterbox, 0), 'R');
      EXPECT_EQ(corner(target, ignored->letterbox, 3), 'W');
    }
  }
}

TEST(Decoder, answers_the_same_after_other_pictures_were_decoded) {
  const RgbPicture one = testing::textured({500, 300}, 1);
  for (const Bytes& bytes : {testing::jpeg(one), testing::png(one, PNG_INTERLACE_ADAM7), testing::webp(one), testing::bmp(one)}) {
    RgbPicture fresh(kInput);
    ASSERT_TRUE(Decoder().decode_letterboxed(bytes, fresh.view()).has_value());
    Decoder used;
    RgbPicture target(kInput);
    const RgbPicture secret = testing::flat({1920, 1080}, 255, 0, 255);
    for (const Bytes& earlier :
         {testing::jpeg(secret), testing::png(secret, PNG_INTERLACE_ADAM7), testing::webp(secret), testing::bmp(secret)}) {
      ASSERT_TRUE(used.decode_letterboxed(earlier, target.view()).has_value());
      ASSERT_TRUE(used.decode_letterboxed(bytes, target.view()).has_value());
      EXPECT_EQ(target.pixels, fresh.pixels);
    }
  }
}

TEST(Decoder, refuses_every_cut_of_a_secret_pictures_successor_instead_of_showing_the_secret) {
  const Bytes secret = testing::jpeg(testing::flat({320, 240}, 255, 0, 255));
  const Bytes other = testing::jpeg(testing::textured({320, 240}));
  Decoder decoder;
  RgbPicture target({320, 320});
  ASSERT_TRUE(decoder.decode_letterboxed(secret, target.view()).has_value());
  for (std::size_t size = other.size() - 400; size < other.size(); ++size) {
    const auto decoded = decoder.decode_letterboxed(domain::ByteView(other).first(size), target.view());
    EXPECT_FALSE(decoded.has_value()) << size;
  }
}

TEST(Decoder, refuses_a_picture_cut_at_any_byte) {
  Decoder decoder;
  RgbPicture target({64, 64});
  const RgbPicture picture = testing::textured({40, 30});
  std::vector<std::uint8_t> rgba(40 * 30 * 4, 77);
  for (const Bytes& whole :
       {testing::jpeg(picture), testing::jpeg(picture, 90, TJSAMP_444, TJFLAG_PROGRESSIVE),
        testing::jpeg(picture, 80, TJSAMP_GRAY), testing::with_exif(testing::jpeg(picture), testing::exif(6)),
        testing::png(picture), testing::png(picture, PNG_INTERLACE_ADAM7), testing::webp(picture), testing::webp(picture, true),
        testing::webp_rgba(rgba, {40, 30}),
        testing::extended_webp(testing::webp(picture), {40, 30}, 0x08, "EXIF", testing::exif(6)), testing::bmp(picture),
        testing::bmp(picture, {.bits = 32, .top_down = true})}) {
    ASSERT_TRUE(decoder.decode_letterboxed(whole, target.view()).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A copy of its own, so that a sanitizer sees a read past the end.
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto decoded = decoder.decode_letterboxed(cut, target.view());
      ASSERT_FALSE(decoded.has_value()) << size << " of " << whole.size();
      ASSERT_TRUE(decoded.error().code == ErrorCode::undecodable_image || decoded.error().code == ErrorCode::unsupported_format);
    }
  }
}

TEST(Decoder, survives_any_changed_byte) {
  Decoder decoder;
  RgbPicture target({64, 64});
  const RgbPicture picture = testing::textured({24, 16});
  for (const Bytes& whole :
       {testing::with_exif(testing::jpeg(picture), testing::exif(6)), testing::jpeg(picture, 90, TJSAMP_420, TJFLAG_PROGRESSIVE),
        testing::png(picture), testing::webp(picture), testing::webp(picture, true), testing::bmp(picture)}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const int flip : {0x01, 0x80, 0xFF}) {
        Bytes changed = whole;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
        const auto decoded = decoder.decode_letterboxed(changed, target.view());
        if (!decoded) EXPECT_FALSE(decoded.error().message.empty());
      }
    }
  }
}

TEST(Decoder, refuses_what_probe_refuses_with_the_same_code) {
  EXPECT_EQ(refusal({}), ErrorCode::undecodable_image);
  EXPECT_EQ(refusal(Bytes(100, 'x')), ErrorCode::unsupported_format);
  EXPECT_EQ(refusal(testing::cmyk_jpeg({32, 32})), ErrorCode::unsupported_format);
}

TEST(Decoder, can_be_moved) {
  Decoder first;
  Decoder second = std::move(first);
  RgbPicture target({64, 64});
  EXPECT_TRUE(second.decode_letterboxed(testing::jpeg(testing::textured({64, 64})), target.view()).has_value());
}

}  // namespace
}  // namespace hazard::image
