"""The page of hazards in a real Chromium, against a server of its own: a simulated drive with positions was streamed past it."""
import base64
import json
import pathlib
import shutil
import time

import pytest
from playwright.sync_api import sync_playwright
from websockets.sync.client import connect

from conftest import Server, drive_picture

OUTPUT = pathlib.Path(__file__).parent / "output"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
DESKTOP = {"viewport": {"width": 1360, "height": 820}, "accept_downloads": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
HOSTILE = "<img src=x onerror=\"window.hacked=1\"><b>bold</b>"


def hazards(server, query=""):
    status, _, page = server.request("GET", f"/hazards?limit=100&{query}")
    assert status == 200
    return page["hazards"]


def drive_past(server, start, count, latitude):
    """Streams pictures of the simulated drive with positions 2 m apart, ends the session, and waits for its hazards."""
    before = len(hazards(server))
    query = "session_id=drive-%d&fps_limit=30&delivery=all&confidence_threshold=0.4&quality_mode=quality" % start
    with connect(f"{server.ws}/stream/detection?{query}", max_size=None) as socket:
        socket.recv(timeout=5)
        for i in range(count):
            place = {"lat": latitude + i * 2 / 111_195, "lng": 11.5 + i * i * 3e-8, "accuracy": 4, "heading": 5, "speed": 20}
            socket.send(json.dumps({"type": "frame", "frame_id": HOSTILE, "metadata": {"location": place},
                                    "image_data": base64.b64encode(drive_picture(server, start + i)).decode()}))
            assert json.loads(socket.recv(timeout=10))["type"] == "detection_result"
    server.request("DELETE", "/stream/sessions/drive-%d" % start)
    deadline = time.monotonic() + 30
    while len(hazards(server)) == before:
        assert time.monotonic() < deadline, "the drive left no hazard"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    running = Server(DATA_DIR=str(tmp_path_factory.mktemp("hazards")))
    drive_past(running, 0, 240, 48.1)
    assert len(hazards(running, "state=pending")) >= 8, "the tests below need some of each"
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def browser():
    assert shutil.which("chromium"), "chromium is not installed: run make setup"
    OUTPUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, kept, request):
    context = browser.new_context(**getattr(request, "param", DESKTOP))
    page = context.new_page()
    page.complaints = []
    page.expected = ""
    page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(kept.url + "/hazards.html")
    page.wait_for_selector("#list li")
    yield page
    hacked = page.evaluate("window.hacked")
    complaints = [text for text in page.complaints if not (page.expected and page.expected in text)]
    context.close()
    assert complaints == [] and hacked is None


def one(server, state="pending"):
    return hazards(server, f"state={state}")[0]


def open_one(page, hazard):
    page.click(f"#list li[data-id='{hazard['id']}'] button")
    page.wait_for_function("id => document.getElementById('facts').textContent.includes(id)", arg=hazard["id"])


def state_of(server, hazard):
    return server.request("GET", "/hazards/" + hazard["id"])[2]["state"]


def wait_for_title(page, word):
    page.wait_for_function("word => document.querySelector('#detail-title .status')?.textContent === word", arg=word)


def test_lists_what_is_kept_with_place_and_counts(page, kept):
    found = hazards(kept)
    assert page.locator("#list li").count() == len(found)
    assert page.inner_text("#range") == f"1–{len(found)} of {len(found)}"
    row = page.inner_text(f"#list li[data-id='{found[0]['id']}']")
    place = found[0]["location"]
    for words in (found[0]["class_name"], found[0]["state"], "seen 1 time in 1 pass", f"{place['latitude']:.6f}",
                  f"±\u00a0{place['uncertainty_m']:.1f}\u00a0m"):
        assert words in row
    page.screenshot(path=OUTPUT / "hazards.png")


def test_filters_by_class_state_and_day(page, kept):
    cracks = hazards(kept, "classes=crack")
    assert 0 < len(cracks) < len(hazards(kept))
    page.select_option("#class", "crack")
    page.wait_for_function("n => document.querySelectorAll('#list li').length === n", arg=len(cracks))
    assert set(page.locator("#list b").all_inner_texts()) == {"crack"}
    page.select_option("#state", "archived")
    page.wait_for_selector("#none button")
    assert "No hazard fits these filters." in page.inner_text("#none")
    page.click("#none button")
    page.wait_for_function("n => document.querySelectorAll('#list li').length === n", arg=len(hazards(kept)))
    page.fill("#since", "2099-01-01")
    page.wait_for_selector("#none button")


