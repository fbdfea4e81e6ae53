"""`hazardstream import`: a recorded drive becomes the hazards that are on it, once, however often the import was interrupted."""
import json
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from conftest import BINARY, ROOT, Server

START = int(time.time()) - 86400  # of the drive's first picture; REPORTS_KEEP_DAYS is counted from when a hazard was seen
METRES_PER_DEGREE = 111_195.0


def run(*words, check=0, **more):
    environment = {**os.environ, "LOG_LEVEL": "error"}
    done = subprocess.run([BINARY, *map(str, words)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, **more)
    assert check is None or done.returncode == check, done.stdout + done.stderr
    return done


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{round(seconds % 1 * 1000):03d}Z"


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    """Pictures of the simulated drive, a fix a second as GPX, and where the hazards truly are."""
    folder = tmp_path_factory.mktemp("drive")
    run("simulate", folder / "pictures", "--count", 150, "--fps", 5, "--width", 640, "--height", 360, "--seed", 3)
    truth = [json.loads(line) for line in (folder / "pictures" / "truth.jsonl").read_text().splitlines()]
    points = "".join(f'<trkpt lat="{t["lat"]}" lon="{t["lon"]}"><time>{iso(START + t["time_s"])}</time></trkpt>'
                     for t in truth[::5] + truth[-1:])
    (folder / "drive.gpx").write_text(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>')
    places = {}
    for picture in truth:
        for box in picture["boxes"]:
            if box["distance_m"] > 12:
                continue  # the nearer, the better its place is known from the picture
            heading = math.radians(picture["heading_deg"])
            ahead = box["distance_m"] + 1.5  # of the receiver
            places[box["id"]] = (picture["lat"] + ahead * math.cos(heading) / METRES_PER_DEGREE,
                                 picture["lon"] + ahead * math.sin(heading) / METRES_PER_DEGREE / math.cos(math.radians(picture["lat"])))
    return folder, list(places.values())


def words(drive, data, *more):
    return ["import", drive / "pictures", "--gpx", drive / "drive.gpx", "--fps", 5, "--camera-height", 1.35, "--pitch", 6,
            "--confidence-threshold", 0.4, "--data-dir", data, *more]


def hazards_in(data):
    """What is kept, but for ids and the moments at which it was written."""
    with sqlite3.connect(f"file:{data}/hazards.db?mode=ro", uri=True) as database:
        hazards = database.execute("SELECT class_name, first_seen, last_seen, lat, lon, uncertainty, best_confidence, best_frame, passes, "
                                   "sightings, state, reason FROM hazards ORDER BY first_seen, lat, lon").fetchall()
        lines = database.execute("SELECT from_time, to_time, pictures, hits, line FROM coverage ORDER BY from_time").fetchall()
    sizes = sorted(len(path.read_bytes()) for path in (data / "pictures").rglob("*.jpg"))
    return hazards, lines, sizes


@pytest.fixture(scope="module")
def imported(drive, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    done = run(*words(drive[0], data))
    return data, done.stdout


def away(a, b):
    east = (a[1] - b[1]) * math.cos(math.radians(a[0]))
    return math.hypot(a[0] - b[0], east) * METRES_PER_DEGREE


def test_hazards_lie_near_the_truth(drive, imported):
    hazards, lines, sizes = hazards_in(imported[0])
    assert len(hazards) >= 2, imported[1]
    near = [min(away(h[3:5], place) for place in drive[1]) for h in hazards if h[10] != 3]
    assert sorted(near)[len(near) // 2] < 5, near
    assert sum(distance < 10 for distance in near) >= 0.8 * len(near), near
    assert all(START * 1e6 <= h[1] <= h[2] <= (START + 31) * 1e6 for h in hazards), "their times are those of the drive"
    assert lines and sum(line[2] for line in lines) >= 140
    assert sizes and len(sizes) <= len(hazards)


def test_a_server_shows_them_and_the_drive_as_a_session(imported):
    server = Server(DATA_DIR=str(imported[0]))
    try:
        _, _, page = server.request("GET", "/reports?source=import")
        assert page["total_count"] >= 2 and all(report["image"] for report in page["reports"])
        session = page["reports"][0]["metadata"]["session_id"]
        status, _, summary = server.request("GET", f"/session/{session}/summary")
        assert status == 200 and session in imported[1]
    finally:
        server.stop()


def test_the_same_drive_is_not_imported_twice(drive, imported, tmp_path):
    before = hazards_in(imported[0])
    moved = tmp_path / "elsewhere"
    shutil.copytree(drive[0], moved)
    assert "imported before" in run(*words(moved, imported[0])).stdout
    assert hazards_in(imported[0]) == before


def killed_after(process, data, pictures):
    """Kills the import once its journal has so many lines."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        journal = list((data / "imports").glob("*/pictures.jsonl"))
        if journal and journal[0].read_bytes().count(b"\n") >= pictures:
            return
        time.sleep(0.02)
    raise AssertionError(f"the import ended before it had {pictures} pictures: {process.poll()}")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_and_started_again_it_ends_in_the_same_hazards(drive, imported, tmp_path, how):
    for pictures in (33, 90):
        process = subprocess.Popen([BINARY, *map(str, words(drive[0], tmp_path))], cwd=ROOT, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        killed_after(process, tmp_path, pictures)
        process.send_signal(how)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == (-9 if how == signal.SIGKILL else 1)
        if how == signal.SIGINT:
            assert "goes on from there" in said
        with sqlite3.connect(tmp_path / "hazards.db") as database:
            assert database.execute("SELECT count(*) FROM hazards").fetchone()[0] == 0, "all of a drive or nothing"
    done = run(*words(drive[0], tmp_path))
    assert "looked at by an earlier run" in done.stdout
    assert hazards_in(tmp_path) == hazards_in(imported[0])
    assert not list((tmp_path / "imports").glob("*"))


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="videos need ffmpeg")
def test_a_video_is_a_drive_too(drive, tmp_path):
    video = tmp_path / "drive.mp4"
    pictures = drive[0] / "pictures" / "%06d.jpg"
    subprocess.run(["ffmpeg", "-v", "error", "-framerate", "5", "-i", pictures, "-c:v", "mpeg4", "-q:v", "2", video], check=True)
    done = run("import", video, "--gpx", drive[0] / "drive.gpx", "--fps", 5, "--confidence-threshold", 0.4, "--data-dir", tmp_path / "data")
    hazards, lines, _ = hazards_in(tmp_path / "data")
    assert "150 pictures" in done.stdout and len(hazards) >= 1 and lines
    assert all(min(away(h[3:5], place) for place in drive[1]) < 15 for h in hazards if h[10] != 3)


def test_a_running_server_keeps_its_folder_to_itself(drive, tmp_path):
    server = Server(DATA_DIR=str(tmp_path))
    try:
        refused = run(*words(drive[0], tmp_path), check=3)
        assert "another hazardstream" in refused.stderr and str(server.process.pid) in refused.stderr
    finally:
        server.stop()


@pytest.mark.parametrize("more, said", [
    (["--fps", "0.09"], "--fps"), (["--fps", "60.1"], "--fps"), (["--offset", "soon"], "--offset"), (["--start", "noon"], "--start"),
    (["--camera-height", "1.3"], "together"), (["--camera-height", "0.4", "--pitch", "5"], "--camera-height"),
    (["--camera-height", "1", "--pitch", "36"], "--pitch"), (["--fov", "19"], "--fov")])
def test_wrong_words_do_nothing(drive, tmp_path, more, said):
    refused = run("import", drive[0] / "pictures", "--data-dir", tmp_path / "data", *more, check=2)
    assert said in refused.stderr and not (tmp_path / "data").exists()


def test_a_bad_track_is_refused_with_the_place(drive, tmp_path):
    track = tmp_path / "bad.gpx"
    track.write_text((drive[0] / "drive.gpx").read_text().replace("<trkpt lat=", '<trkpt lat="0" lon="0"><time>2020-01-01T00:00:00Z'
                                                                  "</time></trkpt><trkpt lat=", 1))
    assert "point 1" in run("import", drive[0] / "pictures", "--gpx", track, "--data-dir", tmp_path / "data", check=2).stderr


def test_without_a_folder_to_keep_things_in_nothing_is_looked_at(drive):
    assert "DATA_DIR" in run("import", drive[0] / "pictures", check=3).stderr


def test_a_source_that_is_not_there_or_empty_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    for source, said in [("nowhere", "no such"), (tmp_path / "empty", "no pictures")]:
        assert said in run("import", source, "--data-dir", tmp_path / "data", check=1).stderr


def test_damaged_pictures_are_left_out_and_counted(drive, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, path in enumerate(sorted((drive[0] / "pictures").glob("*.jpg"))[:12]):
        (pictures / path.name).write_bytes(b"no picture" if number in (0, 5) else path.read_bytes())
    assert "2 pictures could not be read" in run("import", pictures, "--data-dir", tmp_path / "data").stdout
