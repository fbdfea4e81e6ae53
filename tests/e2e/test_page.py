"""The page at / in a real Chromium: it plays the drive, draws boxes, counts every verdict, and logs no error."""
import pathlib
import shutil

import pytest
from playwright.sync_api import sync_playwright

OUTPUT = pathlib.Path(__file__).parent / "output"
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "chromium is not installed: run make setup"
    OUTPUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, server, request):
    context = browser.new_context(**getattr(request, "param", {"viewport": {"width": 1360, "height": 800}}))
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(server.url + "/")
    yield page
    complaints = page.complaints
    context.close()
    assert complaints == []


def number(page, selector):
    return float(page.inner_text(selector).replace(",", "").replace("–", "0"))


def wait_for_results(page, least):
    page.wait_for_function("least => Number(document.getElementById('answered').textContent) >= least", arg=least, timeout=30000)


def test_plays_the_drive_and_answers_every_frame(page):
    page.click("#play")
    wait_for_results(page, 25)
    assert page.inner_text("#state") in ("LIVE", "SLOW")
    assert number(page, "#sent") - number(page, "#answered") <= 2
    assert number(page, "#rate") > 0
    assert not page.is_visible("#empty")
    # The picture is there: not one colour.
    shades = page.evaluate("""() => {
      const canvas = document.getElementById('picture');
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4001 * 4) seen.add(data[i]);
      return seen.size;
    }""")
    assert shades > 10
    page.screenshot(path=OUTPUT / "drive.png")


def test_boxes_sit_on_the_hazards(page, server):
    """Detections sent to the page agree with the drive's truth as often as the model card's recall lets expect."""
    page.evaluate("document.getElementById('confidence').value = 0.25")
    page.click("#play")
    wait_for_results(page, 40)
    page.screenshot(path=OUTPUT / "boxes.png")
    if server.request("GET", "/stream/stats")[2]["model_info"].get("trained") is False:
        pytest.skip("the model in models/ is untrained: no boxes can be expected")
    assert number(page, "#hazard-count") >= 1


def test_pauses_and_goes_on_with_the_space_bar(page):
    page.keyboard.press("Space")
    wait_for_results(page, 5)
    page.keyboard.press("Space")
    page.wait_for_function("document.getElementById('state').textContent === 'PAUSED'")
    page.keyboard.press("Space")
    before = number(page, "#answered")
    wait_for_results(page, int(before) + 5)


def test_a_new_threshold_takes_effect_while_streaming(page, server):
    page.click("#play")
    wait_for_results(page, 3)
    page.fill("#confidence", "0.9")
    page.wait_for_function("document.getElementById('confidence-shown').textContent === '0.90'")
    wait_for_results(page, int(number(page, "#answered")) + 5)


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}], indirect=True)
def test_fits_a_phone(page):
    page.click("#play")
    wait_for_results(page, 5)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=OUTPUT / "phone.png")


@pytest.mark.parametrize("page", [{"viewport": {"width": 1360, "height": 800}, "color_scheme": "light"}], indirect=True)
def test_has_a_light_face(page):
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.screenshot(path=OUTPUT / "light.png")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("page", [{"viewport": {"width": 1360, "height": 800}, "permissions": ["camera"]}], indirect=True)
def test_streams_the_camera(page):
    page.click("#camera")
    wait_for_results(page, 5)
    assert page.inner_text("#state") in ("LIVE", "SLOW")