def test_a_click_on_the_plan_selects(page, kept):
    hazard = hazards(kept)[2]
    page.wait_for_function("id => hazardPlan.at(id) !== null", arg=hazard["id"])
    page.evaluate("hazardPlan.zoom(3)")
    page.click("#fit")
    x, y = page.evaluate("id => hazardPlan.at(id)", hazard["id"])
    page.locator("#plan").click(position={"x": x, "y": y})
    page.wait_for_selector("#list li[aria-current]")
    assert page.get_attribute("#list li[aria-current]", "data-id") == hazard["id"]
    shades = page.evaluate("""() => {
      const canvas = document.getElementById('plan');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }""")
    assert shades > 5, "ground, line, both classes and ink"


def test_the_plan_is_north_up_and_to_scale(page, kept):
    ends = sorted(hazards(kept), key=lambda hazard: hazard["location"]["latitude"])
    page.wait_for_function("id => hazardPlan.at(id) !== null", arg=ends[0]["id"])
    south, north = (page.evaluate("id => hazardPlan.at(id)", end["id"]) for end in (ends[0], ends[-1]))
    metres = (ends[-1]["location"]["latitude"] - ends[0]["location"]["latitude"]) * 111_195
    assert north[1] < south[1]
    before = (south[1] - north[1]) / metres
    page.focus("#plan")
    page.keyboard.press("+")
    again = [page.evaluate("id => hazardPlan.at(id)", end["id"])[1] for end in (ends[0], ends[-1])]
    assert (again[0] - again[1]) / metres == pytest.approx(before * 1.4, rel=0.01)
    page.wait_for_function("() => /^\\d+ (m|km)$/.test(document.getElementById('plan').dataset.scale)")


def test_confirms_with_a_name(page, kept):
    hazard = one(kept)
    open_one(page, hazard)
    page.wait_for_function("() => document.getElementById('evidence').naturalWidth > 0")
    assert hazard["reason"] in page.inner_text("#why")
    page.fill("#actor", "Ann")
    page.click("[data-act=confirm]")
    wait_for_title(page, "confirmed")
    assert "Ann · pending → confirmed" in page.inner_text("#history")
    assert page.is_disabled("[data-act=confirm]") and page.is_enabled("[data-act=fix]")
    page.screenshot(path=OUTPUT / "hazards-detail.png")
    page.click("[data-act=fix]")
    wait_for_title(page, "fixed")
    page.click("[data-act=reopen]")
    wait_for_title(page, "reopened")
    assert state_of(kept, hazard) == "reopened"


def test_dismisses_with_a_reason_only(page, kept):
    hazard = one(kept)
    open_one(page, hazard)
    page.click("[data-act=dismiss]")
    assert "Say why" in page.inner_text("#detail-said") and state_of(kept, hazard) == "pending"
    page.fill("#reason", "manhole cover")
    page.click("[data-act=dismiss]")
    wait_for_title(page, "dismissed")
    assert "manhole cover" in page.inner_text("#history") and state_of(kept, hazard) == "dismissed"


def test_a_change_by_someone_else_is_loaded_and_told(page, kept):
    """The other's change comes between the look and the press: the server's own 412."""
    hazard = one(kept)
    open_one(page, hazard)
    page.expected = "412"  # Chromium writes every refused request to its console

    def come_first(route):
        if route.request.method == "PATCH":
            kept.request("PATCH", "/hazards/" + hazard["id"], json.dumps({"state": "fixed", "actor": "Bob"}).encode(), {"If-Match": "*"})
        route.continue_()
    page.route("**/hazards/*", come_first)
    page.click("[data-act=confirm]")
    page.wait_for_function("() => document.getElementById('detail-said').textContent.includes('Someone else changed this hazard')")
    wait_for_title(page, "fixed")
    assert "Bob · pending → fixed" in page.inner_text("#history") and state_of(kept, hazard) == "fixed"


def test_decides_on_several_at_once(page, kept):
    two = hazards(kept, "state=pending")[:2]
    for hazard in two:
        page.check(f"#list li[data-id='{hazard['id']}'] input")
    assert page.inner_text("#ticked") == "2 hazards ticked"
    page.click("[data-bulk=dismissed]")
    assert "Say why" in page.inner_text("#bulk-said") and state_of(kept, two[0]) == "pending"
    page.click("[data-bulk=confirmed]")
    page.wait_for_function("() => document.getElementById('bulk-said').textContent.startsWith('2 changed, 0 were so before, 0 refused.')")
    assert [state_of(kept, hazard) for hazard in two] == ["confirmed", "confirmed"]
    assert page.is_hidden("#bulk-tools")
    for hazard in two:
        page.wait_for_selector(f"#list li[data-id='{hazard['id']}'] [data-state=confirmed]")


