// What keeping hazards costs: sightings a second through the book and the store, and lists of many hazards.
// Build and run: cmake --build build --target micro_store && build/bench/micro_store [hazards] [sightings]
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <random>

#include "base/ids.hpp"
#include "report/hazard_book.hpp"
#include "store/sqlite_store.hpp"

namespace {

using namespace hazard;
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point begun) { return std::chrono::duration<double>(Steady::now() - begun).count(); }

const base::WallTime kStart{std::chrono::seconds(1'700'000'000)};

// Roads over 30 by 30 km, in vehicles of their own; every third sighting is of a defect seen before.
domain::Sighting sighting(std::mt19937_64& random, const std::vector<domain::GeoPoint>& defects, std::size_t number) {
  const auto& point = defects[random() % defects.size()];
  domain::Sighting one;
  one.id = base::make_uuid();
  one.client_key = "client-" + std::to_string(random() % 200);
  one.session_id = one.client_key;
  one.source = "stream";
  one.class_id = 1;
  one.class_name = random() % 2 == 0 ? "pothole" : "crack";
  one.model_version = "bench";
  one.hits = 5;
  one.first_seen = kStart + std::chrono::milliseconds(number * 10);
  one.last_seen = one.first_seen + std::chrono::milliseconds(800);
  one.best = {one.last_seen, "frame", 0.8F, {100, 200, 180, 240}, {1280, 720}, random()};
  one.place = domain::SightedPlace{point, point, 3, 1, 90, domain::PlaceBasis::projected};
  one.reason = "Found in 5 of 6 pictures over 0.8 s; best score 0.80, at least 0.60 was needed.";
  return one;
}

std::vector<domain::GeoPoint> make_defects(std::mt19937_64& random, std::size_t count) {
  std::uniform_real_distribution<double> spread(0, 0.3);
  std::vector<domain::GeoPoint> defects(count);
  for (auto& point : defects) point = {52.3 + spread(random), 13.2 + spread(random)};
  return defects;
}

void fill(store::Store& store, std::mt19937_64& random, const std::vector<domain::GeoPoint>& defects) {
  for (std::size_t from = 0; from < defects.size(); from += 2000) {
    store.submit({.work =
                      [&, from](store::Transaction& transaction) {
                        for (std::size_t i = from; i < std::min(defects.size(), from + 2000); ++i) {
                          const domain::Sighting one = sighting(random, {defects[i]}, i);
                          domain::Hazard hazard;
                          hazard.id = base::make_uuid();
                          hazard.state = static_cast<domain::ReviewState>(random() % 3);
                          hazard.class_id = 1;
                          hazard.class_name = one.class_name;
                          hazard.first_seen = one.first_seen;
                          hazard.last_seen = one.last_seen;
                          hazard.sightings = hazard.passes = 1;
                          hazard.best = one.best;
                          hazard.place = domain::HazardPlace{defects[i], 10, 8, defects[i], 1, 90};
                          hazard.reason = one.reason;
                          transaction.put(hazard);
                        }
                        return true;
                      },
                  .done = {}});
    store.drain();
  }
}

void sustained(store::Store& store, std::mt19937_64& random, const std::vector<domain::GeoPoint>& defects, std::size_t count) {
  base::RealClock clock;
  report::HazardBook book({}, clock);
  std::atomic<std::size_t> kept{0};
  std::size_t refused = 0;
  const auto begun = Steady::now();
  for (std::size_t i = 0; i < count; ++i) {
    domain::Sighting one = sighting(random, defects, 1'000'000 + i);
    const auto work = [&, one](store::Transaction& transaction) {
      book.take(transaction, one, one.session_id);
      return true;
    };
    while (!store.submit({.work = work, .done = [&](bool yes) { kept += yes ? 1 : 0; }})) {
      ++refused;
      store.drain();
    }
  }
  store.drain();
  const double took = seconds_since(begun);
  fmt::print("  {} sightings kept in {:.2f} s: {:.0f} a second; queue full {} times; {} commits, slowest 1 % {:.1f} ms\n",
             kept.load(), took, static_cast<double>(kept.load()) / took, refused, store.metrics().commits.value(),
             base::to_ms(store.metrics().commit_time.quantile(0.99)));
}

void list(store::Store& store, const char* name, const store::HazardFilter& filter) {
  std::vector<double> times;
  const std::clock_t cpu_begun = std::clock();  // on a busy machine the wall clock measures the others
  std::int64_t total = 0;
  for (int i = 0; i < 21; ++i) {
    const auto begun = Steady::now();
    const auto page = store.reads().hazards(filter);
    times.push_back(seconds_since(begun) * 1000);
    total = page.total;
  }
  const double cpu = 1000.0 * static_cast<double>(std::clock() - cpu_begun) / CLOCKS_PER_SEC / static_cast<double>(times.size());
  std::ranges::sort(times);
  fmt::print("  {:<44} total {:>7}: median {:6.2f} ms, worst {:6.2f} ms, CPU {:6.2f} ms\n", name, total, times[times.size() / 2],
             times.back(), cpu);
}

void lists(store::Store& store) {
  using enum domain::ReviewState;
  const store::Bounds town{52.40, 13.30, 52.50, 13.40};
  list(store, "all, newest first, page 1 of 20", {});
  list(store, "all, page at 50,000", {.offset = 50'000});
  list(store, "pending potholes in a box", {.states = {pending}, .classes = {"pothole"}, .bounds = town});
  list(store, "box, seen in a span of time, by confidence",
       {.bounds = town, .seen_from = kStart + std::chrono::seconds(100), .sort = store::HazardSort::confidence});
  list(store, "confirmed, by passes, 100 a page", {.states = {confirmed}, .sort = store::HazardSort::passes, .limit = 100});
  list(store, "by client", {.client_key = "client-7"});
  list(store, "text that nothing holds", {.text = "manhole"});
  list(store, "text that a class holds", {.text = "pot"});
  list(store, "text, state and box", {.states = {pending}, .bounds = town, .text = "crack"});
  list(store, "all, by confidence", {.sort = store::HazardSort::confidence});
  list(store, "all, fewest passes first", {.sort = store::HazardSort::passes, .descending = false});
  list(store, "dismissed, by last change", {.states = {dismissed}, .sort = store::HazardSort::updated_at});
  list(store, "a box around everything", {.bounds = store::Bounds{52, 13, 53, 14}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t hazards = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
  const std::size_t sightings = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 40'000;
  for (const auto durability : {store::Durability::full, store::Durability::normal}) {
    const auto folder = std::filesystem::temp_directory_path() / ("hazard-bench-" + base::make_token());
    auto opened = store::open_sqlite_store({.path = folder / "hazards.db", .durability = durability});
    if (!opened) {
      fmt::print("{}\n", opened.error().message);
      return 1;
    }
    std::mt19937_64 random(1);
    const auto defects = make_defects(random, hazards);
    fmt::print("synchronous={}, {} hazards to begin with\n", durability == store::Durability::full ? "FULL" : "NORMAL", hazards);
    fill(**opened, random, defects);
    sustained(**opened, random, defects, sightings);
    if (durability == store::Durability::full) lists(**opened);
    opened->reset();
    const auto begun = Steady::now();
    const bool whole = store::check_sqlite(folder / "hazards.db", store::StartCheck::quick).has_value();
    fmt::print("  quick check: {} in {:.2f} s; {:.0f} MB\n", whole ? "whole" : "damaged", seconds_since(begun),
               static_cast<double>(std::filesystem::file_size(folder / "hazards.db")) / 1e6);
    std::filesystem::remove_all(folder);
  }
  return 0;
}
