"""The snippets of the product's founding document, word for word, in Node and in Chromium. Only what they leave out is put
around them: the picture, and in Node the base of their relative addresses."""
import base64
import json
import pathlib
import shutil
import subprocess

import playwright
from playwright.sync_api import sync_playwright

NODE = pathlib.Path(playwright.__file__).parent / "driver" / "node"

WEBSOCKET = """
const ws = new WebSocket('ws://localhost:8080/stream/detection?fps_limit=15');

ws.onmessage = (event) => {
    const data = JSON.parse(event.data);
    if (data.type === 'detection_result') {
        console.log('Detections:', data.data.detections);
    }
};

// Send frame
ws.send(JSON.stringify({
    type: 'frame',
    image_data: base64Image,
    frame_id: 'frame_1'
}));
"""

REST_AND_SSE = """
// 1. Create session
const session = await fetch('/stream/sessions', {
    method: 'POST',
    body: JSON.stringify({fps_limit: 15})
}).then(r => r.json());

// 2. Listen for results
const events = new EventSource(session.sse_endpoint);
events.onmessage = (event) => {
    const data = JSON.parse(event.data);
    console.log('Detection result:', data);
};

// 3. Send frames
await fetch(session.upload_endpoint, {
    method: 'POST',
    body: JSON.stringify({
        image_data: base64Image,
        frame_id: 'frame_1'
    })
});
"""


def websocket_snippet(server):
    """As printed it sends before the socket is open; the send is what a page does from onopen."""
    head, send = WEBSOCKET.replace("localhost:8080", f"localhost:{server.port}").split("// Send frame")
    return head + "ws.onopen = () => {" + send + "};"


def run_in_node(server, frame, snippet, wanted):
    script = f"""
      const base64Image = {json.dumps(base64.b64encode(frame).decode())};
      const realFetch = globalThis.fetch;
      globalThis.fetch = (url, options) => realFetch(new URL(url, '{server.url}'), options);
      const RealEventSource = globalThis.EventSource;
      globalThis.EventSource = class extends RealEventSource {{ constructor(url) {{ super(new URL(url, '{server.url}').href); }} }};
      const print = console.log;
      console.log = (...words) => {{
        const line = JSON.stringify(words);
        print(line);
        if (line.includes({json.dumps(wanted)})) process.exit(0);
      }};
      setTimeout(() => process.exit(3), 10000);
      {snippet}
    """
    done = subprocess.run([NODE, "--experimental-eventsource", "--no-warnings", "--input-type=module", "-"], input=script, text=True,
                          capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_websocket_snippet_in_node(server, frame):
    words, detections = run_in_node(server, frame, websocket_snippet(server), "Detections:")[-1]
    assert words == "Detections:" and isinstance(detections, list)


def test_rest_and_sse_snippet_in_node(server, frame):
    heard = [entry[1] for entry in run_in_node(server, frame, REST_AND_SSE, "detection_result")]
    assert heard[-1]["type"] == "detection_result"
    assert heard[-1]["data"]["frame_id"] == "frame_1"


def test_both_snippets_in_chromium(server, frame):
    with sync_playwright() as p:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        page = browser.new_page()
        page.goto(server.url + "/health")
        heard = []
        page.on("console", lambda message: heard.append(message.text))
        picture = json.dumps(base64.b64encode(frame).decode())
        # A page served from 127.0.0.1 speaks to localhost: both are loopback origins.
        for snippet in (websocket_snippet(server), REST_AND_SSE):
            page.evaluate(f"(async () => {{ const base64Image = {picture}; {snippet} }})()")
        page.wait_for_timeout(2000)
        browser.close()
    assert any(text.startswith("Detections:") for text in heard), heard
    assert any(text.startswith("Detection result:") for text in heard), heard
