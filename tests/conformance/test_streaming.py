"""The streaming contract from outside, as an installed client meets it: lock-step WebSocket, REST and event stream, resuming,
partial updates, counters. Ids (L7...) are those of the legacy checklist."""
import base64
import http.client
import json
import struct
import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from conftest import strict


def open_stream(server, query=""):
    socket = connect(f"{server.ws}/stream/detection{query}", max_size=None, compression=None, legacy=True)
    welcome = strict(socket.recv(timeout=5))
    assert welcome["type"] == "session_created"
    return socket, welcome


def send_frame(socket, frame, **fields):
    socket.send(json.dumps({"type": "frame", "image_data": base64.b64encode(frame).decode(), **fields}))


def envelope(frame, number=1, text=b"", magic=b"HSF1", reserved=0, length=None):
    return magic + struct.pack("<HHQq", len(text) if length is None else length, reserved, number, 0) + text + frame


def test_l7_lock_step_ten_frames_ten_replies(server, frame):
    socket, welcome = open_stream(server, "?fps_limit=5")
    assert welcome["config"]["fps_limit"] == 5
    for i in range(10):
        send_frame(socket, frame, frame_id=f"test_frame_{i}", timestamp=time.time())
        reply = strict(socket.recv(timeout=5))
        assert (reply["type"], reply["data"]["frame_id"]) == ("detection_result", f"test_frame_{i}")
        time.sleep(0.2)
    socket.close()


def test_welcome_names_everything_a_client_needs(server):
    socket, welcome = open_stream(server)
    for key in ("session_id", "client_id", "config", "timestamp", "protocol", "resume_token", "granted_fps", "credits", "heartbeat_ms",
                "max_frame_bytes", "model"):
        assert key in welcome
    assert welcome["client_id"] == welcome["session_id"]
    assert welcome["config"]["fps_limit"] == 10 and welcome["config"]["max_detections"] == 50
    assert welcome["model"]["classes"] and welcome["model"]["input"]["width"] > 0
    socket.close()


def test_result_carries_every_field_of_the_contract(server, frame):
    socket, welcome = open_stream(server, "?confidence_threshold=0.01")
    send_frame(socket, frame, frame_id="a", timestamp=1641234567.123)
    reply = strict(socket.recv(timeout=5))
    data = reply["data"]
    assert reply["event"] == 1 and data["seq"] == 1
    assert data["timestamp"] == 1641234567.123
    assert data["session_id"] == welcome["session_id"]
    assert data["image"] == {"width": 640, "height": 360}
    assert set(data["timing"]) == {"queue_ms", "decode_ms", "inference_ms", "postprocess_ms", "total_ms"}
    assert data["quality"]["input"] and data["quality"]["every"] == 1
    for key in ("age_ms", "credits", "predicted", "processing_time_ms"):
        assert key in data
    for box in data["detections"]:
        x1, y1, x2, y2 = box["bbox"]
        assert 0 <= x1 < x2 <= 640 and 0 <= y1 < y2 <= 360
        assert box["box"] == pytest.approx({"x": x1, "y": y1, "w": x2 - x1, "h": y2 - y1}, abs=0.11)
        assert box["class_name"] == box["className"] == box["label"]
        assert box["confidence"] == box["score"]
    socket.close()


def test_lean_sends_each_value_once(server, frame):
    socket, _ = open_stream(server, "?confidence_threshold=0.01&fields=lean")
    socket.send(envelope(frame))
    for box in strict(socket.recv(timeout=5))["data"]["detections"]:
        assert set(box) <= {"bbox", "confidence", "class_id", "class_name", "track_id", "age_frames", "is_new"}
    socket.close()


def test_text_and_binary_may_be_mixed_on_one_connection(server, frame):
    socket, _ = open_stream(server, "?delivery=all")
    socket.send(envelope(frame, number=77))
    assert strict(socket.recv(timeout=5))["data"]["frame_id"] == "77"
    send_frame(socket, frame, frame_id="text")
    assert strict(socket.recv(timeout=5))["data"]["frame_id"] == "text"
    socket.send(envelope(frame, text=b'{"frame_id":"named"}'))
    assert strict(socket.recv(timeout=5))["data"]["frame_id"] == "named"
    socket.close()


def test_l8_every_frame_of_a_burst_gets_its_verdict(server, frame):
    socket, _ = open_stream(server, "?fps_limit=10")
    for number in range(60):
        socket.send(envelope(frame, number=number))
    verdicts = [strict(socket.recv(timeout=5)) for _ in range(60)]
    seqs = sorted(v.get("seq") or v["data"]["seq"] for v in verdicts)
    assert seqs == list(range(1, 61))
    assert [v["event"] for v in verdicts] == list(range(1, 61))
    results = [v["data"]["seq"] for v in verdicts if v["type"] == "detection_result"]
    assert results == sorted(results) and results[-1] == 60, "the last frame of a burst is answered"
    reasons = {v["reason"] for v in verdicts if v["type"] == "frame_dropped"}
    assert reasons <= {"over_rate", "superseded"}
    socket.send('{"type":"stats"}')
    stats = strict(socket.recv(timeout=5))
    text = json.dumps(stats)
    assert '"received": 60' in text and '"in_flight": 0' in text
    socket.close()


