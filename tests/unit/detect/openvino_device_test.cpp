#include "detect/openvino_device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/cpu_budget.hpp"
#include "temp_folder.hpp"

namespace hazard::detect {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

domain::Result<DevicePlan> plan(const EngineOptions& options) {
  static ov::Core core;
  return plan_device(core, options);
}

std::string why_refused(const EngineOptions& options) {
  const auto made = plan(options);
  if (made) return "accepted";
  EXPECT_EQ(made.error().code, domain::ErrorCode::model_not_ready);
  return made.error().message;
}

template <typename T>
T property(const DevicePlan& made, const char* name) {
  const auto at = made.properties.find(name);
  EXPECT_NE(at, made.properties.end()) << name;
  return at == made.properties.end() ? T{} : at->second.as<T>();
}

TEST(DevicePlan, latency_runs_one_stream_on_every_core) {
  const auto made = plan({});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->device, "CPU");
  EXPECT_EQ(made->workers, 1);
  EXPECT_EQ(property<ov::streams::Num>(*made, "NUM_STREAMS").num, 1);
  EXPECT_EQ(property<int>(*made, "INFERENCE_NUM_THREADS"), usable_cores());
  EXPECT_FALSE(property<bool>(*made, "ENABLE_CPU_PINNING"));
}

TEST(DevicePlan, throughput_runs_one_stream_on_each_core) {
  const auto made = plan({.performance_mode = "THROUGHPUT"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->workers, usable_cores());
  EXPECT_EQ(property<ov::streams::Num>(*made, "NUM_STREAMS").num, usable_cores());
  EXPECT_EQ(property<int>(*made, "INFERENCE_NUM_THREADS"), usable_cores());
}

TEST(DevicePlan, keeps_to_the_threads_it_is_given_but_never_beyond_the_cores) {
  EXPECT_EQ(plan({.threads = 1})->cores, 1);
  EXPECT_EQ(plan({.threads = 10'000})->cores, usable_cores());
  EXPECT_EQ(plan({.threads = 0})->cores, usable_cores());
  EXPECT_THAT(why_refused({.threads = -1}), HasSubstr("below 0"));
}

TEST(DevicePlan, takes_bf16_by_itself_only_where_the_cpu_has_it_and_never_f16) {
  const auto automatic = property<ov::element::Type>(*plan({}), "INFERENCE_PRECISION_HINT");
  const bool refused = !plan({.precision = "bf16"}).has_value();
  EXPECT_EQ(automatic, refused ? ov::element::f32 : ov::element::bf16);
  if (refused) EXPECT_THAT(why_refused({.precision = "bf16"}), HasSubstr("no bf16 in hardware"));
  EXPECT_EQ(property<ov::element::Type>(*plan({.precision = "F32"}), "INFERENCE_PRECISION_HINT"), ov::element::f32);
  EXPECT_THAT(why_refused({.precision = "f16"}), HasSubstr("auto, bf16 or f32"));
  EXPECT_THAT(why_refused({.precision = ""}), HasSubstr("auto, bf16 or f32"));
}

TEST(DevicePlan, unknown_modes_are_refused_with_those_known) {
  for (const char* mode : {"fast", "", "latency ", "CUMULATIVE_THROUGHPUT"}) {
    EXPECT_THAT(why_refused({.performance_mode = mode}), AllOf(HasSubstr("latency"), HasSubstr("throughput"))) << mode;
  }
}

TEST(DevicePlan, devices_are_known_in_any_letters) {
  for (const char* name : {"cpu", "Cpu", "CPU", ""}) EXPECT_EQ(plan({.device = name})->device, "CPU") << name;
}

TEST(DevicePlan, unknown_devices_are_refused_with_the_list_and_a_suggestion) {
  EXPECT_THAT(why_refused({.device = "CPX"}),
              AllOf(HasSubstr("OpenVINO lists"), HasSubstr("CPU"), HasSubstr("did you mean CPU?")));
  EXPECT_THAT(why_refused({.device = "toaster"}),
              AllOf(HasSubstr("TOASTER is not on this machine"), testing::Not(HasSubstr("did you mean"))));
  EXPECT_THAT(why_refused({.device = "BATCH:CPU"}), HasSubstr("is not on this machine"));
}

TEST(DevicePlan, other_devices_choose_their_own_threads_and_precision) {
  const auto made = plan({.device = "AUTO", .performance_mode = "throughput"});
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->is_cpu);
  EXPECT_EQ(property<ov::hint::PerformanceMode>(*made, "PERFORMANCE_HINT"), ov::hint::PerformanceMode::THROUGHPUT);
  EXPECT_FALSE(made->properties.contains("NUM_STREAMS"));
  EXPECT_FALSE(made->properties.contains("INFERENCE_PRECISION_HINT"));
}

TEST(ModelCache, lies_in_a_folder_of_openvinos_version) {
  const TempFolder folder;
  DevicePlan made;
  const std::filesystem::path place = add_cache(made, folder.path() / "a/b");
  EXPECT_EQ(place.parent_path(), folder.path() / "a/b");
  EXPECT_THAT(place.filename().string(), StartsWith("openvino-20"));
  EXPECT_TRUE(std::filesystem::is_directory(place));
  EXPECT_EQ(property<std::string>(made, "CACHE_DIR"), place.string());
}

TEST(ModelCache, is_left_out_when_not_wanted_or_not_possible) {
  const TempFolder folder;
  DevicePlan made;
  EXPECT_EQ(add_cache(made, ""), "none");
  EXPECT_THAT(add_cache(made, folder.write("file", "x") / "cache"), StartsWith("none: "));
  EXPECT_TRUE(made.properties.empty());
}

TEST(AvailableDevices, lists_the_cpu) { EXPECT_THAT(available_devices(), testing::Contains("CPU")); }

}  // namespace
}  // namespace hazard::detect
