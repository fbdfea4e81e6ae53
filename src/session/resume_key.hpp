// The tokens that open a session again after its connection was lost. Tokens are 128 random bits; only their digests are kept.
// Owned by a session, used under its lock.
//
// A token is spent by using it: its user gets a new one. But the answer with the new one can be lost with the connection that
// carries it, so the token just used stays good until the new one is known to have arrived (confirm(), or the new one's own use),
// at most for the time its user was given. Two requests with the same token can also be served in the other order than they were
// sent, and the answer that arrives is then the first one's: the successor before the last stays good as long as the used token does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/sha256.hpp"

namespace hazard::session {

class ResumeKey {
 public:
  ResumeKey() = default;
  // As saved: digests in hex form, the second empty when there was none. Nothing when they are no digests.
  static std::optional<ResumeKey> from_saved(std::string_view current, std::string_view previous,
                                             base::SteadyTime previous_until);

  // The first token; whatever was good before no longer is.
  std::string issue();
  // The next token, for whoever shows a good one; nothing otherwise. As quick for a wrong token as for a right one.
  std::optional<std::string> renew(std::string_view token, base::SteadyTime now, base::Duration previous_for);
  // The new token has arrived: the one it was given for is spent.
  void confirm() noexcept {
    previous_.reset();
    sibling_.reset();
  }

  std::string saved_current() const;   // empty: no token was ever issued
  std::string saved_previous() const;  // empty: none

 private:
  std::optional<base::Sha256> current_;
  std::optional<base::Sha256> previous_;
  std::optional<base::Sha256> sibling_;  // of current_: given for the same token just before; not saved
  base::SteadyTime previous_until_{};
};

}  // namespace hazard::session
