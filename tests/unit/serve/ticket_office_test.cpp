#include "serve/ticket_office.hpp"

#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

Ticket for_path(std::string path) {
  Ticket ticket;
  ticket.rights.add(Access::stream);
  ticket.path = std::move(path);
  return ticket;
}

TEST(ticket_office, a_ticket_is_good_once) {
  base::ManualClock clock;
  TicketOffice office(clock);
  const auto text = office.issue(for_path("/events"));
  ASSERT_TRUE(text);
  EXPECT_EQ(text->size(), 32U);
  const auto ticket = office.take(*text);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(ticket->path, "/events");
  EXPECT_TRUE(ticket->rights.has(Access::stream));
  EXPECT_FALSE(office.take(*text));
  EXPECT_FALSE(office.take(""));
}

TEST(ticket_office, a_ticket_ends_after_half_a_minute) {
  base::ManualClock clock;
  TicketOffice office(clock);
  const auto early = office.issue(for_path("/a"));
  const auto late = office.issue(for_path("/b"));
  clock.advance(TicketOffice::kLifetime - std::chrono::milliseconds(1));
  EXPECT_TRUE(office.take(*early));
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(office.take(*late));
}

TEST(ticket_office, no_two_are_alike) {
  base::ManualClock clock;
  TicketOffice office(clock);
  EXPECT_NE(*office.issue(for_path("/a")), *office.issue(for_path("/a")));
}

TEST(ticket_office, refuses_more_than_it_keeps_until_old_ones_end) {
  base::ManualClock clock;
  TicketOffice office(clock);
  for (std::size_t i = 0; i < TicketOffice::kTicketsMost; ++i) ASSERT_TRUE(office.issue(for_path("/a")));
  const auto refused = office.issue(for_path("/a"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::overloaded);
  EXPECT_EQ(office.size(), TicketOffice::kTicketsMost);
  clock.advance(TicketOffice::kLifetime);
  EXPECT_TRUE(office.issue(for_path("/a")));
  EXPECT_EQ(office.size(), 1U);
}

}  // namespace
}  // namespace hazard::serve
