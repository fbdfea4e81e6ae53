"""The pages on a server that asks for keys: they say so, take a key, and then do everything that they do without one."""
import hashlib

import pytest
from conftest import Server
from kept_hazards import find, picture_of_one
from test_page import OUTPUT, browser, wait_for_results  # noqa: F401

KEYS = {"driver": "stream,detect", "desk": "reports", "owner": "stream,detect,reports,admin"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    lines = [f"{name} {rights} {hashlib.sha256(f'hs_{name}'.encode()).hexdigest()}" for name, rights in KEYS.items()]
    (folder / "keys.txt").write_text("\n".join(lines))
    running = Server(API_KEYS_FILE=str(folder / "keys.txt"), DATA_DIR=str(folder / "data"))
    yield running
    assert running.stop() == 0


class WithKey:
    """The server as the holder of a key sees it: what makes hazards for tests knows nothing of keys."""

    def __init__(self, server, name):
        self.server, self.name = server, name

    def __getattr__(self, attribute):
        return getattr(self.server, attribute)

    def request(self, method, path, body=None, headers=None):
        return self.server.request(method, path, body, {**(headers or {}), "Authorization": f"Bearer hs_{self.name}"})


@pytest.fixture
def page(browser, guarded):  # noqa: F811
    context = browser.new_context(viewport={"width": 1360, "height": 800})
    page = context.new_page()
    yield page
    context.close()


def give_key(page, name):
    page.fill("#key", f"hs_{name}")
    page.click("#key-form button")
    page.wait_for_load_state()


def test_live_page_asks_for_a_key_and_streams_with_it(page, guarded):
    page.goto(guarded.url + "/")
    assert not page.is_visible("#key-form")
    page.click("#play")
    page.wait_for_selector("#key-form", state="visible", timeout=15000)
    assert page.inner_text("#key-said") == "This server asks for a key."
    page.screenshot(path=OUTPUT / "key-asked.png")
    give_key(page, "nobody")
    page.click("#play")
    page.wait_for_selector("#key-form", state="visible", timeout=15000)
    assert page.inner_text("#key-said") == "The server does not know this key."
    give_key(page, "driver")
    page.click("#play")
    wait_for_results(page, 5)
    assert not page.is_visible("#key-form")


def test_a_stream_with_a_key_goes_on_after_its_connection_was_lost(page, guarded):
    page.add_init_script("""
      const Real = window.WebSocket;
      window.WebSocket = class extends Real { constructor(...all) { super(...all); window.last = this; } };
    """)
    page.goto(guarded.url + "/")
    page.evaluate("sessionStorage.setItem('hazardstream-key', 'hs_driver')")
    page.reload()
    page.click("#play")
    wait_for_results(page, 5)
    before = page.evaluate("Number(document.getElementById('answered').textContent)")
    page.evaluate("window.first = window.last; window.last.close(4000)")
    page.wait_for_function("() => window.last !== window.first", timeout=15000)
    wait_for_results(page, before + 5)


def test_hazards_page_shows_lists_pictures_events_and_exports_with_a_key(page, guarded):
    owner = WithKey(guarded, "owner")
    picture = picture_of_one(owner)
    hazard = find(owner, picture, (52.0, 13.0), "phone")
    page.goto(guarded.url + "/hazards.html")
    page.wait_for_selector("#key-form", state="visible", timeout=15000)
    give_key(page, "driver")
    page.wait_for_selector("#key-form", state="visible", timeout=15000)
    assert page.inner_text("#key-said") == "This key does not open this page."
    give_key(page, "desk")
    page.goto(f"{guarded.url}/hazards.html?hazard={hazard}")
    page.wait_for_function("() => document.getElementById('live').textContent === 'live'", timeout=15000)
    page.wait_for_function("() => document.getElementById('evidence').naturalWidth > 0", timeout=15000)
    assert not page.is_visible("#key-form")
    page.screenshot(path=OUTPUT / "key-hazards.png")
    with page.expect_download() as download:
        page.click("#export-csv")
    assert hazard in download.value.path().read_text()
