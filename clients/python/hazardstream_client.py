"""A client of hazardstream's WebSocket: binary frames up, one verdict for each down. Needs Python 3.10 and the package websockets.

    async with HazardStream("ws://127.0.0.1:8080", fps_limit=10) as stream:
        verdict = await (await stream.send(jpeg_bytes))

Every frame sent ends in exactly one verdict, a dict with a `type`: "detection_result", "frame_dropped" or "error" from the server,
or "lost", this client's own, for a frame whose verdict will never come: it did not reach the server, or its session is gone. A lost
connection is made again with growing, random pauses until close(), and the session goes on where it was: verdicts that were missed
come marked "replayed", track ids stay. Everything runs on one asyncio event loop.
"""
import asyncio
import json
import random
import struct
import time
import urllib.parse

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

VERDICTS = ("detection_result", "frame_dropped", "error")


def make_envelope(number, picture, captured_at=None, fields=None):
    """The binary frame message of docs/protocol.md: 24 bytes of header, an optional JSON part, the picture."""
    text = json.dumps(fields).encode() if fields else b""
    if len(text) > 4096:
        raise ValueError("frame_id and metadata must fit into 4096 bytes of JSON")
    micros = 0 if captured_at is None else round(captured_at * 1e6)
    return b"HSF1" + struct.pack("<HHQq", len(text), 0, number, micros) + text + picture


class Refused(Exception):
    """The server refused the handshake, and trying again cannot help: `status`, `code` and a sentence."""

    def __init__(self, status, body):
        self.status = status
        self.code = body.get("code", "")
        super().__init__(f"{status} {self.code}: {body.get('detail', '')}")


