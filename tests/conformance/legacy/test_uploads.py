"""Drives that are uploaded (family GR), from outside: video and track in, hazards out, and nothing of what was refused or broken off."""
import shutil
import socket
import subprocess
import time

import pytest

from conftest import Server
from legacy_client import form
from test_import import drive  # noqa: F401 (the fixture)

FFMPEG = shutil.which("ffmpeg")


@pytest.fixture(scope="module")
def video(drive, tmp_path_factory):  # noqa: F811
    path = tmp_path_factory.mktemp("video") / "drive.mp4"
    subprocess.run([FFMPEG, "-v", "error", "-framerate", "5", "-i", drive[0] / "pictures" / "%06d.jpg", "-c:v", "mpeg4", "-q:v", "2", path],
                   check=True)
    return path.read_bytes(), (drive[0] / "drive.gpx").read_bytes()


def post(server, movie, track):
    body, headers = form(("mp4_file", movie, "drive.mp4", "video/mp4"), ("gpx_file", track, "drive.gpx", "application/gpx+xml"))
    return server.request("POST", "/api/uploads/", body, headers)


def until_ended(server, upload, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status, _, reply = server.request("GET", f"/api/uploads/{upload}/status")
        assert status == 200
        if reply["status"] in ("Done", "Failed"):
            return reply
        time.sleep(0.2)
    raise AssertionError(reply)


@pytest.mark.skipif(FFMPEG is None, reason="videos need ffmpeg")
def test_a_drive_becomes_hazards_and_its_video_goes(video, tmp_path):
    server = Server(DATA_DIR=str(tmp_path), CONFIDENCE_THRESHOLD="0.4")
    try:
        status, _, taken = post(server, *video)
        assert status == 201 and taken["status"] == "Queued" and taken["created_at"]
        ended = until_ended(server, taken["upload_id"])
        assert ended["status"] == "Done" and ended["hazards"] >= 1 and ended["pictures"] == 150, ended
        _, _, page = server.request("GET", "/reports?source=upload")
        assert page["total_count"] >= 1 and all(r["location"]["latitude"] for r in page["reports"])
        assert {r["metadata"]["session_id"] for r in page["reports"]} == {ended["session_id"]}
        assert not list(tmp_path.rglob("*.mp4")) and not list(tmp_path.rglob("*.gpx"))
        assert until_ended(server, post(server, *video)[2]["upload_id"])["hazards"] == 0, "the same drive again"
        assert until_ended(server, post(server, b"no video", video[1])[2]["upload_id"])["status"] == "Failed"
    finally:
        server.stop()
    again = Server(DATA_DIR=str(tmp_path))
    try:
        assert until_ended(again, taken["upload_id"])["status"] == "Done", "known over a restart"
    finally:
        again.stop()


@pytest.mark.skipif(FFMPEG is None, reason="videos need ffmpeg")
def test_a_restart_goes_on_with_a_drive(video, tmp_path):
    server = Server(DATA_DIR=str(tmp_path), CONFIDENCE_THRESHOLD="0.4")
    upload = post(server, *video)[2]["upload_id"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.request("GET", f"/api/uploads/{upload}/status")[2]["pictures"] < 25:
        time.sleep(0.05)
    server.process.kill()
    server.process.wait()
    again = Server(DATA_DIR=str(tmp_path), CONFIDENCE_THRESHOLD="0.4")
    try:
        ended = until_ended(again, upload)
        assert ended["status"] == "Done" and ended["hazards"] >= 1
    finally:
        again.stop()


@pytest.mark.skipif(FFMPEG is None, reason="videos need ffmpeg")
def test_a_video_of_more_than_half_a_day_is_refused(tmp_path):
    still = tmp_path / "still.mp4"
    subprocess.run([FFMPEG, "-v", "error", "-f", "lavfi", "-i", "color=size=64x64:rate=1/60", "-t", str(13 * 3600), "-c:v", "mpeg4", still],
                   check=True)
    track = (b'<gpx><trkpt lat="48" lon="11"><time>2026-05-17T00:00:00Z</time></trkpt>'
             b'<trkpt lat="48.1" lon="11"><time>2026-05-17T23:00:00Z</time></trkpt></gpx>')
    server = Server(DATA_DIR=str(tmp_path / "data"))
    try:
        ended = until_ended(server, post(server, still.read_bytes(), track)[2]["upload_id"])
        assert ended["status"] == "Failed" and "longer than 12 hours" in str(ended), ended
        assert ended["pictures"] == 0
    finally:
        server.stop()


def test_without_ffmpeg_a_good_track_is_told_so_and_nothing_is_stored(tmp_path):
    server = Server(DATA_DIR=str(tmp_path), PATH="/nonexistent")
    track = (b'<gpx><trkpt lat="48" lon="11"><time>2026-05-17T10:00:00Z</time></trkpt>'
             b'<trkpt lat="48.1" lon="11"><time>2026-05-17T10:01:00Z</time></trkpt></gpx>')
    try:
        status, _, reply = post(server, b"video", track)
        assert status == 501 and reply["code"] == "not_implemented" and "ffmpeg" in reply["detail"]
        assert post(server, b"video", b"<gpx></gpx>")[0] == 400, "the track is checked first"
    finally:
        server.stop()
    assert not (tmp_path / "uploads").exists()


def test_half_an_upload_leaves_nothing(tmp_path):
    server = Server(DATA_DIR=str(tmp_path))
    try:
        body, headers = form(("mp4_file", b"v" * 100_000, "drive.mp4", "video/mp4"), ("gpx_file", b"<gpx>", "a.gpx", ""))
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(f"POST /api/uploads/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: {headers['Content-Type']}\r\n"
                               f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:60_000])
        assert server.request("GET", "/health")[0] == 200
        assert server.request("POST", "/api/uploads/", body[:60_000], headers)[0] in (400, 422)
    finally:
        server.stop()
    assert not (tmp_path / "uploads").exists() and not (tmp_path / "imports").exists()
