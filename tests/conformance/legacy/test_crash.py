"""kill -9 in the middle of reports: what was answered is there after the next start, and the database is whole."""
import json
import random
import threading
import time
import urllib.error
import urllib.request

from conftest import Server

DETECTION = {"class_id": 1, "class_name": "pothole", "confidence": 0.8, "bbox": [1, 2, 30, 40]}
ROUNDS = 5


def post_until_killed(server, acknowledged, number):
    body = json.dumps({"detection": DETECTION, "location": {"lat": 40 + number, "lng": 10}}).encode()
    while True:
        request = urllib.request.Request(server.url + "/reports", data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                acknowledged.append(json.loads(reply.read())["id"])
        except (OSError, urllib.error.URLError, ValueError):
            return


def test_no_answered_report_is_lost(tmp_path):
    chance = random.Random(7)
    acknowledged = []
    for round_number in range(ROUNDS):
        server = Server(DATA_DIR=str(tmp_path / "data"))
        for report_id in acknowledged[-200:]:
            assert server.request("GET", f"/reports/{report_id}")[0] == 200, f"lost before round {round_number}"
        assert server.request("GET", "/reports")[2]["total_count"] >= len(acknowledged)
        writers = [threading.Thread(target=post_until_killed, args=(server, acknowledged, i)) for i in range(3)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.1, 0.8))
        server.process.kill()
        server.process.wait()
        for writer in writers:
            writer.join()
    assert len(acknowledged) > ROUNDS
    server = Server(DATA_DIR=str(tmp_path / "data"))
    assert all(server.request("GET", f"/reports/{report_id}")[0] == 200 for report_id in acknowledged)
    assert server.stop() == 0
