"""Stateless routes of installed clients: L2 to L6, L11 to L14, L17, L19 (legacy-clients sections 2 to 5 and 9)."""
import base64
import http.client
import os
import socket
import subprocess
import threading
import time

import pytest

from conftest import BINARY, ROOT, strict
from legacy_client import BROWSER, SMOKE_PNG, check_box, form, post_json, rotated, start_session, upload

STATUS_KEYS = ["status", "model_status", "backend_inference", "backend_type", "active_sessions", "device_info", "environment",
               "model_files", "endpoints", "configuration"]
NESTED = {"environment": ["platform", "python_version", "hostname", "deployment_env", "port", "cors_enabled", "mobile_friendly"],
          "model_files": ["openvino_model", "pytorch_model", "current_backend", "model_classes", "input_size"],
          "endpoints": ["health", "status", "session_start", "session_detect", "legacy_detect", "batch_detect"],
          "configuration": ["confidence_threshold", "iou_threshold", "tracking_enabled", "openvino_device", "performance_mode"]}
MODEL_KEYS = ["status", "backend", "model_name", "classes", "class_count", "input_shape", "output_shape", "device", "performance_mode",
              "async_inference", "confidence_threshold", "tracking_enabled"]


def test_l4_detect_refuses_text_and_a_missing_file(server, frame):
    status, _, reply = upload(server, "/detect", b"hello", filename="a.txt", kind="text/plain")
    assert status == 400 and "File must be an image" in reply["detail"]
    status, _, reply = upload(server, "/detect", frame, name="picture")
    assert status == 422 and "File field required" in reply["detail"]


def test_l5_preflight_and_credentials(server):
    origin = "http://localhost:3000"
    status, headers, _ = server.request("OPTIONS", "/session/start", headers={
        "Origin": origin, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "user-agent, accept, content-type, authorization"})
    assert status in (200, 204)
    allowed = headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("user-agent", "accept", "content-type", "authorization"))
    assert all(m in headers["Access-Control-Allow-Methods"] for m in ("GET", "POST", "PATCH", "PUT", "DELETE"))
    status, headers, _ = server.request("GET", "/health", headers={"Origin": origin, "Authorization": "Bearer x", **BROWSER})
    assert status == 200 and headers["Access-Control-Allow-Origin"] == origin and "Origin" in headers["Vary"]
    exposed = headers["Access-Control-Expose-Headers"]
    assert "X-Request-ID" in exposed and "Retry-After" in exposed
    assert len(headers["X-Request-ID"]) == 8


def test_l6_health_is_quick_and_healthy(server):
    begun = time.monotonic()
    status, _, reply = server.request("GET", "/health")
    assert time.monotonic() - begun < 0.2
    assert status == 200 and reply["status"] == "healthy" and reply["redis"] in ("up", "down")
    assert "loading" not in reply["model_status"]


def test_l6_health_under_full_load(server, sure_frame):
    """Eight senders keep the model busy; every answer of /health stays far below the page's patience of two seconds."""
    stop = threading.Event()

    def send():
        while not stop.is_set():
            upload(server, "/detect", sure_frame)
    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    worst = 0.0
    for _ in range(30):
        begun = time.monotonic()
        assert server.request("GET", "/health")[2]["status"] == "healthy"
        worst = max(worst, time.monotonic() - begun)
        time.sleep(0.05)
    stop.set()
    for sender in senders:
        sender.join()
    assert worst < 0.2, f"{worst:.3f} s"


def test_l6_health_while_the_model_loads(sure_frame):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([BINARY, "serve"], cwd=ROOT, stdout=subprocess.DEVNULL,
                               env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "CACHE_DIR": "none", "LOG_LEVEL": "error"})
    try:
        early = None
        while early is None:
            assert process.poll() is None
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/health")
                early = strict(connection.getresponse().read())
            except ConnectionRefusedError:
                time.sleep(0.002)
        assert early["status"] == "healthy"
        if early["model_status"] != "ready":
            body, headers = form(("file", sure_frame, "a.jpg", "image/jpeg"))
            connection.request("POST", "/detect", body, headers)
            reply = connection.getresponse()
            answer = strict(reply.read())
            assert reply.status == 200 or (reply.status == 503 and "model not loaded" in answer["detail"])
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_l11_predict_answers_in_stored_pixels_detect_in_upright_ones(server, sure_frame):
    jpeg = rotated(sure_frame)
    status, _, stored = upload(server, "/predict", jpeg, name="image")
    assert status == 200 and (stored["image_width"], stored["image_height"]) == (640, 360)
    status, _, plain = upload(server, "/predict", sure_frame, name="image")
    assert stored["detections"] == plain["detections"] and plain["detections"]
    for detection in plain["detections"]:
        assert sorted(detection) == ["bbox", "confidence", "label"]
        assert all(isinstance(side, (int, float)) for side in detection["bbox"]) and isinstance(detection["label"], str)
    status, _, upright = upload(server, "/detect", jpeg)
    assert upright["image_size"] == {"width": 360, "height": 640} and upright["orientation_applied"] is True
    assert stored["orientation_applied"] is False


