#include "serve/doorkeeper.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace hazard::serve {
namespace {

using domain::ErrorCode;

AccessKeys example_keys() {
  std::string text;
  for (const auto& [name, rights, key] : {std::tuple{"fleet", "stream,detect", "fleet-key"},
                                          {"desk", "reports", "desk-key"},
                                          {"owner", "stream,detect,reports,admin", "owner-key"}})
    text += std::string(name) + " " + rights + " " + base::to_hex(base::sha256(key)) + "\n";
  auto keys = AccessKeys::parse(text);
  EXPECT_TRUE(keys);
  return std::move(*keys);
}

Route route_for(Access access, std::string_view pattern = "/x") {
  return {.method = Method::get, .pattern = pattern, .access = access, .body = {}, .handler = {}};
}

class Door {
 public:
  explicit Door(DoorPolicy policy) : keeper_(std::move(policy), clock) {}

  static RequestHead head(const std::string& line, const std::string& lines = {}) {
    auto head = check_head(line + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
    EXPECT_TRUE(head) << line;
    return std::move(*head);
  }
  // Nothing when the door opens.
  std::optional<ErrorCode> refusal(const Route& route, const std::string& line, const std::string& lines = {},
                                   const std::vector<std::string>& params = {}) {
    const auto admitted = keeper_.admit(route, params, head(line, lines));
    return admitted ? std::nullopt : std::optional(admitted.error().code);
  }
  std::optional<ErrorCode> with_key(Access access, const std::string& key) {
    return refusal(route_for(access), "GET /x", "Authorization: Bearer " + key + "\r\n");
  }
  std::string ticket(const std::string& key, const std::string& path, const std::string& session_id = {}) {
    auto text = keeper_.issue(head("POST /auth/tickets", "Authorization: Bearer " + key + "\r\n"), path, session_id);
    EXPECT_TRUE(text);
    return text ? *text : std::string();
  }
  Doorkeeper& keeper() { return keeper_; }
  base::ManualClock clock;

 private:
  Doorkeeper keeper_;
};

constexpr auto kAll = {Access::everyone, Access::any_key, Access::stream, Access::detect, Access::reports, Access::admin};

TEST(doorkeeper, without_keys_this_machine_may_do_everything) {
  Door door({.keys = {}, .on_loopback = true, .allow_anonymous = false});
  for (const Access access : kAll) {
    EXPECT_FALSE(door.refusal(route_for(access), "GET /x"));
    // Installed clients send one to servers that never asked.
    EXPECT_FALSE(door.refusal(route_for(access), "GET /x", "Authorization: Bearer whatever\r\n"));
  }
}

TEST(doorkeeper, without_keys_strangers_may_not_administer) {
  Door door({.keys = {}, .on_loopback = false, .allow_anonymous = true});
  for (const Access access : kAll)
    EXPECT_EQ(door.refusal(route_for(access), "GET /x"),
              access == Access::admin ? std::optional(ErrorCode::unauthorized) : std::nullopt);
}

TEST(doorkeeper, with_keys_only_what_is_for_everyone_opens_without_one_on_loopback_too) {
  for (const bool on_loopback : {true, false}) {
    Door door({.keys = example_keys(), .on_loopback = on_loopback, .allow_anonymous = false});
    for (const Access access : kAll)
      EXPECT_EQ(door.refusal(route_for(access), "GET /x"),
                access == Access::everyone ? std::nullopt : std::optional(ErrorCode::unauthorized));
  }
}

TEST(doorkeeper, measures_are_for_everyone_unless_they_are_not_public) {
  const auto route = route_for(Access::measures);
  Door open({.keys = example_keys(), .on_loopback = false, .allow_anonymous = false});
  EXPECT_FALSE(open.refusal(route, "GET /x"));
  EXPECT_FALSE(open.with_key(Access::measures, "nobody"));
  for (const bool allow_anonymous : {false, true}) {
    Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = allow_anonymous, .public_metrics = false});
    EXPECT_EQ(door.refusal(route, "GET /x"), ErrorCode::not_found);
    EXPECT_EQ(door.refusal(route, "GET /x?ticket=made-up"), ErrorCode::not_found);
    for (const char* key : {"nobody", "fleet-key", "desk-key"}) {
      EXPECT_EQ(door.with_key(Access::measures, key), ErrorCode::not_found) << key;
    }
    EXPECT_FALSE(door.with_key(Access::measures, "owner-key"));
    EXPECT_FALSE(door.refusal(route, "GET /x?ticket=" + door.ticket("owner-key", "/x")));
    EXPECT_FALSE(door.refusal(route_for(Access::everyone), "GET /x"));
  }
  Door strangers({.keys = {}, .on_loopback = false, .allow_anonymous = true, .public_metrics = false});
  EXPECT_EQ(strangers.refusal(route, "GET /x"), ErrorCode::not_found);
  Door owner({.keys = {}, .on_loopback = true, .allow_anonymous = false, .public_metrics = false});
  EXPECT_FALSE(owner.refusal(route, "GET /x"));
}

