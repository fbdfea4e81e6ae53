// What keeping hazards costs: sightings a second through the book and the store, and lists of many hazards.
// Build and run: cmake --build build --target micro_store && build/bench/micro_store [hazards] [sightings]
// micro_store beside HAZARDS RATE reads a number of seconds from each line it is given, writes RATE sightings a second for so long, and
// answers with how many it kept (bench/store_beside_stream.py).
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <random>
#include <string_view>
#include <thread>

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

// As the server keeps them: a report for a hazard, a few hundred bytes each.
void fill_reports(store::Store& store, std::mt19937_64& random, const std::vector<domain::GeoPoint>& defects) {
  constexpr const char* kStatuses[] = {"pending", "confirmed", "dismissed"};
  for (std::size_t from = 0; from < defects.size(); from += 2000) {
    store.submit({.work =
                      [&, from](store::Transaction& transaction) {
                        for (std::size_t i = from; i < std::min(defects.size(), from + 2000); ++i) {
                          const int class_id = static_cast<int>(random() % 2);
                          store::ReportRecord report;
                          report.id = base::make_uuid();
                          report.hazard_id = base::make_uuid();
                          report.session_id = report.client_key = "client-" + std::to_string(random() % 200);
                          report.source = random() % 2 == 0 ? "stream" : "web_app";
                          report.status = kStatuses[random() % 3];
                          report.class_id = class_id;
                          report.class_name = class_id == 0 ? "crack" : "pothole";
                          report.confidence = static_cast<float>(random() % 1000) / 1000;
                          report.point = defects[i];
                          report.created_at = report.updated_at = kStart + std::chrono::milliseconds(random() % 1'000'000);
                          report.body.assign(400, 'x');
                          transaction.put(report);
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

store::Page<domain::Hazard> ask(store::Store& store, const store::HazardFilter& filter) { return store.reads().hazards(filter); }
store::Page<store::ReportRecord> ask(store::Store& store, const store::ReportFilter& filter) {
  return store.reads().reports(filter);
}

struct Cost {
  double median_ms = 0, worst_ms = 0, cpu_ms = 0;
  std::int64_t total = 0;
};

template <typename Filter>
Cost cost_of(store::Store& store, const Filter& filter, int times_asked) {
  std::vector<double> times;
  Cost cost;
  const std::clock_t cpu_begun = std::clock();  // on a busy machine the wall clock measures the others
  for (int i = 0; i < times_asked; ++i) {
    const auto begun = Steady::now();
    cost.total = ask(store, filter).total;
    times.push_back(seconds_since(begun) * 1000);
  }
  cost.cpu_ms = 1000.0 * static_cast<double>(std::clock() - cpu_begun) / CLOCKS_PER_SEC / times_asked;
  std::ranges::sort(times);
  cost.median_ms = times[times.size() / 2];
  cost.worst_ms = times.back();
  return cost;
}

void print(const std::string& name, const Cost& cost) {
  fmt::print("  {:<62} total {:>7}: median {:6.2f} ms, worst {:6.2f} ms, CPU {:6.2f} ms\n", name, cost.total, cost.median_ms,
             cost.worst_ms, cost.cpu_ms);
}

template <typename Filter>
void list(store::Store& store, const char* name, const Filter& filter) {
  print(name, cost_of(store, filter, 21));
}

const store::Bounds kTown{52.40, 13.30, 52.50, 13.40};
const store::Bounds kAll{52, 13, 53, 14};

void lists(store::Store& store) {
  using enum domain::ReviewState;
  list(store, "all, newest first, page 1 of 20", store::HazardFilter{});
  list(store, "all, page at 50,000", store::HazardFilter{.offset = 50'000});
  list(store, "pending potholes in a box", store::HazardFilter{.states = {pending}, .classes = {"pothole"}, .bounds = kTown});
  list(store, "box, seen in a span of time, by confidence",
       store::HazardFilter{
           .bounds = kTown, .seen_from = kStart + std::chrono::seconds(100), .sort = store::HazardSort::confidence});
  list(store, "confirmed, by passes, 100 a page",
       store::HazardFilter{.states = {confirmed}, .sort = store::HazardSort::passes, .limit = 100});
  list(store, "by client", store::HazardFilter{.client_key = "client-7"});
  list(store, "text that nothing holds", store::HazardFilter{.text = "manhole"});
  list(store, "text that a class holds", store::HazardFilter{.text = "pot"});
  list(store, "text, state and box", store::HazardFilter{.states = {pending}, .bounds = kTown, .text = "crack"});
  list(store, "all, by confidence", store::HazardFilter{.sort = store::HazardSort::confidence});
  list(store, "all, fewest passes first", store::HazardFilter{.sort = store::HazardSort::passes, .descending = false});
  list(store, "dismissed, by last change", store::HazardFilter{.states = {dismissed}, .sort = store::HazardSort::updated_at});
  list(store, "a box around everything", store::HazardFilter{.bounds = kAll});
}

// What one list took, by its name; those of a whole set are told as the slowest few and how many were above the aim.
class Slowest {
 public:
  void add(std::string name, const Cost& cost) { all_.emplace_back(std::move(name), cost); }
  void print_worst(std::string_view of) {
    std::ranges::sort(all_, [](const auto& a, const auto& b) { return a.second.median_ms > b.second.median_ms; });
    const auto above = std::ranges::count_if(all_, [](const auto& each) { return each.second.median_ms > 30; });
    fmt::print("  {} lists of {}: {} with a median above 30 ms; the slowest:\n", all_.size(), of, above);
    for (std::size_t i = 0; i < std::min<std::size_t>(5, all_.size()); ++i) print(all_[i].first, all_[i].second);
  }

 private:
  std::vector<std::pair<std::string, Cost>> all_;
};

// Every order of hazards, both ways, first page and one in the middle, under filters that leave many.
void every_hazard_list(store::Store& store) {
  using enum store::HazardSort;
  constexpr std::pair<const char*, store::HazardSort> kSorts[] = {{"updated_at", updated_at}, {"first_seen", first_seen},
                                                                  {"last_seen", last_seen},   {"passes", passes},
                                                                  {"sightings", sightings},   {"confidence", confidence}};
  const std::pair<const char*, store::HazardFilter> filters[] = {
      {"all", {}},
      {"one state", {.states = {domain::ReviewState::confirmed}}},
      {"one class", {.classes = {"crack"}}},
      {"box around all", {.bounds = kAll}},
      {"box, class, state", {.states = {domain::ReviewState::pending}, .classes = {"crack"}, .bounds = kTown}},
      {"from a time", {.seen_from = kStart + std::chrono::seconds(300)}},
      {"least score", {.min_confidence = 0.1}},
      {"words of a class", {.text = "pot"}}};
  Slowest slowest;
  for (const auto& [what, filter] : filters) {
    for (const auto& [by, sort] : kSorts) {
      for (const bool descending : {true, false}) {
        for (const std::int64_t offset : {0, 20'000}) {
          store::HazardFilter asked = filter;
          asked.sort = sort;
          asked.descending = descending;
          asked.offset = offset;
          slowest.add(fmt::format("{}, by {}{}, from {}", what, by, descending ? "" : ", least first", offset),
                      cost_of(store, asked, 5));
        }
      }
    }
  }
  slowest.print_worst("hazards");
}

void every_report_list(store::Store& store) {
  using enum store::ReportSort;
  constexpr std::pair<const char*, store::ReportSort> kSorts[] = {{"created_at", created_at},
                                                                  {"updated_at", updated_at},
                                                                  {"confidence", confidence},
                                                                  {"status", status},
                                                                  {"class", class_name}};
  const std::pair<const char*, store::ReportFilter> filters[] = {
      {"all", {}},
      {"one status", {.statuses = {"pending"}}},
      {"one class", {.class_ids = {1}}},
      {"one session", {.session_id = "client-7"}},
      {"one source", {.source = "stream"}},
      {"from a time", {.created_from = kStart + std::chrono::seconds(300)}},
      {"least score", {.min_confidence = 0.1}},
      {"box around all", {.bounds = kAll}},
      {"box", {.bounds = kTown}}};
  Slowest slowest;
  for (const auto& [what, filter] : filters) {
    for (const auto& [by, sort] : kSorts) {
      for (const bool descending : {true, false}) {
        for (const std::int64_t offset : {0, 20'000}) {
          store::ReportFilter asked = filter;
          asked.sort = sort;
          asked.descending = descending;
          asked.offset = offset;
          slowest.add(fmt::format("{}, by {}{}, from {}", what, by, descending ? "" : ", least first", offset),
                      cost_of(store, asked, 5));
        }
      }
    }
  }
  slowest.print_worst("reports");
}

void counts(store::Store& store) {
  const auto begun = Steady::now();
  store.reads().hazard_counts(kStart);
  const double hazards = seconds_since(begun) * 1000;
  const auto then = Steady::now();
  store.reads().report_counts(kStart);
  fmt::print("  counts by state and class: hazards {:.1f} ms, reports {:.1f} ms\n", hazards, seconds_since(then) * 1000);
}

// By the clock: what is due is submitted in portions of ten milliseconds, what the queue refuses is counted and not tried again.
void write_at(store::Store& store, report::HazardBook& book, std::mt19937_64& random,
              const std::vector<domain::GeoPoint>& defects, double rate, double seconds) {
  static std::size_t number = 1'000'000;
  std::atomic<std::size_t> kept{0};
  std::size_t sent = 0;
  std::size_t refused = 0;
  const double commits_before = static_cast<double>(store.metrics().commits.value());
  const std::clock_t cpu_begun = std::clock();
  const auto begun = Steady::now();
  for (double now = 0; now < seconds; now = seconds_since(begun)) {
    for (const auto due = static_cast<std::size_t>(now * rate); sent < due; ++sent) {
      const domain::Sighting one = sighting(random, defects, number++);
      const auto work = [&book, one](store::Transaction& transaction) {
        book.take(transaction, one, one.session_id);
        return true;
      };
      refused += store.submit({.work = work, .done = [&](bool yes) { kept += yes ? 1 : 0; }}) ? 0 : 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  store.drain();
  const double took = seconds_since(begun);
  fmt::print("{{\"kept\":{},\"refused\":{},\"per_second\":{:.0f},\"commits\":{:.0f},\"cores\":{:.3f}}}\n", kept.load(), refused,
             static_cast<double>(kept.load()) / took, static_cast<double>(store.metrics().commits.value()) - commits_before,
             static_cast<double>(std::clock() - cpu_begun) / CLOCKS_PER_SEC / took);
}

int beside(std::size_t hazards, double rate) {
  const auto folder = std::filesystem::temp_directory_path() / ("hazard-bench-" + base::make_token());
  auto opened = store::open_sqlite_store({.path = folder / "hazards.db"});
  if (!opened) return 1;
  std::mt19937_64 random(1);
  const auto defects = make_defects(random, hazards);
  fill(**opened, random, defects);
  base::RealClock clock;
  report::HazardBook book({}, clock);
  fmt::print("ready\n");
  char line[64];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    write_at(**opened, book, random, defects, rate, std::strtod(line, nullptr));
  }
  opened->reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // each figure as it comes, also into a file
  if (argc == 4 && std::string_view(argv[1]) == "beside") {
    return beside(std::strtoul(argv[2], nullptr, 10), std::strtod(argv[3], nullptr));
  }
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
    if (durability == store::Durability::full) {
      lists(**opened);
      fill_reports(**opened, random, defects);
      every_hazard_list(**opened);
      every_report_list(**opened);
      for (int i = 0; i < 3; ++i) counts(**opened);
    }
    opened->reset();
    const auto begun = Steady::now();
    const bool whole = store::check_sqlite(folder / "hazards.db", store::StartCheck::quick).has_value();
    fmt::print("  quick check: {} in {:.2f} s; {:.0f} MB\n", whole ? "whole" : "damaged", seconds_since(begun),
               static_cast<double>(std::filesystem::file_size(folder / "hazards.db")) / 1e6);
    std::filesystem::remove_all(folder);
  }
  return 0;
}