def test_predict_refusals_are_400(server, frame):
    assert upload(server, "/predict", b"hello", name="image", kind="text/plain")[0] == 400
    assert upload(server, "/predict", b"hello", name="image")[0] == 400
    assert upload(server, "/predict", frame, name="file")[0] == 422


def test_l12_boxes_are_inside_and_of_each_routes_form(server, sure_frame):
    _, _, plain = upload(server, "/detect", sure_frame)
    for detection in plain["detections"]:
        check_box(detection, plain["width"], plain["height"])
    _, _, v1 = upload(server, "/api/v1/detect", sure_frame)
    assert v1["filename"] == "frame.jpg"
    for detection in v1["detections"]:
        x1, y1, x2, y2 = detection["box"]
        assert 0 <= x1 < x2 <= 640 and 0 <= y1 < y2 <= 360
    session = start_session(server)
    _, _, paged = upload(server, f"/detect/{session}", sure_frame)
    for detection in paged["detections"]:
        check_box(detection, 640, 360)


def test_l17_base64_plain_and_data_url(server, sure_frame):
    text = base64.b64encode(sure_frame).decode()
    replies = []
    for image in (text, "data:image/jpeg;base64," + text):
        status, _, reply = post_json(server, "/detect-base64", {"image": image, "confidence_threshold": 0.3, "session_id": None})
        assert status == 200 and reply["success"] is True
        assert reply["detections"] == reply["predictions"] and reply["detections"]
        assert {"x1", "y1", "x2", "y2", "score", "classId"} <= set(reply["detections"][0])
        assert isinstance(reply["model_info"]["classes"], int) and reply["model_info"]["confidence_threshold"] == 0.3
        assert reply["image_size"] == {"width": 640, "height": 360} and "processing_time_ms" in reply
        replies.append(reply["detections"])
    assert replies[0] == replies[1]


@pytest.mark.parametrize("body, expected", [({"image": "%%%"}, 400), ({"image": base64.b64encode(b"no picture").decode()}, 400), ({}, 422),
                                            ({"image": 7}, 422), ({"image": "", "confidence_threshold": 2}, 422)])
def test_base64_refusals(server, body, expected):
    status, _, reply = post_json(server, "/detect-base64", body)
    assert status == expected and isinstance(reply["detail"], str)


def test_l17_a_bad_file_never_fails_the_batch(server, sure_frame):
    body, headers = form(("files", sure_frame, "a.jpg", "image/jpeg"), ("files", b"text", "b.txt", "text/plain"),
                         ("files", b"broken", "c.jpg", "image/jpeg"), ("files", sure_frame, "d.jpg", "image/jpeg"))
    status, _, reply = server.request("POST", "/detect-batch", body, headers)
    assert status == 200 and reply["success"] is True
    assert [r["success"] for r in reply["results"]] == [True, False, False, True]
    assert [r["file_index"] for r in reply["results"]] == [0, 1, 2, 3]
    assert [r["filename"] for r in reply["results"]] == ["a.jpg", "b.txt", "c.jpg", "d.jpg"]
    assert reply["results"][1]["error"] == "File must be an image"
    assert isinstance(reply["results"][2]["error"], str)
    assert reply["results"][0]["detections"] == reply["results"][3]["detections"]
    assert (reply["processed_count"], reply["successful_count"]) == (4, 2)
    assert isinstance(reply["model_info"]["classes"], list) and "total_processing_time_ms" in reply
    body, headers = form(("other", b"x"))
    assert server.request("POST", "/detect-batch", body, headers)[0] == 422


