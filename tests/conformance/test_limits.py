"""The limits of docs/protocol.md from outside: the last value that passes and the first that does not, with the documented answer."""
import base64
import json
import socket as sockets
import struct

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from conftest import strict
from test_streaming import create_session, envelope, multipart

FRAME_MAX = 4 * 1024 * 1024
CONTROL_MAX = 64 * 1024


@pytest.fixture
def stream(server):
    with connect(f"{server.ws}/stream/detection?delivery=all", max_size=None, compression=None) as socket:
        assert strict(socket.recv(timeout=5))["type"] == "session_created"
        yield socket


def ask(socket, message):
    socket.send(message)
    return strict(socket.recv(timeout=10))


def padded(picture, size):
    """The same JPEG, `size` bytes long: what follows its end is passed over."""
    return picture + bytes(size - len(picture))


def code_of(reply):
    return reply.get("code") or reply["type"]


def test_picture_bytes_in_a_binary_frame(stream, frame):
    assert ask(stream, envelope(padded(frame, FRAME_MAX)))["type"] == "detection_result"
    assert code_of(ask(stream, envelope(padded(frame, FRAME_MAX + 1)))) == "frame_too_large"
    assert ask(stream, envelope(frame))["type"] == "detection_result"


def test_picture_bytes_in_a_text_frame(stream, frame):
    for size, expected in ((FRAME_MAX, "detection_result"), (FRAME_MAX + 1, "frame_too_large")):
        text = json.dumps({"type": "frame", "image_data": base64.b64encode(padded(frame, size)).decode()})
        assert code_of(ask(stream, text)) == expected


def test_a_binary_message_that_can_hold_no_frame_closes_with_1009(stream):
    with pytest.raises(ConnectionClosed) as closed:
        stream.send(bytes(FRAME_MAX + 24 + 4096 + 1))
        stream.recv(timeout=10)
    assert closed.value.rcvd.code == 1009


def test_json_part_of_an_envelope(stream, frame):
    text = json.dumps({"frame_id": "x"}).encode()
    assert ask(stream, envelope(frame, text=text.ljust(4096)))["data"]["frame_id"] == "x"
    assert code_of(ask(stream, envelope(frame, text=text.ljust(4097)))) == "invalid_envelope"


def test_text_beside_a_picture(stream, frame):
    image = base64.b64encode(frame).decode()
    empty = json.dumps({"type": "frame", "image_data": image, "x": ""})
    room = CONTROL_MAX - (len(empty) - len(image))
    for size, expected in ((room, "detection_result"), (room + 1, "message_too_large")):
        assert code_of(ask(stream, json.dumps({"type": "frame", "image_data": image, "x": "y" * size}))) == expected


def test_control_messages(stream):
    room = CONTROL_MAX - len('{"type":"ping","x":""}')
    assert ask(stream, '{"type":"ping","x":"' + "y" * room + '"}')["type"] == "pong"
    assert code_of(ask(stream, '{"type":"ping","x":"' + "y" * (room + 1) + '"}')) == "message_too_large"
    assert ask(stream, '{"type":"ping"}')["type"] == "pong"


def test_depth_and_number_of_json_values(stream):
    for depth, expected in ((16, "pong"), (17, "invalid_json")):
        assert code_of(ask(stream, '{"type":"ping","x":' + "[" * (depth - 1) + "]" * (depth - 1) + "}")) == expected
    for values, expected in ((8192 - 3, "pong"), (8192 - 2, "invalid_json")):  # the object, the type, the list
        assert code_of(ask(stream, '{"type":"ping","x":[' + ",".join("0" * values) + "]}")) == expected


def test_length_of_a_label(stream, frame):
    assert ask(stream, envelope(frame, text=json.dumps({"frame_id": "x" * 128}).encode()))["data"]["frame_id"] == "x" * 128
    assert code_of(ask(stream, envelope(frame, text=json.dumps({"frame_id": "x" * 129}).encode()))) == "invalid_value"
    assert ask(stream, envelope(frame, text=b'{"frame_id":12.50}'))["data"]["frame_id"] == "12.50"


def test_too_many_control_frames_close_with_1008(stream):
    with pytest.raises(ConnectionClosed) as closed:
        for _ in range(3000):
            stream.ping()
        while True:
            stream.recv(timeout=10)
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_every_kind_of_base64_is_read(stream, frame, alphabet):
    text = alphabet(frame).decode()
    for image in (text, text.rstrip("="), "data:image/jpeg;base64," + text, text[:76] + "\r\n" + text[76:]):
        assert ask(stream, json.dumps({"type": "frame", "image_data": image}))["type"] == "detection_result"


