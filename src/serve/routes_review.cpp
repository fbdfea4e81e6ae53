// What changes hazards: review of one with optimistic concurrency, and the same change for many.
#include <charconv>
#include <set>
#include <utility>

#include "base/utf8.hpp"
#include "domain/limits.hpp"
#include "serve/hazard_answer.hpp"
#include "serve/page_request.hpp"
#include "serve/report_filter.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

constexpr std::size_t kActorBytesMost = 64;
constexpr BodyRule kSmallBody{.kind = BodyKind::json, .bytes_max = domain::kControlMessageBytesMax};

// The version that If-Match names; nothing for "*". Errors: bad_request.
domain::Result<std::optional<std::int64_t>> version_in(std::string_view text) {
  if (text == "*") return std::optional<std::int64_t>{};
  std::int64_t version = 0;
  const bool quoted = text.size() > 2 && text.front() == '"' && text.back() == '"';
  const auto inner = quoted ? text.substr(1, text.size() - 2) : std::string_view{};
  const auto [end, failure] = std::from_chars(inner.data(), inner.data() + inner.size(), version);
  if (!quoted || failure != std::errc{} || end != inner.data() + inner.size())
    return domain::refuse(ErrorCode::bad_request, "If-Match must be the ETag of the hazard, or *");
  return std::optional(version);
}

// What a PATCH asks for.
struct Asked {
  std::optional<domain::ReviewState> state;
  std::optional<std::string> note;
  std::vector<std::string> merge;  // ids that become this hazard
  std::vector<std::string> split;  // sightings that leave it
  std::string reason;
  std::string actor = "client";
};

domain::Result<std::vector<std::string>> read_ids(const wire::JsonDocument& document, std::string_view name) {
  std::vector<std::string> ids;
  const auto* list = document.find(document.root(), name);
  if (list == nullptr || list->is(wire::JsonKind::null)) return ids;
  for (const auto* each : document.children(*list)) {
    if (!each->is(wire::JsonKind::string) || !desk::is_uuid(each->text) || ids.size() >= 100)
      return domain::refuse(ErrorCode::invalid_value, std::string(name) + " must be a list of at most 100 ids");
    ids.emplace_back(each->text);
  }
  return ids;
}

domain::Result<Asked> read_asked(std::string_view body) {
  const auto document = wire::JsonDocument::parse(body);
  if (!document) return std::unexpected(document.error());
  Asked asked;
  const auto text = [&](std::string_view name) -> domain::Result<std::optional<std::string>> {
    const auto* node = document->find(document->root(), name);
    if (node == nullptr || node->is(wire::JsonKind::null)) return std::optional<std::string>{};
    if (!node->is(wire::JsonKind::string) || node->text.size() > report::kReasonBytesMost)
      return domain::refuse(ErrorCode::invalid_value, std::string(name) + " must be a string of at most 2000 bytes");
    return std::optional(std::string(node->text));
  };
  for (const std::string_view name : {"state", "note", "reason", "actor"}) {
    const auto value = text(name);
    if (!value) return std::unexpected(value.error());
    if (!*value) continue;
    if (name == "state") {
      asked.state = domain::review_state_from(**value);
      if (!asked.state) return domain::refuse(ErrorCode::invalid_value, "state must be a review state");
    }
    if (name == "note") asked.note = **value;
    if (name == "reason") asked.reason = **value;
    if (name == "actor" && !(*value)->empty()) asked.actor = base::utf8_prefix(**value, kActorBytesMost);
  }
  for (const bool merging : {true, false}) {
    auto ids = read_ids(*document, merging ? "merge" : "split");
    if (!ids) return std::unexpected(ids.error());
    (merging ? asked.merge : asked.split) = std::move(*ids);
  }
  const int wanted = (asked.state ? 1 : 0) + (asked.note ? 1 : 0) + (asked.merge.empty() ? 0 : 1) + (asked.split.empty() ? 0 : 1);
  if (wanted != 1) return domain::refuse(ErrorCode::invalid_value, "name exactly one of state, note, merge and split");
  return asked;
}

