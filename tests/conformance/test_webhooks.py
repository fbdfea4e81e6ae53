"""Webhooks and Open311 from outside: a receiver that answers 500, hangs, hangs up, is down and comes back, and a server that is killed
in between. Every event arrives at least once, none unsigned; what was given up is listed and can be sent again."""
import json
import os
import random
import subprocess
import threading
import time
import urllib.parse

import pytest

from conftest import BINARY, ROOT, Server, free_port
from webhook_receiver import SECRET, Receiver, eventually, make_hazard, messages, pairs, review, settings, verify


def test_every_event_arrives_signed_whatever_happens_to_receiver_and_server(tmp_path):
    receiver = Receiver(script=[500, "hang", "hang up", 503, 204, 429, 204, 500])
    chosen = settings(receiver, WEBHOOK_ATTEMPTS="100", DATA_DIR=str(tmp_path / "data"))
    server = Server(**chosen)
    expected = set()

    def act(first, last):
        for number in range(first, last):
            hazard = make_hazard(server, number)
            expected.add(("hazard.created", hazard))
            review(server, hazard, "confirmed")
            expected.add(("hazard.confirmed", hazard))

    try:
        act(0, 4)
        receiver.wait(lambda events: pairs(events) >= expected)
        receiver.stop()
        act(4, 8)
        assert server.request("GET", "/health")[0] == 200, "a receiver that is down is no illness of the server"
        assert server.request("GET", "/health/ready")[0] == 200
        server.process.kill()
        server.process.wait()
        receiver.start()
        server = Server(**chosen)
        receiver.wait(lambda events: pairs(events) >= expected)
        with receiver.lock:
            receiver.script += ["hang", 500]
        act(8, 12)
        server.process.kill()
        server.process.wait()
        server = Server(**chosen)
        receiver.wait(lambda events: pairs(events) >= expected)
        eventually(lambda: server.request("GET", "/api/v1/webhooks")[2]["targets"][0], lambda target: target["waiting"] == 0)
        assert messages(server)["total_count"] == 0
    finally:
        assert server.stop() == 0
        receiver.stop()
    bodies = {}
    for headers, body, _ in receiver.posts:
        verify(headers, body)
        assert json.loads(body)["id"] == headers["webhook-id"]
        assert bodies.setdefault(headers["webhook-id"], body) == body, "an event keeps its id and its words"
    assert len(receiver.posts) > len(expected), "some were sent again"
    print(f"{len(expected)} events, {len(receiver.posts)} posts, {len(bodies)} ids")


def report_until_killed(server, number):
    """Reports far apart, each a hazard of its own, as fast as they are answered."""
    for step in range(100_000):
        body = {"detection": {"class_id": 1, "class_name": "pothole", "confidence": 0.8, "bbox": [1, 2, 30, 40]},
                "location": {"lat": -60 + number * 0.5 + step * 0.001, "lng": 20}}
        try:
            server.request("POST", "/reports", json.dumps(body).encode(), {"Content-Type": "application/json"})
        except OSError:
            return


def all_hazards(server):
    found, page = set(), 1
    while True:
        reply = server.request("GET", f"/hazards?limit=100&page={page}")[2]
        found |= {hazard["id"] for hazard in reply["hazards"]}
        if len(reply["hazards"]) < 100:
            return found
        page += 1


def test_a_server_killed_at_random_tells_of_every_hazard_it_kept_and_of_no_other(tmp_path):
    """WEBHOOK_KILLS=50 for the long form."""
    kills = int(os.environ.get("WEBHOOK_KILLS", "3"))
    chance = random.Random(11)
    receiver = Receiver()
    chosen = settings(receiver, WEBHOOK_ATTEMPTS="100", DATA_DIR=str(tmp_path / "data"))
    for number in range(kills):
        server = Server(**chosen)
        with receiver.lock:
            receiver.script = chance.choices([204, 500, "hang up"], weights=[20, 1, 1], k=30)
        writer = threading.Thread(target=report_until_killed, args=(server, number))
        writer.start()
        time.sleep(chance.uniform(0.05, 1))
        server.process.kill()
        server.process.wait()
        writer.join()
    server = Server(**chosen)
    try:
        kept = all_hazards(server)
        receiver.wait(lambda events: {event["data"]["hazard"]["id"] for event in events} >= kept)
        eventually(lambda: server.request("GET", "/api/v1/webhooks")[2]["targets"][0], lambda target: target["waiting"] == 0)
    finally:
        assert server.stop() == 0
        receiver.stop()
    assert {event["data"]["hazard"]["id"] for event in receiver.taken()} == kept and len(kept) > kills
    for headers, body, _ in receiver.posts:
        verify(headers, body)
    ids = {headers["webhook-id"] for headers, _, _ in receiver.posts}
    print(f"{kills} kills, {len(kept)} hazards, {len(ids)} events, {len(receiver.posts)} posts")
    assert len(ids) == len(kept), "an event keeps its id"


