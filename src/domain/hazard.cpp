#include "domain/hazard.hpp"

#include <array>

namespace hazard::domain {
namespace {

constexpr std::array<std::string_view, kReviewStateCount> kStates{"pending", "confirmed", "dismissed", "merged",
                                                                  "fixed",   "reopened",  "archived"};
constexpr std::array<std::string_view, kPlaceBasisCount> kBases{"projected", "assumed", "vehicle"};

}  // namespace

std::string_view to_string(PlaceBasis basis) noexcept { return kBases[static_cast<std::size_t>(basis)]; }

std::string_view to_string(ReviewState state) noexcept { return kStates[static_cast<std::size_t>(state)]; }

std::optional<ReviewState> review_state_from(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == text) return static_cast<ReviewState>(i);
  }
  return std::nullopt;
}

}  // namespace hazard::domain