def test_a_queue_keeps_every_frame_and_refuses_beyond_its_size(server, frame):
    socket, _ = open_stream(server, "?delivery=all&fps_limit=30")
    for number in range(60):
        socket.send(envelope(frame, number=number))
    verdicts = [strict(socket.recv(timeout=10)) for _ in range(60)]
    assert {v["reason"] for v in verdicts if v["type"] == "frame_dropped"} <= {"queue_full"}
    assert sum(v["type"] == "detection_result" for v in verdicts) >= 50
    socket.close()


def test_l9_config_update_is_acknowledged_and_effective(server, frame):
    socket, _ = open_stream(server, "?confidence_threshold=0.01&delivery=all")
    socket.send(json.dumps({"type": "config_update", "config": {"confidence_threshold": 1.0}}))
    updated = strict(socket.recv(timeout=5))
    assert updated["type"] == "config_updated"
    assert updated["config"]["confidence_threshold"] == 1.0 and updated["config"]["fps_limit"] == 10
    send_frame(socket, frame)
    assert strict(socket.recv(timeout=5))["data"]["detections"] == []
    socket.close()


def test_ping_comes_back_with_what_it_carried(server):
    socket, _ = open_stream(server)
    socket.send(json.dumps({"type": "ping", "timestamp": 12.25, "note": "x"}))
    pong = strict(socket.recv(timeout=5))
    assert (pong["type"], pong["timestamp"], pong["note"]) == ("pong", 12.25, "x")
    assert pong["received_at"] <= pong["sent_at"]
    socket.close()


def test_two_sockets_with_one_session_id_are_kept_apart(server):
    socket, _ = open_stream(server, "?session_id=my-dashcam")
    with pytest.raises(InvalidStatus) as refused:
        open_stream(server, "?session_id=my-dashcam")
    assert refused.value.response.status_code == 409
    socket.close()


@pytest.mark.parametrize("query, field", [
    ("fps_limit=31", "fps_limit"), ("fps_limit=0", "fps_limit"), ("confidence_threshold=0", "confidence_threshold"),
    ("max_detections=301", "max_detections"), ("delivery=some", "delivery"), ("fields=few", "fields"),
    ("enable_tracking=perhaps", "enable_tracking"), ("session_id=a%20b", "session_id"), ("max_age_ms=49", "max_age_ms"),
])
def test_a_bad_handshake_value_is_refused_before_the_upgrade(server, query, field):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{server.ws}/stream/detection?{query}", legacy=True)
    body = strict(refused.value.response.body)
    assert refused.value.response.status_code == 422
    assert field in body["detail"] and body["code"] == "invalid_value"


