"""What every test from outside stands on: the release binary (or the one that HAZARDSTREAM names) on a free port of loopback, ended
afterwards."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = pathlib.Path(os.environ.get("HAZARDSTREAM", ROOT / "build" / "hazardstream"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, stderr=None, until="/health/ready", **settings):
        self.port = free_port()
        self.settings = settings
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}"
        environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "LOG_LEVEL": "warn", **settings}
        self.process = subprocess.Popen([BINARY, "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.request("GET", until)[0] == 200:
                    return
            except OSError:
                pass
            assert self.process.poll() is None, "the server ended at start"
            time.sleep(0.02)
        raise AssertionError("the server was not ready within a minute")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=15)

    def request(self, method, path, body=None, headers=None):
        """Status, headers and body (JSON when it is) of one request."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, reply.headers, parse(reply.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, parse(refused.read())


def strict(text):
    def no_constant(name):
        raise ValueError(f"{name} is no JSON")
    return json.loads(text, parse_constant=no_constant)


def parse(body):
    try:
        return strict(body)
    except ValueError:
        return body.decode(errors="replace")


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def frame(server):
    """A JPEG of the simulated drive."""
    with urllib.request.urlopen(f"{server.url}/demo/drive.jpg?frame=1&width=640&height=360&seed=1", timeout=10) as reply:
        return reply.read()


def drive_picture(server, frame):
    with urllib.request.urlopen(f"{server.url}/demo/drive.jpg?frame={frame}&width=640&height=360&seed=1", timeout=10) as reply:
        return reply.read()


def find_number(server, wanted, only=None):
    """The number of the first picture of the simulated drive whose detections' scores satisfy `wanted`; `only` of this class."""
    for number in range(1, 400, 3):
        _, _, reply = server.request("POST", "/detect", drive_picture(server, number), {"Content-Type": "image/jpeg"})
        kinds = {detection["class_name"] for detection in reply["detections"]}
        if wanted([detection["confidence"] for detection in reply["detections"]]) and (only is None or kinds == {only}):
            return number
    raise AssertionError("the simulated drive has no such picture")


def find_frame(server, wanted, only=None):
    return drive_picture(server, find_number(server, wanted, only))


@pytest.fixture(scope="session")
def sure_frame(server):
    """A picture in which the model is sure of a crack, and of nothing in between."""
    return find_frame(server, lambda scores: scores and max(scores) >= 0.65 and all(s >= 0.62 or s < 0.45 for s in scores), "crack")


@pytest.fixture(scope="session")
def clear_frame(server):
    return find_frame(server, lambda scores: not scores)
