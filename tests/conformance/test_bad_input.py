"""What a stranger may send wrongly: each its documented code, nothing else hurt, never a 5xx."""
import base64
import json
import struct
import zlib

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from conftest import strict
from test_streaming import create_session, envelope, multipart, open_stream, send_frame

PNG_1X1 = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


def png_header(width, height):
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))


def cmyk_jpeg_header():
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 20, 8, 480, 640, 4) + bytes(b for i in range(4) for b in (i + 1, 0x11, 0))
    scan = b"\xff\xda" + struct.pack(">HB", 14, 4) + bytes(b for i in range(4) for b in (i + 1, 0)) + b"\x00\x3f\x00"
    return b"\xff\xd8" + frame + scan + b"\x00" * 64 + b"\xff\xd9"


def ask(socket, message):
    socket.send(message)
    return strict(socket.recv(timeout=5))


def text_frame(picture):
    return json.dumps({"type": "frame", "image_data": base64.b64encode(picture).decode()})


@pytest.fixture
def socket(server):
    socket, _ = open_stream(server, "?delivery=all")
    yield socket
    # Whatever was sent, the connection lives and the next good frame is answered.
    reply = ask(socket, '{"type":"ping"}')
    assert reply["type"] == "pong"
    socket.close()


@pytest.mark.parametrize("message, code", [
    ("not json", "invalid_json"), ("[1,2]", "invalid_json"), ('{"type":"frame","type":"ping"}', "invalid_json"),
    ("{" * 40, "invalid_json"), ('{"type":"dance"}', "unknown_message_type"), ("{}", "unknown_message_type"),
    ('{"type":"frame"}', "missing_image"), ('{"type":"frame","image_data":""}', "missing_image"),
    ('{"type":"frame","image_data":"%%%%"}', "invalid_base64"),
    ('{"type":"config_update","config":{"fps_limit":31}}', "invalid_value"),
    ('{"type":"config_update","config":{"fps_limit":0}}', "invalid_value"),
    ('{"type":"config_update","config":{"fps_limit":"ten"}}', "invalid_value"),
])
def test_text_messages(socket, message, code):
    reply = ask(socket, message)
    assert reply["type"] == "error" and reply["code"] == reply["error_code"] == code
    assert isinstance(reply["error"], str)


def test_a_lone_surrogate_or_broken_utf8_never_comes_back(server):
    raw, _ = open_stream(server)
    raw.send(b'{"type":"ping","x":"\xff\xfe"}', text=True)
    try:
        assert strict(raw.recv(timeout=5))["code"] == "invalid_json"
    except ConnectionClosed as closed:
        assert closed.rcvd.code in (1007, 1002)


@pytest.mark.parametrize("name, picture, code", [
    ("no image", b"hello, this is no picture at all", "unsupported_format"),
    ("CMYK JPEG", cmyk_jpeg_header(), "unsupported_format"),
    ("60,000 x 60,000 PNG header", png_header(60000, 60000), "image_too_large"),
    ("JPEG magic alone", b"\xff\xd8\xff", "undecodable_image"),
    ("GIF", b"GIF89a\x10\x00\x10\x00\x00\x00\x00", "unsupported_format"),
])
def test_pictures(socket, name, picture, code):
    for message in (text_frame(picture), envelope(picture)):
        reply = ask(socket, message)
        assert (reply["type"], reply.get("code")) == ("error", code), name
        assert reply["seq"] >= 1 and reply["event"] >= 1


def test_a_truncated_jpeg_is_refused_and_the_next_frame_answered(socket, frame):
    assert ask(socket, envelope(frame[: len(frame) // 2]))["code"] == "undecodable_image"
    assert ask(socket, envelope(frame))["type"] == "detection_result"


def test_a_1x1_png_is_answered_with_an_empty_list(socket):
    for _ in range(3):
        reply = ask(socket, text_frame(PNG_1X1))
        assert reply["type"] == "detection_result" and reply["data"]["detections"] == []


@pytest.mark.parametrize("message", [
    envelope(b"x", magic=b"HSF2"), envelope(b"x", reserved=1), envelope(b"x", length=5000), envelope(b"x", length=4000),
    envelope(b"x", text=b"[1]"), envelope(b"x", text=b"{bad}"), b"HSF1", b"",
])
def test_envelopes(socket, message):
    assert ask(socket, message)["code"] == "invalid_envelope"


def test_a_20_mb_message_closes_with_1009(server):
    socket, _ = open_stream(server)
    with pytest.raises(ConnectionClosed) as closed:
        socket.send(b"HSF1" + bytes(20_000_000))
        socket.recv(timeout=5)
    assert closed.value.rcvd.code == 1009
    assert server.request("GET", "/health")[0] == 200


@pytest.mark.parametrize("method, path, body, status, code", [
    ("POST", "/stream/sessions", b"{no", 422, "invalid_json"),
    ("POST", "/stream/sessions", b'{"fps_limit":31}', 422, "invalid_value"),
    ("POST", "/stream/sessions", b'{"fps_limit":0}', 422, "invalid_value"),
    ("GET", "/stream/events/nobody", None, 404, "session_not_found"),
    ("GET", "/stream/sessions/nobody/stats", None, 404, "session_not_found"),
    ("POST", "/stream/process/nobody", b"{}", 404, "session_not_found"),
    ("DELETE", "/stream/sessions/nobody", None, 404, "session_not_found"), ("GET", "/no/such/route", None, 404, "not_found"),
    ("GET", "/debug", None, 404, "not_found"), ("DELETE", "/health", None, 405, "method_not_allowed"),
    ("GET", "/../etc/passwd", None, 404, "not_found"), ("GET", "/%2e%2e/etc/passwd", None, 404, "not_found"),
    ("POST", "/detect", b"x" * 20_000_000, 413, None),
])
def test_rest(server, method, path, body, status, code):
    try:
        got, headers, reply = server.request(method, path, body)
    except OSError:
        assert status == 413  # the server may close before the whole body is sent
        return
    assert got == status, reply
    if code:
        assert reply["code"] == code and isinstance(reply["detail"], str) and reply["request_id"]


def test_process_refuses_at_once_with_its_status(server, frame):
    session = create_session(server)
    for body, status in ((b"{no", 422), (b'{"frame_id":"x"}', 422)):
        got, _, reply = server.request("POST", session["upload_endpoint"], body)
        assert got == status and isinstance(reply["detail"], str)


def test_a_foreign_origin_gets_no_stream(server):
    with pytest.raises(Exception) as refused:
        connect(f"{server.ws}/stream/detection", origin="https://evil.example", legacy=True)
    assert refused.value.response.status_code == 403
