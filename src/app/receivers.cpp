#include "app/receivers.hpp"

#include <fmt/format.h>

#include "outgoing/curl_poster.hpp"

namespace hazard::app {

outgoing::Settings receiver_settings(const Config& config) {
  return {.urls = config.webhook_urls,
          .secret = config.webhook_secret,
          .events = config.webhook_events,
          .allow_private = config.webhook_allow_private,
          .timeout = config.webhook_timeout,
          .attempts = config.webhook_attempts,
          .first_pause = config.webhook_first_pause,
          .open311_url = config.open311_url,
          .open311_jurisdiction = config.open311_jurisdiction,
          .open311_api_key = config.open311_api_key,
          .open311_codes = config.open311_codes,
          .public_url = config.public_url};
}

domain::Result<std::unique_ptr<outgoing::Delivery>> make_delivery(const Config& config, store::Store* store,
                                                                  const base::Clock& clock, std::string_view version,
                                                                  outgoing::Sending sending) {
  auto options = outgoing::read_options(receiver_settings(config));
  if (!options) return std::unexpected(std::move(options.error()));
  if (store == nullptr) return nullptr;
  std::unique_ptr<outgoing::Poster> poster;
  if (!options->targets.empty() && sending == outgoing::Sending::now) {
    poster = outgoing::make_curl_poster({.allow_private = options->allow_private,
                                         .timeout = options->timeout,
                                         .user_agent = fmt::format("hazardstream/{}", version)});
    if (!poster)
      return domain::refuse(domain::ErrorCode::internal, "libcurl could not be set up: nothing can be sent to WEBHOOK_URLS.");
  }
  return std::make_unique<outgoing::Delivery>(std::move(*options), *store, std::move(poster), clock, sending);
}

}  // namespace hazard::app
