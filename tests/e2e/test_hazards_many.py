"""More hazards than one plan shows, on the page: what is drawn, and that the rest is told with its number."""
import json

import pytest

from conftest import Server
from kept_hazards import copy_hazards, find, picture_of_one
from test_hazards_page import DESKTOP, OUTPUT, browser  # noqa: F401, a fixture

MOST = 5000


def many(folder, count):
    """A server that keeps so many."""
    first = Server(DATA_DIR=str(folder))
    find(first, picture_of_one(first), (48.1, 11.5), "one")
    assert first.stop() == 0
    copy_hazards(folder, count - 1)
    return Server(DATA_DIR=str(folder))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    running = many(tmp_path_factory.mktemp("many"), MOST + 1)
    yield running
    assert running.stop() == 0


@pytest.fixture
def page(browser, kept):  # noqa: F811
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()
    assert page.complaints == []


def on_plan(page, kept, query):
    """Ids of the list by the server, and which of them the plan draws."""
    ids = [feature["id"] for feature in kept.request("GET", f"/reports.geojson?{query}")[2]["features"]]
    return ids, page.evaluate("ids => ids.filter(id => hazardPlan.at(id) !== null)", ids)


def test_one_more_than_the_plan_shows_is_told_with_the_count(page, kept):
    page.goto(kept.url + "/hazards.html?order=first_seen+asc")
    page.wait_for_selector("#plan-limit:not([hidden])")
    assert page.inner_text("#plan-limit").startswith("The plan shows 5,000 of 5,001 hazards: the first in the order of the list.")
    assert page.inner_text("#range") == "1–50 of 5,001"
    ids, drawn = on_plan(page, kept, "sort_by=first_seen&sort_order=asc")
    assert len(ids) == MOST + 1 and drawn == ids[:MOST]
    page.screenshot(path=OUTPUT / "hazards-many.png")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#plan-limit").scroll_into_view_if_needed()
    page.screenshot(path=OUTPUT / "hazards-many-phone.png")


def test_what_the_plan_holds_is_not_told(page, kept):
    newest = kept.request("GET", "/hazards?limit=1")[2]["hazards"][0]["id"]
    body = json.dumps({"state": "archived"}).encode()
    assert kept.request("PATCH", f"/hazards/{newest}", body, {"If-Match": "*"})[0] == 200
    page.goto(kept.url + "/hazards.html?state=pending")
    page.wait_for_function("() => document.getElementById('range').textContent === '1–50 of 5,000'")
    ids, _ = on_plan(page, kept, "state=pending")
    page.wait_for_function("id => hazardPlan.at(id) !== null", arg=ids[-1])
    assert len(ids) == MOST and on_plan(page, kept, "state=pending")[1] == ids
    assert page.is_hidden("#plan-limit") and page.inner_text("#exports-said") == ""
    page.select_option("#state", "")
    page.wait_for_selector("#plan-limit:not([hidden])")


def test_exports_hold_all_in_the_order_of_the_list(page, kept):
    page.goto(kept.url + "/hazards.html?class=crack&order=first_seen+asc&words=crack")
    page.wait_for_function("() => document.getElementById('range').textContent.startsWith('1–50 of 2,50')")
    rows = page.locator("#list li").evaluate_all("rows => rows.map(row => row.dataset.id)")
    status, _, file = kept.request("GET", page.get_attribute("#export-geojson", "href"))
    ids = [feature["id"] for feature in file["features"]]
    assert status == 200 and ids[:50] == rows and page.inner_text("#range") == f"1–50 of {len(ids):,}"


def test_more_than_a_file_holds_is_told(page, kept):
    """So many are not made for this: the count alone is put into the server's answer."""
    def answer(route):
        reply = route.fetch()
        body = reply.json()
        body["pagination"]["total"] = page.total
        route.fulfill(response=reply, json=body)
    page.route("**/hazards?*", answer)
    for page.total, words in ((100_000, ""), (100_001, "Each file holds the first 100,000.")):
        page.goto(kept.url + "/hazards.html")
        page.wait_for_function("count => document.getElementById('range').textContent.endsWith(count)", arg=f"of {page.total:,}")
        assert page.inner_text("#exports-said") == words
