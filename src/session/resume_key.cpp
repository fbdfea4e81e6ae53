#include "session/resume_key.hpp"

#include "base/ids.hpp"

namespace hazard::session {

std::optional<ResumeKey> ResumeKey::from_saved(std::string_view current, std::string_view previous,
                                               base::SteadyTime previous_until) {
  ResumeKey key;
  key.current_ = base::sha256_from_hex(current);
  if (!key.current_) return std::nullopt;
  if (previous.empty()) return key;
  key.previous_ = base::sha256_from_hex(previous);
  if (!key.previous_) return std::nullopt;
  key.previous_until_ = previous_until;
  return key;
}

std::string ResumeKey::issue() {
  std::string token = base::make_token();
  current_ = base::sha256(token);
  previous_.reset();
  sibling_.reset();
  return token;
}

std::optional<std::string> ResumeKey::renew(std::string_view token, base::SteadyTime now, base::Duration previous_for) {
  const base::Sha256 shown = base::sha256(token);
  // Compared with something even where there is nothing to compare with, so that the time tells nothing.
  const bool is_current = base::same_digest(shown, current_.value_or(base::Sha256{})) && current_;
  const bool is_previous = base::same_digest(shown, previous_.value_or(base::Sha256{})) && previous_ && now < previous_until_;
  const bool is_sibling = base::same_digest(shown, sibling_.value_or(base::Sha256{})) && sibling_ && now < previous_until_;
  if (!is_current && !is_previous && !is_sibling) return std::nullopt;
  const auto before = current_;
  std::string fresh = issue();
  previous_ = shown;
  if (is_previous) sibling_ = before;
  previous_until_ = now + previous_for;
  return fresh;
}

std::string ResumeKey::saved_current() const { return current_ ? base::to_hex(*current_) : std::string(); }

std::string ResumeKey::saved_previous() const { return previous_ ? base::to_hex(*previous_) : std::string(); }

}  // namespace hazard::session