def test_a_picture_with_a_side_under_32_pixels_is_answered_without_boxes(server, stream):
    for width in (31, 32):
        # A BMP of 24 bits, rows padded to four bytes.
        row = (width * 3 + 3) // 4 * 4
        head = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54 + row * 32, 0, 0, 54, 40, width, 32, 1, 24, 0, row * 32, 0, 0, 0, 0)
        data = ask(stream, envelope(head + bytes(row * 32)))["data"]
        assert data["image"] == {"width": width, "height": 32}
        assert data["quality"]["input"]["width"] == (0 if width < 32 else 640) and data["detections"] == []


def test_null_counts_as_not_given_and_delivery_brings_its_own_age(stream):
    def update(**config):
        return ask(stream, json.dumps({"type": "config_update", "config": config}))["config"]
    assert update(max_age_ms=None)["max_age_ms"] is None  # delivery is all
    assert update(max_age_ms=700)["max_age_ms"] == 700
    assert update(max_age_ms=None)["max_age_ms"] == 700
    assert update(delivery="latest")["max_age_ms"] == 500
    assert update(delivery="all", max_age_ms=900)["max_age_ms"] == 900


@pytest.mark.parametrize("path, status, code", [
    ("/health?" + "x" * (2048 - 8), 200, None), ("/health?" + "x" * (2048 - 7), 414, "uri_too_long"),
])
def test_request_target(server, path, status, code):
    got, _, body = server.request("GET", path)
    assert got == status and (code is None or body["code"] == code)


@pytest.mark.parametrize("headers, status", [({"X-A": "x" * 15000}, 200), ({"X-A": "x" * 17000}, 431),
                                             ({f"X-{i}": "x" for i in range(80)}, 431)])
def test_request_headers(server, headers, status):
    assert server.request("GET", "/health", headers=headers)[0] == status


@pytest.mark.parametrize("size, status", [(CONTROL_MAX, 200), (CONTROL_MAX + 1, 413)])
def test_body_of_a_configuration(server, size, status):
    session = create_session(server)
    path = f"/stream/sessions/{session['client_id']}/config"
    got, _, body = server.request("PATCH", path, b'{"fps_limit":5}'.ljust(size))
    assert got == status and (status == 200 or body["code"] == "message_too_large")
    assert server.request("PATCH", path, b"{}", {"Content-Type": "image/jpeg"})[0] == 415


@pytest.mark.parametrize("wait, status", [("0", 200), ("25000", 200), ("25001", 422), ("-1", 422), ("soon", 422)])
def test_how_long_an_upload_may_wait(server, frame, wait, status):
    session = create_session(server)
    got, _, body = server.request("POST", session["upload_endpoint"] + "?wait=" + wait, frame, {"Content-Type": "image/jpeg"})
    assert got == status, body


def test_single_pictures_have_their_own_statuses(server, frame):
    for path, damaged, declared in (("/detect", 400, 400), ("/api/v1/detect", 422, 422)):
        body, headers = multipart(b"no picture")
        assert server.request("POST", path, body, headers)[0] == damaged
        body, headers = multipart(frame, content_type="text/plain")
        assert server.request("POST", path, body, headers)[0] == declared
        assert server.request("POST", path)[0] == 422


def test_a_request_that_cannot_be_read_gets_one_answer_and_the_end(server):
    with sockets.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while piece := raw.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1 ") == 1 and b'"bad_request"' in answer


def test_foreign_names_and_origins_are_refused_on_loopback(server):
    assert server.request("GET", "/health", headers={"Host": "evil.example"})[2]["code"] == "origin_refused"
    assert server.request("POST", "/stream/sessions", b"", {"Origin": "https://evil.example"})[2]["code"] == "origin_refused"
    assert server.request("GET", "/health", headers={"Origin": "https://evil.example"})[0] == 200
    status, headers, _ = server.request("GET", "/health", headers={"Origin": "http://localhost:3000"})
    assert status == 200 and headers["Access-Control-Allow-Origin"] == "http://localhost:3000"


def test_a_resume_with_a_wrong_token_is_refused_in_one_sentence(server):
    for session_id in ("nobody", create_session(server)["client_id"]):
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{server.ws}/stream/detection?session_id={session_id}&resume=0", legacy=True)
        body = strict(refused.value.response.body)
        assert (refused.value.response.status_code, body["code"]) == (403, "resume_refused")
        assert body["detail"] == "The resume token is wrong, spent or expired."
