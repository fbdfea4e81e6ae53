"""The session storm of installed camera pages: a session start and a picture in it, RATE times a second, for SECONDS, from one client;
no session is ever ended. Prints what must hold: no refusal, memory that does not grow, one hazard for one pothole.

    python3 bench/session_storm.py [--seconds 300] [--rate 10] [--binary build/hazardstream]

It starts the server itself. The picture is one of the simulated drive in which the model is sure."""
import argparse
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
AGENT = {"User-Agent": "storm"}


def ask(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, {**AGENT, **(headers or {})})
    reply = connection.getresponse()
    return reply.status, reply.read()


def rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def slope(samples):
    """Least squares, MB a minute."""
    n = len(samples)
    mx = sum(t for t, _ in samples) / n
    my = sum(m for _, m in samples) / n
    over = sum((t - mx) ** 2 for t, _ in samples)
    return 60 * sum((t - mx) * (m - my) for t, m in samples) / over if over else 0.0


def start_server(binary):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([binary, "serve"], cwd=ROOT, stdout=subprocess.DEVNULL,
                              env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "LOG_LEVEL": "error"})
    for _ in range(600):
        try:
            if ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/ready")[0] == 200:
                return server, port
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server was not ready within a minute")


def sure_picture(connection):
    """The picture and how many reports it is good for."""
    for number in range(1, 400, 3):
        _, picture = ask(connection, "GET", f"/demo/drive.jpg?frame={number}&width=640&height=360&seed=1")
        _, reply = ask(connection, "POST", "/detect", picture, {"Content-Type": "image/jpeg"})
        scores = [detection["confidence"] for detection in json.loads(reply)["detections"]]
        sure = [score for score in scores if score >= 0.62]
        if sure and all(score >= 0.62 or score < 0.55 for score in scores):  # nothing near the threshold of reports, 0.6
            return picture, len(sure)
    raise SystemExit("the simulated drive has no sure picture")


def storm(port, pid, seconds, rate):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    picture, expected = sure_picture(connection)
    before = json.loads(ask(connection, "GET", "/hazards")[1])["total_count"]
    refusals, reports, starts, memory, took = 0, 0, [], [], []
    begun = time.monotonic()
    count = int(seconds * rate)
    for i in range(count):
        time.sleep(max(0.0, begun + i / rate - time.monotonic()))
        t0 = time.perf_counter()
        status, body = ask(connection, "POST", "/session/start", b"", {"Content-Type": "application/json"})
        t1 = time.perf_counter()
        refusals += status != 200
        session = json.loads(body)["session_id"]
        status, body = ask(connection, "POST", f"/detect/{session}", picture, {"Content-Type": "image/jpeg"})
        took.append(time.perf_counter() - t1)
        starts.append(t1 - t0)
        refusals += status != 200
        reports += len(json.loads(body).get("new_reports", []))
        if i % int(max(1, rate)) == 0:
            memory.append((time.monotonic() - begun, rss_mb(pid)))
    hazards = json.loads(ask(connection, "GET", "/hazards")[1])["total_count"] - before
    starts.sort()
    took.sort()
    late = [sample for sample in memory if sample[0] > seconds / 3]
    last = [sample for sample in memory if sample[0] > 2 * seconds / 3]
    each = max(1, len(memory) // 10)
    return {"seconds": round(time.monotonic() - begun, 1), "sessions": count, "refusals": refusals, "potholes_in_picture": expected,
            "hazards": hazards, "new_reports": reports, "start_ms_p50": round(1000 * starts[count // 2], 3),
            "start_ms_p99": round(1000 * starts[count * 99 // 100], 3), "detect_ms_p50": round(1000 * took[count // 2], 1),
            "rss_mb_first": round(memory[0][1], 1), "rss_mb_last": round(memory[-1][1], 1),
            "rss_mb_by_tenths": [round(mb, 1) for _, mb in memory[::each]],
            "rss_slope_mb_per_minute_after_a_third": round(slope(late), 2),
            "rss_slope_mb_per_minute_last_third": round(slope(last), 2)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--binary", default=str(ROOT / "build" / "hazardstream"))
    options = parser.parse_args()
    server, port = start_server(options.binary)
    try:
        print(json.dumps(storm(port, server.pid, options.seconds, options.rate), indent=1))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
