"""Streams that lose their connection, and their server: received = sent minus what was declared gone, nothing twice, the same
track ids. The usual run is short; HAZARD_RESUME_CUTS=300 HAZARD_RESUME_RESTARTS=50 is the whole one, with -s it prints its figures."""
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from conftest import BINARY, ROOT, free_port

from resume_client import Camera, Cut, RawSocket, Refused, environment
from resume_event_client import EventStreamCamera

CUTS = environment("HAZARD_RESUME_CUTS", 40)
RESTARTS = environment("HAZARD_RESUME_RESTARTS", 5)
# quality: the rungs of a busy machine would move the boxes that identities are compared by.
QUERY = "fps_limit=30&confidence_threshold=0.25&quality_mode=quality&delivery="


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A crawl past three potholes apart from one another: they stay in sight, so that their identities can be compared."""
    folder = tmp_path_factory.mktemp("drive")
    words = "--count 12 --width 640 --height 360 --speed 0.1 --shake 0 --hazards-per-km 300 --seed 9".split()
    subprocess.run([BINARY, "simulate", folder, *words], check=True, capture_output=True, timeout=60)
    return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]


class Restarted:
    """A server that is stopped and started again on the same port."""

    def __init__(self, **settings):
        self.port = environment("HAZARD_TEST_PORT", 0) or free_port()
        self.settings = settings
        self.process = None

    def start(self):
        values = {**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "LOG_LEVEL": "warn", **self.settings}
        self.process = subprocess.Popen([BINARY, "serve"], cwd=ROOT, env=values, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5):
                    return self
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, "the server ended at start"
                time.sleep(0.05)
        raise AssertionError("the server was not ready within a minute")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def trained(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stream/stats", timeout=5) as reply:
            return json.loads(reply.read())["model_info"].get("trained") is not False

    def session(self, name):
        """What the server says of it, or that there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stream/sessions/{name}", timeout=5) as reply:
                return reply.read().decode()
        except urllib.error.HTTPError as refused:
            return f"answered {refused.code}"

    def stats(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stream/stats", timeout=5) as reply:
            return json.loads(reply.read())["streaming_stats"]


def report(title, books, more=""):
    total = {name: sum(getattr(book, name) for book in books)
             for name in ("arrived", "never_arrived", "verdicts", "replayed", "gaps", "ids_kept", "ids_changed")}
    print(f"\n{title}: {total['arrived']} frames arrived, {total['never_arrived']} were cut off, {total['verdicts']} verdicts "
          f"({total['replayed']} replayed), {total['gaps']} declared gone, track ids kept {total['ids_kept']}, "
          f"changed {total['ids_changed']}{more}")


@pytest.mark.parametrize("delivery", ["all", "latest"])
def test_no_cut_of_the_connection_loses_or_repeats_a_verdict(pictures, delivery):
    server = Restarted().start()
    camera = Camera(server.port, pictures, seed=7, query=QUERY + delivery)
    camera.connect_for(30)
    kinds = {}
    try:
        for _ in range(CUTS):
            for _ in range(camera.random.randrange(1, 6)):
                camera.send()
                camera.listen(camera.random.uniform(0, 0.06))
            for _ in range(camera.random.randrange(0, 3)):  # on their way when it is cut, or their verdicts are
                camera.send()
            time.sleep(camera.random.uniform(0, 0.05))
            kind = camera.cut()
            kinds[kind] = kinds.get(kind, 0) + 1
            try:
                camera.connect_for(10)
            except Refused as refused:
                pytest.fail(f"{refused} after cut {sum(kinds.values())} ({kind}); the session is {server.session(camera.book.session_id)}, "
                            f"{server.stats()['resumes']}")
            camera.listen(camera.random.uniform(0, 0.1))
        camera.drain()
        resumes, trained = server.stats()["resumes"], server.trained()
        camera.leave()
    finally:
        code = server.stop()
    report(f"{CUTS} cuts, delivery={delivery}", [camera.book], f"; {kinds}; server {resumes}")
    assert camera.book.problems == [] and camera.book.balanced
    assert code == 0
    assert resumes["resumed"] >= CUTS and resumes["refused"] == 0 and resumes["expired"] == 0
    assert camera.book.gaps == 0, "nobody was away long enough for the ring to run over"
    assert camera.book.ids_changed == 0 and (camera.book.ids_kept > 0 or not trained)


def run_camera(camera, over, interval):
    """Sends until told that it is over; reconnects whenever it has to. Anything unexpected is a problem in the book."""
    try:
        while not over.is_set():
            try:
                camera.send()
                camera.listen(interval)
                if camera.random.random() < 0.05:  # away of itself, perhaps while the server restarts
                    camera.send()
                    camera.cut()
                    time.sleep(camera.random.uniform(0, 1))
                    raise Cut("its own")
            except Cut:
                if camera.line:
                    camera.line.socket.close()
                camera.connect_for(40)
        camera.drain()
        camera.leave()
    except Exception as failure:  # noqa: BLE001: whatever it is, the book must say it
        camera.book.problems.append(f"{type(failure).__name__}: {failure}")


def run_event_camera(camera, over, interval):
    try:
        while not over.is_set():
            try:
                camera.send()
                time.sleep(interval)
            except (urllib.error.HTTPError, OSError, ValueError):
                camera.connect_for(40)
        camera.drain()
    except Exception as failure:  # noqa: BLE001
        camera.book.problems.append(f"{type(failure).__name__}: {failure}")


def test_no_restart_of_the_server_loses_or_repeats_a_verdict(pictures, tmp_path):
    server = Restarted(STREAMING_STATE_DIR=str(tmp_path / "state")).start()
    over = threading.Event()
    cameras = [Camera(server.port, pictures, seed=seed, query=QUERY + delivery) for seed, delivery in ((1, "all"), (2, "latest"))]
    events = EventStreamCamera(server.port, pictures, seed=3)
    threads = []
    for camera in cameras:
        camera.connect_for(30)
        threads.append(threading.Thread(target=run_camera, args=(camera, over, 0.08)))
    events.connect_for(30)
    events.start()
    threads.append(threading.Thread(target=run_event_camera, args=(events, over, 0.15)))
    for thread in threads:
        thread.start()
    codes, restored = [], []
    try:
        for _ in range(RESTARTS):
            time.sleep(0.3 + cameras[0].random.random())
            codes.append(server.stop())
            server.start()
            restored.append(server.stats()["restored_sessions"])
        time.sleep(1)
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=60)
        unreadable, trained = server.stats()["unreadable_states"], server.trained()
        codes.append(server.stop())
    books = [camera.book for camera in cameras] + [events.book]
    report(f"{RESTARTS} restarts", books)
    assert [problem for book in books for problem in book.problems] == []
    assert all(book.balanced for book in books)
    assert set(codes) == {0}
    assert set(restored) == {3} and unreadable == 0
    kept = sum(camera.book.ids_kept for camera in cameras)
    changed = sum(camera.book.ids_changed for camera in cameras)
    assert changed == 0 and (kept > 0 or not trained)
    assert os.listdir(tmp_path / "state") == ["sessions.state"] or os.listdir(tmp_path / "state") == []


