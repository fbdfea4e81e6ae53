#!/usr/bin/env python3
"""A good small FastAPI server for the same job: frames over a WebSocket, a verdict for every one.

    build/peers-venv/bin/python bench/peers/fastapi/server.py --port 18300 --hint throughput

Written for the comparison in docs/performance.md, as a team that knows its tools would write it in a week: uvloop and httptools,
binary frames without base64, one slot per session in which the newest frame wins, a worker thread per inference stream, OpenVINO in
bf16, orjson. It has no tracking, no rate limits, no resume, no metrics: less work per frame than the server it is measured against.
"""
import argparse
import asyncio
import binascii
import collections
import pathlib
import struct
import threading
import time
import uuid

import cv2
import orjson
import uvicorn
from detector import BadPicture, Detector
from fastapi import FastAPI, Query, WebSocket, WebSocketDisconnect

ROOT = pathlib.Path(__file__).resolve().parents[3]
ENVELOPE = struct.Struct("<4sHHQq")
MOST_BYTES = 4 * 1024 * 1024
Frame = collections.namedtuple("Frame", "seq label stamp picture received")


class Session:
    """A client. Its fields belong to the event loop's thread."""

    def __init__(self, socket, threshold, iou, most):
        self.id = str(uuid.uuid4())
        self.socket, self.threshold, self.iou, self.most = socket, threshold, iou, most
        self.seq = self.event = 0
        self.slot = None  # the frame that waits; a newer one takes its place
        self.open, self.busy = True, False  # busy: waits for a lane, or is in one
        self.outbox = asyncio.Queue(maxsize=256)

    def say(self, kind, **fields):
        if self.open and not self.outbox.full():
            self.outbox.put_nowait(orjson.dumps({"type": kind, "timestamp": time.time(), **fields}).decode())

    def verdict(self, kind, frame, **fields):
        self.event += 1
        self.say(kind, event=self.event, **fields, **({} if "data" in fields else {"seq": frame.seq, "frame_id": frame.label}))

    async def write(self):
        while True:
            await self.socket.send_text(await self.outbox.get())


class Lanes:
    """Worker threads; each takes the session that has waited longest."""

    def __init__(self, detector, count):
        self.detector = detector
        self.ready = collections.deque()  # of (session, frame); at most one entry a session
        self.wake = threading.Semaphore(0)
        self.loop = None
        self.threads = [threading.Thread(target=self.work, args=(detector.lane(),), daemon=True) for _ in range(count)]

    def start(self):
        self.loop = asyncio.get_running_loop()
        for thread in self.threads:
            thread.start()

    def offer(self, session, frame):
        """From the loop: the newest frame of a session."""
        if session.slot is not None:
            session.verdict("frame_dropped", session.slot, reason="superseded")
            session.slot = frame
            return
        session.slot = frame
        if not session.busy:
            session.busy = True
            self.ready.append(session)
            self.wake.release()

    def work(self, lane):
        while True:
            self.wake.acquire()
            session = self.ready.popleft()
            frame, session.slot = session.slot, None
            if not session.open:
                continue
            began = time.perf_counter()
            try:
                found, size = lane.detect(frame.picture, session.threshold, session.iou, session.most)
                problem = None
            except Exception as bad:  # a lane must outlive whatever a stranger sends
                found, size, problem = [], (0, 0), bad
            self.loop.call_soon_threadsafe(self.done, session, frame, found, size, began, problem)

    def done(self, session, frame, found, size, began, problem):
        if problem:
            code = "undecodable_image" if isinstance(problem, (BadPicture, cv2.error)) else "internal_error"
            session.verdict("error", frame, error=str(problem), code=code, error_code=code)
        else:
            now = time.perf_counter()
            total = round((now - frame.received) * 1000, 3)
            session.verdict("detection_result", frame, data={
                "frame_id": frame.label, "seq": frame.seq, "timestamp": frame.stamp or time.time(), "detections": found,
                "processing_time_ms": total, "session_id": session.id, "image": {"width": size[0], "height": size[1]},
                "timing": {"queue_ms": round((began - frame.received) * 1000, 3), "total_ms": total}, "age_ms": total,
                "quality": {"mode": "quality", "input": {"width": self.detector.width, "height": self.detector.height}, "every": 1},
                "credits": 1 if session.slot is None else 0, "predicted": False})
        session.busy = False
        if session.slot is not None and session.open:
            session.busy = True
            self.ready.append(session)
            self.wake.release()


