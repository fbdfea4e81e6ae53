#include "outgoing/target.hpp"

#include <algorithm>
#include <optional>

#include "base/sha256.hpp"
#include "outgoing/address.hpp"

namespace hazard::outgoing {
namespace {

constexpr std::size_t kUrlBytesMost = 2000;

std::unexpected<domain::Error> refuse(std::string sentence) {
  return domain::refuse(domain::ErrorCode::invalid_value, std::move(sentence));
}

bool is_plain(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>'; });
}

struct Parts {
  bool secure = false;
  std::string_view origin;  // "https://host:port"
  std::string_view host;    // without brackets
};

std::optional<Parts> parts_of(std::string_view url) noexcept {
  Parts parts;
  parts.secure = url.starts_with("https://");
  if (!parts.secure && !url.starts_with("http://")) return std::nullopt;
  if (url.size() > kUrlBytesMost || !is_plain(url) || url.find('#') != std::string_view::npos) return std::nullopt;
  const std::size_t begin = parts.secure ? 8 : 7;
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  std::string_view authority = url.substr(begin, end - begin);
  parts.origin = url.substr(0, end);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    parts.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!address_from(parts.host) || (!port.empty() && port.front() != ':')) return std::nullopt;
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    parts.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (port.size() == 1 || port.size() > 6) return std::nullopt;
  if (!port.empty() && !std::ranges::all_of(port.substr(1), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

Target make_target(Form form, const std::string& url) {
  const std::string digest = base::to_hex(base::sha256(std::string(to_string(form)) + " " + url));
  return {.key = digest.substr(0, 12), .form = form, .url = url, .shown = std::string(parts_of(url)->origin)};
}

// What is plain to see without asking DNS; the rest is judged when a connection is made.
domain::Result<void> check_url(std::string_view setting, const std::string& url, bool allow_private) {
  const std::string name(setting);
  const auto parts = parts_of(url);
  if (!parts)
    return refuse(name + " holds what is no URL of the form https://host/path (without a user, a blank or a fragment).");
  if (!parts->secure && !allow_private)
    return refuse(name +
                  " holds an http:// URL: use https://, or set WEBHOOK_ALLOW_PRIVATE=true for a receiver in your own network.");
  const auto address = address_from(parts->host);
  const Reach reach = address ? reach_of(*address) : parts->host == "localhost" ? Reach::inside : Reach::open;
  if (reach == Reach::nowhere)
    return refuse(name + " holds an address that nothing may be sent to: link-local, multicast or reserved.");
  if (reach == Reach::inside && !allow_private)
    return refuse(name + " holds a private address: set WEBHOOK_ALLOW_PRIVATE=true if it is meant.");
  return {};
}

}  // namespace

std::string_view to_string(Form form) noexcept { return form == Form::event ? "event" : "open311"; }

bool is_event_type(std::string_view text) noexcept { return std::ranges::find(kEventTypes, text) != std::end(kEventTypes); }

bool is_service_code(std::string_view text) noexcept {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  for (const std::string_view part : {text.substr(0, equals), text.substr(equals + 1)}) {
    if (part.empty() || part.size() > 64) return false;
    if (!std::ranges::all_of(part, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7F && c != '='; }))
      return false;
  }
  return true;
}

bool is_target_url(std::string_view text) noexcept { return parts_of(text).has_value(); }

domain::Result<Options> read_options(const Settings& settings) {
  Options options{.targets = {},
                  .secret = {},
                  .event_types = {},
                  .allow_private = settings.allow_private,
                  .timeout = settings.timeout,
                  .attempts = settings.attempts,
                  .first_pause = settings.first_pause,
                  .jurisdiction_id = settings.open311_jurisdiction,
                  .api_key = settings.open311_api_key,
                  .service_codes = {},
                  .public_url = settings.public_url};
  for (const std::string& url : settings.urls) {
    if (const auto checked = check_url("WEBHOOK_URLS", url, settings.allow_private); !checked)
      return std::unexpected(checked.error());
    Target target = make_target(Form::event, url);
    if (std::ranges::find(options.targets, target.key, &Target::key) != options.targets.end())
      return refuse("WEBHOOK_URLS names a URL twice.");
    options.targets.push_back(std::move(target));
  }
  if (options.targets.size() > kTargetsMost) return refuse("WEBHOOK_URLS names more than 16 URLs.");
  if (!settings.secret.empty()) {
    auto secret = secret_from(settings.secret);
    if (!secret)
      return refuse("WEBHOOK_SECRET is not of the form whsec_ and the base64 of 24 to 64 bytes (the value is not shown).");
    options.secret = std::move(*secret);
  } else if (!options.targets.empty()) {
    return refuse(
        "WEBHOOK_SECRET is missing: nothing is sent to WEBHOOK_URLS unsigned. Set it to whsec_ and the base64 of 32 random "
        "bytes.");
  }
  for (const std::string& type : settings.events) {
    if (!is_event_type(type)) return refuse("WEBHOOK_EVENTS names an event that there is not.");
    options.event_types.push_back("hazard." + type);
  }
  for (const std::string& pair : settings.open311_codes) {
    if (!is_service_code(pair)) return refuse("OPEN311_SERVICE_CODES holds an item that is not of the form class=code.");
    const auto equals = pair.find('=');
    options.service_codes.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  if (!settings.public_url.empty()) {
    if (!parts_of(settings.public_url) || settings.public_url.find('?') != std::string::npos)
      return refuse("PUBLIC_URL is not of the form https://host/path.");
    while (options.public_url.ends_with('/')) options.public_url.pop_back();
  }
  if (settings.open311_url.empty()) return options;
  std::string url = settings.open311_url;
  while (url.ends_with('/')) url.pop_back();
  if (const auto checked = check_url("OPEN311_URL", url, settings.allow_private); !checked)
    return std::unexpected(checked.error());
  if (url.find('?') != std::string::npos) return refuse("OPEN311_URL must not hold a query: /requests.json is put behind it.");
  if (options.service_codes.empty())
    return refuse("OPEN311_SERVICE_CODES is missing: OPEN311_URL needs the code of each class, such as pothole=001,crack=002.");
  options.targets.push_back(make_target(Form::open311, url + "/requests.json"));
  return options;
}

}  // namespace hazard::outgoing
