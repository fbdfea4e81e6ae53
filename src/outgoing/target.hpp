// To whom messages about hazards go, read from the settings: webhooks (events as JSON) and an Open311 server. Made once at the start on
// the main thread, never changed afterwards. Secrets stay in here: no sentence and no answer repeats them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "outgoing/signature.hpp"

namespace hazard::outgoing {

// As the operator wrote them.
struct Settings {
  std::vector<std::string> urls;    // WEBHOOK_URLS
  std::string secret;               // WEBHOOK_SECRET
  std::vector<std::string> events;  // WEBHOOK_EVENTS; empty: all
  bool allow_private = false;       // WEBHOOK_ALLOW_PRIVATE
  base::Duration timeout = std::chrono::seconds(5);
  int attempts = 15;
  base::Duration first_pause = std::chrono::seconds(5);
  std::string open311_url;                 // OPEN311_URL: what stands before /requests.json
  std::string open311_jurisdiction;        // OPEN311_JURISDICTION_ID
  std::string open311_api_key;             // OPEN311_API_KEY
  std::vector<std::string> open311_codes;  // OPEN311_SERVICE_CODES: "pothole=001"
  std::string public_url;                  // PUBLIC_URL
};

enum class Form : std::uint8_t { event, open311 };
std::string_view to_string(Form form) noexcept;

struct Target {
  std::string key;  // 12 hex digits made of form and URL: the same after a restart, tells nothing of the URL
  Form form = Form::event;
  std::string url;    // may hold a secret: never shown
  std::string shown;  // scheme, host and port of it
};
inline constexpr std::size_t kTargetsMost = 16;

struct Options {
  std::vector<Target> targets;
  Secret secret;                         // empty: only with no target of Form::event
  std::vector<std::string> event_types;  // with "hazard."; empty: all
  bool allow_private = false;
  base::Duration timeout{};
  int attempts = 0;
  base::Duration first_pause{};
  std::string jurisdiction_id;
  std::string api_key;
  std::vector<std::pair<std::string, std::string>> service_codes;  // class name to service code
  std::string public_url;                                          // without a slash at its end; empty: no links to pictures
};

// What can be told, without "hazard.".
inline constexpr std::string_view kEventTypes[] = {"created", "confirmed", "dismissed", "fixed", "reopened", "archived",
                                                   "pending", "merged",    "changed",   "seen",  "deleted"};
bool is_event_type(std::string_view text) noexcept;
// "pothole=001": a class name and a code, each of 1 to 64 characters without control characters.
bool is_service_code(std::string_view text) noexcept;
// http:// or https://, a host, no user, no fragment, at most 2000 bytes.
bool is_target_url(std::string_view text) noexcept;

// Errors: invalid_value with a sentence that names the setting and the remedy.
domain::Result<Options> read_options(const Settings& settings);

}  // namespace hazard::outgoing
