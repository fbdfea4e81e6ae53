// Who may use which route: by key, by ticket, or because the server is open. The one place that decides it; the gate asks here for
// every request before a byte of its body is read. I/O thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "serve/access_keys.hpp"
#include "serve/request_validator.hpp"
#include "serve/router.hpp"
#include "serve/ticket_office.hpp"

namespace hazard::serve {

struct DoorPolicy {
  AccessKeys keys;               // none: whoever reaches the server may use it
  bool on_loopback = true;       // without keys: its users are this machine's, and may administer
  bool allow_anonymous = false;  // with keys: everything but administration is open without one as well
  bool public_metrics = true;    // else what is for `measures` is not there for those who may not administer
};

class Doorkeeper {
 public:
  Doorkeeper(DoorPolicy policy, const base::Clock& clock) : policy_(std::move(policy)), tickets_(clock) {}

  // `params` as the router found them. Errors: unauthorized (no key, a wrong one, a ticket that is spent or of another path or
  // session), forbidden (a key without the right), not_found (measures that are not public). A ticket is used up by asking.
  domain::Result<void> admit(const Route& route, const std::vector<std::string>& params, const RequestHead& head);

  // A ticket with the rights of the request's key. Without keys one that is never asked for. Errors: unauthorized; overloaded.
  domain::Result<std::string> issue(const RequestHead& head, std::string path, std::string session_id);

 private:
  domain::Result<const AccessKey*> key_of(const RequestHead& head) const;
  domain::Result<Rights> rights_of(const Route& route, const std::vector<std::string>& params, const RequestHead& head);
  domain::Result<Rights> rights_of_ticket(const Route& route, const std::vector<std::string>& params, const RequestHead& head,
                                          std::string_view text, const std::string& asked_session);

  DoorPolicy policy_;
  TicketOffice tickets_;
};

}  // namespace hazard::serve
