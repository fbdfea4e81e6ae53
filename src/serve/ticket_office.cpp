#include "serve/ticket_office.hpp"

#include <utility>

#include "base/ids.hpp"

namespace hazard::serve {

domain::Result<std::string> TicketOffice::issue(Ticket ticket) {
  if (waiting_.size() >= kTicketsMost) forget_old();
  if (waiting_.size() >= kTicketsMost) return domain::refuse(domain::ErrorCode::overloaded, "Too many tickets wait to be used.");
  std::string text = base::make_token();
  waiting_.emplace(name_of(text), Waiting{.ticket = std::move(ticket), .until = clock_.now() + kLifetime});
  return text;
}

std::optional<Ticket> TicketOffice::take(std::string_view text) {
  auto found = waiting_.extract(name_of(text));
  if (found.empty() || found.mapped().until <= clock_.now()) return std::nullopt;
  return std::move(found.mapped().ticket);
}

void TicketOffice::forget_old() {
  std::erase_if(waiting_, [now = clock_.now()](const auto& each) { return each.second.until <= now; });
}

}  // namespace hazard::serve
