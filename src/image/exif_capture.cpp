#include "image/exif_capture.hpp"

#include <cmath>
#include <string>

#include "image/byte_order.hpp"
#include "image/jpeg_header.hpp"

namespace hazard::image {
namespace {

constexpr std::size_t kEntryBytes = 12;
constexpr std::uint32_t kAscii = 2;
constexpr std::uint32_t kShort = 3;
constexpr std::uint32_t kLong = 4;
constexpr std::uint32_t kRational = 5;

enum Tag : std::uint32_t {
  kExifDirectory = 0x8769,
  kGpsDirectory = 0x8825,
  kDateTime = 0x9003,
  kOffset = 0x9011,
  kSubSeconds = 0x9291,
  kLatitudeRef = 1,
  kLatitude = 2,
  kLongitudeRef = 3,
  kLongitude = 4,
  kGpsTime = 7,
  kTrackRef = 14,
  kTrack = 15,
  kGpsDate = 29,
  kGpsError = 31,
};

struct Entry {
  std::uint32_t type = 0;
  std::size_t count = 0;
  std::size_t value_at = 0;
};

class Tiff {
 public:
  explicit Tiff(domain::ByteView bytes) : bytes_(bytes), little_(matches(bytes, 0, {"II*\0", 4})) {}

  bool good() const noexcept { return little_ || matches(bytes_, 0, {"MM\0*", 4}); }
  std::size_t first_directory() const noexcept { return holds(bytes_, 4, 4) ? number(4, 4) : 0; }

  std::optional<Entry> find(std::size_t directory, Tag tag) const noexcept {
    if (directory == 0 || !holds(bytes_, directory, 2)) return std::nullopt;
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
      const std::size_t at = directory + 2 + i * kEntryBytes;
      if (!holds(bytes_, at, kEntryBytes)) return std::nullopt;
      if (number(at, 2) != tag) continue;
      Entry entry{.type = number(at + 2, 2), .count = number(at + 4, 4), .value_at = at + 8};
      const std::size_t unit = entry.type == kRational ? 8 : entry.type == kLong ? 4 : entry.type == kShort ? 2 : 1;
      if (entry.count > bytes_.size()) return std::nullopt;
      if (entry.count * unit > 4) entry.value_at = number(at + 8, 4);
      return holds(bytes_, entry.value_at, entry.count * unit) ? std::optional(entry) : std::nullopt;
    }
    return std::nullopt;
  }
  std::size_t directory(std::size_t from, Tag tag) const noexcept {
    const auto entry = find(from, tag);
    return entry && entry->type == kLong && entry->count == 1 ? number(entry->value_at, 4) : 0;
  }
  std::string text(std::size_t directory, Tag tag) const {
    const auto entry = find(directory, tag);
    if (!entry || entry->type != kAscii) return {};
    std::string found;
    for (std::size_t i = 0; i < entry->count && bytes_[entry->value_at + i] != 0; ++i)
      found.push_back(static_cast<char>(bytes_[entry->value_at + i]));
    return found;
  }
  std::optional<double> rational(std::size_t directory, Tag tag, std::size_t index = 0) const noexcept {
    const auto entry = find(directory, tag);
    if (!entry || entry->type != kRational || index >= entry->count) return std::nullopt;
    const double below = number(entry->value_at + 8 * index + 4, 4);
    if (below == 0) return std::nullopt;
    return number(entry->value_at + 8 * index, 4) / below;
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t count) const noexcept {
    return little_ ? little_endian(bytes_, at, count) : big_endian(bytes_, at, count);
  }

  domain::ByteView bytes_;
  bool little_;
};

// Digits and single separators, as in "2023:05:17 10:20:30"; anything else is no number.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::optional<base::WallTime> day_of(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  // Cameras without a clock say 0000 or 1970; a WallTime counts nanoseconds and ends in 2262.
  if (!date.ok() || *year < 1990 || *year > 2200) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<base::WallTime> camera_time(const Tiff& tiff, std::size_t exif) {
  const std::string text = tiff.text(exif, kDateTime);
  const auto day = day_of(text);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  base::WallTime at = *day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  std::int64_t unit = 100'000;
  for (const char c : tiff.text(exif, kSubSeconds)) {
    if (c < '0' || c > '9' || unit == 0) break;
    at += std::chrono::microseconds(unit * (c - '0'));
    unit /= 10;
  }
  return at;
}

std::optional<std::chrono::minutes> zone_of(const Tiff& tiff, std::size_t exif) {
  const std::string text = tiff.text(exif, kOffset);
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::chrono::minutes ahead(*hours * 60 + *minutes);
  return text[0] == '-' ? -ahead : ahead;
}

std::optional<base::WallTime> receiver_time(const Tiff& tiff, std::size_t gps) {
  const auto day = day_of(tiff.text(gps, kGpsDate));
  const auto hour = tiff.rational(gps, kGpsTime, 0);
  const auto minute = tiff.rational(gps, kGpsTime, 1);
  const auto second = tiff.rational(gps, kGpsTime, 2);
  if (!day || !hour || !minute || !second || *hour >= 24 || *minute >= 60 || *second > 60) return std::nullopt;
  return *day + std::chrono::microseconds(std::llround((*hour * 3600 + *minute * 60 + *second) * 1e6));
}

std::optional<double> degrees(const Tiff& tiff, std::size_t gps, Tag tag, Tag ref, char plus, char minus) {
  const std::string side = tiff.text(gps, ref);
  const auto whole = tiff.rational(gps, tag, 0);
  if (!whole || side.empty() || (side[0] != plus && side[0] != minus)) return std::nullopt;
  const double value = *whole + tiff.rational(gps, tag, 1).value_or(0) / 60 + tiff.rational(gps, tag, 2).value_or(0) / 3600;
  return side[0] == minus ? -value : value;
}

std::optional<domain::Location> place_of(const Tiff& tiff, std::size_t gps) {
  const auto latitude = degrees(tiff, gps, kLatitude, kLatitudeRef, 'N', 'S');
  const auto longitude = degrees(tiff, gps, kLongitude, kLongitudeRef, 'E', 'W');
  if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) return std::nullopt;
  if (*latitude == 0 && *longitude == 0) return std::nullopt;
  domain::Location location{.latitude = *latitude,
                            .longitude = *longitude,
                            .accuracy_m = tiff.rational(gps, kGpsError),
                            .heading_deg = {},
                            .speed_mps = {}};
  const auto track = tiff.rational(gps, kTrack);
  if (track && *track <= 360 && tiff.text(gps, kTrackRef) != "M") location.heading_deg = *track;
  return location;
}

}  // namespace

ExifCapture exif_capture(domain::ByteView bytes) {
  const Tiff tiff(bytes);
  ExifCapture capture;
  if (!tiff.good()) return capture;
  const std::size_t first = tiff.first_directory();
  const std::size_t exif = tiff.directory(first, kExifDirectory);
  const std::size_t gps = tiff.directory(first, kGpsDirectory);
  capture.location = place_of(tiff, gps);
  capture.at = camera_time(tiff, exif);
  if (const auto zone = zone_of(tiff, exif); zone && capture.at) {
    *capture.at -= *zone;
    capture.in_utc = true;
  } else if (const auto received = receiver_time(tiff, gps)) {
    capture.at = received;
    capture.in_utc = true;
  }
  return capture;
}

ExifCapture capture_of(domain::ByteView picture) {
  if (!matches(picture, 0, {"\xFF\xD8", 2})) return {};
  const auto header = read_jpeg_header(picture);
  return header ? exif_capture(header->exif) : ExifCapture{};
}

}  // namespace hazard::image
