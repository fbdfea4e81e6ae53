#include "pipeline/graph_shelf.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace hazard::pipeline {

using detect::GraphForm;
using detect::Strategy;

namespace {

constexpr std::size_t kWishesMax = 32;
constexpr auto kIdleWait = std::chrono::seconds(1);
constexpr double kSameScale = 0.999;  // of a rounded content size

// How large the picture appears in this input, against its own size.
double scale_in(domain::SizePx picture, domain::SizePx input) noexcept {
  const domain::SizePx content = domain::Letterbox::fit(picture, input).content;
  return std::max(static_cast<double>(content.width) / std::max(1, picture.width),
                  static_cast<double>(content.height) / std::max(1, picture.height));
}

long area(domain::SizePx size) noexcept { return static_cast<long>(size.width) * size.height; }

}  // namespace

// A graph and its requests that are not out. Lives on in loans after the shelf gave it up.
struct GraphShelf::Shelved final : Loan::Lender {
  explicit Shelved(std::shared_ptr<detect::Graph> compiled) : graph(std::move(compiled)) {}

  std::unique_ptr<detect::InferenceRequest> take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto request = std::move(idle.back());
        idle.pop_back();
        return request;
      }
    }
    return graph->make_request();
  }
  void take_back(std::unique_ptr<detect::InferenceRequest> request) noexcept override {
    const std::lock_guard lock(mutex);
    if (!given_up) idle.push_back(std::move(request));
  }
  void give_up() {
    const std::lock_guard lock(mutex);
    given_up = true;
    idle.clear();
  }

  const std::shared_ptr<detect::Graph> graph;
  base::SteadyTime used_at{};  // the shelf's lock
  std::mutex mutex;
  std::vector<std::unique_ptr<detect::InferenceRequest>> idle;
  bool given_up = false;
};

struct GraphShelf::Wish {
  GraphForm form;
  int count = 0;
  base::SteadyTime at{};
  bool refused = false;  // could not be compiled: never tried again
};

GraphShelf::GraphShelf(detect::Engine& engine, const base::Clock& clock, ShelfOptions options)
    : engine_(engine),
      clock_(clock),
      options_(options),
      inputs_{.native = engine.model().input, .stride = engine.stride(), .fit_camera = options.fit_camera} {
  shelf_.push_back(std::make_shared<Shelved>(engine.first()));
  shelf_.back()->used_at = clock_.now();
  engine_.release();
}

GraphShelf::~GraphShelf() { stop(); }

Loan GraphShelf::borrow(domain::SizePx picture, Fit fit, Strategy strategy) {
  const base::SteadyTime now = clock_.now();
  GraphForm wanted{.input = inputs_.input_for(picture, fit), .strategy = strategy};
  std::shared_ptr<Shelved> chosen;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (one_size_only_) wanted.input = inputs_.native;
    chosen = choose(picture, wanted);
    chosen->used_at = now;
    if (chosen->graph->form() != wanted) {
      const bool shrinks = scale_in(picture, chosen->graph->form().input) < kSameScale * scale_in(picture, wanted.input);
      wish_for(wanted, now, shrinks);
      wake = true;
    }
  }
  if (wake) wake_.notify_one();
  return {chosen->take(), chosen};
}

// Of the forms that show the picture as large as wanted the cheapest, of the others the one that shows it largest. A picture
// that shares the cores never runs a graph made for all of them; the other way round is only slower.
std::shared_ptr<GraphShelf::Shelved> GraphShelf::choose(domain::SizePx picture, const GraphForm& wanted) const {
  const double least = kSameScale * scale_in(picture, wanted.input);
  std::shared_ptr<Shelved> best;
  const auto better = [&](const GraphForm& a, const GraphForm& b) {
    const double scale_a = std::min(scale_in(picture, a.input), least);
    const double scale_b = std::min(scale_in(picture, b.input), least);
    const bool fits_a = a.strategy == wanted.strategy;
    const bool fits_b = b.strategy == wanted.strategy;
    if (fits_a != fits_b && (wanted.strategy == Strategy::shared || scale_a == scale_b)) return fits_a;
    if (scale_a != scale_b) return scale_a > scale_b;
    return area(a.input) < area(b.input);
  };
  for (const auto& each : shelf_) {
    if (!best || better(each->graph->form(), best->graph->form())) best = each;
  }
  return best;
}

