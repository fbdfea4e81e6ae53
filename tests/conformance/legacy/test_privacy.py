"""Phones and pages at the default settings, for a while; then every file that the server wrote: no whole picture in any of them, and once
each has asked to be forgotten, no trace of them. HAZARD_PRIVACY_MINUTES=10 for the long form."""
import base64
import json
import os
import pathlib
import sqlite3
import struct
import threading
import time
import uuid

import pytest
from websockets.sync.client import connect

import conftest
from conftest import Server, drive_picture, find_number, strict
from legacy_client import start_session, upload

MINUTES = float(os.environ.get("HAZARD_PRIVACY_MINUTES", "0.25"))
MODEL = conftest.ROOT / "models" / "hazard-yolo12n"
WIDTH, HEIGHT, FPS = 640, 360, 5
PAGE = {"User-Agent": "page-of-a-person-8812"}
# What may lie there: the database with its log, the parts of pictures, the lock, saved sessions, compiled models.
KINDS = ("hazards.db", "hazards.db-wal", "hazards.db-shm", "*.jpg", "*.lock", "lock", "sessions*.json", "*.blob", "*.cl_cache")


class Phone(threading.Thread):
    """Streams a part of the simulated drive around and around, each round of it on a road of its own. One sends text, one binary."""

    def __init__(self, server, pictures, binary, north):
        super().__init__()
        self.server, self.pictures, self.binary, self.north = server, pictures, binary, north
        self.word = f"word-{uuid.uuid4().hex}"  # in every frame_id
        self.program = f"phone-{north}"
        self.client_id, self.results, self.failure = None, 0, None

    def message(self, i):
        picture = self.pictures[i % len(self.pictures)]
        place = {"lat": self.north + i * 2 / 111_195, "lng": 11.5, "accuracy": 4, "heading": 0, "speed": 10}
        head = {"frame_id": f"{self.word}-{i}", "metadata": {"location": place}}
        if self.binary:
            text = json.dumps(head).encode()
            return b"HSF1" + struct.pack("<HHQq", len(text), 0, i, 0) + text + picture
        return json.dumps({**head, "type": "frame", "image_data": base64.b64encode(picture).decode()})

    def run(self):
        try:
            self.stream()
        except Exception as failure:  # shown by the test
            self.failure = failure

    def stream(self):
        with connect(f"{self.server.ws}/stream/detection?delivery=all", max_size=None, user_agent_header=self.program) as socket:
            self.client_id = strict(socket.recv(timeout=10))["client_id"]
            begun, i = time.monotonic(), 0
            while time.monotonic() < begun + 60 * MINUTES:
                socket.send(self.message(i))
                while strict(socket.recv(timeout=30))["type"] not in ("detection_result", "frame_dropped"):
                    pass
                self.results += 1
                i += 1
                time.sleep(max(0.0, begun + i / FPS - time.monotonic()))


class Watch(threading.Thread):
    """Which files the server has open for writing, looked at all the time: all of them must lie in its own folders."""

    def __init__(self, pid, folder):
        super().__init__(daemon=True)
        self.pid, self.folder, self.elsewhere, self.looks, self.over = pid, folder, set(), 0, threading.Event()

    def run(self):
        while not self.over.wait(0.2):
            self.looks += 1
            for entry in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
                if int(entry.name) <= 2:
                    continue  # its log, which is the caller's
                try:
                    flags = int(pathlib.Path(f"/proc/{self.pid}/fdinfo/{entry.name}").read_text().split("flags:")[1].split()[0], 8)
                    path = os.readlink(entry)
                except (OSError, IndexError):
                    continue  # closed meanwhile
                if flags & 3 and path.startswith("/") and not path.startswith((str(self.folder), "/dev/")):
                    self.elsewhere.add(path)


def jpeg_sizes(data):
    """Width and height of every JPEG in the bytes, wherever it begins, as its frame header says."""
    sizes, at = [], data.find(b"\xff\xd8\xff")
    while at >= 0:
        marker = at + 2
        while data[marker:marker + 1] == b"\xff" and len(data) > marker + 9:
            if data[marker + 1] in (0xC0, 0xC1, 0xC2):
                height, width = struct.unpack(">HH", data[marker + 5:marker + 9])
                sizes.append((width, height))
                break
            marker += 2 + struct.unpack(">H", data[marker + 2:marker + 4])[0]
        at = data.find(b"\xff\xd8\xff", at + 3)
    return sizes


