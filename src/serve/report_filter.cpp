#include "serve/report_filter.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "desk/report_record.hpp"
#include "wire/json_writer.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

std::unexpected<domain::Error> wrong(std::string_view name, std::string_view wanted) {
  return domain::refuse(ErrorCode::bad_request, std::string(name) + " must be " + std::string(wanted));
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return words;
}

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(number)) return std::nullopt;
  }
  return number;
}

domain::Result<store::Bounds> bounds_in(std::string_view text) {
  const auto words = split(text);
  if (words.size() != 4) return wrong("location_bounds", "min_lat,min_lon,max_lat,max_lon");
  double sides[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const auto side = number_in<double>(words[i]);
    if (!side || std::abs(*side) > (i % 2 == 0 ? 90.0 : 180.0)) return wrong("location_bounds", "four numbers in degrees");
    sides[i] = *side;
  }
  if (sides[0] > sides[2]) return wrong("location_bounds", "min_lat,min_lon,max_lat,max_lon: min_lat is above max_lat");
  return store::Bounds{.south = sides[0], .west = sides[1], .north = sides[2], .east = sides[3]};
}

// What both lists have: paging and order. A page that is no number is refused, one beyond the end is empty.
struct Paging {
  std::int64_t offset = 0;
  std::int64_t limit = 20;
  bool descending = true;
};
domain::Result<void> read_paging(std::string_view name, std::string_view value, std::int64_t& page, Paging& paging) {
  if (name == "page") {
    const auto number = number_in<std::int64_t>(value);
    if (!number || *number < 1 || *number > 1'000'000'000) return wrong(name, "a whole number from 1");
    page = *number;
  } else if (name == "limit") {
    const auto number = number_in<std::int64_t>(value);
    if (!number || *number < 1) return wrong(name, "a whole number from 1");
    paging.limit = std::min(*number, kListMost);
  } else if (name == "sort_order") {
    if (value != "asc" && value != "desc") return wrong(name, "asc or desc");
    paging.descending = value == "desc";
  }
  return {};
}

domain::Result<void> read_confidence(std::string_view name, std::string_view value, std::optional<double>& into) {
  into = number_in<double>(value);
  if (!into || *into < 0 || *into > 1) return wrong(name, "a number from 0 to 1");
  return {};
}

domain::Result<void> read_time(std::string_view name, std::string_view value, std::optional<base::WallTime>& into) {
  into = wire::parse_iso_time(value);
  if (!into) return wrong(name, "an ISO 8601 date or time");
  if (name == "date_to" && value.size() == 10) *into += std::chrono::hours(24) - std::chrono::microseconds(1);  // the whole day
  return {};
}

// What both lists filter by; `from` and `to` are the filter's own ends of a span of time. False: the name is not among it.
template <typename Filter>
domain::Result<bool> read_shared(std::string_view name, const std::string& value, Filter& filter,
                                 std::optional<base::WallTime>& from, std::optional<base::WallTime>& to) {
  domain::Result<void> read;
  if (name == "min_confidence") {
    read = read_confidence(name, value, filter.min_confidence);
  } else if (name == "max_confidence") {
    read = read_confidence(name, value, filter.max_confidence);
  } else if (name == "session_id") {
    filter.session_id = value;
  } else if (name == "date_from") {
    read = read_time(name, value, from);
  } else if (name == "date_to") {
    read = read_time(name, value, to);
  } else if (name == "location_bounds") {
    const auto bounds = bounds_in(value);
    if (!bounds) return std::unexpected(bounds.error());
    filter.bounds = *bounds;
  } else {
    return false;
  }
  if (!read) return std::unexpected(read.error());
  return true;
}

template <typename Sort, std::size_t count>
domain::Result<void> read_sort(const std::pair<std::string_view, Sort> (&sorts)[count], std::string_view value,
                               std::string_view wanted, Sort& into) {
  for (const auto& [word, sort] : sorts) {
    if (word != value) continue;
    into = sort;
    return {};
  }
  return wrong("sort_by", wanted);
}

domain::Result<void> read_one(std::string_view name, const std::string& value, store::ReportFilter& filter) {
  using enum store::ReportSort;
  constexpr std::pair<std::string_view, store::ReportSort> kSorts[] = {{"created_at", created_at}, {"timestamp", created_at},
                                                                       {"updated_at", updated_at}, {"confidence", confidence},
                                                                       {"status", status},         {"class_name", class_name}};
  const auto shared = read_shared(name, value, filter, filter.created_from, filter.created_to);
  if (!shared) return std::unexpected(shared.error());
  if (*shared) return {};
  if (name == "status") {
    filter.statuses = split(value);
    if (!std::ranges::all_of(filter.statuses, desk::is_report_status))
      return wrong(name, "a list of pending, confirmed, dismissed, archived");
  } else if (name == "class_ids") {
    for (const std::string& word : split(value)) {
      const auto id = number_in<int>(word);
      if (!id) return wrong(name, "a list of whole numbers");
      filter.class_ids.push_back(*id);
    }
  } else if (name == "source") {
    filter.source = value;
  } else if (name == "sort_by") {
    return read_sort(kSorts, value, "created_at, updated_at, confidence, status or class_name", filter.sort);
  }
  return {};
}

domain::Result<void> read_hazard_one(std::string_view name, const std::string& value, store::HazardFilter& filter) {
  using enum store::HazardSort;
  constexpr std::pair<std::string_view, store::HazardSort> kSorts[] = {{"updated_at", updated_at}, {"first_seen", first_seen},
                                                                       {"last_seen", last_seen},   {"passes", passes},
                                                                       {"sightings", sightings},   {"confidence", confidence}};
  const auto shared = read_shared(name, value, filter, filter.seen_from, filter.seen_to);
  if (!shared) return std::unexpected(shared.error());
  if (*shared) return {};
  if (name == "status" || name == "state") {
    for (const std::string& word : split(value)) {
      const auto state = domain::review_state_from(word);
      if (!state) return wrong(name, "a list of pending, confirmed, dismissed, merged, fixed, reopened, archived");
      filter.states.push_back(*state);
    }
  } else if (name == "class" || name == "classes") {
    filter.classes = split(value);
  } else if (name == "text") {
    filter.text = value;
  } else if (name == "sort_by") {
    return read_sort(kSorts, value, "updated_at, first_seen, last_seen, passes, sightings or confidence", filter.sort);
  }
  return {};
}

template <typename Filter, typename ReadOne>
domain::Result<Filter> read_filter(const wire::QueryPairs& pairs, ReadOne read_one_pair) {
  Filter filter;
  Paging paging;
  std::int64_t page = 1;
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;  // forms send what was left blank
    if (auto read = read_paging(name, value, page, paging); !read) return std::unexpected(read.error());
    if (auto read = read_one_pair(name, value, filter); !read) return std::unexpected(read.error());
  }
  filter.limit = paging.limit;
  filter.offset = (page - 1) * paging.limit;
  filter.descending = paging.descending;
  return filter;
}

}  // namespace

