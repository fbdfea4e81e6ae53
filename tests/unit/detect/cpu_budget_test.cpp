#include "detect/cpu_budget.hpp"

#include <gtest/gtest.h>

#include "temp_folder.hpp"

namespace hazard::detect {
namespace {

TEST(CpuMax, reads_quota_over_period) {
  EXPECT_DOUBLE_EQ(*cores_of_cpu_max("200000 100000\n"), 2.0);
  EXPECT_DOUBLE_EQ(*cores_of_cpu_max("150000 100000"), 1.5);
  EXPECT_DOUBLE_EQ(*cores_of_cpu_max("50000 100000\n"), 0.5);
}

TEST(CpuMax, no_limit_and_nonsense_are_no_quota) {
  for (const char* text :
       {"max 100000\n", "", "100000", "a b", "100000 0", "0 100000", "-1 100000", "1e999 1", "100000 100000 x"}) {
    EXPECT_FALSE(cores_of_cpu_max(text).has_value()) << text;
  }
}

TEST(CombineCores, takes_the_fewer_rounded_down_but_never_none) {
  EXPECT_EQ(combine_cores(8, std::nullopt), 8);
  EXPECT_EQ(combine_cores(8, 2.0), 2);
  EXPECT_EQ(combine_cores(2, 8.0), 2);
  EXPECT_EQ(combine_cores(8, 1.5), 1);
  EXPECT_EQ(combine_cores(8, 2.9999), 3);  // a division's rounding
  EXPECT_EQ(combine_cores(8, 0.5), 1);
  EXPECT_EQ(combine_cores(0, std::nullopt), 1);
}

TEST(CgroupCores, version_2_takes_the_tightest_on_the_way_up) {
  const TempFolder root;
  root.write("proc/self/cgroup", "0::/pod/box\n");
  root.write("sys/fs/cgroup/pod/box/cpu.max", "max 100000\n");
  EXPECT_FALSE(cgroup_cores(root.path()).has_value());
  root.write("sys/fs/cgroup/pod/cpu.max", "300000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_cores(root.path()).value_or(0), 3.0);
  root.write("sys/fs/cgroup/pod/box/cpu.max", "100000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_cores(root.path()).value_or(0), 1.0);
}

TEST(CgroupCores, version_2_inside_a_container_sees_only_its_mount) {
  const TempFolder root;
  root.write("proc/self/cgroup", "0::/../../elsewhere\n");
  root.write("sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_cores(root.path()).value_or(0), 2.5);
}

TEST(CgroupCores, version_1_reads_the_cpu_controller_only) {
  const TempFolder root;
  root.write("proc/self/cgroup", "9:cpuset:/box\n4:cpu,cpuacct:/box\n2:memory:/box\n");
  root.write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "400000\n");
  root.write("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(cgroup_cores(root.path()).value_or(0), 4.0);
  root.write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
  EXPECT_FALSE(cgroup_cores(root.path()).has_value());
}

TEST(CgroupCores, nothing_there_or_nonsense_is_no_quota) {
  const TempFolder root;
  EXPECT_FALSE(cgroup_cores(root.path()).has_value());
  root.write("proc/self/cgroup", "no colons\n:\n::\n0::/a\n");
  root.write("sys/fs/cgroup/a/cpu.max", "nonsense");
  EXPECT_FALSE(cgroup_cores(root.path()).has_value());
}

TEST(UsableCores, is_at_least_one) { EXPECT_GE(usable_cores(), 1); }

}  // namespace
}  // namespace hazard::detect