def test_one_of_several_that_was_changed_meanwhile_is_refused_alone(page, kept):
    first, second = hazards(kept, "state=pending")[:2]
    for hazard in (first, second):
        page.check(f"#list li[data-id='{hazard['id']}'] input")

    def come_first(route):
        kept.request("PATCH", "/hazards/" + first["id"], json.dumps({"note": "looked at"}).encode(), {"If-Match": "*"})
        route.continue_()
    page.route("**/hazards/review", come_first)
    page.click("[data-bulk=fixed]")
    page.wait_for_function("() => document.getElementById('bulk-said').textContent.startsWith('1 changed, 0 were so before, 1 refused.')")
    assert "changed meanwhile" in page.inner_text("#bulk-said")
    assert (state_of(kept, first), state_of(kept, second)) == ("pending", "fixed")


def test_exports_carry_the_filters(page, kept):
    page.select_option("#class", "pothole")
    wanted = {hazard["id"] for hazard in hazards(kept, "classes=pothole")}
    page.wait_for_function("n => document.querySelectorAll('#list li').length === n", arg=len(wanted))
    with page.expect_download() as started:
        page.click("#export-geojson")
    assert started.value.suggested_filename == "hazards.geojson"
    features = json.loads(pathlib.Path(started.value.path()).read_text())["features"]
    assert {feature["id"] for feature in features} == wanted
    for name, count in (("csv", "pothole"), ("kml", "<Placemark"), ("gpx", "<wpt")):
        text = kept.request("GET", page.get_attribute(f"#export-{name}", "href"))[2]
        assert text.count(count) >= len(wanted) and (name == "csv" or text.count(count) == len(wanted))


def test_strings_of_strangers_stay_text(page, kept):
    """The frame's label came so from the drive; name and reason are written so here."""
    hazard = one(kept)
    kept.request("PATCH", "/hazards/" + hazard["id"], json.dumps({"note": HOSTILE, "actor": HOSTILE[:60]}).encode(), {"If-Match": "*"})
    open_one(page, hazard)
    page.fill("#reason", HOSTILE)
    page.click("[data-act=dismiss]")
    wait_for_title(page, "dismissed")
    assert HOSTILE in page.inner_text("#history") and HOSTILE in page.inner_text("#facts")
    assert page.locator("#detail img:not(#evidence, #merge-picture)").count() == 0 and page.locator("#history b, #facts b").count() == 0


def test_new_hazards_appear_by_themselves(page, kept):
    page.wait_for_selector("#live[data-state=live]")
    before = page.locator("#list li").count()
    drive_past(kept, 1000, 90, 48.2)
    page.wait_for_function("n => document.querySelectorAll('#list li').length > n", arg=before)


def test_keys_alone_do_a_review(page, kept):
    page.select_option("#state", "pending")
    first = one(kept)["id"]
    page.wait_for_function("() => [...document.querySelectorAll('#list .status')].every(each => each.textContent === 'pending')")
    page.keyboard.press("Escape")
    page.locator("#theme").focus()
    page.keyboard.press("j")
    page.wait_for_function("id => document.getElementById('facts').textContent.includes(id)", arg=first)
    page.keyboard.press("x")
    assert page.inner_text("#ticked") == "1 hazard ticked"
    page.keyboard.press("c")
    wait_for_title(page, "confirmed")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_fits_a_phone(page, kept):
    page.screenshot(path=OUTPUT / "hazards-phone.png", full_page=True)
    open_one(page, hazards(kept)[0])
    page.wait_for_function("() => Math.abs(document.getElementById('detail').getBoundingClientRect().top) < 60")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=OUTPUT / "hazards-phone-detail.png")


@pytest.mark.parametrize("page", [{**DESKTOP, "color_scheme": "light"}, {**DESKTOP, "color_scheme": "dark"}], indirect=True)
def test_has_both_faces(page, kept):
    face = page.evaluate("document.documentElement.dataset.theme")
    open_one(page, hazards(kept)[1])
    page.screenshot(path=OUTPUT / f"hazards-{face}.png")
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") != face


def test_says_what_to_do_when_empty_and_when_the_server_is_gone(browser, tmp_path):
    running = Server(DATA_DIR=str(tmp_path))
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    try:
        page.goto(running.url)
        page.click("nav a[href='/hazards.html']")
        page.wait_for_selector("#none a")
        assert "No hazards are kept yet." in page.inner_text("#none") and "hazardstream import" in page.inner_text("#none")
        page.wait_for_selector("#live[data-state=live]")
        page.screenshot(path=OUTPUT / "hazards-empty.png")
    finally:
        assert running.stop() == 0
    page.wait_for_selector("#live[data-state=lost]")
    assert "Connection lost" in page.inner_text("#live")
    page.locator("#theme").focus()
    page.keyboard.press("r")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "The server does not answer" in page.inner_text("#trouble")
    context.close()