def test_what_an_import_finds_is_told_once_the_server_runs(tmp_path):
    receiver = Receiver()
    chosen = settings(receiver, WEBHOOK_EVENTS="created", DATA_DIR=str(tmp_path / "data"))
    environment = {**os.environ, "LOG_LEVEL": "error", **chosen}

    def run(*words):
        subprocess.run([BINARY, *map(str, words)], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=300)

    pictures = tmp_path / "pictures"
    run("simulate", pictures, "--count", 150, "--fps", 5, "--width", 640, "--height", 360, "--seed", 3)
    truth = [json.loads(line) for line in (pictures / "truth.jsonl").read_text().splitlines()]
    begin = time.time() - 86400
    points = "".join(f'<trkpt lat="{t["lat"]}" lon="{t["lon"]}"><time>'
                     f'{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + t["time_s"]))}</time></trkpt>' for t in truth[::5])
    (tmp_path / "drive.gpx").write_text(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>')
    run("import", pictures, "--gpx", tmp_path / "drive.gpx", "--fps", 5, "--confidence-threshold", 0.4)
    assert receiver.posts == [], "the import itself sends nothing"
    server = Server(**chosen)
    try:
        kept = all_hazards(server)
        assert kept
        events = receiver.wait(lambda taken: {event["data"]["hazard"]["id"] for event in taken} >= kept)
        assert {event["type"] for event in events} == {"hazard.created"}
    finally:
        assert server.stop() == 0
        receiver.stop()


def test_dead_letters_are_listed_and_can_be_sent_again(tmp_path):
    receiver = Receiver()
    receiver.otherwise = 500
    server = Server(**settings(receiver, WEBHOOK_ATTEMPTS="2", DATA_DIR=str(tmp_path / "data")))
    try:
        hazards = [make_hazard(server, number) for number in range(3)]
        dead = eventually(lambda: messages(server, "?state=dead&limit=2"), lambda reply: reply["total_count"] == 3)
        assert len(dead["messages"]) == 2 and dead["pagination"]["pages"] == 2
        for letter in dead["messages"]:
            assert letter["type"] == "hazard.created" and letter["hazard_id"] in hazards
            assert letter["attempts"] == 2 and letter["status"] == 500 and letter["error"]
        target = eventually(lambda: server.request("GET", "/api/v1/webhooks")[2]["targets"][0], lambda each: each["dead"] == 3)
        assert target["to"] == f"http://127.0.0.1:{receiver.port}" and target["last_error"] and target["failed"] >= 6
        assert "of-the-receiver" not in json.dumps(server.request("GET", "/api/v1/webhooks")[2])
        metrics = server.request("GET", "/metrics")[2]
        assert "hazardstream_webhook_given_up_total 3" in metrics and "hazardstream_webhook_dead_letters 3" in metrics

        receiver.otherwise = 200
        letter = dead["messages"][0]
        status, _, reply = server.request("POST", f"/api/v1/webhooks/messages/{letter['number']}/retry", b"")
        assert status == 202 and reply["state"] == "waiting" and reply["event_id"] == letter["event_id"]
        event = receiver.wait(lambda events: len(events) == 1)[0]
        assert event["id"] == letter["event_id"]
        assert server.request("POST", "/api/v1/webhooks/messages/retry", b"")[2] == {"waiting_again": 2}
        receiver.wait(lambda events: {each["data"]["hazard"]["id"] for each in events} == set(hazards))
        eventually(lambda: messages(server), lambda reply: reply["total_count"] == 0)

        receiver.script = [410]
        make_hazard(server, 9)
        gone = eventually(lambda: messages(server), lambda reply: reply["total_count"] == 1)["messages"][0]
        assert gone["attempts"] == 1 and gone["status"] == 410
    finally:
        assert server.stop() == 0
        receiver.stop()


def test_what_is_erased_is_told_by_its_id_and_leaves_nothing(tmp_path, sure_frame):
    receiver = Receiver()
    server = Server(**settings(receiver, WEBHOOK_EVENTS="created,fixed,deleted", DATA_DIR=str(tmp_path / "data")))
    try:
        session = server.request("POST", "/session/start", b"")[2]["session_id"]
        body = (b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + sure_frame
                + b"\r\n--edge--\r\n")
        kind = {"Content-Type": "multipart/form-data; boundary=edge", "X-Location": "48.1234567,11.5"}
        status, _, reply = server.request("POST", f"/detect/{session}", body, kind)
        assert status == 200, reply
        hazards = {each["id"] for each in server.request("GET", "/hazards")[2]["hazards"]}
        assert hazards
        receiver.wait(lambda events: {each["data"]["hazard"]["id"] for each in events} == hazards)
        gone = sorted(hazards)[0]
        review(server, gone, "confirmed")  # an event that nobody asked for
        receiver.otherwise = 500
        review(server, gone, "fixed")
        eventually(lambda: messages(server, "?state=waiting"), lambda reply: reply["total_count"] == 1)
        assert server.request("DELETE", f"/reports/{gone}")[0] in (200, 204)
        assert server.request("GET", f"/hazards/{gone}")[0] == 404
        waiting = messages(server, "?state=waiting")["messages"]
        assert [each["type"] for each in waiting] == ["hazard.deleted"], "what still waited about it went with it"
        receiver.otherwise = 200
        last = receiver.wait(lambda events: events[-1]["type"] == "hazard.deleted")[-1]
        assert last["data"]["hazard"] == {"id": gone}
        assert {each["type"] for each in receiver.taken()} == {"hazard.created", "hazard.deleted"}
    finally:
        assert server.stop() == 0
        receiver.stop()


def test_a_confirmed_hazard_becomes_one_open311_request(tmp_path):
    receiver = Receiver(answer=json.dumps([{"service_request_id": "293944", "service_notice": "soon"}]).encode(), script=[500])
    receiver.otherwise = 201
    server = Server(OPEN311_URL=f"http://127.0.0.1:{receiver.port}/open311/v2", OPEN311_JURISDICTION_ID="city.example",
                    OPEN311_API_KEY="open-sesame", OPEN311_SERVICE_CODES="pothole=001", WEBHOOK_ALLOW_PRIVATE="true",
                    WEBHOOK_FIRST_PAUSE_MS="100", PUBLIC_URL="https://hazards.example/", DATA_DIR=str(tmp_path / "data"))
    try:
        confirmed, pending = make_hazard(server, 0), make_hazard(server, 1)
        review(server, confirmed, "confirmed")
        sent = eventually(lambda: messages(server, "?state=delivered"), lambda reply: reply["total_count"] == 1)["messages"][0]
        assert sent["hazard_id"] == confirmed and sent["receipt"] == "293944"
        review(server, confirmed, "dismissed")
        review(server, confirmed, "confirmed")
        review(server, pending, "dismissed")
        eventually(lambda: messages(server, "?state=waiting"), lambda reply: reply["total_count"] == 0)
        assert messages(server, "?state=delivered")["total_count"] == 1
        assert "open-sesame" not in json.dumps(messages(server, "?state=delivered"))
    finally:
        assert server.stop() == 0
        receiver.stop()
    assert [what for _, _, what in receiver.posts] == [500, 201]
    headers, body, _ = receiver.posts[1]
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
    assert form["jurisdiction_id"] == "city.example" and form["api_key"] == "open-sesame" and form["service_code"] == "001"
    assert abs(float(form["lat"]) - 40) < 1e-4 and abs(float(form["long"]) - 10) < 1e-4
    assert confirmed in form["description"]
    assert b"open-sesame" not in b"".join(path.read_bytes() for path in (tmp_path / "data").glob("hazards.db*"))


def test_a_receiver_without_a_good_certificate_gets_nothing(tmp_path):
    file = tmp_path / "own.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file, "-out", tmp_path / "own.crt", "-days", "1",
                    "-subj", "/CN=localhost"], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (tmp_path / "own.crt").read_bytes())
    receiver = Receiver(certificate=file)
    chosen = settings(receiver, WEBHOOK_ATTEMPTS="1", DATA_DIR=str(tmp_path / "data"))
    server = Server(**{**chosen, "WEBHOOK_URLS": f"https://localhost:{receiver.port}/in"})
    try:
        make_hazard(server, 0)
        dead = eventually(lambda: messages(server), lambda reply: reply["total_count"] == 1)["messages"][0]
        assert "certificate" in dead["error"] and dead["status"] == 0
    finally:
        assert server.stop() == 0
        receiver.stop()
    assert receiver.posts == []


