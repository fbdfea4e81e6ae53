#include "store/evidence_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

using test::at_second;
using test::uuid;
using testing::ElementsAre;
using testing::IsEmpty;

struct EvidenceFolderTest : testing::Test {
  std::unique_ptr<EvidenceFolder> open(std::int64_t bytes_most = 1000) {
    return EvidenceFolder::open(temp.path() / "evidence", {.bytes_most = bytes_most, .age_most = std::chrono::seconds(100)})
        .value();
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(temp.path())) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  test::TempFolder temp;
  domain::Bytes picture = domain::Bytes(400, 7);
};

TEST_F(EvidenceFolderTest, a_picture_comes_back_and_goes_when_erased) {
  const auto folder = open();
  ASSERT_TRUE(folder->put(uuid(1), picture, at_second(0)).has_value());
  EXPECT_EQ(folder->read(uuid(1)), picture);
  EXPECT_EQ(folder->bytes(), 400);
  EXPECT_TRUE(folder->erase(uuid(1)));
  EXPECT_FALSE(folder->erase(uuid(1)));
  EXPECT_FALSE(folder->read(uuid(1)).has_value());
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(folder->bytes(), 0);
}

TEST_F(EvidenceFolderTest, ids_that_are_no_lower_case_uuids_are_refused_and_touch_no_file) {
  const auto folder = open();
  for (const std::string& id : {std::string(), std::string("../../etc/passwd"), std::string("..%2f") + uuid(1).substr(5),
                                "../" + uuid(1).substr(3), uuid(1) + "x", std::string("0000000A") + uuid(1).substr(8),
                                uuid(1).substr(0, 35) + std::string(1, '\0'), uuid(1).substr(0, 35) + "/"}) {
    EXPECT_FALSE(folder->put(id, picture, at_second(0)).has_value()) << id;
    EXPECT_FALSE(folder->read(id).has_value()) << id;
    EXPECT_FALSE(folder->erase(id)) << id;
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(EvidenceFolderTest, over_the_budget_of_bytes_the_oldest_go) {
  const auto folder = open(800);
  EXPECT_THAT(folder->put(uuid(1), picture, at_second(2)).value(), IsEmpty());
  EXPECT_THAT(folder->put(uuid(2), picture, at_second(1)).value(), IsEmpty());  // exactly at the budget
  EXPECT_THAT(folder->put(uuid(3), picture, at_second(3)).value(), ElementsAre(uuid(2)));
  EXPECT_EQ(folder->bytes(), 800);
  EXPECT_EQ(files(), 2U);
}

TEST_F(EvidenceFolderTest, a_picture_larger_than_the_budget_is_refused_and_nothing_else_goes) {
  const auto folder = open(400);
  ASSERT_TRUE(folder->put(uuid(1), picture, at_second(0)).has_value());
  EXPECT_FALSE(folder->put(uuid(2), domain::Bytes(401), at_second(1)).has_value());
  EXPECT_EQ(folder->pictures(), 1U);
}

TEST_F(EvidenceFolderTest, the_same_id_again_replaces_the_picture) {
  const auto folder = open();
  ASSERT_TRUE(folder->put(uuid(1), picture, at_second(0)).has_value());
  const domain::Bytes other(100, 9);
  ASSERT_TRUE(folder->put(uuid(1), other, at_second(1)).has_value());
  EXPECT_EQ(folder->read(uuid(1)), other);
  EXPECT_EQ(folder->bytes(), 100);
}

TEST_F(EvidenceFolderTest, readers_see_whole_pictures_or_none_while_others_are_put_replaced_and_erased) {
  const auto folder = open(800);
  std::atomic<bool> over = false;
  std::atomic<int> broken = 0;
  std::thread reader([&] {
    while (!over) {
      for (const unsigned number : {1U, 2U, 3U}) {
        const auto bytes = folder->read(uuid(number));
        const bool whole = !bytes || (!bytes->empty() && *bytes == domain::Bytes(bytes->size(), bytes->front()));
        if (!whole || (bytes && bytes->size() != 100U * bytes->front())) ++broken;
      }
    }
  });
  for (unsigned i = 0; i < 300; ++i) {
    const auto fill = static_cast<std::uint8_t>(1 + i % 4);
    ASSERT_TRUE(folder->put(uuid(1 + i % 3), domain::Bytes(100U * fill, fill), at_second(i)).has_value());
    if (i % 5 == 0) folder->erase(uuid(2));
  }
  over = true;
  reader.join();
  EXPECT_EQ(broken, 0);
  EXPECT_LE(folder->bytes(), 800);
  EXPECT_EQ(files(), folder->pictures());
}

TEST_F(EvidenceFolderTest, a_picture_that_cannot_be_written_leaves_the_others_where_they_are) {
  const auto folder = open(800);
  for (const unsigned number : {1U, 2U}) ASSERT_TRUE(folder->put(uuid(number), picture, at_second(number)).has_value());
  const std::string blocked = "ff" + uuid(3).substr(2);
  std::ofstream(temp.path() / "evidence" / "ff") << "a file where a folder is needed";
  EXPECT_FALSE(folder->put(blocked, picture, at_second(3)).has_value());
  EXPECT_FALSE(folder->read(blocked));
  EXPECT_EQ(folder->pictures(), 2U);
  EXPECT_EQ(folder->bytes(), 800);
}

TEST_F(EvidenceFolderTest, age_below_and_at_the_limit_stays_and_above_goes) {
  const auto folder = open();
  ASSERT_TRUE(folder->put(uuid(1), picture, at_second(0)).has_value());
  ASSERT_TRUE(folder->put(uuid(2), picture, at_second(1)).has_value());
  EXPECT_THAT(folder->expire(at_second(100)), IsEmpty());
  EXPECT_THAT(folder->expire(at_second(100.5)), ElementsAre(uuid(1)));
  EXPECT_EQ(files(), 1U);
}

TEST_F(EvidenceFolderTest, a_later_process_takes_over_what_is_there_without_halves_and_strangers) {
  open()->put(uuid(1), picture, at_second(0)).value();
  std::ofstream(temp.path() / "evidence" / "half.part") << "x";
  std::ofstream(temp.path() / "evidence" / "readme.txt") << "x";
  const auto folder = open();
  EXPECT_EQ(folder->pictures(), 1U);
  EXPECT_EQ(folder->bytes(), 400);
  EXPECT_EQ(folder->read(uuid(1)), picture);
  EXPECT_EQ(files(), 2U);
}

TEST_F(EvidenceFolderTest, files_without_a_row_are_swept) {
  const auto folder = open();
  folder->put(uuid(1), picture, at_second(0)).value();
  folder->put(uuid(2), picture, at_second(0)).value();
  EXPECT_EQ(folder->sweep([](const std::string& id) { return id == uuid(2); }), 1U);
  EXPECT_FALSE(folder->read(uuid(1)).has_value());
  EXPECT_TRUE(folder->read(uuid(2)).has_value());
}

TEST_F(EvidenceFolderTest, a_folder_that_cannot_be_made_is_refused_with_its_name) {
  std::ofstream(temp.path() / "file") << "x";
  const auto refused = EvidenceFolder::open(temp.path() / "file", {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("file"), std::string::npos);
}

TEST_F(EvidenceFolderTest, only_the_owner_may_enter) {
  open();
  EXPECT_EQ(std::filesystem::status(temp.path() / "evidence").permissions(), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace hazard::store