void review(Services& services, const Request& request, Reply reply) {
  const auto answer_error = [&](const domain::Error& error) { reply(error_response(error, request.request_id)); };
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  if (!desk::is_uuid(request.params[0])) return reply(no_hazard(request));
  const auto match = request.head.find("if-match");
  if (!match) return answer_error({ErrorCode::version_required, "If-Match is required: send the ETag of the hazard, or *"});
  const auto version = version_in(*match);
  if (!version) return answer_error(version.error());
  const auto asked = read_asked(request.body_text());
  if (!asked) return answer_error(asked.error());

  const report::Change change{.hazard_id = request.params[0],
                              .expected_version = *version,
                              .actor = asked->actor,
                              .reason = asked->reason,
                              .at = services.streams.clock.wall()};
  auto action = [change, asked = *asked](store::Transaction& transaction) -> report::Reviewed<domain::Hazard> {
    if (asked.state) return report::set_state(transaction, change, *asked.state);
    if (asked.note) return report::set_note(transaction, change, *asked.note);
    if (!asked.merge.empty()) return report::merge(transaction, change, asked.merge);
    auto split = report::split(transaction, change, asked.split);
    if (!split) return std::unexpected(std::move(split.error()));
    return std::move(split->rest);
  };
  const auto shared = std::make_shared<Reply>(std::move(reply));
  const std::string id = request.request_id;
  services.desk->review(
      std::move(action),
      [shared, id](report::Reviewed<domain::Hazard> outcome) {
        if (!outcome) return (*shared)(refused_review(outcome.error(), id));
        Response response = json_response(hazard_object(*outcome));
        response.headers.emplace_back("ETag", etag_of(outcome->version));
        (*shared)(std::move(response));
      },
      [shared, id] { (*shared)(error_response({ErrorCode::overloaded, "The store has too much to do."}, id)); });
}

std::unexpected<domain::Error> wrong(std::string sentence) {
  return domain::refuse(ErrorCode::invalid_value, std::move(sentence));
}

// "ID", or {"id": "ID", "version": 3}.
std::optional<desk::BulkReview::Item> item_of(const wire::JsonDocument& document, const wire::JsonNode& node) {
  const wire::JsonNode* id = node.is(wire::JsonKind::object) ? document.find(node, "id") : &node;
  if (id == nullptr || !id->is(wire::JsonKind::string) || !desk::is_uuid(id->text)) return std::nullopt;
  desk::BulkReview::Item item{.id = std::string(id->text), .version = {}};
  const wire::JsonNode* version = document.find(node, "version");
  if (version == nullptr || version->is(wire::JsonKind::null)) return item;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(version->text.data(), version->text.data() + version->text.size(), number);
  const bool whole =
      version->is(wire::JsonKind::number) && failure == std::errc{} && end == version->text.data() + version->text.size();
  if (!whole) return std::nullopt;
  item.version = number;
  return item;
}

domain::Result<void> read_items(const wire::JsonDocument& document, const wire::JsonNode& list, desk::BulkReview& asked) {
  const std::string wanted = "ids must be a list of 1 to " + std::to_string(desk::kBulkMost) + " ids, each once";
  if (!list.is(wire::JsonKind::array)) return wrong(wanted);
  std::set<std::string> seen;
  for (const auto* node : document.children(list)) {
    auto item = item_of(document, *node);
    if (!item || asked.items.size() >= desk::kBulkMost || !seen.insert(item->id).second) return wrong(wanted);
    asked.items.push_back(std::move(*item));
  }
  if (asked.items.empty()) return wrong(wanted);
  return {};
}

