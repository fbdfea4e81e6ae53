"""What installed clients send, as bytes: forms, pictures with hazards, damaged ones, a session. Shared by the tests of this folder."""
import base64
import http.client
import json
import struct
import uuid

from conftest import strict

BROWSER = {"User-Agent": "Mozilla/5.0 (legacy page)"}
# The web smoke script's own 1x1 PNG: its IDAT length and checksum are wrong, yet it wants replies.
SMOKE_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")[:-20] + b"\x00" * 20


def form(*parts, boundary="edge"):
    """Parts are (name, content) or (name, content, filename, type); the body and its content type."""
    body = b""
    for name, content, *file in parts:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if file:
            body += f'; filename="{file[0]}"'.encode()
        body += b"\r\n"
        if len(file) > 1 and file[1]:
            body += f"Content-Type: {file[1]}\r\n".encode()
        body += b"\r\n" + (content if isinstance(content, bytes) else content.encode()) + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def upload(server, path, picture, name="file", filename="frame.jpg", kind="image/jpeg", headers=None, extra=()):
    body, type_header = form((name, picture, filename, kind), *extra)
    return server.request("POST", path, body, {**type_header, **(headers or {})})


def post_json(server, path, value, method="POST", headers=None):
    return server.request(method, path, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def start_session(server, headers=None):
    status, _, reply = server.request("POST", "/session/start", b"", {"Content-Type": "application/json", **(headers or {})})
    assert status == 200, reply
    uuid.UUID(reply["session_id"])
    return reply["session_id"]


def rotated(jpeg):
    """The JPEG with an EXIF orientation of 6: stored on its side."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def check_box(detection, width, height):
    x1, y1, x2, y2 = detection["bbox"]
    assert 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height
    box = detection["box"]
    assert abs(box["x"] - x1) < 0.02 and abs(box["w"] - (x2 - x1)) < 0.02


class EventReader:
    """An event stream as a browser reads it: lines that begin with `data: `, each one event."""

    def __init__(self, server, path="/events", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        self.connection.request("GET", path, headers=headers or {})
        self.reply = self.connection.getresponse()
        self.last_id = None

    def next(self):
        while True:
            line = self.reply.readline().decode()
            assert line, "the stream ended"
            assert not line.startswith("event:"), "a name would hide events from onmessage"
            if line.startswith("id: "):
                self.last_id = line[4:].strip()
            if line.startswith("data: "):
                return strict(line[6:])

    def until(self, kind):
        while True:
            event = self.next()
            if event["type"] == kind:
                return event

    def close(self):
        self.connection.close()
