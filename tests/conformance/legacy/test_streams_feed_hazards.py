"""What a stream sees is kept like what pages see: tracks become hazards with their place, drives become lines."""
import base64
import json
import pathlib
import struct
import time

import pytest
from websockets.sync.client import connect

from conftest import Server, drive_picture, find_number, strict


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """A server that was driven past: sixty pictures around a sure hazard of the simulated drive, with positions 2 m apart."""
    running = Server(DATA_DIR=str(tmp_path_factory.mktemp("data")))
    running.data = pathlib.Path(running.settings["DATA_DIR"])
    first = max(0, find_number(running, lambda scores: scores and max(scores) >= 0.65) - 20)
    query = "fps_limit=30&delivery=all&confidence_threshold=0.4&quality_mode=quality"
    with connect(f"{running.ws}/stream/detection?{query}", max_size=None) as socket:
        socket.recv(timeout=5)
        for i in range(60):
            image = base64.b64encode(drive_picture(running, first + i)).decode()
            place = {"lat": 48.1 + i * 2 / 111_195, "lng": 11.5, "accuracy": 4, "heading": 0, "speed": 20}
            socket.send(json.dumps({"type": "frame", "frame_id": f"f{i}", "image_data": image, "metadata": {"location": place}}))
            assert strict(socket.recv(timeout=10))["type"] == "detection_result"
    deadline = time.monotonic() + 90  # the session waits for its client to come back before it ends
    while time.monotonic() < deadline and running.request("GET", "/hazards")[2]["total_count"] == 0:
        time.sleep(0.2)
    yield running
    assert running.stop() == 0


def test_tracks_become_hazards_with_a_place_and_a_reason(driven):
    _, _, page = driven.request("GET", "/hazards")
    assert page["total_count"] >= 1
    for hazard in page["hazards"]:
        assert 48.09 < hazard["location"]["latitude"] < 48.11 and hazard["location"]["uncertainty_m"] > 0
        _, _, whole = driven.request("GET", "/hazards/" + hazard["id"])
        assert whole["sighting_list"][0]["source"] == "stream" and whole["sighting_list"][0]["hits"] >= 3 and whole["reason"]


def test_each_is_also_a_report_and_a_feature(driven):
    _, _, hazards = driven.request("GET", "/hazards")
    _, _, reports = driven.request("GET", "/reports?source=stream")
    assert {r["id"] for r in reports["reports"]} == {h["id"] for h in hazards["hazards"]}
    _, _, collection = driven.request("GET", "/reports.geojson")
    assert all(abs(feature["geometry"]["coordinates"][0] - 11.5) < 0.001 for feature in collection["features"])


def jpeg_size(data):
    """Width and height as the frame header says."""
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    return width, height


def test_a_part_of_the_best_picture_is_kept_and_shown(driven):
    _, _, reports = driven.request("GET", "/reports?source=stream")
    assert any(report["image"] for report in reports["reports"])
    for report in reports["reports"]:
        if report["image"]:
            assert driven.request("GET", "/report/image/" + report["id"])[0] == 200
            assert driven.request("GET", "/report/plot/" + report["id"])[0] == 200


def test_no_file_of_the_data_folder_holds_a_whole_frame(driven):
    pictures = [path.read_bytes() for path in driven.data.rglob("*") if path.is_file() and path.read_bytes()[:2] == b"\xff\xd8"]
    assert pictures
    for width, height in map(jpeg_size, pictures):
        assert width * height <= 640 * 360 / 2


def test_no_whole_frame_is_kept(driven):
    _, _, reports = driven.request("GET", "/reports?source=stream")
    assert all(report["image"] is None or report["image"]["width"] * report["image"]["height"] <= 640 * 360 / 2
               for report in reports["reports"])


def test_what_a_stream_left_can_be_erased(driven):
    session = driven.request("GET", "/reports?source=stream")[2]["reports"][0]["metadata"]["session_id"]
    status, _, gone = driven.request("DELETE", f"/session/{session}")
    assert status == 200 and gone["reports_deleted"] >= 1
    assert driven.request("GET", "/hazards")[2]["total_count"] == 0
    assert driven.request("DELETE", f"/session/{session}")[0] == 404