def traces_of(picture):
    """Bytes that only this picture has, and the same in base64: from the middle, where the pixels are, and varied enough to be no
    pattern of an even surface."""
    middle = next(at for at in range(len(picture) // 2, len(picture)) if len(set(picture[at:at + 16])) >= 12)
    middle -= middle % 3
    return [picture[middle:middle + 18], base64.b64encode(picture[middle:middle + 18])]


def files_of(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def kinds_left_out(folder):
    return [path for path in files_of(folder) if not any(path.match(kind) for kind in KINDS)]


def words_kept_of(data, sessions):
    """All that the database says of these sessions and that names or places them: ids, labels, positions as they lie in its pages."""
    words = [session.encode() for session in sessions]
    database = sqlite3.connect(f"file:{data}/hazards.db?mode=ro", uri=True)
    marks = ",".join("?" * len(sessions))
    for hazard, sighting, key, frame, here, kept in database.execute(
            "SELECT s.hazard_id,s.id,s.client_key,s.best_frame,s.lat,h.lat FROM sightings s JOIN hazards h ON h.id=s.hazard_id"
            f" WHERE s.session_id IN ({marks})", sessions):
        words += [word.encode() for word in (hazard, sighting, key, frame) if len(word) >= 8]
        words += [struct.pack(order, lat) for lat in (here, kept) if lat is not None for order in (">d", "<d")]
    for (picture,) in database.execute(
            f"SELECT e.id FROM evidence e JOIN sightings s ON s.hazard_id=e.hazard_id WHERE s.session_id IN ({marks})", sessions):
        words.append(picture.encode())
    database.close()
    return sorted(set(words))


def found_in(folder, words):
    found = []
    for path in files_of(folder):
        content = path.read_bytes() + path.name.encode()
        found += [(path.name, word) for word in words if word in content]
    return found


@pytest.fixture(scope="module")
def drive(server):
    first = max(0, find_number(server, lambda scores: scores and max(scores) >= 0.65) - 40)
    return [drive_picture(server, first + i) for i in range(200)]


@pytest.fixture
def driven(tmp_path, drive, sure_frame, monkeypatch):
    """A server with its data, its state, its temporary files and its working folder under one roof, after two phones and a page."""
    for name in ("work", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(conftest, "ROOT", tmp_path / "work")  # where it runs: paths of its own that are not absolute lie there
    server = Server(DATA_DIR=str(tmp_path / "data"), STREAMING_STATE_DIR=str(tmp_path / "state"), TMPDIR=str(tmp_path / "tmp"),
                    HOME=str(tmp_path / "work"), MODEL_PATH=str(MODEL))
    watch = Watch(server.process.pid, tmp_path)
    watch.start()
    phones = [Phone(server, drive, False, 48.1), Phone(server, drive[100:] + drive[:100], True, 51.3)]
    for phone in phones:
        phone.start()
    session = start_session(server, PAGE)
    reply = upload(server, f"/detect/{session}", sure_frame, headers=PAGE)[2]
    assert reply["new_reports"]
    for phone in phones:
        phone.join()
    watch.over.set()
    deadline = time.monotonic() + 90  # tracks end after the last picture
    while time.monotonic() < deadline and server.request("GET", "/reports?source=stream")[2]["total_count"] < 2:
        time.sleep(0.2)
    yield server, tmp_path, phones, session, watch
    if server.process.poll() is None:
        server.stop()


def test_no_whole_picture_is_on_disk_and_a_forgotten_client_leaves_nothing(driven, drive, sure_frame):
    server, folder, phones, page_session, watch = driven
    assert [phone.failure for phone in phones] == [None, None] and all(phone.results > 20 for phone in phones)
    assert watch.looks > 10 and not watch.elsewhere
    assert not kinds_left_out(folder)

    sizes = [size for path in files_of(folder) for size in jpeg_sizes(path.read_bytes())]
    assert sizes and all(width * height <= WIDTH * HEIGHT / 2 for width, height in sizes)
    traces = [trace for picture in [*drive, sure_frame] for trace in traces_of(picture)]
    assert not found_in(folder, traces)

    streams = [phone.client_id for phone in phones]
    words = words_kept_of(folder / "data", [*streams, page_session]) + [phone.word.encode() for phone in phones]
    assert {word for _, word in found_in(folder, words)} >= {stream.encode() for stream in streams} | {page_session.encode()}
    print(f"{sum(phone.results for phone in phones)} pictures streamed, {len(files_of(folder))} files, {len(sizes)} parts of pictures kept,"
          f" the largest {max(w * h for w, h in sizes) / (WIDTH * HEIGHT):.2f} of a frame, {len(words)} words to forget")

    # The one by its session, the other by who sent it.
    status, _, gone = server.request("DELETE", f"/session/{streams[0]}")
    assert status == 200 and gone["reports_deleted"] >= 1
    assert server.request("GET", "/hazards")[2]["total_count"] > 0
    status, _, gone = server.request("DELETE", "/client", headers={"User-Agent": phones[1].program})
    assert status == 200 and gone["reports_deleted"] >= 1
    assert server.request("DELETE", "/client", headers=PAGE)[0] == 200
    assert not found_in(folder, words)
    assert server.request("GET", "/hazards")[2]["total_count"] == 0
    assert server.stop() == 0
    assert not found_in(folder, words), "nor after the stop"