TEST(doorkeeper, a_key_opens_what_it_has_the_right_for) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = false});
  EXPECT_FALSE(door.with_key(Access::stream, "fleet-key"));
  EXPECT_FALSE(door.with_key(Access::detect, "fleet-key"));
  EXPECT_FALSE(door.with_key(Access::any_key, "fleet-key"));
  EXPECT_EQ(door.with_key(Access::reports, "fleet-key"), ErrorCode::forbidden);
  EXPECT_EQ(door.with_key(Access::admin, "fleet-key"), ErrorCode::forbidden);
  EXPECT_EQ(door.with_key(Access::stream, "desk-key"), ErrorCode::forbidden);
  for (const Access access : kAll) EXPECT_FALSE(door.with_key(access, "owner-key"));
}

TEST(doorkeeper, a_wrong_key_opens_nothing_even_where_strangers_may_enter) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = true});
  for (const char* value :
       {"Bearer wrong", "Bearer", "Bearer ", "Basic ZmxlZXQta2V5", "fleet-key", "Bearer fleet-key x", "Token fleet-key"})
    EXPECT_EQ(door.refusal(route_for(Access::stream), "GET /x", std::string("Authorization: ") + value + "\r\n"),
              ErrorCode::unauthorized)
        << value;
  EXPECT_FALSE(door.refusal(route_for(Access::stream), "GET /x", "Authorization: bearer  fleet-key\r\n"));
}

TEST(doorkeeper, strangers_who_are_let_in_beside_keys_do_not_administer) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = true});
  for (const Access access : {Access::stream, Access::detect, Access::reports})
    EXPECT_FALSE(door.refusal(route_for(access), "GET /x"));
  EXPECT_EQ(door.refusal(route_for(Access::admin), "GET /x"), ErrorCode::unauthorized);
  EXPECT_EQ(door.refusal(route_for(Access::any_key), "GET /x"), ErrorCode::unauthorized);
  EXPECT_FALSE(door.with_key(Access::admin, "owner-key"));
}

TEST(doorkeeper, a_ticket_opens_its_path_once_with_the_rights_of_its_key) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = false});
  const auto text = door.ticket("fleet-key", "/x");
  EXPECT_FALSE(door.refusal(route_for(Access::stream), "GET /x?a=1&ticket=" + text));
  EXPECT_EQ(door.refusal(route_for(Access::stream), "GET /x?ticket=" + text), ErrorCode::unauthorized);
  EXPECT_EQ(door.refusal(route_for(Access::reports), "GET /x?ticket=" + door.ticket("fleet-key", "/x")), ErrorCode::forbidden);
}

TEST(doorkeeper, a_ticket_opens_nothing_else) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = false});
  const auto asked = [&](const std::string& target, const std::string& text) {
    return door.refusal(route_for(Access::stream), "GET " + target + (target.contains('?') ? "&" : "?") + "ticket=" + text);
  };
  EXPECT_EQ(asked("/y", door.ticket("fleet-key", "/x")), ErrorCode::unauthorized);
  EXPECT_EQ(asked("/x?session_id=b", door.ticket("fleet-key", "/x", "a")), ErrorCode::unauthorized);
  EXPECT_EQ(asked("/x?session_id=b", door.ticket("fleet-key", "/x")), ErrorCode::unauthorized);
  EXPECT_EQ(asked("/x", door.ticket("fleet-key", "/x", "a")), ErrorCode::unauthorized);
  EXPECT_FALSE(asked("/x?session_id=a", door.ticket("fleet-key", "/x", "a")));
  // What changes something asks for the key itself.
  const auto text = door.ticket("fleet-key", "/x");
  EXPECT_EQ(door.refusal(route_for(Access::stream), "POST /x?ticket=" + text), ErrorCode::unauthorized);
}

TEST(doorkeeper, a_session_in_the_path_may_be_named_by_the_ticket) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = false});
  const Route route = route_for(Access::stream, "/stream/events/{client_id}");
  const auto asked = [&](const std::string& text) {
    return door.refusal(route, "GET /stream/events/a?ticket=" + text, {}, {"a"});
  };
  EXPECT_FALSE(asked(door.ticket("fleet-key", "/stream/events/a")));
  EXPECT_FALSE(asked(door.ticket("fleet-key", "/stream/events/a", "a")));
  EXPECT_EQ(asked(door.ticket("fleet-key", "/stream/events/a", "b")), ErrorCode::unauthorized);
}

TEST(doorkeeper, a_ticket_that_is_too_old_opens_nothing) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = false});
  const auto text = door.ticket("fleet-key", "/x");
  door.clock.advance(TicketOffice::kLifetime);
  EXPECT_EQ(door.refusal(route_for(Access::stream), "GET /x?ticket=" + text), ErrorCode::unauthorized);
}

TEST(doorkeeper, tickets_are_for_holders_of_keys) {
  Door door({.keys = example_keys(), .on_loopback = false, .allow_anonymous = true});
  for (const char* lines : {"", "Authorization: Bearer wrong\r\n"}) {
    const auto refused = door.keeper().issue(Door::head("POST /auth/tickets", lines), "/x", "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unauthorized);
  }
}

TEST(doorkeeper, an_open_server_gives_tickets_that_nobody_asks_for) {
  Door door({.keys = {}, .on_loopback = true, .allow_anonymous = false});
  const auto text = door.keeper().issue(Door::head("POST /auth/tickets"), "/x", "");
  ASSERT_TRUE(text);
  EXPECT_FALSE(door.refusal(route_for(Access::stream), "GET /x?ticket=" + *text));
}

}  // namespace
}  // namespace hazard::serve