class HazardStream:
    """One session at a time; a lost connection is followed by the same session, or by a new one when the server no longer has it.

    on_verdict(verdict)  each verdict, in the order it came
    on_message(message)  everything else: session_created, session_resumed, config_updated, stats, pong, gap, session_closing...
    on_state(word)       connecting, open, reconnecting, closed
    key                  where the server asks for one
    config               fps_limit, confidence_threshold, delivery, fields...: the query of docs/protocol.md
    """

    def __init__(self, url="ws://127.0.0.1:8080", *, on_verdict=None, on_message=None, on_state=None, first_pause=0.3, longest_pause=8.0,
                 resume=True, key=None, **config):
        self.url = url.rstrip("/") + "/stream/detection"
        self.config = config
        self._headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self.welcome = None
        self._on_verdict = on_verdict or (lambda verdict: None)
        self._on_message = on_message or (lambda message: None)
        self._on_state = on_state or (lambda word: None)
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._socket = None
        self._task = None
        self._number = 0  # of frames over all connections
        self._sent = 0  # frames of this session: the server's seq of the last one
        self._pending = {}  # seq -> (frame_id, future)
        self._resume = resume
        self._key = None  # session_id and token of a session that can be resumed
        self._last_event = 0
        self._lost_at = None
        self.resumed = self.duplicates = self.gone = 0  # sessions resumed; verdicts that came twice; verdicts declared gone
        self._gap = False
        self._window = 0  # frames that may be without a verdict at once
        self._change = asyncio.Condition()
        self._failure = None

    async def __aenter__(self):
        await self.open()
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def open(self):
        """Returns once a session is open. Raises Refused when the server says that trying again cannot help."""
        if self._task is None:
            self._task = asyncio.create_task(self._stay_connected())
        await self._until(lambda: self._socket is not None)

    async def close(self):
        """Ends the session; frames still without a verdict are lost."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        self._key = None
        await self._disconnected()
        self._on_state("closed")

    @property
    def outstanding(self):
        """Frames sent that have no verdict yet."""
        return len(self._pending)

    @property
    def credits(self):
        """How many more frames may be sent now without one being dropped for want of room."""
        return max(0, self._window - self.outstanding) if self._socket is not None else 0

    async def send(self, picture, *, frame_id=None, captured_at=None, metadata=None, paced=True):
        """Sends an encoded picture (JPEG, PNG, WebP, BMP bytes) and returns a future of its verdict. paced: waits for a credit first;
        False sends at once, as a camera does: with delivery=latest the server then drops what it is too slow for."""
        await self._until(lambda: self._socket is not None and (not paced or self.credits > 0))
        self._number += 1
        self._sent += 1
        fields = {name: value for name, value in (("frame_id", frame_id), ("metadata", metadata)) if value is not None}
        message = make_envelope(self._number, picture, captured_at, fields)
        future = asyncio.get_running_loop().create_future()
        self._pending[self._sent] = (str(self._number if frame_id is None else frame_id), future)
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            pass  # the reader notices too, and gives the frame up as lost
        return future

    async def update(self, **config):
        """Changes some of the configuration, now and for later connections; config_updated (or error) comes as a message."""
        self.config.update(config)
        await self._tell({"type": "config_update", "config": config})

    async def ping(self):
        """Asks for a pong: with the time sent in it, a clock offset can be told from received_at and sent_at."""
        await self._tell({"type": "ping", "timestamp": time.time()})

    async def stats(self):
        """Asks for the session's counters; they come as a message of type stats."""
        await self._tell({"type": "stats"})

    async def _tell(self, message):
        await self._until(lambda: self._socket is not None)
        await self._socket.send(json.dumps(message))

    async def _until(self, condition):
        async with self._change:
            await self._change.wait_for(lambda: self._failure is not None or self._task is None or condition())
        if self._failure is not None:
            raise self._failure
        if self._task is None:
            raise RuntimeError("the stream is closed")

    async def _stay_connected(self):
        pause = self._first_pause
        while True:
            self._on_state("connecting")
            wait = None
            opened_before = self.welcome is not None
            try:
                wait = await self._one_connection()
                pause = self._first_pause
            except InvalidStatus as refused:
                wait = self._judge(refused.response, opened_before)
            except (OSError, ConnectionClosed, asyncio.TimeoutError, EOFError):
                pass
            if self._failure is not None:
                self._key = None
            await self._disconnected()
            if self._failure is not None:
                return
            self._on_state("reconnecting")
            await asyncio.sleep(wait if wait is not None else pause * random.uniform(0.5, 1.5))
            pause = min(self._longest_pause, 2 * pause)

    async def _one_connection(self):
        """Until the connection ends; the pause that the server asked for, if it did."""
        values = {name: str(value).lower() if isinstance(value, bool) else value for name, value in self.config.items()}
        if self._key is not None:
            values = {"session_id": self._key[0], "resume": self._key[1], "last_event": self._last_event}
        query = urllib.parse.urlencode(values)
        wait = None
        async with connect(f"{self.url}?{query}", max_size=None, compression=None, open_timeout=10, close_timeout=2,
                           additional_headers=self._headers) as socket:
            async for text in socket:
                message = json.loads(text)
                if message["type"] in ("session_created", "session_resumed"):
                    await self._opened(socket, message)
                elif message["type"] == "session_closing":
                    wait = message["retry_after_ms"] / 1000
                    if not message["reconnect"]:
                        self._failure = ConnectionError(f"the server ended the session: {message['reason']}")
                await self._hear(message)
        return wait

    def _judge(self, response, opened_before):
        """A refusal before the upgrade. 503 passes by itself; so does 409 while the server has not noticed that we were gone. A session
        that is refused to us is gone: the next connection begins a new one."""
        if response.status_code == 503 or (response.status_code == 409 and opened_before):
            return float(response.headers.get("Retry-After", 1)) * random.uniform(1, 1.5)
        try:
            body = json.loads(response.body)
        except ValueError:
            body = {}
        if self._key is not None and isinstance(body, dict) and body.get("code") == "resume_refused":
            self._key = None
            return 0.0
        self._failure = Refused(response.status_code, body if isinstance(body, dict) else {})
        return None

    async def _opened(self, socket, welcome):
        resumed = welcome["type"] == "session_resumed"
        async with self._change:
            if resumed:
                self.resumed += 1
                received = welcome["last_seq"]  # what was sent beyond it never arrived
                lost = self._take_lost(lambda seq: seq > received)
                self._sent = received
            else:
                lost = self._take_lost(lambda seq: True)
                self._sent, self._last_event, self._gap = 0, 0, False
            self._socket, self.welcome, self._window = socket, welcome, welcome["credits"]
            self._key = (welcome["session_id"], welcome["resume_token"]) if self._resume else None
            self._lost_at = None
            self._change.notify_all()
        self._on_state("open")
        for verdict in lost:
            self._on_verdict(verdict)

    async def _hear(self, message):
        kind = message["type"]
        if kind not in VERDICTS or "event" not in message:
            if kind == "config_updated":
                self._window = 1 if message["config"]["delivery"] == "latest" else max(1, self._window)
            if kind == "gap":
                self._gap = True
                self.gone += message["to"] - max(message["from"] - 1, self._last_event)
                self._last_event = max(self._last_event, message["to"])
            self._on_message(message)
            return
        if message["event"] <= self._last_event:
            self.duplicates += 1
            return
        self._last_event = message["event"]
        data = message["data"] if kind == "detection_result" else message
        lost = []
        async with self._change:
            if kind == "detection_result":
                self._window = max(self._window, data["credits"])
                if self._gap:  # the verdicts of all earlier frames came before this result, or fell into the gap
                    lost = self._take_lost(lambda seq: seq < data["seq"])
            _, future = self._pending.pop(data["seq"], (None, None))
            if future is not None and not future.done():
                future.set_result(message)
            self._change.notify_all()
        for verdict in [*lost, message]:
            self._on_verdict(verdict)

    def _take_lost(self, chosen):
        verdicts = []
        for seq in [seq for seq in self._pending if chosen(seq)]:
            frame_id, future = self._pending.pop(seq)
            verdicts.append({"type": "lost", "frame_id": frame_id, "seq": seq})
            if not future.done():
                future.set_result(verdicts[-1])
        return verdicts

    async def _disconnected(self):
        """Frames that are on their way wait for the session to be resumed, as long as it can be."""
        async with self._change:
            self._socket = None
            if self._lost_at is None:
                self._lost_at = time.monotonic()
            grace = 0 if self.welcome is None else self.welcome.get("resume_grace_ms", 0) / 1000
            if time.monotonic() - self._lost_at >= grace:
                self._key = None
            lost = self._take_lost(lambda seq: True) if self._key is None else []
            self._change.notify_all()
        for verdict in lost:
            self._on_verdict(verdict)
