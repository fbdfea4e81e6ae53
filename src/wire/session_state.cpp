#include "wire/session_state.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/sha256.hpp"
#include "wire/base64.hpp"
#include "wire/client_fields.hpp"
#include "wire/client_message.hpp"
#include "wire/json_fields.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::string_view kFormat = "hazardstream sessions";
constexpr int kVersion = 1;
constexpr std::size_t kEndsBytes = 512;                      // more than head and last line take
constexpr std::size_t kTrackerBytesMax = 1024 * 1024;        // beyond what any tracker saves
constexpr double kEpochMax = 4e9;                            // the year 2096; times in nanoseconds reach to 2262
constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;  // exact in every reader of JSON

std::string session_line(const SessionState& state) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("session_id", state.session_id).field("websocket", state.websocket);
  json.key("config");
  write_config(json, state.config);
  json.key("counters").begin_object();
  write_counters(json, state.counters);
  json.end_object();
  json.field("last_seq", state.last_seq).field("last_event", state.last_event).field("handed_event", state.handed_event);
  json.field("token", state.token).field("previous_token", state.previous_token);
  json.field("created_at", state.created_at).field("total_ms_sum", state.total_ms_sum);
  const domain::ByteView tracker(reinterpret_cast<const std::uint8_t*>(state.tracker.data()), state.tracker.size());
  json.field("tracker", base64_encode(tracker));
  json.key("verdicts").begin_array();
  for (const SavedVerdict& each : state.verdicts) {
    json.begin_object().field("event", each.event).field("seq", each.seq).field("is_result", each.is_result);
    json.field("json", each.json).end_object();
  }
  json.end_array().end_object();
  out.push_back('\n');
  return out;
}

// The line with as many of the newest verdicts as fit; empty when even none of them makes it fit.
std::string line_within(const SessionState& state, std::size_t bytes_max) {
  std::string line = session_line(state);
  if (line.size() <= bytes_max) return line;
  SessionState lean = state;
  while (line.size() > bytes_max && !lean.verdicts.empty()) {
    lean.verdicts.erase(lean.verdicts.begin(),
                        lean.verdicts.begin() + static_cast<std::ptrdiff_t>((lean.verdicts.size() + 1) / 2));
    line = session_line(lean);
  }
  return line.size() <= bytes_max ? line : std::string();
}

// Reads the members of one object; the first that is missing or wrong makes it fail.
class Reader {
 public:
  Reader(const JsonDocument& document, const JsonNode& object) : document_(document), object_(object) {}

  std::uint64_t count(std::string_view name) {
    const JsonNode* node = get(name, JsonKind::number);
    std::uint64_t value = 0;
    if (node == nullptr) return 0;
    const char* const end = node->text.data() + node->text.size();
    const auto [read, failure] = std::from_chars(node->text.data(), end, value);
    if (failure != std::errc{} || read != end || value > kCountMax) fail();
    return value;
  }
  double number(std::string_view name) {
    const JsonNode* node = get(name, JsonKind::number);
    return node == nullptr ? 0 : node->number;
  }
  bool flag(std::string_view name) {
    const JsonNode* node = get(name, JsonKind::boolean);
    return node != nullptr && node->flag;
  }
  std::string_view text(std::string_view name) {
    const JsonNode* node = get(name, JsonKind::string);
    return node == nullptr ? std::string_view{} : node->text;
  }
  const JsonNode* get(std::string_view name, JsonKind kind) {
    const JsonNode* node = document_.find(object_, name);
    if (node != nullptr && node->is(kind)) return node;
    fail();
    return nullptr;
  }
  void require(bool condition) {
    if (!condition) fail();
  }
  void fail() { good_ = false; }
  bool good() const { return good_; }

 private:
  const JsonDocument& document_;
  const JsonNode& object_;
  bool good_ = true;
};

std::optional<Counters> read_counters(const JsonDocument& document, const JsonNode& object) {
  Reader read(document, object);
  Counters counters;
  counters.received = read.count("received");
  counters.results = read.count("results");
  counters.in_flight = read.count("in_flight");
  if (const JsonNode* drops = read.get("drops", JsonKind::object)) {
    Reader reasons(document, *drops);
    for (std::size_t i = 0; i < counters.drops.size(); ++i) {
      counters.drops[i] = reasons.count(to_string(static_cast<domain::DropReason>(i)));
    }
    read.require(reasons.good());
  }
  if (const JsonNode* errors = read.get("errors", JsonKind::object)) {
    Reader codes(document, *errors);
    for (const domain::ErrorInfo& info : domain::error_catalogue()) {
      if (document.find(*errors, info.name) != nullptr) counters.errors[info.code] = codes.count(info.name);
    }
    read.require(codes.good() && counters.errors.size() == document.children(*errors).size());
  }
  return read.good() ? std::optional(counters) : std::nullopt;
}

// Limits are the loosest a server may have: the one that restores applies its own.
std::optional<domain::StreamConfig> read_saved_config(const JsonDocument& document, const JsonNode& object) {
  const auto patch = read_config(document, object);
  if (!patch) return std::nullopt;
  domain::StreamLimits limits;
  limits.max_fps = 240;
  const auto config = domain::apply(domain::default_config(limits), *patch, limits);
  return config ? std::optional(*config) : std::nullopt;
}