class Events:
    """A reader of an event stream, line by line."""

    def __init__(self, server, path, last_event_id=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection.request("GET", path, headers=headers)
        self.reply = self.connection.getresponse()

    def next(self):
        event = {}
        while True:
            line = self.reply.fp.readline() if not self.reply.chunked else self.reply.readline()
            line = line.decode().rstrip("\n")
            if line.startswith("data: "):
                event["data"] = strict(line[6:])
            elif line.startswith("id: "):
                event["id"] = int(line[4:])
            elif line.startswith("event:"):
                raise AssertionError("named events are invisible to onmessage")
            elif not line and "data" in event:
                return event

    def close(self):
        self.connection.close()


def create_session(server, **config):
    status, _, body = server.request("POST", "/stream/sessions", json.dumps(config).encode())
    assert status == 200, body
    return body


def upload(server, session, frame, **fields):
    body = json.dumps({"image_data": base64.b64encode(frame).decode(), **fields}).encode()
    return server.request("POST", session["upload_endpoint"], body)


def test_l10_event_stream_is_unnamed_single_line_and_resumes(server, frame):
    session = create_session(server, fps_limit=15, delivery="all")
    assert session["sse_endpoint"] == f"/stream/events/{session['client_id']}" and session["status"] == "active"
    events = Events(server, session["sse_endpoint"])
    assert events.reply.status == 200 and events.reply.getheader("Cache-Control").startswith("no-cache")
    assert events.next()["data"]["type"] == "stream_started"
    for i in range(4):
        status, _, queued = upload(server, session, frame, frame_id=f"f{i}")
        assert (status, queued["status"], queued["frame_id"]) == (200, "queued", f"f{i}")
        event = events.next()
        assert event["id"] == i + 1 and event["data"]["data"]["frame_id"] == f"f{i}"
    events.close()
    again = Events(server, session["sse_endpoint"], last_event_id=2)
    seen = [again.next() for _ in range(3)]
    replayed = [e for e in seen if e["data"].get("replayed")]
    assert [e["id"] for e in replayed] == [3, 4]
    again.close()


def test_patch_changes_only_the_given_fields_and_a_bad_one_nothing(server):
    session = create_session(server, fps_limit=15)
    path = f"/stream/sessions/{session['client_id']}"
    status, _, body = server.request("PATCH", path + "/config", b'{"confidence_threshold":0.7}')
    assert (status, body["status"]) == (200, "updated")
    assert body["config"]["fps_limit"] == 15 and body["config"]["confidence_threshold"] == 0.7
    status, _, body = server.request("PATCH", path + "/config", b'{"fps_limit":31,"confidence_threshold":0.1}')
    assert status == 422 and isinstance(body["detail"], str)
    status, _, stats = server.request("GET", path + "/stats")
    assert stats["config"]["confidence_threshold"] == 0.7
    for key in ("session_id", "client_id", "uptime_seconds", "total_frames", "processed_frames", "failed_frames", "success_rate",
                "avg_processing_time_ms", "current_fps", "status", "config"):
        assert key in stats
    status, _, body = server.request("DELETE", path)
    assert (status, body["status"]) == (200, "closed")
    assert server.request("DELETE", path)[0] == 404


def test_upload_takes_raw_pictures_and_answers_with_the_verdict_when_asked_to_wait(server, frame):
    session = create_session(server, delivery="all")
    status, _, body = server.request("POST", session["upload_endpoint"] + "?wait=5000", frame,
                                     {"Content-Type": "image/jpeg", "X-Frame-Id": "raw", "X-Location": "52.5,13.4"})
    assert status == 200 and body["type"] == "detection_result" and body["data"]["frame_id"] == "raw"
    status, _, body = server.request("POST", session["upload_endpoint"] + "?wait=5000", b"\xff\xd8\xff nothing",
                                     {"Content-Type": "image/jpeg"})
    assert status == 200 and body["type"] == "error"


def test_health_and_stats_carry_every_key_that_clients_read(server):
    status, _, health = server.request("GET", "/health")
    assert status == 200 and health["status"] == "healthy"
    for key in ("model_status", "backend_type", "version", "redis"):
        assert key in health
    _, _, stream = server.request("GET", "/stream/health")
    assert isinstance(stream["streaming_service"]["active_sessions"], int) and stream["model_service"]["model_loaded"] is True
    _, _, stats = server.request("GET", "/stream/stats")
    for key in ("active_sessions", "total_sessions", "frames_processed", "avg_fps", "uptime", "uptime_seconds", "sessions_by_type"):
        assert key in stats["streaming_stats"]
    assert server.request("GET", "/health/live")[0] == 200 and server.request("GET", "/health/ready")[0] == 200
    status, headers, text = server.request("GET", "/metrics")
    assert headers["Content-Type"].startswith("text/plain") and "# TYPE" in text
    assert isinstance(server.request("GET", "/metrics", headers={"Accept": "application/json"})[2]["performance"], dict)
    assert {e["code"] for e in server.request("GET", "/errors")[2]["errors"]} >= {"invalid_envelope", "undecodable_image"}


def multipart(frame, content_type="image/jpeg", filename='; filename="frame.jpg"', name="file"):
    head = f'--xx\r\nContent-Disposition: form-data; name="{name}"{filename}\r\nContent-Type: {content_type}\r\n\r\n'
    return head.encode() + frame + b"\r\n--xx--\r\n", {"Content-Type": "multipart/form-data; boundary=xx"}


def test_single_pictures_come_through_their_two_doors(server, frame):
    status, _, body = server.request("POST", "/api/v1/detect", *multipart(frame))
    assert status == 200 and body["filename"] == "frame.jpg"
    assert all(isinstance(d["box"], list) for d in body["detections"])
    status, _, body = server.request("POST", "/detect", *multipart(frame))
    assert status == 200 and body["success"] is True and body["image_size"] == {"width": 640, "height": 360}
    assert body["model_info"]["classes"] == 2
    assert "new_reports" not in body and "session_stats" not in body


def test_l4_what_is_no_picture_is_refused_in_the_clients_words(server, frame):
    status, _, body = server.request("POST", "/api/v1/detect", *multipart(b"hello", "text/plain"))
    assert status == 422 and isinstance(body["detail"], str)
    status, _, body = server.request("POST", "/detect", *multipart(frame, "text/plain"))
    assert status == 400 and "File must be an image" in body["detail"]
    assert server.request("POST", "/detect", *multipart(frame, name="other"))[0] == 422
    assert server.request("POST", "/api/v1/detect", *multipart(frame[:2000]))[0] == 422
    assert server.request("POST", "/detect", *multipart(frame[:2000]))[0] == 400


def test_l5_preflight_lets_installed_pages_in(server):
    status, headers, _ = server.request("OPTIONS", "/detect", headers={
        "Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "user-agent,accept,content-type,authorization"})
    assert status in (200, 204) and headers["Access-Control-Allow-Origin"] == "http://localhost:5173" and "Origin" in headers["Vary"]
    allowed = headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("user-agent", "accept", "content-type", "authorization"))
    _, headers, _ = server.request("GET", "/health", headers={"Origin": "http://localhost:5173"})
    assert "X-Request-ID" in headers["Access-Control-Expose-Headers"] and headers["X-Request-ID"]
