#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/drive_door.hpp"
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

constexpr std::string_view kTrack =
    R"(<gpx><trk><trkseg><trkpt lat="48" lon="11"><time>2026-05-17T10:00:00Z</time></trkpt>)"
    R"(<trkpt lat="48.001" lon="11"><time>2026-05-17T10:00:10Z</time></trkpt></trkseg></trk></gpx>)";

// Notes what comes, and answers as it is told.
struct ScriptedDoor : DriveDoor {
  bool reads = true;
  bool full = false;
  int taken = 0;
  DriveStatus known{.id = "one", .state = DriveState::processing, .created_at = {}, .pictures = 3, .pictures_total = 9};

  bool reads_video() const override { return reads; }
  void take(std::string video, std::string track, std::function<void(domain::Result<DriveStatus>)> done) override {
    if (full) return done(domain::refuse(domain::ErrorCode::queue_full, "full"));
    EXPECT_EQ(video, "moving pictures");
    EXPECT_EQ(track, kTrack);
    ++taken;
    done(DriveStatus{.id = "one"});
  }
  std::optional<DriveStatus> status(const std::string& id) const override {
    return id == known.id ? std::optional(known) : std::nullopt;
  }
};

std::string drive_form(std::string_view video) {
  const std::string edge = "--edge\r\nContent-Disposition: form-data; name=\"";
  return edge + "mp4_file\"; filename=\"d.mp4\"\r\n\r\n" + std::string(video) + "\r\n" + edge +
         "gpx_file\"; filename=\"d.gpx\"\r\n\r\n" + std::string(kTrack) + "\r\n--edge--\r\n";
}

TEST(routes_hosting, a_drive_is_taken_and_can_be_asked_about) {
  ScriptedDoor door;
  auto options = live_options();
  options.drives = &door;
  LiveDesk live(std::move(options));
  const auto taken = live.post("/api/uploads/", drive_form("moving pictures"), kForm);
  EXPECT_EQ(taken.status, 201);
  EXPECT_THAT(taken.body, HasSubstr(R"("upload_id":"one","status":"Queued","created_at":")"));
  EXPECT_THAT(live.get("/api/uploads/one/status").body, HasSubstr(R"("status":"Processing")"));
  EXPECT_THAT(live.get("/api/uploads/one/status").body, HasSubstr(R"("pictures":3,"pictures_total":9)"));
  EXPECT_EQ(live.get("/api/uploads/two/status").status, 404);
  EXPECT_EQ(live.post("/api/uploads/", drive_form(""), kForm).status, 422);
  door.full = true;
  EXPECT_EQ(live.post("/api/uploads/", drive_form("moving pictures"), kForm).status, 429);
  door.reads = false;
  EXPECT_EQ(live.post("/api/uploads/", drive_form("moving pictures"), kForm).status, 501);
  EXPECT_EQ(door.taken, 1);
}

TEST(routes_hosting, half_an_upload_is_taken_for_nothing) {
  ScriptedDoor door;
  auto options = live_options();
  options.drives = &door;
  LiveDesk live(std::move(options));
  const auto whole = drive_form("moving pictures");
  EXPECT_GE(live.post("/api/uploads/", whole.substr(0, whole.size() - 12), kForm).status, 400);
  EXPECT_GE(live.post("/api/uploads/", whole.substr(0, whole.size() / 2), kForm).status, 400);
  EXPECT_EQ(door.taken, 0);
}

}  // namespace
}  // namespace hazard::serve
