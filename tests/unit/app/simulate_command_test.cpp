#include "app/simulate_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "image/decoder.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class simulate_command : public ::testing::Test {
 protected:
  simulate_command() : folder_(fs::temp_directory_path() / ("simulate_test_" + std::to_string(::getpid()))) {}
  ~simulate_command() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  SimulateOptions small() const {
    SimulateOptions options;
    options.drive.size = {160, 96};
    options.drive.hazards_per_km = 300;
    options.folder = folder_ / "drive";
    options.count = 3;
    return options;
  }
  static std::string text_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static std::vector<std::string> lines_of(const fs::path& path) {
    std::ifstream stream(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  fs::path folder_;
};

TEST_F(simulate_command, writes_pictures_of_the_size_and_their_truth) {
  const SimulateOptions options = small();
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  for (const char* name : {"000001.jpg", "000002.jpg", "000003.jpg"}) {
    const std::string bytes = text_of(options.folder / name);
    const auto header = image::probe({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    ASSERT_TRUE(header.has_value()) << name;
    EXPECT_EQ(header->upright, (domain::SizePx{160, 96}));
  }
  EXPECT_FALSE(fs::exists(options.folder / "000004.jpg"));
  EXPECT_FALSE(fs::exists(options.folder / "truth.jsonl.part"));
  const auto lines = lines_of(options.folder / "truth.jsonl");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr(R"({"file":"000001.jpg","width":160,"height":96,"boxes":[)"));
  EXPECT_THAT(lines[2], HasSubstr("000003.jpg"));
  for (const char* key : {"\"lat\":", "\"lon\":", "\"heading_deg\":", "\"speed_mps\":", "\"time_s\":"})
    EXPECT_THAT(lines[1], HasSubstr(key));
}

TEST_F(simulate_command, truth_says_how_much_of_a_hazard_is_in_the_picture) {
  SimulateOptions options = small();
  options.count = 30;
  options.drive.hazards_per_km = 200;
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  const std::string truth = text_of(options.folder / "truth.jsonl");
  EXPECT_THAT(truth, HasSubstr("\"visible\":1}"));
  EXPECT_THAT(truth, HasSubstr("\"visible\":0."));  // cut by the picture's edge
}

TEST_F(simulate_command, every_and_first_choose_the_frames) {
  SimulateOptions options = small();
  options.drive.fps = 10;
  options.first = 20;
  options.every = 5;
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  const auto lines = lines_of(options.folder / "truth.jsonl");
  EXPECT_THAT(lines[0], HasSubstr("\"time_s\":2}"));
  EXPECT_THAT(lines[1], HasSubstr("\"time_s\":2.5}"));
  EXPECT_THAT(lines[2], HasSubstr("\"time_s\":3}"));
}

TEST_F(simulate_command, same_options_write_the_same_bytes) {
  SimulateOptions options = small();
  options.count = 1;
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  const std::string picture = text_of(options.folder / "000001.jpg");
  const std::string truth = text_of(options.folder / "truth.jsonl");
  options.folder = folder_ / "again";
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  EXPECT_EQ(text_of(options.folder / "000001.jpg"), picture);
  EXPECT_EQ(text_of(options.folder / "truth.jsonl"), truth);
}

TEST_F(simulate_command, quality_changes_the_size_of_the_file) {
  SimulateOptions options = small();
  options.count = 1;
  options.quality = 95;
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  const auto fine = fs::file_size(options.folder / "000001.jpg");
  options.quality = 30;
  ASSERT_EQ(run_simulate(options), ExitCode::ok);
  EXPECT_LT(fs::file_size(options.folder / "000001.jpg"), fine);
}

TEST_F(simulate_command, folder_that_cannot_be_made_is_refused) {
  SimulateOptions options = small();
  fs::create_directories(folder_);
  std::ofstream(folder_ / "file") << "in the way";
  options.folder = folder_ / "file";
  EXPECT_EQ(run_simulate(options), ExitCode::cannot_start);
}

TEST_F(simulate_command, option_out_of_range_writes_nothing) {
  SimulateOptions options = small();
  options.count = 0;
  EXPECT_EQ(run_simulate(options), ExitCode::usage);
  EXPECT_FALSE(fs::exists(options.folder));
}

TEST_F(simulate_command, each_limit_holds_at_and_refuses_beyond) {
  const auto fits = [&](auto change) {
    SimulateOptions options = small();
    change(options);
    return check(options).has_value();
  };
  EXPECT_TRUE(fits([](auto& o) { o.drive.size = {32, 7680}; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.size = {31, 100}; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.size = {100, 7681}; }));
  EXPECT_TRUE(fits([](auto& o) { o.drive.darkness = 1; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.darkness = 1.01; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.darkness = -0.01; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.fps = 0; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.fps = std::numeric_limits<double>::quiet_NaN(); }));
  EXPECT_TRUE(fits([](auto& o) { o.drive.hazards_per_km = 400; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.hazards_per_km = 401; }));
  EXPECT_TRUE(fits([](auto& o) { o.quality = 100; }));
  EXPECT_FALSE(fits([](auto& o) { o.quality = 101; }));
  EXPECT_FALSE(fits([](auto& o) { o.quality = 0; }));
  EXPECT_TRUE(fits([](auto& o) { o.count = kSimulateCountMost; }));
  EXPECT_FALSE(fits([](auto& o) { o.count = kSimulateCountMost + 1; }));
  EXPECT_FALSE(fits([](auto& o) { o.every = 0; }));
  EXPECT_TRUE(fits([](auto& o) { o.drive.camera_pitch_deg = 35; }));
  EXPECT_FALSE(fits([](auto& o) { o.drive.camera_pitch_deg = 36; }));
}

TEST_F(simulate_command, refusal_names_option_value_and_range) {
  SimulateOptions options = small();
  options.drive.shake = 9;
  const auto refused = check(options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, domain::ErrorCode::invalid_value);
  EXPECT_THAT(refused.error().message, HasSubstr("shake takes 0 to 4, not 9"));
}

}  // namespace
}  // namespace hazard::app
