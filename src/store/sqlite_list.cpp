// Lists with filters, sort and paging. What a stranger gave is only ever bound; the words of SQL come from the closed lists here.
#include <algorithm>

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
  Statement statement = connection.prepare("SELECT name FROM hazard_classes WHERE name LIKE ? ESCAPE '\\'");
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

// The table with the indexes to read: for the count of all, and for the page in its order.
struct Source {
  std::string count;
  std::string page;
};

// Two steps: the keys of the page from an index alone, then the whole rows of those few.
template <typename Item>
Page<Item> page_of(Connection& connection, const std::string& table, const Source& from, const std::string& columns,
                   const Where& where, const Slice& slice, Item (*read)(const Statement&)) {
  Page<Item> page;
  {
    Statement count = connection.prepare("SELECT count(*) FROM " + from.count + where.text());
    where.bind(count);
    if (count.step()) page.total = count.integer(0);
  }
  const std::string direction = slice.descending ? " DESC" : " ASC";
  const std::string order = " ORDER BY " + slice.column + direction + ",pk" + direction;
  Statement rows = connection.prepare("SELECT " + columns + " FROM " + table + " WHERE pk IN (SELECT pk FROM " + from.page +
                                      where.text() + order + " LIMIT ? OFFSET ?)" + order);
  where.bind(rows);
  rows.bind(std::clamp<std::int64_t>(slice.limit, 1, kPageMost)).bind(std::max<std::int64_t>(slice.offset, 0));
  while (rows.step()) page.items.push_back(read(rows));
  return page;
}

// The index that holds all that the filter asks about and fewest other rows.
Source source_of(const HazardFilter& filter, bool few) {
  const auto by = [](const std::string& index) { return "hazards INDEXED BY " + index; };
  if (few) return {"hazards", "hazards"};
  if (filter.bounds) return {by("hazards_place"), by("hazards_place")};
  if (for_reviewers(filter)) return {by("hazards_review"), by("hazards_review")};
  return {by("hazards_list"), by(filter.sort == HazardSort::confidence ? "hazards_surest" : "hazards_list")};
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
  return page_of<ReportRecord>(connection, "reports", {"reports", "reports"}, kReportColumns, where,
                               {column_of(filter.sort), filter.descending, filter.offset, filter.limit}, report_row);
}

}  // namespace hazard::store
