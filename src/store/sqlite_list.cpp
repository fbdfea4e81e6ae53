// Lists with filters, sort and paging. What a stranger gave is only ever bound; the words of SQL come from the closed lists here.
//
// Each list reads an index that holds all it filters and sorts by, then the whole rows of its page alone. Where that index is in the
// list's order, reading stops at the page's end; where it is not, one walk over it counts and picks (page_picker.hpp), so that no list
// costs more than a walk. Totals that ask for states and classes alone are kept by triggers.
#include <algorithm>

#include "store/page_picker.hpp"
#include "store/sqlite_queries.hpp"
#include "store/sqlite_rows.hpp"

namespace hazard::store {
namespace {

// Conditions joined by AND, with their values in order.
class Where {
 public:
  void add(const std::string& condition) { text_ += (text_.empty() ? " WHERE " : " AND ") + condition; }
  void value(std::int64_t number) { values_.push_back({Kind::integer, number, 0, {}}); }
  void value(double number) { values_.push_back({Kind::real, 0, number, {}}); }
  void value(std::string text) { values_.push_back({Kind::text, 0, 0, std::move(text)}); }

  template <typename T>
  void compare(const std::string& column_and_operator, const std::optional<T>& limit) {
    if (!limit) return;
    add(column_and_operator + "?");
    value(*limit);
  }
  template <typename T>
  void one_of(const std::string& column, const std::vector<T>& choices) {
    if (choices.empty()) return;
    std::string marks;
    for (const T& choice : choices) {
      marks += marks.empty() ? "?" : ",?";
      value(choice);
    }
    add(column + " IN (" + marks + ")");
  }
  void within(const std::optional<Bounds>& bounds) {
    if (!bounds) return;
    add("lat BETWEEN ? AND ?");
    value(bounds->south);
    value(bounds->north);
    add(bounds->west > bounds->east ? "(lon>=? OR lon<=?)" : "lon>=? AND lon<=?");
    value(bounds->west);
    value(bounds->east);
  }

  const std::string& text() const noexcept { return text_; }
  void bind(Statement& statement) const {
    for (const Value& item : values_) {
      switch (item.kind) {
        case Kind::integer: statement.bind(item.integer); break;
        case Kind::real: statement.bind(item.real); break;
        case Kind::text: statement.bind(item.text); break;
      }
    }
  }

