// Tracker::save and Tracker::load: little-endian fields behind a magic word, a version, and a sum over everything that follows. The
// sum catches damage; every value is checked all the same, because bytes with a right sum may still be somebody's.
#include <algorithm>
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
constexpr std::uint16_t kVersion = 1;
// More are never written: the ones unseen for longest stay behind.
constexpr std::size_t kTracksSavedMost = 1000;
constexpr int kTracksMaxMost = 1'000'000;
constexpr int kSidePxMost = 1 << 20;
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
}

TrackerOptions read_options(Reader& from) {
  TrackerOptions options;
  options.high_confidence = from.get<float>(-1e6F, 1e6F);
  options.low_confidence = from.get<float>(-1e6F, 1e6F);
  options.confirm_hits = from.get<std::int32_t>(1, std::numeric_limits<std::int32_t>::max());
  options.lost_after = base::Duration{from.get<std::int64_t>(1, kAgeMostNs)};
  options.tracks_max = from.get<std::int32_t>(1, kTracksMaxMost);
  return options;
}

void write(Writer& to, const BoxFilter& motion) {
  for (const KalmanFilter::Snapshot& each : motion.snapshot()) {
    for (const double value : {each.position, each.velocity, each.pp, each.pv, each.vv}) to.put(value);
  }
}

std::optional<BoxFilter> read_motion(Reader& from) {
  BoxFilter::Snapshot snapshot;
  for (KalmanFilter::Snapshot& each : snapshot) {
    for (double* value : {&each.position, &each.velocity, &each.pp, &each.pv, &each.vv}) *value = from.get<double>();
  }
  return BoxFilter::from(snapshot);
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
  to.put(static_cast<std::uint8_t>(track.seen_now));
  write(to, track.motion);
}

std::optional<Track> read_track(Reader& from, base::SteadyTime now, std::uint64_t next_id, std::uint64_t frames) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max() / 2;
  const auto id = from.get<std::uint64_t>(1, std::max<std::uint64_t>(next_id, 2) - 1);
  const auto class_id = from.get<std::int32_t>();
  const auto phase = static_cast<Phase>(from.get<std::uint8_t>(0, static_cast<std::uint8_t>(Phase::lost)));
  const auto hits = from.get<std::int32_t>(1, kMost);
  const auto misses = from.get<std::int32_t>(0, kMost);
  const auto confidence = from.get<float>(-1e6F, 1e6F);
  const auto born_in = from.get<std::uint64_t>(0, frames);
  const base::SteadyTime seen_at = read_time(from, now);
  const bool seen_now = from.get<std::uint8_t>(0, 1) == 1;
  const auto motion = read_motion(from);
  if (!from.ok() || !motion) return std::nullopt;
  return Track{.id = id,
               .class_id = class_id,
               .phase = phase,
               .hits = hits,
               .misses = misses,
               .confidence = confidence,
               .born_in = born_in,
               .seen_at = seen_at,
               .seen_now = seen_now,
               .motion = *motion};
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
  const auto count = from.get<std::uint32_t>(0, kTracksSavedMost);
  if (!from.ok() || (state->picture.width == 0) != (state->picture.height == 0)) return std::nullopt;
  if (count > static_cast<std::uint32_t>(state->options.tracks_max)) return std::nullopt;
  std::set<std::uint64_t> ids;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto track = read_track(from, now, state->next_id, state->frames);
    if (!track || !ids.insert(track->id).second) return std::nullopt;
    state->tracks.push_back(*track);
  }
  if (!from.at_end()) return std::nullopt;
  return Tracker(std::move(state));
}

}  // namespace hazard::track
