"""The documents say what the server does: error table, routes, messages, drop reasons, settings, metrics."""
import json
import re

import pytest
import yaml
from websockets.sync.client import connect

from conftest import ROOT, strict
from test_streaming import Events, create_session, envelope, multipart, open_stream

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
ROUTES_IN_WORDS = PROTOCOL + (ROOT / "docs" / "legacy.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
OPENAPI = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
ASYNCAPI = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())
METHODS = {"get", "post", "patch", "put", "delete"}
OPERATION_LIST = sorted((method.upper(), path) for path, item in OPENAPI["paths"].items() for method in item if method in METHODS)


def source(path):
    return (ROOT / "src" / path).read_text()


def table_after(text, mark):
    """Rows of the first table behind `mark`, as lists of cells without backquotes."""
    lines = iter(text[text.index(mark) + len(mark):].splitlines())
    rows = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def routes_in_source():
    """(METHOD, path) of every route that the code registers; pages of web/ are not among them."""
    methods = {"get": "GET", "post": "POST", "patch": "PATCH", "put": "PUT", "del": "DELETE"}
    found = {("GET", "/")}
    for file in sorted((ROOT / "src" / "serve").glob("routes*.cpp")):
        text = file.read_text()
        found |= {(methods[m], path) for m, path in re.findall(r'Method::(\w+),\s*(?:\.pattern = )?"(/[^"]*)"', text)}
        one_method = re.search(r"const auto add = .*?\.method = Method::(\w+)", text, re.S)
        if one_method:
            found |= {(methods[one_method[1]], path) for path in re.findall(r'\badd\("(/[^"]*)"', text)}
    return found


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_error_table_equals_the_catalogue(server):
    _, _, catalogue = server.request("GET", "/errors")
    expected = [[e["code"], str(e["http_status"]), str(e["close_code"]), e["retry"]] for e in catalogue["errors"]]
    assert table_after(PROTOCOL, "<!-- errors:") == expected


def test_openapi_names_every_route_and_no_other():
    assert set(OPERATION_LIST) == routes_in_source()


@pytest.mark.parametrize("method, path", OPERATION_LIST)
def test_every_path_of_openapi_is_served(server, method, path):
    if "text/event-stream" in OPENAPI["paths"][path][method.lower()]["responses"].get("200", {}).get("content", {}) and "{" not in path:
        method = "HEAD"  # it has no end
    status, headers, body = server.request(method, re.sub(r"\{[^}]*\}", "nobody", path), b"" if method in ("POST", "PATCH") else None)
    method = "GET" if method == "HEAD" else method
    code = body.get("code") if isinstance(body, dict) else None
    # One that is registered says what it does not know.
    found = code != "not_found" or ("{" in path and ("not found" in body["detail"] or "No picture" in body["detail"]))
    assert found and code not in ("method_not_allowed", "internal"), body
    documented = set(OPENAPI["paths"][path][method.lower()]["responses"])
    assert str(status) in documented, f"{status} {code} is not among {sorted(documented)}"
    if code == "session_not_found":
        assert "{client_id}" in path or "{session_id}" in path


@pytest.mark.parametrize("method, path", OPERATION_LIST)
def test_what_needs_a_right_says_how_it_refuses(method, path):
    operation = OPENAPI["paths"][path][method.lower()]
    refusals = {"401", "403"} & set(operation["responses"])
    assert refusals == (set() if operation["x-right"] == "everyone" else {"401", "403"})


@pytest.mark.parametrize("path", sorted({path for _, path in OPERATION_LIST}))
def test_every_route_is_in_protocol_md(path):
    # Some are written as `.../stats` behind the route they belong to.
    assert path in ROUTES_IN_WORDS or ".../" + path.rsplit("/", 1)[1] in PROTOCOL


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_references_lead_somewhere(document):
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def nothings(node, path=""):
    """Where a key has no value: in the short form of YAML a comma ends a description that was meant to go on."""
    if isinstance(node, dict):
        for key, value in node.items():
            if value is None:
                yield f"{path}/{key}"
            yield from nothings(value, f"{path}/{key}")
    elif isinstance(node, list):
        for value in node:
            yield from nothings(value, path)


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_no_sentence_was_cut_at_its_comma(document):
    assert list(nothings(document)) == []


def test_every_drop_reason_is_in_the_documents():
    names = re.search(r"kNames\{(.*?)\}", source("domain/verdict.hpp"), re.S)[1]
    reasons = re.findall(r'"(\w+)"', names)
    assert len(reasons) >= 6
    assert [row[0] for row in table_after(PROTOCOL, "### Drops and delivery")] == reasons
    assert ASYNCAPI["components"]["messages"]["frame_dropped"]["payload"]["properties"]["reason"]["enum"] == reasons


def test_every_type_of_message_is_in_the_documents():
    text = source("wire/server_message.cpp")
    sent = set(re.findall(r'(?:"type", |begin_verdict\(json, |simple_message\()"(\w+)"', text))
    sent |= set(re.findall(r'"(session_\w+ed)"', text))  # one or the other
    taken = set(re.findall(r'type == "(\w+)"', source("wire/client_message.cpp")))
    assert {"detection_result", "frame_dropped", "error", "session_created", "stream_started", "gap"} <= sent
    assert taken == {"frame", "config_update", "ping", "stats"}
    for kind in sent | taken:
        assert f"`{kind}`" in PROTOCOL, kind
    described = {m["payload"]["properties"]["type"]["const"] for m in ASYNCAPI["components"]["messages"].values()
                 if m["payload"]["type"] == "object"}
    assert described == sent | taken


