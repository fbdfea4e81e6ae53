#include "image/png_decoder.hpp"

#include <csetjmp>
#include <cstring>

#include <png.h>

#include "base/check.hpp"
#include "image/byte_order.hpp"
#include "image/flatten.hpp"

namespace hazard::image {
namespace {

// No chunk that is kept (palette, transparency) comes near this.
constexpr png_alloc_size_t kChunkBytesMost = 64 * 1024;

// Fences libpng's longjmp: every method that calls the library sets its own jump target, holds no object that has a
// destructor between there and the call, and returns false when the library jumped.
class PngReader {
 public:
  explicit PngReader(domain::ByteView bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, ignore_warning);
    HAZARD_CHECK(png_ != nullptr);
    info_ = png_create_info_struct(png_);
    HAZARD_CHECK(info_ != nullptr);
    png_set_read_fn(png_, this, read);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool start(domain::SizePx stored) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_user_limits(png_, static_cast<png_uint_32>(stored.width), static_cast<png_uint_32>(stored.height));
    png_set_chunk_malloc_max(png_, kChunkBytesMost);
    // Skips texts, profiles and the like unread, so that none can be a compressed bomb.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_scale_16(png_);
    png_set_gray_to_rgb(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    channels_ = png_get_channels(png_, info_);
    const auto width = static_cast<png_uint_32>(stored.width);
    return png_get_image_width(png_, info_) == width &&
           png_get_image_height(png_, info_) == static_cast<png_uint_32>(stored.height) && (channels_ == 3 || channels_ == 4) &&
           png_get_rowbytes(png_, info_) == std::size_t{channels_} * width;
  }

  bool interlaced() const noexcept { return passes_ > 1; }
  std::size_t channels() const noexcept { return channels_; }

  bool read_row(std::uint8_t* row) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_row(png_, row, nullptr);
    return true;
  }

  // All passes of an interlaced picture; together they write every pixel.
  bool read_whole(std::uint8_t* pixels, std::size_t row_bytes, int height) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    for (int pass = 0; pass < passes_; ++pass) {
      for (int y = 0; y < height; ++y) png_read_row(png_, pixels + static_cast<std::size_t>(y) * row_bytes, nullptr);
    }
    return true;
  }

  // To the end mark: finds a missing tail and a wrong checksum.
  bool finish() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_end(png_, nullptr);
    return true;
  }

 private:
  static void read(png_structp png, png_bytep to, std::size_t count) {
    auto& self = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (!holds(self.bytes_, self.at_, count)) png_error(png, "cut short");
    std::memcpy(to, self.bytes_.data() + self.at_, count);
    self.at_ += count;
  }
  [[noreturn]] static void fail(png_structp png, png_const_charp) { png_longjmp(png, 1); }
  static void ignore_warning(png_structp, png_const_charp) {}

  domain::ByteView bytes_;
  std::size_t at_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  png_byte channels_ = 0;
};

void push(RowSink& sink, std::uint8_t* row, int width, std::size_t channels) {
  if (channels == 4) flatten(row, static_cast<std::size_t>(width), row);
  sink.push(row);
}

}  // namespace

domain::Result<void> decode_png(domain::ByteView bytes, domain::SizePx stored, const domain::RgbView& target, RowSink& sink,
                                Scratch& pixels) {
  const auto damaged = [] { return domain::refuse(domain::ErrorCode::undecodable_image, "The PNG is damaged or cut short."); };
  PngReader reader(bytes);
  if (!reader.start(stored)) return damaged();
  const std::size_t row_bytes = reader.channels() * static_cast<std::size_t>(stored.width);

  sink.begin(stored, target);
  if (reader.interlaced()) {
    std::uint8_t* whole = pixels.room(row_bytes * static_cast<std::size_t>(stored.height));
    if (!reader.read_whole(whole, row_bytes, stored.height)) return damaged();
    for (int y = 0; y < stored.height; ++y) {
      push(sink, whole + static_cast<std::size_t>(y) * row_bytes, stored.width, reader.channels());
    }
  } else {
    std::uint8_t* row = pixels.room(row_bytes);
    for (int y = 0; y < stored.height; ++y) {
      if (!reader.read_row(row)) return damaged();
      push(sink, row, stored.width, reader.channels());
    }
  }
  if (!reader.finish()) return damaged();
  sink.finish();
  return {};
}

}  // namespace hazard::image
