"""A camera that sends by POST and hears by event stream, and keeps the same books as those of resume_client.py."""
import json
import random
import threading
import time
import urllib.error
import urllib.request

from resume_client import Book


class EventStreamCamera:
    """The same by POST and event stream: frames up one by one, verdicts down on a connection of their own."""

    def __init__(self, port, pictures, seed):
        self.url = f"http://127.0.0.1:{port}"
        self.pictures = pictures
        self.random = random.Random(seed)
        self.book = Book()
        self.lock = threading.Lock()
        self.over = False
        self.reader = None

    def post(self, path, body, kind="application/json"):
        request = urllib.request.Request(self.url + path, data=body, method="POST", headers={"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read())

    def connect(self):
        book = self.book
        if book.session_id is None:
            book.welcome(self.post("/stream/sessions", b'{"delivery":"all","fps_limit":30}'))
        else:
            answer = self.post(f"/stream/sessions?session_id={book.session_id}&resume={book.token}", b"")
            book.sent = max(book.sent, answer["last_seq"])  # a frame whose answer was lost may have arrived
            book.welcome(answer)
        book.interrupted = True

    def connect_for(self, seconds):
        until = time.monotonic() + seconds
        while True:
            try:
                return self.connect()
            except urllib.error.HTTPError as refused:
                if refused.code != 503 or time.monotonic() > until:
                    raise
            except (OSError, ValueError):
                if time.monotonic() > until:
                    raise
            time.sleep(self.random.uniform(0.05, 0.15))

    def send(self):
        self.post(f"/stream/process/{self.book.session_id}", self.random.choice(self.pictures), "image/jpeg")
        self.book.sent += 1

    def listen_once(self):
        """Reads events until the stream ends, beginning after the last one seen."""
        request = urllib.request.Request(f"{self.url}/stream/events/{self.book.session_id}",
                                         headers={"Last-Event-ID": str(self.book.last_event)})
        with urllib.request.urlopen(request, timeout=20) as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    message = json.loads(line[6:])
                    with self.lock:
                        self.book.hear(message)
                    if message["type"] == "session_closing":
                        return

    def listen(self):
        while not self.over:
            try:
                self.listen_once()
            except (OSError, ValueError):
                pass
            time.sleep(0.05)

    def start(self):
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()

    def drain(self, seconds=20):
        until = time.monotonic() + seconds
        stats = None
        while time.monotonic() < until:
            with urllib.request.urlopen(f"{self.url}/stream/sessions/{self.book.session_id}/stats", timeout=5) as reply:
                stats = json.loads(reply.read())
            with self.lock:
                done = stats["in_flight"] == 0 and self.book.verdicts + self.book.gaps == stats["received"]
            if done:
                break
            time.sleep(0.1)
        self.over = True
        with self.lock:
            self.book.arrived = stats["received"]
            self.book.balance(stats)
