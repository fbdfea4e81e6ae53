// Who is told about hazards: the settings in the words of outgoing, and the delivery over the store. Main thread, at the start.
#pragma once

#include <memory>
#include <string_view>

#include "app/config.hpp"
#include "outgoing/delivery.hpp"

namespace hazard::app {

outgoing::Settings receiver_settings(const Config& config);

// Null without a store. Errors: those of outgoing::read_options; internal when libcurl cannot be set up.
domain::Result<std::unique_ptr<outgoing::Delivery>> make_delivery(const Config& config, store::Store* store,
                                                                  const base::Clock& clock, std::string_view version,
                                                                  outgoing::Sending sending = outgoing::Sending::now);

}  // namespace hazard::app