@pytest.mark.parametrize("allow", ["true", "false"])
def test_a_name_that_leads_where_nothing_may_go_is_refused_when_it_connects(tmp_path, allow):
    port = free_port()
    # The start judges only what is plain to see; this name leads to 127.0.0.1, whatever it looks like.
    server = Server(WEBHOOK_URLS=f"https://hazards.localhost:{port}/in", WEBHOOK_SECRET=SECRET, WEBHOOK_ALLOW_PRIVATE=allow,
                    WEBHOOK_ATTEMPTS="1", WEBHOOK_FIRST_PAUSE_MS="100", DATA_DIR=str(tmp_path / "data"))
    try:
        make_hazard(server, 0)
        dead = eventually(lambda: messages(server), lambda reply: reply["total_count"] == 1)["messages"][0]
        assert ("WEBHOOK_ALLOW_PRIVATE" in dead["error"]) == (allow == "false"), dead
    finally:
        assert server.stop() == 0


def start_refused(**chosen):
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": "0", **chosen}
    ended = subprocess.run([BINARY, "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode in (2, 3), ended
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("chosen, named", [
    ({"WEBHOOK_URLS": "https://works.example/in"}, "WEBHOOK_SECRET"),
    ({"WEBHOOK_URLS": "https://works.example/in", "WEBHOOK_SECRET": "hunter2"}, "WEBHOOK_SECRET"),
    ({"WEBHOOK_URLS": "http://works.example/in", "WEBHOOK_SECRET": SECRET}, "WEBHOOK_ALLOW_PRIVATE"),
    ({"WEBHOOK_URLS": "https://127.0.0.1/in", "WEBHOOK_SECRET": SECRET}, "WEBHOOK_ALLOW_PRIVATE"),
    ({"WEBHOOK_URLS": "https://me:hunter2@works.example/in", "WEBHOOK_SECRET": SECRET}, "WEBHOOK_URLS"),
    ({"WEBHOOK_EVENTS": "exploded"}, "WEBHOOK_EVENTS"),
    ({"OPEN311_URL": "https://311.example/v2"}, "OPEN311_SERVICE_CODES"),
])
def test_a_wrong_setting_stops_the_start_and_no_secret_is_shown(chosen, named):
    said = start_refused(**chosen)
    assert named in said
    assert "hunter2" not in said and SECRET not in said


def test_the_settings_in_effect_hide_secrets():
    environment = {**os.environ, "WEBHOOK_URLS": "https://works.example/in?key=hunter2", "WEBHOOK_SECRET": SECRET,
                   "OPEN311_API_KEY": "hunter2"}
    said = subprocess.run([BINARY, "config"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "hunter2" not in said and SECRET not in said
    assert said.count("(set, not shown)") == 3


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/api/v1/webhooks/messages?state=lost", 422),
    ("GET", "/api/v1/webhooks/messages?page=0", 422),
    ("GET", "/api/v1/webhooks/messages?limit=101", 422),
    ("GET", "/api/v1/webhooks/messages?limit=%20", 422),
    ("POST", "/api/v1/webhooks/messages/x/retry", 404),
    ("POST", "/api/v1/webhooks/messages/-1/retry", 404),
    ("POST", "/api/v1/webhooks/messages/99999999999999999999/retry", 404),
    ("POST", "/api/v1/webhooks/messages/1/retry", 404),
])
def test_bad_questions_get_a_documented_answer(server, method, path, status):
    answered, _, reply = server.request(method, path, b"" if method == "POST" else None)
    assert answered == status and reply["code"] in ("invalid_value", "not_found")
    assert server.request("GET", "/api/v1/webhooks")[2] == {"targets": []}
