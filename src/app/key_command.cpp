#include <fmt/format.h>

#include <array>

#include "app/command_table.hpp"
#include "base/ids.hpp"
#include "serve/access_keys.hpp"

namespace hazard::app {
namespace {

constexpr std::array<Option, 1> kOptions{
    {{"rights", "LIST", "of stream, detect, reports and admin, with commas [stream,detect]"}}};

ExitCode run(const Invocation& invocation) {
  const std::string& name = invocation.operands.front();
  const auto rights = invocation.value("rights", "stream,detect");
  if (!serve::is_key_name(name))
    return complain(ExitCode::usage, "NAME has 1 to 64 letters, digits, dots, dashes or underscores.");
  if (const auto known = serve::parse_rights(rights); !known)
    return complain(ExitCode::usage, fmt::format("--rights: {}.", known.error().message));
  const std::string key = "hs_" + base::make_token() + base::make_token();
  fmt::print("{}\n", key);
  fmt::print(
      stderr,
      "\nGive the key above to {}; it is kept nowhere. Add this line to the file of API_KEYS_FILE and restart the server:\n\n",
      name);
  fmt::print(stderr, "{} {} {}\n", name, rights, base::to_hex(base::sha256(key)));
  return ExitCode::ok;
}

}  // namespace

Command key_command() {
  return {
      .name = "key",
      .summary = "make an access key",
      .operands = "NAME",
      .operands_min = 1,
      .operands_max = 1,
      .options = kOptions,
      .settings = Settings::none,
      .text =
          R"(Makes a key of 256 random bits for NAME and prints it to standard output, and to standard error the line for the file
that API_KEYS_FILE names. The file holds digests only; whoever loses a key needs another one.

stream: live streams. detect: pictures, and the sessions of pages. reports: hazards, reports, exports and their changes.
admin: the list of all streams, webhooks.

Examples:
  hazardstream key fleet-7                                  may stream and have pictures looked at
  hazardstream key desk --rights reports
  hazardstream key me --rights stream,detect,reports,admin > my.key
  hazardstream serve --host 0.0.0.0 --api-keys-file keys.txt)",
      .run = run};
}

}  // namespace hazard::app