def test_every_field_of_a_configuration_is_in_the_documents(server):
    socket, welcome = open_stream(server)
    socket.close()
    fields = set(welcome["config"])
    assert set(OPENAPI["components"]["schemas"]["Config"]["properties"]) == fields
    assert set(ASYNCAPI["components"]["schemas"]["config"]["properties"]) == fields
    query = {p["name"] for p in OPENAPI["paths"]["/stream/detection"]["get"]["parameters"] if "name" in p}
    assert fields <= query
    for field in fields:
        assert f"`{field}`" in PROTOCOL


def expect_documented(message, name):
    payload = ASYNCAPI["components"]["messages"][name]["payload"]
    missing = set(payload["required"]) - set(message)
    assert not missing, (name, missing)
    if name == "detection_result":
        assert set(payload["properties"]["data"]["required"]) <= set(message["data"])
        assert set(payload["properties"]["data"]["properties"]["timing"]["required"]) == set(message["data"]["timing"])
    if payload.get("properties", {}).keys() >= {"frame_id", "event"}:
        assert set(message) <= set(payload["properties"]), name


def test_messages_of_a_websocket_have_the_documented_fields(server, frame):
    with connect(f"{server.ws}/stream/detection?delivery=all", max_size=None, compression=None) as socket:
        expect_documented(strict(socket.recv(timeout=5)), "session_created")
        for message, name in ((envelope(frame), "detection_result"), (envelope(b"no picture"), "error"), ('{"type":"dance"}', "error"),
                              ('{"type":"ping"}', "pong"), ('{"type":"stats"}', "stats"),
                              ('{"type":"config_update","config":{"fields":"lean"}}', "config_updated")):
            socket.send(message)
            reply = strict(socket.recv(timeout=10))
            assert reply["type"] == name
            expect_documented(reply, name)


def test_messages_of_an_event_stream_have_the_documented_fields(server, frame):
    session = create_session(server)
    assert set(OPENAPI["components"]["schemas"]["SessionStarted"]["required"]) == set(session)
    events = Events(server, session["sse_endpoint"])
    expect_documented(events.next()["data"], "stream_started")
    status, _, queued = server.request("POST", session["upload_endpoint"], frame, {"Content-Type": "image/jpeg"})
    assert status == 200 and set(OPENAPI["components"]["schemas"]["FrameQueued"]["required"]) == set(queued)
    expect_documented(events.next()["data"], "detection_result")
    _, _, shown = server.request("GET", f"/stream/sessions/{session['client_id']}")
    assert set(OPENAPI["components"]["schemas"]["Session"]["required"]) == set(shown)
    server.request("DELETE", f"/stream/sessions/{session['client_id']}")
    closing = events.next()["data"]
    expect_documented(closing, "session_closing")
    assert closing["reason"] == "closed" and closing["reconnect"] is False
    events.close()


@pytest.mark.parametrize("path, schema", [("/detect", "DetectReply"), ("/api/v1/detect", "V1DetectReply")])
def test_single_pictures_have_the_documented_fields(server, frame, path, schema):
    body, headers = multipart(frame)
    status, _, reply = server.request("POST", path, body, headers)
    assert status == 200
    assert set(OPENAPI["components"]["schemas"][schema]["required"]) == set(reply)


def test_every_refusal_has_the_documented_fields(server):
    status, headers, body = server.request("GET", "/stream/sessions/nobody")
    assert status == 404 and set(OPENAPI["components"]["schemas"]["Error"]["required"]) <= set(body)
    assert headers["X-Request-ID"] == body["request_id"]


def test_coverage_has_the_documented_fields(server):
    status, headers, body = server.request("GET", "/coverage.geojson?most=1")
    assert status == 200 and headers["Content-Type"] == "application/geo+json"
    assert set(OPENAPI["components"]["schemas"]["CoverageLines"]["required"]) <= set(body)
    assert server.request("GET", "/coverage.geojson?most=10001")[0] == 400


@pytest.mark.parametrize("name", ["protocol.md", "operations.md", "performance.md", "testing.md"])
def test_settings_named_in_the_documents_exist(name):
    settings = set(re.findall(r"^\| `([A-Z][A-Z_]+)`", (ROOT / "docs" / "configuration.md").read_text(), re.M)) | {"CONFIG_FILE"}
    # Of the contract but not there yet, of make, or of a tool.
    others = {"API_KEYS_FILE", "FUZZ_SECONDS", "SIGTERM", "SIGINT", "POST", "GET", "HEAD", "OPTIONS", "PATCH", "DELETE", "PNG", "BMP",
              "LATENCY", "THROUGHPUT"}
    text = (ROOT / "docs" / name).read_text()
    named = set(re.findall(r"`([A-Z][A-Z_]{2,})(?:=[^`]*)?`", text)) - others
    assert named <= settings, named - settings


def test_operations_md_lists_the_metrics(server):
    _, _, text = server.request("GET", "/metrics")
    served = {name: kind for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M)}
    listed = {row[0].split("{")[0]: row[1] for row in table_after(OPERATIONS, "## Metrics")}
    # Errors have a line only once there was one.
    assert {**served, "hazardstream_errors_total": "counter"} == listed


def test_examples_in_protocol_md_are_strict_json():
    blocks = re.findall(r"```json\n(.*?)```", PROTOCOL, re.S)
    assert len(blocks) >= 2
    for block in blocks:
        message = strict(block)
        expect_documented(message, message["type"])
        assert json.dumps(message)
