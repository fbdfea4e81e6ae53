"""The FastAPI server of bench/peers speaks the protocol that it is compared over: every frame one verdict, the newest one wins."""
import base64
import json
import struct
import subprocess
import time
import urllib.request

import pytest
from websockets.sync.client import connect

from conftest import ROOT, free_port

PYTHON = ROOT / "build" / "peers-venv" / "bin" / "python"
VERDICTS = ("detection_result", "frame_dropped", "error")

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="NOT TESTED: the peer's environment build/peers-venv is not there; docs/performance.md says how to make it")


@pytest.fixture(scope="module")
def peer():
    port = free_port()
    process = subprocess.Popen([PYTHON, ROOT / "bench/peers/fastapi/server.py", "--port", str(port), "--hint", "throughput"])
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "the peer did not start"
                time.sleep(0.1)
        yield f"ws://127.0.0.1:{port}/stream/detection"
    finally:
        process.terminate()
        process.wait(timeout=15)


def envelope(number, picture):
    return struct.pack("<4sHHQq", b"HSF1", 0, 0, number, 0) + picture


def next_of(socket, kinds):
    while True:
        message = json.loads(socket.recv(timeout=20))
        if message["type"] in kinds:
            return message


def seq_of(verdict):
    return verdict["data"]["seq"] if "data" in verdict else verdict["seq"]


def test_answers_a_binary_and_a_text_frame_with_boxes_in_the_picture(peer, frame):
    with connect(peer + "?confidence_threshold=0.01") as socket:
        assert next_of(socket, ("session_created",))["session_id"]
        socket.send(envelope(7, frame))
        first = next_of(socket, VERDICTS)
        assert first["type"] == "detection_result" and first["data"]["frame_id"] == "7" and first["data"]["seq"] == 1
        socket.send(json.dumps({"type": "frame", "frame_id": "a", "image_data": base64.b64encode(frame).decode()}))
        second = next_of(socket, VERDICTS)
        assert second["data"]["frame_id"] == "a" and second["data"]["seq"] == 2
        assert second["data"]["image"] == {"width": 640, "height": 360}
        for detection in second["data"]["detections"]:
            x1, y1, x2, y2 = detection["bbox"]
            assert 0 <= x1 <= x2 <= 640 and 0 <= y1 <= y2 <= 360 and 0 < detection["confidence"] <= 1


def test_finds_the_same_boxes_as_the_server(peer, server, frame):
    """Both run the same graph: the best box agrees, or the comparison compares two different jobs."""
    def best(url):
        with connect(url + "?confidence_threshold=0.02&enable_tracking=false&fields=lean") as socket:
            next_of(socket, ("session_created",))
            socket.send(envelope(1, frame))
            return next_of(socket, VERDICTS)["data"]["detections"][0]
    theirs, ours = best(peer), best(server.ws + "/stream/detection")
    assert theirs["class_id"] == ours["class_id"]
    assert theirs["bbox"] == pytest.approx(ours["bbox"], abs=6)
    assert theirs["confidence"] == pytest.approx(ours["confidence"], abs=0.05)


def test_a_burst_ends_in_one_verdict_each_and_the_last_frame_is_answered(peer, frame):
    with connect(peer) as socket:
        next_of(socket, ("session_created",))
        for number in range(1, 21):
            socket.send(envelope(number, frame))
        verdicts = [next_of(socket, VERDICTS) for _ in range(20)]
    assert sorted(map(seq_of, verdicts)) == list(range(1, 21))
    drops = [each for each in verdicts if each["type"] == "frame_dropped"]
    assert drops and all(each["reason"] == "superseded" for each in drops)
    assert seq_of(verdicts[-1]) == 20 and verdicts[-1]["type"] == "detection_result"


@pytest.mark.parametrize("message, code", [
    (b"HSFX" + bytes(30), "invalid_envelope"),
    (b"HSF1", "invalid_envelope"),
    (envelope(1, b"\xff\xd8 no picture"), "undecodable_image"),
    (envelope(1, b"no picture either"), "undecodable_image"),
    ("no json", "invalid_json"),
    ('{"type":"other"}', "unknown_message_type"),
])
def test_refuses_with_a_code_and_lives(peer, frame, message, code):
    with connect(peer) as socket:
        next_of(socket, ("session_created",))
        socket.send(message)
        assert next_of(socket, VERDICTS)["code"] == code
        socket.send(envelope(2, frame))
        assert next_of(socket, VERDICTS)["type"] == "detection_result"
