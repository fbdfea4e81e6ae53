// Which rung of quality a lane stands on: down when its results come late or too seldom for a second, up again, one rung at a
// time, after three seconds with room for the better one (streaming contract, section 5). Room is looked for in what all lanes
// together would then ask of the machine: a lane that only sees its own results would step up, be late and step down for ever.
// Plain data under the scheduler's mutex; time comes in, so that tests own it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "domain/stream_config.hpp"
#include "pipeline/rung.hpp"

namespace hazard::pipeline {

class QualityLadder {
 public:
  struct Options {
    domain::QualityMode mode = domain::QualityMode::balanced;
    std::optional<base::Duration> age_max;  // of the lane; empty: age steps nobody down
    bool smaller_inputs = true;             // the model can be given other sizes
    bool prediction = false;                // tracking is on
  };

  // A lane whose options change begins on the best rung that its mode allows, or stays where that is still allowed.
  void configure(const Options& options, base::SteadyTime now) noexcept;

  void note_offer(base::SteadyTime now) noexcept;
  // What the other lanes that send ask of the machine, on the rungs they stand on.
  struct Crowd {
    double capacity_fps = 0;  // frames a second at full quality; 0: not known
    double work_fps = 0;      // of it taken, when every frame sent is looked at
    double turn = 0;          // frames of full quality, when each lane has one frame looked at
  };
  struct Outcome {
    base::Duration age{};    // since its frame could first have been taken
    double granted_fps = 0;  // 0: no promise
    bool stand_in = false;   // another form of the model than the rung's own did the work
    Crowd crowd{};
  };
  // A result is out. Returns why the rung changed, if it did. While the rung's own form is still being compiled nothing is judged:
  // stepping down then would only ask for one form more.
  std::optional<std::string_view> note_result(const Outcome& outcome, base::SteadyTime now) noexcept;

  std::size_t index() const noexcept { return index_; }
  const Rung& rung() const noexcept { return kRungs[index_]; }
  // Frames a second that came lately; 0 while nothing is known.
  double offered_fps() const noexcept { return offered_fps_; }

 private:
  void begin_window(base::SteadyTime now) noexcept;
  double budget() const noexcept { return options_.age_max ? std::chrono::duration<double>(*options_.age_max).count() / 2 : 0; }
  bool settles(bool stand_in, base::SteadyTime now) noexcept;
  std::optional<std::string_view> judge(const Outcome& last, base::SteadyTime now) noexcept;
  double age_on(std::size_t index, double age, const Crowd& crowd) const noexcept;
  bool allowed(std::size_t index) const noexcept;
  std::optional<std::size_t> cheaper(std::size_t from) const noexcept;
  std::optional<std::size_t> better(std::size_t from) const noexcept;
  void step_to(std::size_t index, base::SteadyTime now) noexcept;
  void step_down(double times, base::SteadyTime now) noexcept;

  Options options_;
  std::size_t index_ = 0;
  base::SteadyTime window_since_{};
  int offers_ = 0;
  int results_ = 0;
  double age_sum_ = 0;  // seconds, of the window's results
  int late_ = 0;        // of them older than the budget
  double offered_fps_ = 0;
  std::optional<base::SteadyTime> stand_in_since_;
  base::SteadyTime stand_in_at_{};
  base::SteadyTime room_since_{};
  bool room_ = false;
  base::SteadyTime stepped_up_at_{};
  base::Duration patience_{};  // before stepping up; grows when a step up did not last
};

}  // namespace hazard::pipeline