def frame_of_envelope(session, message, received):
    if len(message) < ENVELOPE.size:
        raise ValueError("the envelope is cut short")
    magic, extra, reserved, number, captured = ENVELOPE.unpack_from(message)
    if magic != b"HSF1" or reserved != 0 or ENVELOPE.size + extra > len(message):
        raise ValueError("the envelope is malformed")
    label = str(number)
    if extra:
        label = str(orjson.loads(message[ENVELOPE.size:ENVELOPE.size + extra]).get("frame_id", label))
    return Frame(session.seq, label, captured / 1e6 if captured else None, message[ENVELOPE.size + extra:], received)


def frame_of_text(session, message, received):
    data = message.get("image_data") or ""
    if data.startswith("data:"):
        data = data.partition(",")[2]
    return Frame(session.seq, str(message.get("frame_id", session.seq)), message.get("timestamp"), binascii.a2b_base64(data), received)


def take_text(session, lanes, text, received):
    try:
        message = orjson.loads(text)
        kind = message.get("type") if isinstance(message, dict) else None
    except orjson.JSONDecodeError:
        session.say("error", error="the message is no JSON", code="invalid_json", error_code="invalid_json")
        return
    if kind == "ping":
        session.say("pong", **{k: v for k, v in message.items() if k not in ("type", "timestamp")}, received_at=time.time())
    elif kind == "frame":
        session.seq += 1
        take(session, lanes, frame_of_text, message, received)
    else:
        session.say("error", error="no such message", code="unknown_message_type", error_code="unknown_message_type")


def take(session, lanes, read, message, received):
    try:
        lanes.offer(session, read(session, message, received))
    except (ValueError, AttributeError) as problem:
        code = "invalid_envelope" if read is frame_of_envelope else "invalid_image_data"
        session.verdict("error", Frame(session.seq, "", None, b"", received), error=str(problem), code=code, error_code=code)


def make_app(detector, lanes):
    app = FastAPI()
    app.router.on_startup.append(lanes.start) if hasattr(app.router, "on_startup") else app.add_event_handler("startup", lanes.start)

    @app.get("/health/ready")
    async def ready():
        return {"status": "ready", "lanes": len(lanes.threads)}

    @app.websocket("/stream/detection")
    async def stream(socket: WebSocket, confidence_threshold: float = Query(0.5, ge=0.01, le=1),
                     iou_threshold: float = Query(0.45, ge=0.1, le=1), max_detections: int = Query(50, ge=1, le=300)):
        await socket.accept()
        session = Session(socket, confidence_threshold, iou_threshold, max_detections)
        session.say("session_created", session_id=session.id, client_id=session.id, config={}, protocol=1, granted_fps=0, credits=1)
        writer = asyncio.create_task(session.write())
        try:
            while (message := await socket.receive())["type"] == "websocket.receive":
                received = time.perf_counter()
                if (data := message.get("bytes")) is not None:
                    session.seq += 1
                    take(session, lanes, frame_of_envelope, data, received)
                else:
                    take_text(session, lanes, message["text"], received)
        except WebSocketDisconnect:
            pass
        finally:
            session.open = False
            writer.cancel()

    return app


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=18300)
    parser.add_argument("--hint", choices=("latency", "throughput"), default="throughput")
    parser.add_argument("--lanes", type=int, default=0, help="worker threads; 0: as many as the graph has streams")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models/hazard-yolo12n")
    parser.add_argument("--ws", default="websockets-sansio", help="uvicorn's WebSocket implementation")
    arguments = parser.parse_args()
    detector = Detector(arguments.model, arguments.hint, ["crack", "pothole"])
    lanes = Lanes(detector, arguments.lanes or detector.lanes)
    uvicorn.run(make_app(detector, lanes), host="127.0.0.1", port=arguments.port, loop="uvloop", http="httptools", ws=arguments.ws,
                ws_max_size=MOST_BYTES + 65536, ws_per_message_deflate=False, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
