"""A receiver of webhooks that can be told to fail, hang, hang up, be down and come back; and what tests of webhooks say to a server."""
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time

from conftest import free_port

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
PATIENCE = 60  # seconds; only a fault reaches it


class Receiver:
    """Takes posts on a port of its own. `script` holds what to do with the next ones: a status, "hang" or "hang up"; then 204."""

    def __init__(self, port=None, script=(), answer=b"", certificate=None):
        self.certificate = certificate  # a file with key and certificate: then it speaks TLS
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/in?key=of-the-receiver"
        self.script = list(script)
        self.otherwise = 204
        self.answer = answer
        self.posts = []   # (headers, body, what was done)
        self.lock = threading.Condition()
        self.server = None
        self.start()

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    what = receiver.script.pop(0) if receiver.script else receiver.otherwise
                    receiver.posts.append((dict(self.headers), body, what))
                    receiver.lock.notify_all()
                if what == "hang":
                    time.sleep(2.5)
                if isinstance(what, str):
                    self.close_connection = True
                    return
                self.send_response(what)
                self.send_header("Content-Length", str(len(receiver.answer)))
                self.end_headers()
                self.wfile.write(receiver.answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a server that was killed hangs up
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, wanted):
        """Until `wanted` of the events that were answered with success; they are returned."""
        with self.lock:
            assert self.lock.wait_for(lambda: wanted(self.taken()), PATIENCE), [event["type"] for event in self.taken()]
            return self.taken()

    def taken(self):
        return [json.loads(body) for _, body, what in self.posts if isinstance(what, int) and 200 <= what < 300]


def verify(headers, body):
    """As docs/webhooks.md has it."""
    signed = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert hmac.compare_digest(headers["webhook-signature"], wanted)
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 300


def settings(receiver, **more):
    return {"WEBHOOK_URLS": receiver.url, "WEBHOOK_SECRET": SECRET, "WEBHOOK_ALLOW_PRIVATE": "true", "WEBHOOK_TIMEOUT": "1",
            "WEBHOOK_FIRST_PAUSE_MS": "100", **more}


def make_hazard(server, number):
    """A hazard of its own, far from all others; its id."""
    body = {"detection": {"class_id": 1, "class_name": "pothole", "confidence": 0.8, "bbox": [1, 2, 30, 40]},
            "location": {"lat": 40 + number * 0.01, "lng": 10}}
    status, _, report = server.request("POST", "/reports", json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert status in (200, 201), report
    bounds = server.request("GET", "/hazards?limit=100&sort_by=first_seen")[2]["hazards"]
    return next(hazard["id"] for hazard in bounds if abs(hazard["location"]["latitude"] - body["location"]["lat"]) < 0.005)


def review(server, hazard, state, reason="looked at it"):
    status, _, reply = server.request("PATCH", f"/hazards/{hazard}", json.dumps({"state": state, "reason": reason}).encode(),
                                      {"Content-Type": "application/json", "If-Match": "*"})
    assert status == 200, reply


def eventually(ask, wanted):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = ask()
        if wanted(answer):
            return answer
        time.sleep(0.1)
    raise AssertionError(answer)


def messages(server, query=""):
    status, _, reply = server.request("GET", "/api/v1/webhooks/messages" + query)
    assert status == 200, reply
    return reply


def pairs(events):
    return {(event["type"], event["data"]["hazard"]["id"]) for event in events}
