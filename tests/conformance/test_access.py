"""Who may do what, on a server with keys: every operation of openapi.yaml, with every kind of key, and tickets."""
import asyncio
import hashlib
import json
import pathlib
import re
import subprocess
import sys

import playwright
import pytest
import yaml

from conftest import BINARY, ROOT, Server

sys.path.insert(0, str(ROOT / "clients" / "python"))
from hazardstream_client import HazardStream, Refused  # noqa: E402

NODE = pathlib.Path(playwright.__file__).parent / "driver" / "node"
RIGHTS = ("stream", "detect", "reports", "admin")
OPENAPI = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
METHODS = ("get", "post", "patch", "put", "delete")
OPERATIONS = [(method.upper(), path, operation["x-right"]) for path, item in OPENAPI["paths"].items()
              for method, operation in item.items() if method in METHODS]


def key_of(right):
    return f"hs_test-key-for-{right}"


def bearer(right):
    return {"Authorization": f"Bearer {key_of(right)}"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    lines = [f"{right} {right} {hashlib.sha256(key_of(right).encode()).hexdigest()}" for right in RIGHTS]
    (folder / "keys.txt").write_text("# one key for each right\n" + "\n".join(lines) + "\n")
    log = (folder / "log.txt").open("w+")
    running = Server(API_KEYS_FILE=str(folder / "keys.txt"), DATA_DIR=str(folder / "data"), LOG_LEVEL="debug", LOG_FORMAT="json",
                     stderr=log)
    running.log = folder / "log.txt"
    yield running
    assert running.stop() == 0


def ask(server, method, path, headers):
    """The status of an operation on something that is not there."""
    streams = "text/event-stream" in OPENAPI["paths"][path].get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    if streams and method == "GET" and "{" not in path:
        method = "HEAD"  # it has no end
    body = b"" if method in ("POST", "PATCH", "PUT") else None
    return server.request(method, re.sub(r"\{[^}]*\}", "nobody", path), body, headers)


@pytest.mark.parametrize("method, path, right", OPERATIONS)
def test_only_the_right_opens_it(guarded, method, path, right):
    status, headers, body = ask(guarded, method, path, {})
    if right == "everyone":
        assert status not in (401, 403)
        return
    assert status == 401 and headers["WWW-Authenticate"] == "Bearer"
    assert not body or body["code"] == "unauthorized"
    for wrong in ("Bearer hs_wrong", "Bearer", "Basic c3RyZWFtOng=", key_of(right), f"Bearer {hashlib.sha256(b'x').hexdigest()}"):
        assert ask(guarded, method, path, {"Authorization": wrong})[0] == 401, wrong
    for other in RIGHTS:
        status, _, body = ask(guarded, method, path, bearer(other))
        if right in ("any_key", other):
            assert status not in (401, 403), other
        else:
            assert status == 403 and (not body or body["code"] == "forbidden"), other


def test_metrics_that_are_not_public_are_for_administrators(tmp_path):
    keys = tmp_path / "keys.txt"
    keys.write_text("".join(f"{right} {right} {hashlib.sha256(key_of(right).encode()).hexdigest()}\n" for right in RIGHTS))
    running = Server(API_KEYS_FILE=str(keys), PUBLIC_METRICS="false")
    for path in ("/metrics", "/status"):
        for headers in ({}, bearer("stream"), {"Authorization": "Bearer hs_wrong"}):
            status, _, body = running.request("GET", path, headers=headers)
            assert status == 404 and body["code"] == "not_found" and body["detail"] == "There is nothing at this path."
        assert running.request("GET", path, headers=bearer("admin"))[0] == 200
    assert running.request("GET", "/health")[0] == 200
    assert running.stop() == 0


@pytest.mark.parametrize("path", ["//stream/sessions", "/./stream/sessions", "/stream/%2e/sessions", "/STREAM/sessions",
                                  "/stream/sessions/", "/stream%2fsessions", "/x/../stream/sessions"])
def test_no_other_spelling_of_a_path_opens_it(guarded, path):
    assert guarded.request("GET", path)[0] in (400, 401, 404)


def test_no_other_method_opens_it(guarded):
    for headers in ({"X-HTTP-Method-Override": "GET"}, {"X-HTTP-Method": "GET"}):
        assert guarded.request("HEAD", "/stream/sessions", headers=headers)[0] == 401
    assert guarded.request("OPTIONS", "/stream/sessions")[0] == 200


def ticket(server, route, right="stream", **more):
    body = json.dumps({"route": route, **more}).encode()
    status, _, answer = server.request("POST", "/auth/tickets", body, {**bearer(right), "Content-Type": "application/json"})
    assert status == 200 and answer["expires_in"] == 30 and len(answer["ticket"]) == 32
    return answer["ticket"]


def test_a_ticket_opens_one_request_of_its_path(guarded):
    for route in ("/reports", "/reports.csv", "/hazards"):
        given = ticket(guarded, route, "reports")
        assert guarded.request("GET", f"{route}?limit=1&ticket={given}")[0] == 200
        assert guarded.request("GET", f"{route}?limit=1&ticket={given}")[0] == 401
    assert guarded.request("GET", "/hazards?ticket=" + ticket(guarded, "/reports", "reports"))[0] == 401
    assert guarded.request("GET", "/hazards?ticket=" + ticket(guarded, "/hazards", "stream"))[0] == 403
    assert guarded.request("DELETE", "/client?ticket=" + ticket(guarded, "/client", "detect"))[0] == 401


def test_the_clients_show_their_key(guarded, frame):
    async def talk():
        async with HazardStream(guarded.ws, key=key_of("stream")) as stream:
            assert (await (await stream.send(frame)))["type"] == "detection_result"
        for wrong, status in ((None, 401), ("hs_wrong", 401), (key_of("reports"), 403)):
            with pytest.raises(Refused) as refused:
                async with HazardStream(guarded.ws, key=wrong):
                    pass
            assert refused.value.status == status
    asyncio.run(asyncio.wait_for(talk(), 60))


def test_the_javascript_client_gets_a_ticket_for_each_connection(guarded, frame, tmp_path):
    (tmp_path / "road.jpg").write_bytes(frame)
    program = """
        import { readFileSync } from "node:fs";
        import { HazardStream } from "%s";
        const [url, key, file] = process.argv.slice(2);
        const stream = new HazardStream(url, { key, attempts: 2 });
        try {
          await stream.open();
          console.log((await stream.send(readFileSync(file))).type);
          stream.close();
        } catch (error) { console.log(error.message); }
    """ % (ROOT / "clients" / "javascript" / "hazardstream-client.js").as_uri()
    (tmp_path / "talk.mjs").write_text(program)
    def talk(key):
        command = [NODE, tmp_path / "talk.mjs", guarded.ws, key, tmp_path / "road.jpg"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    assert talk(key_of("stream")) == "detection_result"
    assert talk("hs_wrong") == "the server does not know this key"


def test_the_command_streams_with_its_key(guarded, tmp_path):
    (tmp_path / "my.key").write_text(key_of("stream") + "\n")
    command = [BINARY, "stream", "drive", "--count", "3", "--size", "320x192", "--url", guarded.ws]
    with_key = subprocess.run([*command, "--key-file", tmp_path / "my.key"], capture_output=True, text=True, timeout=60)
    assert with_key.returncode == 0, with_key.stderr
    without = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert without.returncode == 1 and "unauthorized" in without.stderr


def test_no_secret_reaches_the_log_or_the_metrics(guarded):
    given = [ticket(guarded, "/reports", "reports") for _ in range(200)]
    for one in given[:100]:
        guarded.request("GET", f"/reports?ticket={one}")
    told = guarded.log.read_text() + guarded.request("GET", "/metrics")[2]
    assert "http_answer" in told
    for secret in [*given, *map(key_of, RIGHTS)]:
        assert secret not in told


def test_a_server_with_a_wrong_file_of_keys_does_not_start(tmp_path):
    (tmp_path / "keys.txt").write_text("fleet stream not-a-digest\n")
    ended = subprocess.run([BINARY, "serve", "--port", "0", "--api-keys-file", tmp_path / "keys.txt"], cwd=ROOT, capture_output=True,
                           text=True, timeout=30)
    assert ended.returncode == 3 and "line 1" in ended.stderr and "not-a-digest" not in ended.stderr
