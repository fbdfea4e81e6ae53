#include "app/model_loader.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "detect/fake_engine.hpp"

namespace hazard::app {
namespace {

using Loaded = domain::Result<std::unique_ptr<detect::Engine>>;

Loaded broken() { return domain::refuse(domain::ErrorCode::model_not_ready, "The file is cut short."); }

TEST(ModelLoader, hands_over_a_model_that_loads) {
  std::promise<std::unique_ptr<detect::Engine>> engine;
  ModelLoader loader({.load = [] { return Loaded(detect::make_fake_engine({})); },
                      .loaded = [&](std::unique_ptr<detect::Engine> made) { engine.set_value(std::move(made)); },
                      .failed = [](const domain::Error&, base::Duration) { ADD_FAILURE(); }});
  EXPECT_NE(engine.get_future().get(), nullptr);
}

TEST(ModelLoader, tries_again_until_it_succeeds_and_tells_each_failure) {
  std::vector<std::string> told;
  int calls = 0;
  std::promise<void> done;
  ModelLoader loader({.load = [&] { return ++calls < 4 ? broken() : Loaded(detect::make_fake_engine({})); },
                      .loaded = [&](std::unique_ptr<detect::Engine>) { done.set_value(); },
                      .failed = [&](const domain::Error& error, base::Duration) { told.push_back(error.message); }},
                     {.first = base::Duration::zero(), .most = base::Duration::zero()});
  done.get_future().get();
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(told, std::vector<std::string>(3, "The file is cut short."));
}

TEST(ModelLoader, waits_twice_as_long_each_time_up_to_a_limit) {
  using std::chrono::nanoseconds;
  std::vector<base::Duration> waits;
  std::promise<void> done;
  ModelLoader loader({.load = [&] { return waits.size() < 5 ? broken() : Loaded(detect::make_fake_engine({})); },
                      .loaded = [&](std::unique_ptr<detect::Engine>) { done.set_value(); },
                      .failed = [&](const domain::Error&, base::Duration retry_in) { waits.push_back(retry_in); }},
                     {.first = nanoseconds(1), .most = nanoseconds(6)});
  done.get_future().get();
  EXPECT_EQ(waits, (std::vector<base::Duration>{nanoseconds(1), nanoseconds(2), nanoseconds(4), nanoseconds(6), nanoseconds(6)}));
}

TEST(ModelLoader, ends_at_once_while_it_waits) {
  std::promise<void> failed_once;
  {
    ModelLoader loader({.load = broken,
                        .loaded = [](std::unique_ptr<detect::Engine>) { ADD_FAILURE(); },
                        .failed = [&](const domain::Error&, base::Duration) { failed_once.set_value(); }},
                       {.first = std::chrono::hours(1), .most = std::chrono::hours(1)});
    failed_once.get_future().get();
  }
  SUCCEED();
}

TEST(ModelLoader, stops_without_waiting_for_a_load_and_tells_nothing_of_it) {
  std::promise<void> begun;
  std::promise<void> go_on;
  ModelLoader loader({.load =
                          [&] {
                            begun.set_value();
                            go_on.get_future().get();
                            return Loaded(detect::make_fake_engine({}));
                          },
                      .loaded = [](std::unique_ptr<detect::Engine>) { ADD_FAILURE(); },
                      .failed = [](const domain::Error&, base::Duration) { ADD_FAILURE(); }});
  begun.get_future().get();
  loader.stop();
  go_on.set_value();
}

TEST(ModelLoader, stop_waits_for_what_is_being_told) {
  std::promise<void> begun;
  bool told = false;
  ModelLoader loader({.load = [] { return Loaded(detect::make_fake_engine({})); },
                      .loaded =
                          [&](std::unique_ptr<detect::Engine>) {
                            begun.set_value();
                            std::this_thread::sleep_for(std::chrono::milliseconds(20));
                            told = true;
                          },
                      .failed = [](const domain::Error&, base::Duration) { ADD_FAILURE(); }});
  begun.get_future().get();
  loader.stop();
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace hazard::app
