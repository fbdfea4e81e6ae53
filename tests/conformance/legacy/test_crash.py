"""kill -9 in the middle of work: what was answered is there after the next start, and the database is whole. HAZARD_CRASHES=100 for the
long form, about ten minutes."""
import json
import os
import random
import shutil
import sqlite3
import threading
import time
import urllib.error
import urllib.request

from conftest import Server
from legacy_client import form

DETECTION = {"class_id": 1, "class_name": "pothole", "confidence": 0.8, "bbox": [1, 2, 30, 40]}
ROUNDS = int(os.environ.get("HAZARD_CRASHES", "5"))


class Promises:
    """What was answered and so must be kept: ids of reports, those that were confirmed, and sessions of pages."""

    def __init__(self):
        self.reports, self.confirmed, self.sessions = [], [], []

    def check(self, server, last=None):
        for report_id in self.reports[-last:] if last else self.reports:
            assert server.request("GET", f"/reports/{report_id}")[0] == 200, "an answered report is lost"
        for report_id in self.confirmed[-last:] if last else self.confirmed:
            assert server.request("GET", f"/reports/{report_id}")[2]["status"] == "confirmed", "an answered decision is lost"


def answer_of(server, path, body, kind="application/json", agent="worker"):
    request = urllib.request.Request(server.url + path, data=body, headers={"Content-Type": kind, "User-Agent": agent})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return json.loads(reply.read())


def until_killed(work):
    try:
        while True:
            work()
    except (OSError, urllib.error.URLError, ValueError):
        return


def report_and_confirm(server, promises, number, chance):
    body = json.dumps({"detection": DETECTION, "location": {"lat": 40 + number, "lng": 10}}).encode()
    report_id = answer_of(server, "/reports", body)["id"]
    promises.reports.append(report_id)
    if chance.random() < 0.2:
        answer_of(server, f"/reports/{report_id}/confirm", b"{}")
        promises.confirmed.append(report_id)


def show_a_picture(server, promises, picture, chance):
    """As the page of a new phone does: a session, and a picture in which the model is sure."""
    agent = f"phone {chance.random()}"
    session = answer_of(server, "/session/start", b"", agent=agent)["session_id"]
    body, headers = form(("file", picture, "frame.jpg", "image/jpeg"))
    reply = answer_of(server, f"/detect/{session}", body, headers["Content-Type"], agent)
    promises.reports.extend(report["report_id"] for report in reply["new_reports"])
    promises.sessions.append(session)


def assert_whole(data, copy):
    """The files as the kill left them, looked at by SQLite itself; in a copy, since looking repairs."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in data.glob("hazards.db*"):
        shutil.copy(file, copy / file.name)
    database = sqlite3.connect(copy / "hazards.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def test_no_answered_report_is_lost(tmp_path, sure_frame):
    chance = random.Random(7)
    promises = Promises()
    data = tmp_path / "data"
    for round_number in range(ROUNDS):
        server = Server(DATA_DIR=str(data))
        promises.check(server, last=200)
        assert server.request("GET", "/reports")[2]["total_count"] >= len(promises.reports), f"before round {round_number}"
        works = [lambda i=i: report_and_confirm(server, promises, i, chance) for i in range(3)]
        works.append(lambda: show_a_picture(server, promises, sure_frame, chance))
        workers = [threading.Thread(target=until_killed, args=(work,)) for work in works]
        for worker in workers:
            worker.start()
        time.sleep(chance.uniform(0.02, 0.9))
        server.process.kill()
        server.process.wait()
        for worker in workers:
            worker.join()
        assert_whole(data, tmp_path / "copy")
    assert len(promises.reports) > ROUNDS and promises.confirmed and promises.sessions
    server = Server(DATA_DIR=str(data))
    promises.check(server)
    print(f"{ROUNDS} kills: {len(promises.reports)} answered reports, {len(promises.confirmed)} decisions,"
          f" {len(promises.sessions)} pictures of pages; none lost, every database whole")
    assert server.stop() == 0
