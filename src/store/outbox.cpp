#include "store/outbox.hpp"

#include <array>

namespace hazard::store {
namespace {

constexpr std::array<std::string_view, kOutboxStateCount> kStates{"waiting", "dead", "delivered"};

}  // namespace

std::string_view to_string(OutboxState state) noexcept { return kStates[static_cast<std::size_t>(state)]; }

std::optional<OutboxState> outbox_state_from(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == text) return static_cast<OutboxState>(i);
  }
  return std::nullopt;
}

}  // namespace hazard::store
