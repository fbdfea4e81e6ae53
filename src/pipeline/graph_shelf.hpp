// The compiled forms of the model: which are there, which the pictures that really come would like, which nobody has used for a
// while. A form is compiled off the frame path, one at a time, once enough pictures wanted it; until then they get the best
// form that is there. Bounded in number, since each takes 45 to 80 MB.
//
// borrow() from any worker; tend() from one thread of its own (run_shelf_keeper in pipeline.cpp), or from a test.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "pipeline/graph_lender.hpp"

namespace hazard::pipeline {

struct ShelfOptions {
  std::size_t graphs_max = 4;
  int wanted_least = 8;  // pictures that would have liked a form before it is compiled: a single odd one costs nothing
  base::Duration unused_max = std::chrono::seconds(20);    // then a form is given up, but for the last one
  base::Duration evict_after = std::chrono::seconds(5);    // earliest, to make room for another
  base::Duration forget_after = std::chrono::seconds(10);  // wishes older than this do not count
  bool fit_camera = true;                                  // forms without bars; false: the model's own shape only
};

class GraphShelf final : public GraphLender {
 public:
  // Takes the engine's first graph over. `engine` outlives the shelf.
  GraphShelf(detect::Engine& engine, const base::Clock& clock, ShelfOptions options = {});
  ~GraphShelf() override;

  Loan borrow(domain::SizePx picture, Fit fit, detect::Strategy strategy) override;

  // Compiles what is wanted most, or gives up what is unused; false when there was nothing to do. Takes up to seconds.
  bool tend();
  // Blocks until there may be something to do, at most a second; false once stopped.
  bool wait();
  void stop();

  std::vector<detect::GraphForm> forms() const;
  // Which form a picture would like.
  const InputRule& inputs() const noexcept { return inputs_; }

  // For /metrics.
  std::uint64_t compiled() const noexcept { return compiled_.value(); }
  std::uint64_t given_up() const noexcept { return given_up_.value(); }

 private:
  struct Shelved;
  struct Wish;

  std::shared_ptr<Shelved> choose(domain::SizePx picture, const detect::GraphForm& wanted) const;
  void wish_for(const detect::GraphForm& form, base::SteadyTime now, bool at_once);
  std::optional<detect::GraphForm> most_wanted(base::SteadyTime now);
  std::shared_ptr<Shelved> retire_unused(base::SteadyTime now, base::Duration unused);
  void compile(const detect::GraphForm& form);

  detect::Engine& engine_;
  const base::Clock& clock_;
  const ShelfOptions options_;
  const InputRule inputs_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<Shelved>> shelf_;
  std::list<Wish> wishes_;  // bounded: kWishesMax
  bool one_size_only_ = false;
  bool stopped_ = false;
  base::Counter compiled_;
  base::Counter given_up_;
};

}  // namespace hazard::pipeline