// The same names as in the list's query; at least one that filters, so that nobody changes everything by a slip.
domain::Result<void> read_bulk_filter(const wire::JsonDocument& document, const wire::JsonNode& object, desk::BulkReview& asked) {
  if (!object.is(wire::JsonKind::object)) return wrong("filter must be an object with the names of the list's query");
  wire::QueryPairs pairs;
  for (const auto* member : document.children(object)) {
    const bool text = member->is(wire::JsonKind::string) || member->is(wire::JsonKind::number);
    if (!text || !filters_hazards(member->key))
      return wrong("filter does not know " + quotable(member->key) + ", or not with such a value");
    if (!member->text.empty()) pairs.emplace_back(std::string(member->key), std::string(member->text));
  }
  if (pairs.empty()) return wrong("filter must name at least one thing to filter by");
  auto filter = read_hazard_filter(pairs);
  if (!filter) return std::unexpected(domain::Error{ErrorCode::invalid_value, filter.error().message});
  asked.filter = std::move(*filter);
  return {};
}

domain::Result<desk::BulkReview> read_bulk(std::string_view body) {
  const auto document = wire::JsonDocument::parse(body);
  if (!document) return std::unexpected(document.error());
  const wire::JsonNode& root = document->root();
  desk::BulkReview asked;
  asked.actor = "client";
  const auto* ids = document->find(root, "ids");
  const auto* filter = document->find(root, "filter");
  if ((ids == nullptr) == (filter == nullptr)) return wrong("name exactly one of ids and filter");
  if (ids != nullptr) {
    if (auto read = read_items(*document, *ids, asked); !read) return std::unexpected(read.error());
  } else if (auto read = read_bulk_filter(*document, *filter, asked); !read) {
    return std::unexpected(read.error());
  }
  const auto* state = document->find(root, "state");
  const auto wanted =
      state != nullptr && state->is(wire::JsonKind::string) ? domain::review_state_from(state->text) : std::nullopt;
  if (!wanted || *wanted == domain::ReviewState::merged)
    return wrong("state must be pending, confirmed, dismissed, fixed, reopened or archived");
  asked.state = *wanted;
  for (const std::string_view name : {"reason", "actor"}) {
    const auto* node = document->find(root, name);
    if (node == nullptr || node->is(wire::JsonKind::null)) continue;
    if (!node->is(wire::JsonKind::string) || node->text.size() > report::kReasonBytesMost)
      return wrong(std::string(name) + " must be a string of at most 2000 bytes");
    if (name == "reason") asked.reason = node->text;
    if (name == "actor" && !node->text.empty()) asked.actor = base::utf8_prefix(node->text, kActorBytesMost);
  }
  return asked;
}

std::string bulk_object(const desk::BulkOutcome& outcome) {
  std::int64_t changed = 0;
  std::int64_t refused = 0;
  std::string results;
  wire::JsonWriter list(results);
  list.begin_array();
  for (const auto& one : outcome.ones) {
    list.begin_object().field("id", one.id);
    if (one.outcome) {
      changed += one.changed ? 1 : 0;
      list.field("outcome", one.changed ? "changed" : "unchanged").field("state", domain::to_string(one.outcome->state));
      list.field("version", one.outcome->version);
    } else {
      ++refused;
      const auto& refusal = one.outcome.error();
      list.field("outcome", "refused")
          .field("code", domain::describe(code_of(refusal.kind)).name)
          .field("detail", refusal.message);
      if (refusal.current_version > 0) list.field("version", refusal.current_version);
    }
    list.end_object();
  }
  list.end_array();
  std::string text;
  wire::JsonWriter json(text);
  const auto all = static_cast<std::int64_t>(outcome.ones.size());
  json.begin_object().field("total", all).field("changed", changed).field("unchanged", all - changed - refused);
  json.field("refused", refused).key("results").raw(results).end_object();
  return text;
}

void review_many(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  auto asked = read_bulk(request.body_text());
  if (!asked) return reply(error_response(asked.error(), request.request_id));
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.desk->review_all(std::move(*asked), [shared, id = request.request_id](domain::Result<desk::BulkOutcome> outcome) {
    if (!outcome) return (*shared)(error_response(outcome.error(), id));
    (*shared)(json_response(bulk_object(*outcome)));
  });
}

}  // namespace

void add_review_routes(Router& router, Services& services) {
  add_page_route(router, services, Method::patch, "/hazards/{hazard_id}", kSmallBody, review);
  add_page_route(router, services, Method::post, "/hazards/review", kSmallBody, review_many);
}

}  // namespace hazard::serve
