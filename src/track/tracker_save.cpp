// Tracker::save and Tracker::load: little-endian fields behind a magic word, a version, and a sum over everything that follows. The
// sum catches damage; every value is checked all the same, because bytes with a right sum may still be somebody's.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <type_traits>

#include "track/tracker_state.hpp"

namespace hazard::track {
namespace {

constexpr std::string_view kMagic = "HSTK";
constexpr std::uint16_t kVersion = 2;
// More are never written: the ones unseen for longest stay behind.
constexpr std::size_t kTracksSavedMost = 1000;
constexpr int kTracksMaxMost = 1'000'000;
constexpr int kSidePxMost = 1 << 20;
// A larger small picture is left behind; what it tells is told again by the next two.
constexpr std::int64_t kGreyPixelsMost = 128 * 1024;
// A year; no session lives so long.
constexpr std::int64_t kAgeMostNs = std::int64_t{366} * 24 * 3600 * 1'000'000'000;
constexpr std::uint64_t kCountMost = std::uint64_t{1} << 62;

static_assert(std::endian::native == std::endian::little);

// FNV-1a, 64 bits (Fowler, Noll, Vo; the parameters of draft-eastlake-fnv).
std::uint64_t sum_of(std::string_view bytes) noexcept {
  std::uint64_t sum = 0xCBF29CE484222325U;
  for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return sum;
}

class Writer {
 public:
  template <typename T>
    requires std::is_arithmetic_v<T>
  void put(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    bytes_.append(raw, sizeof(T));
  }
  void put_bytes(const std::vector<std::uint8_t>& bytes) { bytes_.append(bytes.begin(), bytes.end()); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads past the end give 0 and make ok() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : bytes_(bytes) {}

  template <typename T>
    requires std::is_arithmetic_v<T>
  T get() noexcept {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      ok_ = false;
      bytes_ = {};
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  // A number of [least, most]; anything else makes ok() false.
  template <typename T>
  T get(T least, T most) noexcept {
    const T value = get<T>();
    if (value >= least && value <= most) return value;  // false for NaN
    ok_ = false;
    return least;
  }
  bool get_bytes(std::size_t count, std::vector<std::uint8_t>& into) {
    if (bytes_.size() < count) {
      ok_ = false;
      return false;
    }
    into.assign(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(count));
    bytes_.remove_prefix(count);
    return ok_;
  }
  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return ok_ && bytes_.empty(); }
  std::string_view rest() const noexcept { return bytes_; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

std::int64_t age_ns(base::SteadyTime now, base::SteadyTime then) noexcept {
  return std::clamp(std::chrono::duration_cast<base::Duration>(now - then).count(), -kAgeMostNs, kAgeMostNs);
}

base::SteadyTime read_time(Reader& from, base::SteadyTime now) {
  return now - base::Duration{from.get<std::int64_t>(-kAgeMostNs, kAgeMostNs)};
}

void write(Writer& to, const TrackerOptions& options) {
  to.put(options.high_confidence);
  to.put(options.low_confidence);
  to.put(std::int32_t{options.confirm_hits});
  to.put(std::int64_t{options.lost_after.count()});
  to.put(std::int32_t{options.tracks_max});
  to.put(static_cast<std::uint8_t>(options.camera_motion));
}

TrackerOptions read_options(Reader& from) {
  TrackerOptions options;
  options.high_confidence = from.get<float>(-1e6F, 1e6F);
  options.low_confidence = from.get<float>(-1e6F, 1e6F);
  options.confirm_hits = from.get<std::int32_t>(1, std::numeric_limits<std::int32_t>::max());
  options.lost_after = base::Duration{from.get<std::int64_t>(1, kAgeMostNs)};
  options.tracks_max = from.get<std::int32_t>(1, kTracksMaxMost);
  options.camera_motion = from.get<std::uint8_t>(0, 1) == 1;
  return options;
}

// Both kinds of box are four filters.
void write(Writer& to, const std::array<KalmanFilter::Snapshot, 4>& snapshot) {
  for (const KalmanFilter::Snapshot& each : snapshot) {
    for (const double value : {each.position, each.velocity, each.pp, each.pv, each.vv}) to.put(value);
  }
}

std::array<KalmanFilter::Snapshot, 4> read_filters(Reader& from) {
  std::array<KalmanFilter::Snapshot, 4> snapshot;
  for (KalmanFilter::Snapshot& each : snapshot) {
    for (double* value : {&each.position, &each.velocity, &each.pp, &each.pv, &each.vv}) *value = from.get<double>();
  }
  return snapshot;
}

void write(Writer& to, const CameraMotion::Snapshot& camera) {
  for (const double value : {camera.focus, camera.nod, camera.yaw_rate, camera.rate_per_speed, camera.rate_per_speed_variance,
                             camera.speed, camera.heading_deg, camera.restlessness}) {
    to.put(value);
  }
  to.put(static_cast<std::uint8_t>(camera.speed_sent));
  to.put(static_cast<std::uint8_t>(camera.heading_sent));
  for (const double cost : camera.horizon_cost) to.put(cost);
}

CameraMotion::Snapshot read_camera(Reader& from) {
  CameraMotion::Snapshot camera;
  for (double* value : {&camera.focus, &camera.nod, &camera.yaw_rate, &camera.rate_per_speed, &camera.rate_per_speed_variance,
                        &camera.speed, &camera.heading_deg, &camera.restlessness}) {
    *value = from.get<double>();
  }
  camera.speed_sent = from.get<std::uint8_t>(0, 1) == 1;
  camera.heading_sent = from.get<std::uint8_t>(0, 1) == 1;
  for (double& cost : camera.horizon_cost) cost = from.get<double>();
  return camera;
}

void write(Writer& to, const domain::GreyPicture& grey) {
  const bool small = std::int64_t{grey.size.width} * grey.size.height <= kGreyPixelsMost;
  to.put(std::int32_t{small ? grey.size.width : 0});
  to.put(std::int32_t{small ? grey.size.height : 0});
  if (small) to.put_bytes(grey.pixels);
}

domain::GreyPicture read_grey(Reader& from) {
  domain::GreyPicture grey;
  grey.size.width = from.get<std::int32_t>(0, kSidePxMost);
  grey.size.height = from.get<std::int32_t>(0, kSidePxMost);
  const std::int64_t pixels = std::int64_t{grey.size.width} * grey.size.height;
  if (pixels > kGreyPixelsMost || !from.get_bytes(static_cast<std::size_t>(pixels), grey.pixels)) return {};
  return grey;
}

void write(Writer& to, const Track& track, base::SteadyTime now) {
  to.put(track.id);
  to.put(std::int32_t{track.class_id});
  to.put(static_cast<std::uint8_t>(track.phase));
  to.put(std::int32_t{track.hits});
  to.put(std::int32_t{track.misses});
  to.put(track.confidence);
  to.put(track.born_in);
  to.put(age_ns(now, track.seen_at));
  to.put(std::clamp<std::int64_t>(track.unseen.count(), 0, kAgeMostNs));
  to.put(static_cast<std::uint8_t>(track.seen_now));
  to.put(static_cast<std::uint8_t>(track.marked));
  to.put(track.mark.log_width);
  to.put(track.mark.row);
  write(to, track.motion.snapshot());
  write(to, track.road.snapshot());
}

// What bounds a track's numbers.
struct Counts {
  std::uint64_t next_id;
  std::uint64_t frames;
};

std::optional<Track> read_track(Reader& from, base::SteadyTime now, const Counts& counts, domain::SizePx picture) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max() / 2;
  const auto id = from.get<std::uint64_t>(1, std::max<std::uint64_t>(counts.next_id, 2) - 1);
  const auto class_id = from.get<std::int32_t>();
  const auto phase = static_cast<Phase>(from.get<std::uint8_t>(0, static_cast<std::uint8_t>(Phase::lost)));
  const auto hits = from.get<std::int32_t>(1, kMost);
  const auto misses = from.get<std::int32_t>(0, kMost);
  const auto confidence = from.get<float>(-1e6F, 1e6F);
  const auto born_in = from.get<std::uint64_t>(0, counts.frames);
  const base::SteadyTime seen_at = read_time(from, now);
  const base::Duration unseen{from.get<std::int64_t>(0, kAgeMostNs)};
  const bool seen_now = from.get<std::uint8_t>(0, 1) == 1;
  const bool marked = from.get<std::uint8_t>(0, 1) == 1;
  const GrowthMark mark{.log_width = from.get<double>(-100, 100), .row = from.get<double>(-kSidePxMost, kSidePxMost)};
  const auto motion = BoxFilter::from(read_filters(from));
  const auto road_filters = read_filters(from);
  if (!from.ok() || !motion) return std::nullopt;
  // Without a size there is no picture that a box could lie in: such a box is made anew when the size comes.
  const auto road = picture.width > 0 ? RoadBox::from(road_filters, picture) : RoadBox(motion->box(), picture);
  if (!road) return std::nullopt;
  return Track{.id = id,
               .class_id = class_id,
               .phase = phase,
               .hits = hits,
               .misses = misses,
               .confidence = confidence,
               .born_in = born_in,
               .seen_at = seen_at,
               .unseen = unseen,
               .seen_now = seen_now,
               .motion = *motion,
               .road = *road,
               .mark = mark,
               .marked = marked};
}

// The newest sightings first.
std::vector<const Track*> worth_saving(const std::vector<Track>& tracks) {
  std::vector<const Track*> chosen;
  for (const Track& track : tracks) chosen.push_back(&track);
  if (chosen.size() <= kTracksSavedMost) return chosen;
  std::ranges::sort(
      chosen, [](const Track* a, const Track* b) { return a->seen_at != b->seen_at ? a->seen_at > b->seen_at : a->id < b->id; });
  chosen.resize(kTracksSavedMost);
  return chosen;
}

}  // namespace

std::string Tracker::save(base::SteadyTime now) const {
  const State& s = *state_;
  Writer body;
  write(body, s.options);
  body.put(s.next_id);
  body.put(s.frames);
  body.put(age_ns(now, s.last_at));
  body.put(std::int32_t{s.picture.width});
  body.put(std::int32_t{s.picture.height});
  const auto tracks = worth_saving(s.tracks);
  body.put(s.usual_dt);
  write(body, s.camera.snapshot());
  write(body, s.camera.last_picture());
  body.put(static_cast<std::uint32_t>(tracks.size()));
  for (const Track* track : tracks) write(body, *track, now);
  const std::string fields = body.take();

  Writer head;
  head.put(kVersion);
  head.put(sum_of(fields));
  return std::string(kMagic) + head.take() + fields;
}

std::optional<Tracker> Tracker::load(std::string_view bytes, base::SteadyTime now) {
  if (bytes.size() > kSavedBytesMost || !bytes.starts_with(kMagic)) return std::nullopt;
  Reader from(bytes.substr(kMagic.size()));
  if (from.get<std::uint16_t>() != kVersion) return std::nullopt;
  if (from.get<std::uint64_t>() != sum_of(from.rest())) return std::nullopt;

  auto state = std::make_unique<State>();
  state->options = read_options(from);
  state->next_id = from.get<std::uint64_t>(1, kCountMost);
  state->frames = from.get<std::uint64_t>(0, kCountMost);
  state->last_at = read_time(from, now);
  state->picture.width = from.get<std::int32_t>(0, kSidePxMost);
  state->picture.height = from.get<std::int32_t>(0, kSidePxMost);
  state->usual_dt = from.get<double>(0, 3600);
  const CameraMotion::Snapshot camera = read_camera(from);
  const domain::GreyPicture grey = read_grey(from);
  const auto count = from.get<std::uint32_t>(0, kTracksSavedMost);
  if (!from.ok() || (state->picture.width == 0) != (state->picture.height == 0)) return std::nullopt;
  if (count > static_cast<std::uint32_t>(state->options.tracks_max)) return std::nullopt;
  if (state->picture.width > 0) {
    if (!state->camera.restore(camera, state->picture)) return std::nullopt;
    if (grey.size.width > 0) state->camera.look_again(grey);
  }
  std::set<std::uint64_t> ids;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto track = read_track(from, now, {state->next_id, state->frames}, state->picture);
    if (!track || !ids.insert(track->id).second) return std::nullopt;
    state->tracks.push_back(*track);
  }
  if (!from.at_end()) return std::nullopt;
  return Tracker(std::move(state));
}

}  // namespace hazard::track
