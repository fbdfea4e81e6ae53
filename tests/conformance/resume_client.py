"""Cameras that lose their connection on purpose and keep books: which frames were sent, which verdicts came, which were declared
gone. A WebSocket over a bare socket, so that it can be cut at any byte."""
import json
import os
import random
import socket
import struct
import time

OLD_ENOUGH = 5  # frames: a younger track is a guess that the tracker may drop, whatever the connection does
VERDICTS = ("detection_result", "frame_dropped", "error")


class Cut(Exception):
    """The connection is gone; `reason` says how that was noticed."""


class Refused(Exception):
    def __init__(self, status, body):
        self.status = status
        super().__init__(f"{status} {body}")


class RawSocket:
    """One WebSocket connection, RFC 6455 as far as the server speaks it."""

    def __init__(self, port, query):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.close_code = None
        self.request = (f"GET /stream/detection?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()

    def upgrade(self):
        self.send_bytes(self.request)
        while b"\r\n\r\n" not in self.buffer:
            self.fill(10)
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        self.buffer = rest
        status = int(head.split()[1])
        if status != 101:
            raise Refused(status, rest.decode(errors="replace"))

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except OSError as gone:
            raise Cut(f"send: {gone}") from gone

    @staticmethod
    def message(opcode, payload):
        size = len(payload)
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else (
            struct.pack("!BBH", 0x80 | opcode, 0xFE, size) if size < 65536 else struct.pack("!BBQ", 0x80 | opcode, 0xFF, size))
        return head + b"\0\0\0\0" + payload

    def fill(self, timeout):
        self.socket.settimeout(max(timeout, 0.0001))
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError as gone:
            raise Cut(f"receive: {gone}") from gone
        if not data:
            raise Cut("end of stream")
        self.buffer += data
        return True

    def take(self):
        """The next whole frame as (opcode, payload), or nothing."""
        if len(self.buffer) < 2:
            return None
        size, at = self.buffer[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            if len(self.buffer) < at:
                return None
            size = int.from_bytes(self.buffer[2:at], "big")
        if len(self.buffer) < at + size:
            return None
        opcode, payload = self.buffer[0] & 0x0F, self.buffer[at:at + size]
        self.buffer = self.buffer[at + size:]
        return opcode, payload

    def receive(self, timeout):
        """The next text message as an object; nothing when none comes in time. Pings are answered on the way."""
        until = time.monotonic() + timeout
        while True:
            frame = self.take()
            if frame is None:
                left = until - time.monotonic()
                if not self.fill(max(left, 0)) and left <= 0:
                    return None
                continue
            opcode, payload = frame
            if opcode == 9:
                self.send_bytes(self.message(10, payload))
            elif opcode == 8:
                self.close_code = int.from_bytes(payload[:2], "big") if payload else None
                raise Cut(f"closed with {self.close_code}")
            elif opcode == 1:
                return json.loads(payload)

    def reset(self):
        """As when the network goes: no close frame, no end of stream, a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Book:
    """What a camera knows of its session. `problems` must be empty in the end."""

    def __init__(self):
        self.session_id = None
        self.token = None
        self.last_event = 0
        self.arrived = 0  # frames that the server says it received
        self.sent = 0  # frames sent whole, over all connections
        self.never_arrived = 0
        self.verdicts = 0
        self.replayed = 0
        self.gaps = 0
        self.seqs = set()
        self.boxes = []  # of the last result: (track id, class, bbox)
        self.ids_kept = 0
        self.ids_changed = 0
        self.interrupted = False  # since the last result with boxes
        self.balanced = False
        self.problems = []

    def welcome(self, message):
        if self.session_id is None:
            self.session_id = message["session_id"]
        elif message.get("type") != "session_resumed" and not message.get("resumed"):
            self.problems.append(f"a new session instead of the old one: {message}")
        self.token = message["resume_token"]
        arrived = message.get("last_seq", 0)
        if not self.arrived <= arrived <= self.sent:
            self.problems.append(f"{arrived} frames arrived, but {self.arrived} had before and {self.sent} were sent")
        self.never_arrived += self.sent - arrived
        self.sent = self.arrived = arrived  # the server's count goes on from what arrived

    def hear(self, message):
        kind = message["type"]
        if kind == "gap":
            if message["from"] != self.last_event + 1 or message["to"] < message["from"]:
                self.problems.append(f"a gap {message} after event {self.last_event}")
            self.gaps += message["to"] - message["from"] + 1
            self.last_event = message["to"]
        elif kind in VERDICTS and "event" in message:
            if message["event"] != self.last_event + 1:
                self.problems.append(f"event {message['event']} after {self.last_event}")
            self.last_event = message["event"]
            data = message.get("data", message)
            if data["seq"] in self.seqs:
                self.problems.append(f"two verdicts for frame {data['seq']}")
            self.seqs.add(data["seq"])
            self.verdicts += 1
            self.replayed += bool(message.get("replayed"))
            if kind == "detection_result":
                self.compare(data["detections"])

    def compare(self, detections):
        """Boxes in the same place before and after an interruption must have the same identity."""
        boxes = [(box["track_id"], box["class_name"], box["bbox"], box["age_frames"]) for box in detections if "track_id" in box]
        if self.interrupted and self.boxes and boxes:
            self.interrupted = False
            for before_id, before_class, before, age in self.boxes:
                best = max(boxes, key=lambda box: overlap(box[2], before) * (box[1] == before_class))
                if age >= OLD_ENOUGH and best[1] == before_class and overlap(best[2], before) >= 0.6:
                    if best[0] == before_id:
                        self.ids_kept += 1
                    else:
                        self.ids_changed += 1
                        print(f"identity {before_id} at {before} became {best[0]} at {best[2]}; before {self.boxes}, after {boxes}")
        if boxes:
            self.boxes = boxes

    def balance(self, counters):
        """The law, against the server's own counters once everything has ended."""
        self.balanced = True
        ended = counters["results"] + sum(counters["drops"].values()) + sum(counters["errors"].values())
        if counters["in_flight"] != 0 or counters["received"] != ended:
            self.problems.append(f"the server's counters do not add up: {counters}")
        if counters["received"] != self.arrived:
            self.problems.append(f"{counters['received']} received, {self.arrived} arrived")
        if self.verdicts + self.gaps != counters["received"]:
            self.problems.append(f"{self.verdicts} verdicts and {self.gaps} declared gone are not {counters['received']}")


def overlap(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


class Camera:
    """Sends pictures round and round over a WebSocket that is cut or lost, and resumes."""

    def __init__(self, port, pictures, seed, query):
        self.port, self.pictures, self.query = port, pictures, query
        self.random = random.Random(seed)
        self.book = Book()
        self.line = None
        self.abandoned = []  # sockets left half open
        self.at = 0

    def picture(self):
        """To the last one and back: what is on the road moves a little, and never jumps."""
        count = len(self.pictures)
        self.at += 1
        turn = self.at % (2 * count - 2)
        return self.pictures[turn if turn < count else 2 * count - 2 - turn]

    def resume_query(self):
        book = self.book
        if book.session_id is None:
            return self.query
        return f"session_id={book.session_id}&resume={book.token}&last_event={book.last_event}"

    def connect(self):
        line = RawSocket(self.port, self.resume_query())
        line.upgrade()
        message = line.receive(10)
        if message is None or message["type"] not in ("session_created", "session_resumed"):
            raise Cut(f"no welcome but {message}")
        self.line = line
        self.book.welcome(message)
        self.book.interrupted = True

    def connect_for(self, seconds):
        """Again and again, as a client does while the server is away; a refused token is final."""
        until = time.monotonic() + seconds
        while True:
            try:
                return self.connect()
            except Refused as refused:
                if refused.status != 503 or time.monotonic() > until:
                    raise
            except (Cut, OSError):
                if time.monotonic() > until:
                    raise
            time.sleep(self.random.uniform(0.05, 0.15))

    def frame(self):
        return RawSocket.message(2, b"HSF1" + struct.pack("<HHQq", 0, 0, self.at, 0) + self.picture())

    def send(self):
        message = self.frame()
        self.line.send_bytes(message)
        self.book.sent += 1

    def listen(self, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            message = self.line.receive(left)
            if message is not None:
                self.book.hear(message)

    def cut(self):
        """One way to lose a connection, at random."""
        kind = self.random.choice(("reset", "end", "mid-message", "half-open", "unread", "handshake", "welcome"))
        line, self.line = self.line, None
        if kind == "mid-message":
            message = self.frame()
            try:
                line.send_bytes(message[:self.random.randrange(1, len(message))])
            except Cut:
                pass
        if kind == "unread":
            time.sleep(0.05)
        if kind == "half-open":
            self.abandoned.append(line)
        elif kind == "end":
            line.socket.close()
        else:
            line.reset()
        if kind in ("handshake", "welcome"):
            self.cut_while_resuming(kind)
        return kind

    def cut_while_resuming(self, kind):
        """The answer with the next token is lost with the connection that carries it: the last one must still be good."""
        try:
            line = RawSocket(self.port, self.resume_query())
            if kind == "handshake":
                line.send_bytes(line.request)
                time.sleep(self.random.uniform(0, 0.01))
            else:
                line.upgrade()
                line.fill(1)
            line.reset()
        except (Cut, Refused, OSError):  # the server itself is away
            pass

    def drain(self, seconds=20):
        """Until every frame that arrived has its verdict; then the books are compared with the server's."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.line.send_bytes(RawSocket.message(1, b'{"type":"stats"}'))
            while True:
                message = self.line.receive(5)
                if message is None or message["type"] == "stats":
                    break
                self.book.hear(message)
            if message and message["in_flight"] == 0:
                self.listen(0.2)
                self.book.arrived = self.book.sent
                self.book.balance(message)
                return
            time.sleep(0.05)
        self.book.problems.append("frames without a verdict")

    def leave(self):
        self.line.send_bytes(RawSocket.message(8, struct.pack("!H", 1000)))
        self.line.socket.close()
        for line in self.abandoned:
            line.socket.close()


def environment(name, usual):
    return int(os.environ.get(name, usual))
