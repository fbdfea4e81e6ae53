"""The clients of this repository against the real binary: one verdict for every frame, credits, refusals, reconnecting."""
import asyncio
import pathlib
import subprocess
import sys

import playwright
import pytest

from conftest import ROOT, Server
from test_resume import Restarted

sys.path.insert(0, str(ROOT / "clients" / "python"))
from hazardstream_client import HazardStream, Refused, make_envelope  # noqa: E402

NODE = pathlib.Path(playwright.__file__).parent / "driver" / "node"
JAVASCRIPT = ROOT / "clients" / "javascript"


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 60))


def test_python_gets_one_verdict_for_every_frame(server, frame):
    async def talk():
        heard = []
        async with HazardStream(server.ws, delivery="latest", on_verdict=lambda verdict: heard.append(verdict["type"])) as stream:
            assert stream.credits == 1
            verdict = await (await stream.send(frame, captured_at=1700000000.5))
            assert verdict["type"] == "detection_result" and verdict["data"]["timestamp"] == 1700000000.5
            burst = await asyncio.gather(*[await stream.send(frame, paced=False) for _ in range(6)])
            assert {v["type"] for v in burst} <= {"detection_result", "frame_dropped"}
            assert stream.outstanding == 0
        assert len(heard) == 7
    run(talk())


def test_python_paces_itself_by_credits(server, frame):
    async def talk():
        async with HazardStream(server.ws, delivery="latest") as stream:
            for _ in range(3):
                await stream.send(frame)
                assert stream.outstanding <= 1
        async with HazardStream(server.ws, delivery="all", fps_limit=30) as stream:
            futures = [await stream.send(frame, frame_id="same label") for _ in range(4)]
            assert [(await future)["type"] for future in futures] == ["detection_result"] * 4
            bad = await (await stream.send(b"no picture"))
            assert bad["type"] == "error" and bad["code"] == "unsupported_format"
    run(talk())


def test_python_says_why_a_handshake_was_refused(server):
    async def talk():
        with pytest.raises(Refused) as refused:
            async with HazardStream(server.ws, fps_limit=99):
                pass
        assert refused.value.status == 422 and refused.value.code == "invalid_value"
    run(talk())


def test_python_is_told_that_its_session_was_ended(server, frame):
    async def talk():
        async with HazardStream(server.ws) as stream:
            server.request("DELETE", f"/stream/sessions/{stream.welcome['session_id']}")
            with pytest.raises(ConnectionError):
                for _ in range(100):
                    await stream.send(frame)
                    await asyncio.sleep(0.05)
    run(talk())


def test_python_gives_frames_up_as_lost_when_the_server_goes(frame):
    own = Server(STREAMING_RESUME_GRACE="1")

    async def talk():
        states = []
        async with HazardStream(own.ws, delivery="all", fps_limit=1, on_state=states.append) as stream:
            futures = [await stream.send(frame) for _ in range(5)]
            own.process.kill()
            kinds = {(await future)["type"] for future in futures}
            assert "lost" in kinds and kinds <= {"lost", "detection_result"}
            assert "reconnecting" in states
        assert states[-1] == "closed"
    try:
        run(talk())
    finally:
        own.process.kill()
        own.process.wait()


def test_python_resumes_its_session_also_after_a_restart(frame, tmp_path):
    own = Restarted(STREAMING_STATE_DIR=str(tmp_path)).start()

    async def talk():
        verdicts = []
        async with HazardStream(f"ws://127.0.0.1:{own.port}", delivery="all", fps_limit=30, on_verdict=verdicts.append,
                                first_pause=0.05) as stream:
            first = stream.welcome["session_id"]
            for count, cut in enumerate(("connection", "server"), 1):
                futures = [await stream.send(frame) for _ in range(3)]
                if cut == "connection":
                    stream._socket.transport.abort()
                else:
                    assert await asyncio.to_thread(own.stop) == 0
                    await asyncio.to_thread(own.start)
                while stream.resumed < count:
                    await asyncio.sleep(0.02)
                later = await stream.send(frame)
                kinds = [(await future)["type"] for future in (*futures, later)]
                assert set(kinds) <= {"detection_result", "frame_dropped", "lost"} and kinds[-1] == "detection_result"
            assert stream.welcome["type"] == "session_resumed" and stream.welcome["session_id"] == first
            assert stream.resumed == 2 and stream.duplicates == 0 and stream.gone == 0
            events = [verdict["event"] for verdict in verdicts if "event" in verdict]
            assert events == list(range(1, len(events) + 1))
    try:
        run(talk())
    finally:
        own.stop()


def test_python_begins_anew_when_the_server_has_no_session_to_resume(frame):
    own = Restarted().start()

    async def talk():
        async with HazardStream(f"ws://127.0.0.1:{own.port}", delivery="all", first_pause=0.05) as stream:
            first = stream.welcome["session_id"]
            await (await stream.send(frame))
            assert await asyncio.to_thread(own.stop) == 0
            await asyncio.to_thread(own.start)
            assert (await (await stream.send(frame)))["type"] == "detection_result"
            assert stream.welcome["type"] == "session_created" and stream.welcome["session_id"] != first
    try:
        run(talk())
    finally:
        own.stop()