// What goes out again as it is: must not break the line of an event stream, nor the mark of a replay.
bool can_be_said(std::string_view json) noexcept {
  return json.starts_with("{\"") && json.ends_with('}') &&
         std::ranges::none_of(json, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool read_verdicts(const JsonDocument& document, const JsonNode& array, SessionState& state) {
  for (const JsonNode* node : document.children(array)) {
    Reader read(document, *node);
    SavedVerdict verdict{.event = read.count("event"),
                         .seq = read.count("seq"),
                         .is_result = read.flag("is_result"),
                         .json = std::string(read.text("json"))};
    const std::uint64_t before = state.verdicts.empty() ? verdict.event - 1 : state.verdicts.back().event;
    read.require(verdict.event >= 1 && verdict.event == before + 1 && verdict.seq >= 1 && verdict.seq <= state.last_seq &&
                 can_be_said(verdict.json));
    if (!read.good()) return false;
    state.verdicts.push_back(std::move(verdict));
  }
  return state.verdicts.empty() || state.verdicts.back().event == state.last_event;
}

bool is_digest(std::string_view text) { return base::sha256_from_hex(text).has_value(); }

std::optional<SessionState> parse_session(std::string_view line) {
  const auto document = JsonDocument::parse(line);
  if (!document) return std::nullopt;
  Reader read(*document, document->root());
  SessionState state;
  state.session_id = read.text("session_id");
  state.websocket = read.flag("websocket");
  state.last_seq = read.count("last_seq");
  state.last_event = read.count("last_event");
  state.handed_event = read.count("handed_event");
  state.token = read.text("token");
  state.previous_token = read.text("previous_token");
  state.created_at = read.number("created_at");
  state.total_ms_sum = read.number("total_ms_sum");
  if (const auto tracker = base64_decode(read.text("tracker"))) state.tracker.assign(tracker->begin(), tracker->end());
  read.require(is_session_id(state.session_id) && is_digest(state.token) && state.tracker.size() <= kTrackerBytesMax);
  read.require(state.previous_token.empty() || is_digest(state.previous_token));
  read.require(state.handed_event <= state.last_event && state.created_at >= 0 && state.created_at <= kEpochMax &&
               state.total_ms_sum >= 0);

  if (const JsonNode* counters = read.get("counters", JsonKind::object)) {
    const auto counted = read_counters(*document, *counters);
    if (!counted) return std::nullopt;
    state.counters = *counted;
  }
  const Counters& all = state.counters;
  read.require(all.in_flight == 0 && all.received == state.last_seq && all.received == state.last_event);
  read.require(all.received == all.results + all.total_drops() + all.total_errors());
  if (const JsonNode* config = read.get("config", JsonKind::object)) {
    const auto saved = read_saved_config(*document, *config);
    if (!saved) return std::nullopt;
    state.config = *saved;
  }
  const JsonNode* verdicts = read.get("verdicts", JsonKind::array);
  if (!read.good() || !read_verdicts(*document, *verdicts, state)) return std::nullopt;
  return state;
}

std::unexpected<domain::Error> not_ours(std::string_view why) {
  return refuse(ErrorCode::invalid_value, fmt::format("the saved sessions cannot be read: {}", why));
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string saved_sessions(const std::vector<SessionState>& sessions, base::WallTime now, std::size_t bytes_max,
                           std::size_t* left_out) {
  const std::size_t share = bytes_max <= kEndsBytes ? 0 : (bytes_max - kEndsBytes) / std::max<std::size_t>(1, sessions.size());
  std::string text;
  std::size_t missing = 0;
  JsonWriter head(text);
  head.begin_object().field("format", kFormat).field("version", kVersion);
  epoch_field(head, "saved_at", now);
  head.end_object();
  text.push_back('\n');
  for (const SessionState& state : sessions) {
    const std::string line = line_within(state, share);
    if (line.empty()) ++missing;
    text.append(line);
  }
  const std::string digest = base::to_hex(base::sha256(text));
  JsonWriter(text).begin_object().field("sha256", digest).end_object();
  text.push_back('\n');
  if (left_out != nullptr) *left_out = missing;
  return text;
}

domain::Result<SavedSessions> parse_saved_sessions(std::string_view text) {
  if (!text.ends_with('\n')) return not_ours("it does not end with a line");
  const std::size_t before_last = text.substr(0, text.size() - 1).rfind('\n');
  if (before_last == std::string_view::npos) return not_ours("it has no end");
  std::string_view body = text.substr(0, before_last + 1);
  const auto last = JsonDocument::parse(text.substr(before_last + 1, text.size() - before_last - 2));
  if (!last) return not_ours("its last line is no digest");
  const auto digest = base::sha256_from_hex(Reader(*last, last->root()).text("sha256"));
  if (!digest || !base::same_digest(*digest, base::sha256(body))) return not_ours("its digest is another one");

  const auto head = JsonDocument::parse(take_line(body));
  if (!head) return not_ours("its first line is no head");
  Reader read(*head, head->root());
  read.require(read.text("format") == kFormat && read.count("version") == static_cast<std::uint64_t>(kVersion));
  SavedSessions saved;
  saved.saved_at = read.number("saved_at");
  if (!read.good() || saved.saved_at < 0 || saved.saved_at > kEpochMax) return not_ours("it is of another format");
  while (!body.empty()) {
    if (auto state = parse_session(take_line(body))) {
      saved.sessions.push_back(std::move(*state));
    } else {
      ++saved.refused;
    }
  }
  return saved;
}

}  // namespace hazard::wire
