// What a client sends: what its user asked for, lowered to what the server says will be answered (`suggest` in results), and raised
// again, slowly, once the server says so no more. Never above what was asked. One thread; used by `hazardstream stream`, and the page
// does the same in web/pace.js.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "domain/verdict.hpp"

namespace hazard::client {

struct Sending {
  double fps = 0;        // 0: not by the clock
  int width = 0;         // pixels; 0: as the source gives
  int jpeg_quality = 0;  // 1..100; 0: as the source gives
  friend bool operator==(const Sending&, const Sending&) = default;
};

class Pace {
 public:
  // `follows` false: suggestions are counted but change nothing.
  explicit Pace(const Sending& asked, bool follows = true) : asked_(asked), follows_(follows) {}

  void heard(const domain::Suggestion& suggestion, base::SteadyTime now);
  // To be sent at this moment.
  Sending sending(base::SteadyTime now) const;
  // Whether that is less than was asked for.
  bool lowered(base::SteadyTime now) const { return sending(now) != asked_; }
  std::size_t suggestions() const { return suggestions_; }

 private:
  struct Limit {
    double value = 0;
    base::SteadyTime at{};
  };
  Sending asked_;
  bool follows_;
  std::size_t suggestions_ = 0;
  std::optional<Limit> fps_;
  std::optional<Limit> width_;
  std::optional<Limit> quality_;
};

}  // namespace hazard::client
