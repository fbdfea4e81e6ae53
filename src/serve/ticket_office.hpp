// Tickets for browsers, whose EventSource, WebSocket and images send no Authorization: a holder of a key asks for one and puts it
// into the query of one request. 128 random bits, good once, for 30 seconds, for one path and session. I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/sha256.hpp"
#include "domain/error.hpp"
#include "serve/access_keys.hpp"

namespace hazard::serve {

struct Ticket {
  Rights rights;           // of the key it was asked for with
  std::string path;        // the one path that it opens, without query
  std::string session_id;  // the session it opens; empty: the request may name none beyond its path
};

class TicketOffice {
 public:
  static constexpr std::chrono::seconds kLifetime{30};
  static constexpr std::size_t kTicketsMost = 10'000;  // asked for and not used

  explicit TicketOffice(const base::Clock& clock) : clock_(clock) {}

  // Errors: overloaded, while as many wait to be used as there may be.
  domain::Result<std::string> issue(Ticket ticket);

  // Nothing for one that was never given, was used, or is too old. It is used up whatever is done with it.
  std::optional<Ticket> take(std::string_view text);

  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct Waiting {
    Ticket ticket;
    base::SteadyTime until;
  };
  // By its digest: how long a search takes says something about what was found, and of a digest that is nothing.
  static std::string name_of(std::string_view text) { return base::to_hex(base::sha256(text)); }
  void forget_old();

  const base::Clock& clock_;
  std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace hazard::serve