domain::Result<store::ReportFilter> read_report_filter(const wire::QueryPairs& pairs) {
  return read_filter<store::ReportFilter>(pairs, read_one);
}

domain::Result<store::HazardFilter> read_hazard_filter(const wire::QueryPairs& pairs) {
  return read_filter<store::HazardFilter>(pairs, read_hazard_one);
}

bool filters_hazards(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {"status",     "state", "class",     "classes", "min_confidence", "max_confidence",
                                         "session_id", "text",  "date_from", "date_to", "location_bounds"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

std::string pagination_object(std::int64_t offset, std::int64_t limit, std::int64_t total) {
  const std::int64_t pages = (total + limit - 1) / limit;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("page", offset / limit + 1).field("limit", limit).field("total", total);
  json.field("pages", pages).field("totalPages", pages).end_object();
  return text;
}

std::string filters_object(const wire::QueryPairs& pairs) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  std::vector<std::string_view> said;
  for (const auto& [name, value] : pairs) {
    const bool order = name == "page" || name == "limit" || name == "sort_by" || name == "sort_order";
    if (order || value.empty() || std::ranges::find(said, name) != said.end()) continue;
    said.push_back(name);
    json.field(name, value);
  }
  json.end_object();
  return text;
}

}  // namespace hazard::serve