def test_a_damaged_state_costs_the_sessions_and_not_the_start(tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "sessions.state").write_bytes(b'{"format":"hazardstream sessions","version":1}\n\xff\x00 rubbish\n')
    server = Restarted(STREAMING_STATE_DIR=str(state)).start()
    try:
        assert server.stats()["unreadable_states"] == 1
        assert server.stats()["restored_sessions"] == 0
        assert not list(state.iterdir()), "what was read is gone"
    finally:
        assert server.stop() == 0


def refusal(port, query):
    line = RawSocket(port, query)
    with pytest.raises(Refused) as refused:
        line.upgrade()
    status, _, body = str(refused.value).partition(" ")
    body = json.loads(body)
    body.pop("request_id")
    return int(status), body


def test_wrong_spent_and_unknown_are_refused_in_the_same_words(pictures):
    server = Restarted().start()
    try:
        camera = Camera(server.port, pictures, seed=1, query="session_id=mine")
        camera.connect()
        first = camera.book.token
        camera.connect()  # takes over; the first token is spent as soon as the answer has arrived
        camera.listen(0.3)
        answers = [refusal(server.port, query) for query in
                   (f"session_id=mine&resume={first}", f"session_id=mine&resume={'0' * 32}", f"session_id=nobody&resume={first}",
                    "session_id=mine&resume=", f"resume={camera.book.token}")]
        assert all(answer == answers[0] for answer in answers), answers
        assert answers[0][0] == 403 and answers[0][1]["code"] == "resume_refused"
        assert refusal(server.port, "session_id=mine")[0] == 409
        camera.leave()
        time.sleep(0.3)
        assert refusal(server.port, f"session_id=mine&resume={camera.book.token}") == answers[0], "a clean close is the end"
    finally:
        assert server.stop() == 0


def test_the_connection_that_was_taken_over_is_told(pictures):
    server = Restarted().start()
    try:
        camera = Camera(server.port, pictures, seed=1, query="delivery=all")
        camera.connect()
        old = camera.line
        camera.connect()
        assert old.receive(5)["reason"] == "replaced"
        with pytest.raises(Cut):
            old.receive(5)
        assert old.close_code == 1001
        camera.send()
        camera.listen(1)
        assert camera.book.verdicts == 1 and camera.book.problems == []
        camera.leave()
    finally:
        assert server.stop() == 0
