#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_hosting, a_picture_is_kept_and_deleted) {
  LiveDesk live;
  const auto hosted = live.upload("/upload-cloudinary", small_jpeg(), "image");
  ASSERT_EQ(hosted.status, 200);
  EXPECT_THAT(LiveDesk::text_field(hosted.body, "image_url"), HasSubstr("http://localhost/hosted/"));
  const auto id = LiveDesk::text_field(hosted.body, "public_id");
  EXPECT_EQ(live.get("/hosted/" + id).body, small_jpeg());
  EXPECT_EQ(live.post("/delete-image", R"({"public_id":")" + id + "\"}").status, 200);
  EXPECT_EQ(live.get("/hosted/" + id).status, 404);
  EXPECT_EQ(live.post("/delete-image", R"({"public_id":"..%2f..%2fhazards.db"})").status, 404);
  EXPECT_EQ(live.post("/delete-image", "{}").status, 422);
  EXPECT_EQ(live.upload("/upload-cloudinary", "text", "image", "text/plain").status, 400);
  EXPECT_EQ(live.upload("/upload-cloudinary", "garbage", "image").status, 400);
}

TEST(routes_hosting, a_drive_needs_a_track_before_anything_else) {
  LiveDesk live;
  EXPECT_EQ(live.upload("/api/uploads/", "no track", "gpx_file", "").status, 400);
  EXPECT_EQ(live.upload("/api/uploads/", "video", "mp4_file", "").status, 422);
  EXPECT_EQ(live.get("/api/uploads/x/status").status, 404);
}

}  // namespace
}  // namespace hazard::serve
