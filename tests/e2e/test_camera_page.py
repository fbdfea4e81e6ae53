"""The flow of the installed web camera page in Chromium, from another origin: health, a start with an empty body, the loop of single
frames at the page's own pacing (with a session start for almost every frame), end, summary, confirm. Small code of our own that does
what the page does: boxes are drawn from `box`, toasts from `hazard_type`."""
import functools
import http.server
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

PAGE = """<!doctype html><title>camera page</title><canvas id="view" width="640" height="360"></canvas>
<script>
const api = new URLSearchParams(location.search).get('api');
const said = {statuses: [], boxes: 0, toasts: [], errors: []};
const view = document.getElementById('view').getContext('2d');
async function ask(path, options = {}) {
  const reply = await fetch(api + path, {credentials: 'include', ...options});
  said.statuses.push(reply.status);
  const body = JSON.parse(await reply.text());
  if (!reply.ok) throw new Error('Request failed: ' + body.detail);
  if (!reply.headers.get('X-Request-ID')) throw new Error('X-Request-ID is not exposed');
  return body;
}
const start = () => ask('/session/start', {method: 'POST', headers: {'Content-Type': 'application/json', 'Accept': 'application/json'}});
function draw(detection) {
  if (!detection.box) return;
  const {x, y, w, h} = detection.box;
  view.strokeStyle = '#f00';
  view.lineWidth = 4;
  view.strokeRect(x, y, w, h);
  said.boxes += 1;
}
async function run(frames) {
  const health = await ask('/health', {headers: {'Accept': 'application/json'}});
  if (health.status !== 'healthy') throw new Error('not healthy');
  const picture = await (await fetch('frame.jpg')).blob();
  let session = await start();
  let interval = 160;
  let smooth = 0;
  for (let i = 0; i < frames; i += 1) {
    if (i % 5 !== 0) start();  // the storm: nobody waits for it
    const form = new FormData();
    form.append('file', picture, 'frame.jpg');
    const begun = performance.now();
    const reply = await ask('/detect/' + session.session_id, {method: 'POST', body: form});
    for (const detection of reply.detections) draw(detection);
    for (const report of [...reply.new_reports]) said.toasts.push({id: report.report_id, text: report.hazard_type});
    const took = performance.now() - begun;
    smooth = smooth === 0 ? took : 0.8 * smooth + 0.2 * took;
    interval = Math.min(400, Math.max(140, 1.1 * smooth));
    await new Promise((done) => setTimeout(done, Math.max(0, interval - took)));
  }
  const base = '/session/' + session.session_id;
  if (said.toasts.length > 0) said.confirmed = await ask(base + '/report/' + said.toasts[0].id + '/confirm', {method: 'POST'});
  said.end = await ask(base + '/end', {method: 'POST', headers: {'Content-Type': 'application/json'}});
  said.summary = await ask(base + '/summary');
  const pixels = view.getImageData(0, 0, 640, 360).data;
  said.drawn = pixels.some((value, at) => at % 4 === 3 && value > 0);
  return said;
}
</script>"""


@pytest.fixture
def page_server(tmp_path, sure_frame):
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "frame.jpg").write_bytes(sure_frame)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path))) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://localhost:{running.server_port}"
        running.shutdown()
        thread.join()


def test_camera_page_flow(server, page_server):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{page_server}/index.html?api={server.url}")
        said = page.evaluate("run(12)")
        browser.close()
    assert problems == []
    assert set(said["statuses"]) == {200}
    assert said["drawn"] and said["boxes"] >= 12
    assert len(said["toasts"]) >= 1 and said["toasts"][0]["text"], "one toast for each hazard, with its name"
    assert len(said["toasts"]) == len({toast["id"] for toast in said["toasts"]}) <= said["boxes"] / 12
    assert said["confirmed"]["message"] == "Report confirmed" and said["end"]["message"] == "Session ended"
    summary = said["summary"]
    assert summary["confirmed_reports"] == 1 and summary["detection_count"] == said["boxes"]
    assert summary["unique_hazards"] == len(said["toasts"]) and summary["frame_count"] == 12