 private:
  enum class Kind : std::uint8_t { integer, real, text };
  struct Value {
    Kind kind;
    std::int64_t integer;
    double real;
    std::string text;
  };
  std::string text_;
  std::vector<Value> values_;
};

std::optional<std::int64_t> micros(const std::optional<base::WallTime>& time) {
  if (!time) return std::nullopt;
  return to_micros(*time);
}

// For LIKE with ESCAPE '\'.
std::string contained(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

// The classes whose name holds the text.
std::vector<std::string> classes_with(Connection& connection, std::string_view text) {
  Statement statement = connection.prepare("SELECT DISTINCT class_name FROM hazard_counts WHERE class_name LIKE ? ESCAPE '\\'");
  statement.bind(contained(text));
  std::vector<std::string> names;
  while (statement.step()) names.push_back(statement.text(0));
  return names;
}

// Found by their ids, without a walk over a list: those of one session or client, and those of a text that no class holds.
bool is_few(const HazardFilter& filter, const std::vector<std::string>& text_classes) {
  return filter.session_id || filter.client_key || (!filter.text.empty() && text_classes.empty());
}

// What is in one state, but for pending, by passes: a list of its own, in the order of its index.
bool for_reviewers(const HazardFilter& filter) {
  return filter.states.size() == 1 && filter.states.front() != domain::ReviewState::pending &&
         filter.sort == HazardSort::passes && !filter.bounds;
}

void add_text(Where& where, const std::string& text, const std::vector<std::string>& text_classes) {
  // Only what is few is looked up by id; the class is compared as the list is read.
  const std::string rest =
      "pk IN (SELECT pk FROM hazards WHERE note<>'' AND note LIKE ? ESCAPE '\\' UNION ALL SELECT pk FROM hazards WHERE id>=? AND "
      "id<?)";
  std::string marks;
  for (const std::string& name : text_classes) {
    marks += marks.empty() ? "?" : ",?";
    where.value(name);
  }
  where.add(text_classes.empty() ? rest : "(class_name IN (" + marks + ") OR " + rest + ")");
  where.value(contained(text));
  where.value(text);
  where.value(text + "~");  // behind every character of an id
}

Where where_of(const HazardFilter& filter, const std::vector<std::string>& text_classes) {
  Where where;
  const bool few = is_few(filter, text_classes);
  std::vector<std::int64_t> states;
  for (const domain::ReviewState state : filter.states) states.push_back(static_cast<std::int64_t>(state));
  if (states.empty())
    where.add(few ? "+state<>3" : "state<>3");
  else
    where.one_of(few ? "+state" : "state", states);
  if (!few && for_reviewers(filter)) where.add("state<>0");  // the index's own condition, in its own words
  where.one_of("class_name", filter.classes);
  where.within(filter.bounds);
  where.compare("last_seen>=", micros(filter.seen_from));
  where.compare("first_seen<=", micros(filter.seen_to));
  where.compare("best_confidence>=", filter.min_confidence);
  where.compare("best_confidence<=", filter.max_confidence);
  if (filter.session_id) {
    where.add("id IN (SELECT hazard_id FROM sightings WHERE session_id=?)");
    where.value(*filter.session_id);
  }
  if (filter.client_key) {
    where.add("id IN (SELECT hazard_id FROM sightings WHERE client_key=?)");
    where.value(*filter.client_key);
  }
  if (!filter.text.empty()) add_text(where, filter.text, text_classes);
  return where;
}

std::string column_of(HazardSort sort) {
  switch (sort) {
    case HazardSort::updated_at: return "updated_at";
    case HazardSort::first_seen: return "first_seen";
    case HazardSort::last_seen: return "last_seen";
    case HazardSort::passes: return "passes";
    case HazardSort::sightings: return "sightings";
    case HazardSort::confidence: return "best_confidence";
  }
  return "last_seen";
}

std::string column_of(ReportSort sort) {
  switch (sort) {
    case ReportSort::created_at: return "created_at";
    case ReportSort::updated_at: return "updated_at";
    case ReportSort::confidence: return "confidence";
    case ReportSort::status: return "status";
    case ReportSort::class_name: return "class_name";
  }
  return "created_at";
}

struct Slice {
  std::string column;
  bool descending;
  std::int64_t offset;
  std::int64_t limit;
};

// The tables, each with the index to read, that a list's total and page are read from.
struct Source {
  std::string total;
  std::string page;
  bool in_order = false;    // the page's index is in the order asked for
  bool by_words = false;    // that order is one of texts
  bool total_kept = false;  // `total` holds counts, not rows
};

std::int64_t total_of(Connection& connection, const Source& from, const Where& where) {
  Statement total =
      connection.prepare((from.total_kept ? "SELECT sum(count) FROM " : "SELECT count(*) FROM ") + from.total + where.text());
  where.bind(total);
  return total.step() ? total.integer(0) : 0;
}

std::vector<std::int64_t> keys_in_order(Connection& connection, const Source& from, const Where& where, const Slice& slice) {
  const std::string direction = slice.descending ? " DESC" : " ASC";
  Statement rows = connection.prepare("SELECT pk FROM " + from.page + where.text() + " ORDER BY " + slice.column + direction +
                                      ",pk" + direction + " LIMIT ? OFFSET ?");
  where.bind(rows);
  rows.bind(slice.limit).bind(slice.offset);
  std::vector<std::int64_t> keys;
  while (rows.step()) keys.push_back(rows.integer(0));
  return keys;
}

// Numbers and times as double: exact up to 2^53 microseconds, the year 2255.
template <typename Value>
std::vector<std::int64_t> keys_by_walk(Connection& connection, const Source& from, const Where& where, const Slice& slice,
                                       std::int64_t& total) {
  Statement rows = connection.prepare("SELECT pk," + slice.column + " FROM " + from.page + where.text());
  where.bind(rows);
  PagePicker<Value> picker(slice.offset, slice.limit, slice.descending);
  while (rows.step()) {
    if constexpr (std::is_same_v<Value, std::string>) {
      picker.add(rows.text(1), rows.integer(0));
    } else {
      picker.add(rows.real(1), rows.integer(0));
    }
  }
  total = picker.met();
  return picker.keys();
}

template <typename Item>
Page<Item> page_of(Connection& connection, const std::string& table, const Source& from, const std::string& columns,
                   const Where& where, Slice slice, Item (*read)(const Statement&)) {
  constexpr std::int64_t kOffsetMost = std::int64_t{1} << 60;  // far behind every list, and no sum with it overflows
  slice.limit = std::clamp<std::int64_t>(slice.limit, 1, kPageMost);
  slice.offset = std::clamp<std::int64_t>(slice.offset, 0, kOffsetMost);
  Page<Item> page;
  std::vector<std::int64_t> keys;
  if (from.in_order) {
    page.total = total_of(connection, from, where);
    if (slice.offset < page.total) keys = keys_in_order(connection, from, where, slice);
  } else if (from.by_words) {
    keys = keys_by_walk<std::string>(connection, from, where, slice, page.total);
  } else {
    keys = keys_by_walk<double>(connection, from, where, slice, page.total);
  }
  page.items.reserve(keys.size());
  for (const std::int64_t key : keys) {
    Statement row = connection.prepare("SELECT " + columns + " FROM " + table + " WHERE pk=?");
    row.bind(key);
    if (row.step()) page.items.push_back(read(row));  // not there: erased since, by the writer
  }
  return page;
}

bool asks_of_states_and_classes_alone(const HazardFilter& filter) {
  return !filter.bounds && !filter.seen_from && !filter.seen_to && !filter.session_id && !filter.client_key &&
         filter.text.empty() && !filter.min_confidence && !filter.max_confidence;
}

bool asks_of_statuses_and_classes_alone(const ReportFilter& filter) {
  return !filter.bounds && !filter.created_from && !filter.created_to && !filter.session_id && !filter.client_key &&
         !filter.source && !filter.min_confidence && !filter.max_confidence;
}

// The index that holds all that the filter asks about and fewest other rows.
Source source_of(const HazardFilter& filter, bool few) {
  const auto by = [](const std::string& index) { return "hazards INDEXED BY " + index; };
  if (few) return {.total = {}, .page = "hazards"};
  if (filter.bounds) return {.total = {}, .page = by("hazards_place")};
  const bool kept = asks_of_states_and_classes_alone(filter);
  const auto ordered = [&](const std::string& index, const std::string& count) {
    return Source{.total = kept ? "hazard_counts" : by(count), .page = by(index), .in_order = true, .total_kept = kept};
  };
  if (for_reviewers(filter)) return ordered("hazards_review", "hazards_review");
  if (filter.sort == HazardSort::confidence) return ordered("hazards_surest", "hazards_list");
  if (filter.sort == HazardSort::last_seen) return ordered("hazards_list", "hazards_list");
  return {.total = {}, .page = by("hazards_list")};
}

Source source_of(const ReportFilter& filter) {
  const auto by = [](const std::string& index) { return "reports INDEXED BY " + index; };
  const bool words = filter.sort == ReportSort::status || filter.sort == ReportSort::class_name;
  if (filter.session_id) return {.total = {}, .page = by("reports_session"), .by_words = words};
  if (filter.client_key) return {.total = {}, .page = by("reports_client"), .by_words = words};
  if (filter.sort != ReportSort::created_at) return {.total = {}, .page = by("reports_list"), .by_words = words};
  const bool kept = asks_of_statuses_and_classes_alone(filter);
  return {.total = kept ? "report_counts" : by("reports_list"), .page = by("reports_list"), .in_order = true, .total_kept = kept};
}

}  // namespace

Page<domain::Hazard> list_hazards(Connection& connection, const HazardFilter& filter) {
  const auto text_classes = filter.text.empty() ? std::vector<std::string>{} : classes_with(connection, filter.text);
  const Where where = where_of(filter, text_classes);
  return page_of<domain::Hazard>(connection, "hazards", source_of(filter, is_few(filter, text_classes)), kHazardColumns, where,
                                 {column_of(filter.sort), filter.descending, filter.offset, filter.limit}, hazard_row);
}

Page<ReportRecord> list_reports(Connection& connection, const ReportFilter& filter) {
  Where where;
  where.one_of("status", filter.statuses);
  where.one_of("class_id", std::vector<std::int64_t>(filter.class_ids.begin(), filter.class_ids.end()));
  where.compare("confidence>=", filter.min_confidence);
  where.compare("confidence<=", filter.max_confidence);
  where.compare("session_id=", filter.session_id);
  where.compare("source=", filter.source);
  where.compare("client_key=", filter.client_key);
  where.compare("created_at>=", micros(filter.created_from));
  where.compare("created_at<=", micros(filter.created_to));
  where.within(filter.bounds);
  return page_of<ReportRecord>(connection, "reports", source_of(filter), kReportColumns, where,
                               {column_of(filter.sort), filter.descending, filter.offset, filter.limit}, report_row);
}

}  // namespace hazard::store