def test_l2_tiny_pictures_are_answered(server):
    session = start_session(server)
    for _ in range(3):
        status, _, reply = upload(server, f"/detect/{session}", SMOKE_PNG, filename="t.png", kind="image/png")
        assert status == 200 and reply["detections"] == [] and reply["new_reports"] == []


def test_l19_status_carries_every_key_and_no_host_name(server):
    status, _, reply = server.request("GET", "/status")
    assert status == 200
    assert all(key in reply for key in STATUS_KEYS)
    for outer, keys in NESTED.items():
        assert all(key in reply[outer] for key in keys), outer
    assert all(key in reply["device_info"] for key in MODEL_KEYS) and "model_path" not in reply["device_info"]
    assert isinstance(reply["device_info"]["classes"], list)
    assert reply["model_status"] == "loaded_openvino" and reply["environment"]["port"] == str(server.port)
    assert reply["environment"]["hostname"] == ""


def test_l19_metrics_by_accept_and_stream_state(server):
    _, headers, text = server.request("GET", "/metrics")
    assert headers["Content-Type"].startswith("text/plain") and "# HELP" in text
    _, _, reply = server.request("GET", "/metrics", headers={"Accept": "application/json"})
    assert reply["success"] is True
    assert {"uptime_seconds", "system_metrics", "request_stats", "inference_stats", "model_load_stats"} <= set(reply["performance"])
    _, _, health = server.request("GET", "/stream/health")
    assert isinstance(health["streaming_service"]["active_sessions"], int) and health["model_service"]["model_loaded"] is True
    _, _, stats = server.request("GET", "/stream/stats")
    assert {"active_sessions", "total_sessions", "frames_processed", "avg_fps", "uptime"} <= set(stats["streaming_stats"])


@pytest.mark.parametrize("path", ["/ready", "/detect/ready", "/health/ready"])
def test_readiness_in_every_spelling(server, path):
    status, _, reply = server.request("GET", path)
    assert status == 200 and reply["status"] == "ready" and reply["model_loaded"] is True
    assert {"redis_connected", "cloudinary_configured", "timestamp"} <= set(reply)


@pytest.mark.parametrize("path", ["/detect/health", "/report/health"])
def test_small_health(server, path):
    status, _, reply = server.request("GET", path)
    assert status == 200 and reply["status"] == "healthy"


def test_the_class_list_has_a_route(server):
    _, _, reply = server.request("GET", "/detect/model/info")
    assert reply["classes"] and all(name == name.lower() for name in reply["classes"])
    assert reply["model_info"]["classes"] == reply["classes"]


@pytest.mark.parametrize("path", ["/debug", "/api/geocode", "/api/reverse-geocode", "/auth/login", "/api/cache-detection"])
def test_what_is_not_reproduced_is_404(server, path):
    status, _, reply = server.request("GET", path)
    assert status == 404 and isinstance(reply["detail"], str)


def test_greeting_for_programs(server):
    _, _, reply = server.request("GET", "/", headers={"Accept": "application/json"})
    assert reply["status"] == "ok" and {"service", "version", "message"} <= set(reply) and isinstance(reply["endpoints"], list)


def test_bmp_is_taken_and_gif_refused_in_a_sentence(server):
    status, _, reply = upload(server, "/detect", b"GIF89a" + b"\0" * 60, filename="a.gif", kind="image/gif")
    assert status == 400 and isinstance(reply["detail"], str)


def test_a_part_without_type_is_sniffed_and_a_declared_text_is_believed(server, frame):
    for kind in ("", "application/octet-stream", "image/png"):
        assert upload(server, "/detect", frame, kind=kind)[0] == 200
    session = start_session(server)
    status, _, reply = upload(server, f"/detect/{session}", frame, kind="text/plain")
    assert status == 422 and "File field required" in reply["detail"]


def test_options_of_health(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("OPTIONS", "/health")
    assert connection.getresponse().status in (200, 204)
    connection.close()


def test_l13_every_body_parses_strictly(server, sure_frame):
    for path in ("/health", "/status", "/ready", "/stream/health", "/stream/stats", "/errors", "/reports", "/reports/stats",
                 "/events/stats",
                 "/hazards", "/detect/model/info", "/reports.geojson"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", path)
        strict(connection.getresponse().read())
        connection.close()