void GraphShelf::wish_for(const GraphForm& form, base::SteadyTime now, bool at_once) {
  auto wish = std::ranges::find(wishes_, form, &Wish::form);
  if (wish == wishes_.end()) {
    if (wishes_.size() >= kWishesMax) wishes_.pop_back();
    wish = wishes_.insert(wishes_.begin(), {.form = form, .count = 0, .at = now});
  }
  if (now - wish->at > options_.forget_after) wish->count = 0;
  wish->count = at_once ? std::max(wish->count + 1, options_.wanted_least) : wish->count + 1;
  wish->at = now;
}

std::optional<GraphForm> GraphShelf::most_wanted(base::SteadyTime now) {
  const Wish* best = nullptr;
  for (const Wish& wish : wishes_) {
    if (wish.refused || wish.count < options_.wanted_least || now - wish.at > options_.forget_after) continue;
    if (best == nullptr || wish.count > best->count) best = &wish;
  }
  return best == nullptr ? std::nullopt : std::optional(best->form);
}

// A form unused for so long, longest first; never the last one that shares the cores, nor the last at all. The model's own shape goes
// sooner where cameras get forms of theirs: it was compiled for the first pictures only.
std::shared_ptr<GraphShelf::Shelved> GraphShelf::retire_unused(base::SteadyTime now, base::Duration unused) {
  const auto sharing = std::ranges::count_if(shelf_, [](const auto& s) { return s->graph->form().strategy == Strategy::shared; });
  auto oldest = shelf_.end();
  for (auto it = shelf_.begin(); it != shelf_.end(); ++it) {
    const bool last_of_its_kind = shelf_.size() == 1 || (sharing == 1 && (*it)->graph->form().strategy == Strategy::shared);
    const bool first_aid = options_.fit_camera && (*it)->graph->form().input == inputs_.native;
    const base::Duration limit = first_aid ? std::min(unused, options_.evict_after) : unused;
    if (last_of_its_kind || now - (*it)->used_at < limit) continue;
    if (oldest == shelf_.end() || (*it)->used_at < (*oldest)->used_at) oldest = it;
  }
  if (oldest == shelf_.end()) return nullptr;
  auto retired = std::move(*oldest);
  shelf_.erase(oldest);
  return retired;
}

bool GraphShelf::tend() {
  const base::SteadyTime now = clock_.now();
  std::shared_ptr<Shelved> retired;
  std::optional<GraphForm> wanted;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    wanted = most_wanted(now);
    const bool full = shelf_.size() >= options_.graphs_max;
    retired = retire_unused(now, wanted && full ? options_.evict_after : options_.unused_max);
    if (shelf_.size() >= options_.graphs_max) wanted.reset();
  }
  const bool gave_up = retired != nullptr;
  if (gave_up) {
    retired->give_up();
    retired.reset();
    given_up_.add();
    engine_.give_memory_back();
  }
  if (wanted) compile(*wanted);
  return gave_up || wanted.has_value();
}

void GraphShelf::compile(const GraphForm& form) {
  auto graph = engine_.compile(form);
  const std::string size = std::to_string(form.input.width) + "x" + std::to_string(form.input.height);
  const std::lock_guard lock(mutex_);
  if (graph) {
    auto shelved = std::make_shared<Shelved>(std::move(*graph));
    shelved->used_at = clock_.now();
    shelf_.push_back(std::move(shelved));
    std::erase_if(wishes_, [&](const Wish& wish) { return wish.form == form; });
    compiled_.add();
    base::log::info("graph_compiled", "A form of the model is ready.",
                    {{"input", size}, {"strategy", detect::to_string(form.strategy)}});
    return;
  }
  base::log::warn("graph_refused", graph.error().message, {{"input", size}});
  for (Wish& wish : wishes_) wish.refused = wish.refused || wish.form == form;
  // A model that cannot take one other size takes none.
  if (form.input != inputs_.native) one_size_only_ = true;
}

bool GraphShelf::wait() {
  std::unique_lock lock(mutex_);
  if (!stopped_) wake_.wait_for(lock, kIdleWait);
  return !stopped_;
}

void GraphShelf::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
}

std::vector<GraphForm> GraphShelf::forms() const {
  const std::lock_guard lock(mutex_);
  std::vector<GraphForm> forms;
  for (const auto& each : shelf_) forms.push_back(each->graph->form());
  return forms;
}

}  // namespace hazard::pipeline