def test_envelopes_are_bounded():
    assert make_envelope(7, b"x")[:24] == b"HSF1" + bytes(4) + (7).to_bytes(8, "little") + bytes(8)
    with pytest.raises(ValueError):
        make_envelope(1, b"x", fields={"frame_id": "x" * 4096})


def node(script, *arguments):
    command = [NODE, "--input-type=module", "-e", script, *arguments]
    done = subprocess.run(command, cwd=JAVASCRIPT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_javascript_gets_one_verdict_for_every_frame(server, frame, tmp_path):
    (tmp_path / "road.jpg").write_bytes(frame)
    out = node("""
        import { readFile } from "node:fs/promises";
        import assert from "node:assert/strict";
        import { HazardStream } from "./hazardstream-client.js";
        const [url, file] = process.argv.slice(1);
        const picture = await readFile(file);
        let heard = 0;
        const stream = new HazardStream(url, { config: { delivery: "latest" }, onVerdict: () => heard++ });
        await stream.open();
        assert.equal(stream.credits, 1);
        const first = await stream.send(picture, { capturedAt: 1700000000500 });
        assert.equal(first.data.timestamp, 1700000000.5);
        const burst = await Promise.all([1, 2, 3, 4, 5].map(() => stream.send(picture, { paced: false })));
        for (const verdict of burst) assert.ok(["detection_result", "frame_dropped"].includes(verdict.type));
        const paced = await Promise.all([1, 2, 3].map(() => stream.send(picture)));
        for (const verdict of paced) assert.equal(verdict.type, "detection_result");
        const bad = await stream.send(new TextEncoder().encode("no picture"));
        assert.equal(bad.code, "unsupported_format");
        assert.equal(stream.outstanding, 0);
        stream.close();
        await assert.rejects(stream.send(picture));
        assert.equal(heard, 10);
        console.log("done");
        """, server.ws, str(tmp_path / "road.jpg"))
    assert out == "done\n"


JAVASCRIPT_RESUMES = """
    import { readFile } from "node:fs/promises";
    import { createInterface } from "node:readline";
    import { HazardStream } from "./hazardstream-client.js";
    const [url, file] = process.argv.slice(1);
    const picture = await readFile(file);
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const events = [];
    const stream = new HazardStream(url, { config: { delivery: "all", fps_limit: 30 }, firstPause: 50,
                                           onVerdict: (verdict) => verdict.event && events.push(verdict.event) });
    await stream.open();
    const first = stream.welcome.session_id;
    await stream.send(picture);
    console.log("restart");
    await lines.next();
    const verdict = await stream.send(picture);
    console.log(verdict.type, stream.welcome.type, stream.welcome.session_id === first, stream.resumed, stream.duplicates, events.join());
    stream.close();
    process.exit(0);
"""


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "gone"])
def test_javascript_resumes_its_session_after_a_restart_or_begins_anew(frame, tmp_path, kept):
    own = Restarted(STREAMING_STATE_DIR=str(tmp_path / "state") if kept else "").start()
    (tmp_path / "road.jpg").write_bytes(frame)
    command = [NODE, "--input-type=module", "-e", JAVASCRIPT_RESUMES, f"ws://127.0.0.1:{own.port}", str(tmp_path / "road.jpg")]
    with subprocess.Popen(command, cwd=JAVASCRIPT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as script:
        try:
            assert script.stdout.readline() == "restart\n"
            assert own.stop() == 0
            own.start()
            script.stdin.write("\n")
            script.stdin.flush()
            said = script.stdout.readline().split()
        finally:
            script.kill()
            own.stop()
    assert said == (["detection_result", "session_resumed", "true", "1", "0", "1,2"] if kept else
                    ["detection_result", "session_created", "false", "0", "0", "1,1"])


def test_javascript_gives_up_after_its_attempts(server):
    out = node("""
        import { HazardStream } from "./hazardstream-client.js";
        const states = [];
        const onState = (word) => states.push(word);
        const stream = new HazardStream(process.argv[1], { config: { fps_limit: 99 }, attempts: 2, firstPause: 10, onState });
        await stream.open().catch((error) => console.log(error.message));
        console.log(states.join(" "));
        """, server.ws)
    assert out == "no session after 2 tries\nconnecting reconnecting connecting closed\n"


@pytest.mark.parametrize("command", [[sys.executable, "clients/python/example.py"], [NODE, "clients/javascript/example.mjs"]],
                         ids=["python", "javascript"])
def test_examples_run(server, frame, tmp_path, command):
    (tmp_path / "road.jpg").write_bytes(frame)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    command = [command[0], ROOT / command[1], server.ws, "road.jpg", "broken.jpg"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    road, broken = done.stdout.splitlines()
    assert road.startswith("road.jpg ") and broken.startswith("broken.jpg error")
