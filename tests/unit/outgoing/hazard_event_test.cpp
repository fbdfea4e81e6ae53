#include "outgoing/hazard_event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"
#include "wire/json_reader.hpp"

namespace hazard::outgoing {
namespace {

using testing::HasSubstr;
using testing::Not;

domain::HistoryEntry entry(std::string action, std::optional<domain::ReviewState> to) {
  domain::HistoryEntry made;
  made.action = std::move(action);
  made.to = to;
  return made;
}

HazardEvent event() {
  return {.id = test::uuid(5), .type = "hazard.confirmed", .at = test::at_second(3), .actor = "anna", .reason = "Seen \"it\""};
}

TEST(HazardEvent, the_history_says_which_kind_it_is) {
  EXPECT_EQ(type_of(entry("created", domain::ReviewState::pending)), "created");
  EXPECT_EQ(type_of(entry("state", domain::ReviewState::confirmed)), "confirmed");
  EXPECT_EQ(type_of(entry("state", domain::ReviewState::pending)), "pending");
  EXPECT_EQ(type_of(entry("merged", domain::ReviewState::merged)), "merged");
  EXPECT_EQ(type_of(entry("merged", std::nullopt)), "changed");
  EXPECT_EQ(type_of(entry("split", std::nullopt)), "changed");
  EXPECT_EQ(type_of(entry("note", std::nullopt)), "changed");
}

TEST(HazardEvent, a_body_holds_the_event_and_the_hazard) {
  const std::string body = event_body(event(), test::sample_hazard(1));
  const auto document = wire::JsonDocument::parse(body);
  ASSERT_TRUE(document.has_value()) << body;
  EXPECT_EQ(document->find(document->root(), "type")->text, "hazard.confirmed");
  EXPECT_EQ(document->find(document->root(), "id")->text, test::uuid(5));
  const auto* data = document->find(document->root(), "data");
  EXPECT_EQ(document->find(*data, "actor")->text, "anna");
  EXPECT_EQ(document->find(*data, "reason")->text, "Seen \"it\"");
  EXPECT_EQ(document->find(*document->find(*data, "hazard"), "id")->text, test::uuid(1));
}

TEST(HazardEvent, no_client_and_no_session_is_named) {
  const std::string body = event_body(event(), test::sample_hazard(1));
  EXPECT_THAT(body, Not(HasSubstr("client-a")));
  EXPECT_THAT(body, Not(HasSubstr("session-a")));
}

TEST(HazardEvent, of_an_erased_one_only_the_id_is_left) {
  const std::string body = deleted_body(event(), test::uuid(1));
  const auto document = wire::JsonDocument::parse(body);
  ASSERT_TRUE(document.has_value()) << body;
  EXPECT_THAT(body, HasSubstr(R"("hazard":{"id":")" + test::uuid(1) + R"("})"));
}

}  // namespace
}  // namespace hazard::outgoing
