"""What the page of hazards shows stands in its address: back, forward, copied, and not believed."""
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from conftest import Server
from kept_hazards import copy_hazards, find, picture_of_one
from test_hazards_page import DESKTOP, browser  # noqa: F401, a fixture

COPIES = 119


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    first = Server(DATA_DIR=str(folder))
    find(first, picture_of_one(first), (48.1, 11.5), "one")
    assert first.stop() == 0
    copy_hazards(folder, COPIES)
    running = Server(DATA_DIR=str(folder))
    yield running
    assert running.stop() == 0


@pytest.fixture
def page(browser, kept):  # noqa: F811
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.complaints = []
    page.expected = "404"  # copies have no picture
    page.asked = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    context.close()
    assert [text for text in page.complaints if not (page.expected and page.expected in text)] == []


def visit(page, kept, query=""):
    page.goto(f"{kept.url}/hazards.html{query}")
    page.wait_for_selector("#list li")


def said(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_range(page, text):
    page.wait_for_function("text => document.getElementById('range').textContent === text", arg=text)


def wait_for_address(page, wanted):
    page.wait_for_function("""wanted => {
        const said = Object.fromEntries(new URLSearchParams(location.search));
        return JSON.stringify(Object.entries(said).sort()) === JSON.stringify(Object.entries(wanted).sort());
    }""", arg=wanted)


def listed(page):
    return page.locator("#list li").evaluate_all("rows => rows.map(row => row.dataset.id)")


def shown(page):
    """What a person would call the same view."""
    fields = {name: page.input_value(f"#{name}") for name in ("class", "state", "since", "sort", "text")}
    exports = page.locator("#exports a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return fields, page.inner_text("#range"), listed(page), page.inner_text("#detail-title"), exports


def open_row(page, at):
    hazard = listed(page)[at]
    page.click(f"#list li[data-id='{hazard}'] button")
    page.wait_for_function("id => document.getElementById('facts').textContent.includes(id)", arg=hazard)
    return hazard


def test_back_and_forward_walk_through_filters_pages_and_hazards(page, kept):
    visit(page, kept)
    assert said(page) == {}, "what is as usual is not written"
    wait_for_range(page, "1–50 of 120")
    page.select_option("#class", "crack")
    wait_for_range(page, "1–50 of 61")
    page.select_option("#sort", "first_seen asc")
    page.click("#next")
    wait_for_range(page, "51–61 of 61")
    oldest_page = listed(page)
    hazard = open_row(page, 3)
    assert said(page) == {"class": "crack", "order": "first_seen asc", "page": "2", "hazard": hazard}
    page.go_back()
    page.wait_for_function("() => document.getElementById('detail-title').textContent === 'No hazard selected'")
    assert page.locator("#list li[aria-current]").count() == 0 and page.is_hidden("#detail-body")
    assert listed(page) == oldest_page
    page.go_back()
    wait_for_range(page, "1–50 of 61")
    page.go_back()
    wait_for_address(page, {"class": "crack"})
    page.wait_for_function("() => document.getElementById('sort').value === 'last_seen desc'")
    page.go_back()
    wait_for_range(page, "1–50 of 120")
    assert page.input_value("#class") == ""
    for _ in range(4):
        page.go_forward()
    page.wait_for_function("id => document.getElementById('facts').textContent.includes(id)", arg=hazard)
    wait_for_range(page, "51–61 of 61")
    assert listed(page) == oldest_page
    assert page.get_attribute("#list li[aria-current]", "data-id") == hazard


def test_a_copied_address_opens_the_same_view(page, kept, browser):  # noqa: F811
    visit(page, kept)
    page.select_option("#class", "pothole")
    page.select_option("#state", "pending,reopened")
    page.fill("#since", "2001-02-03")
    page.fill("#text", " thole ")
    page.keyboard.press("Enter")
    page.select_option("#sort", "first_seen asc")
    wait_for_range(page, "1–50 of 59")
    page.click("#next")
    wait_for_range(page, "51–59 of 59")
    open_row(page, 2)
    assert said(page)["words"] == "thole" and said(page)["since"] == "2001-02-03" and said(page)["state"] == "pending,reopened"
    context = browser.new_context(**DESKTOP)
    other = context.new_page()
    other.goto(page.url)
    wait_for_range(other, "51–59 of 59")
    other.wait_for_selector("#detail-body:not([hidden])")
    page.fill("#text", "thole")
    assert shown(other) == shown(page)
    assert other.url == page.url and other.is_hidden("#address-said")
    assert "pothole" in other.title()
    context.close()


def test_steps_by_keys_are_one_step_back(page, kept):
    visit(page, kept)
    page.locator("#theme").focus()
    for hazard in listed(page)[:3]:
        page.keyboard.press("j")
        wait_for_address(page, {"hazard": hazard})
    page.go_back()
    wait_for_address(page, {})
    page.wait_for_selector("#detail-body", state="hidden")
    page.go_forward()
    wait_for_address(page, {"hazard": listed(page)[2]})
    page.locator("#theme").focus()
    page.keyboard.press("Escape")
    wait_for_address(page, {})
    page.wait_for_selector("#detail-body", state="hidden")


STRANGE = [("class", "Klasse"), ("class", "<img src=x onerror=window.hacked=1>"), ("state", "gone"), ("state", "pending,confirmed"),
           ("since", "2026-02-31"), ("since", "yesterday"), ("since", "2026-11-01T00:00:00Z"), ("order", "id desc"), ("order", "last_seen"),
           ("words", "x" * 101), ("words", "a\x07b"), ("page", "0"), ("page", "-1"), ("page", "1e3"), ("page", "2.5"), ("page", "10000000"),
           ("hazard", "../../status"), ("hazard", "x"), ("hazard", "00000000-0000-4000-8000-00000000000g")]


@pytest.mark.parametrize("name, value", STRANGE, ids=[f"{name}-{i}" for i, (name, _) in enumerate(STRANGE)])
def test_what_an_address_asks_for_in_vain_is_left_out_and_told(page, kept, name, value):
    visit(page, kept, "?" + urlencode({name: value, "state": "pending"} if name != "state" else {name: value}))
    page.wait_for_selector("#address-said:not([hidden])")
    assert f"({name})" in page.inner_text("#address-said")
    assert said(page) == ({} if name == "state" else {"state": "pending"})
    assert page.inner_text("#range") == "1–50 of 120" and page.is_hidden("#trouble")
    assert page.evaluate("window.hacked") is None and page.inner_text("#detail-title") == "No hazard selected"
    sent = [url for url in page.asked if "/hazards.html" not in url]
    assert not any(re.search(r"Klasse|onerror|gone|02-31|yesterday|sort_by=id|x{101}|%07|page=(?!1&)|status$", url) for url in sent)
    page.select_option("#class", "crack")
    page.wait_for_selector("#address-said", state="hidden")


def test_the_longest_words_and_the_largest_page_are_believed(page, kept):
    page.goto(f"{kept.url}/hazards.html?words={'x' * 100}&page=1000000")
    page.wait_for_selector("#none:not([hidden])")
    assert page.is_hidden("#address-said") and page.input_value("#text") == "x" * 100
    wait_for_address(page, {"words": "x" * 100})


def test_a_page_beyond_the_end_is_the_last_one(page, kept):
    visit(page, kept, "?page=9")
    wait_for_range(page, "101–120 of 120")
    wait_for_address(page, {"page": "3"})


def test_an_erased_hazard_is_told_and_taken_out_of_the_address(page, kept):
    visit(page, kept, "?class=crack&hazard=00000000-0000-4000-8000-0000000fffff")
    page.wait_for_selector("#detail-said:not([hidden])")
    assert "is gone" in page.inner_text("#detail-said") and said(page) == {"class": "crack"}


def test_a_row_far_down_comes_into_sight(page, kept):
    visit(page, kept)
    last = listed(page)[-1]
    visit(page, kept, f"?hazard={last}")
    page.wait_for_selector("#detail-body:not([hidden])")
    inside = page.evaluate("""id => {
        const [box, row] = ['#list', `#list li[data-id='${id}']`].map(each => document.querySelector(each).getBoundingClientRect());
        return row.top >= box.top - 1 && row.bottom <= box.bottom + 1;
    }""", last)
    assert inside and page.evaluate("scrollY") == 0
