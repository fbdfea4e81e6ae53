"""Note, merge and split on the page of hazards, also when somebody else was faster. Each test has a stretch of road of its own."""
import itertools
import json

import pytest

from conftest import Server
from kept_hazards import find, one, picture_of_one
from test_hazards_page import DESKTOP, HOSTILE, OUTPUT, PHONE, browser, wait_for_title  # noqa: F401, a fixture

ROADS = itertools.count()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    running = Server(DATA_DIR=str(tmp_path_factory.mktemp("changes")))
    running.picture = picture_of_one(running)
    yield running
    assert running.stop() == 0


@pytest.fixture
def page(browser, kept, request):  # noqa: F811
    context = browser.new_context(**getattr(request, "param", DESKTOP))
    page = context.new_page()
    page.complaints = []
    page.expected = ""
    page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    hacked = page.evaluate("window.hacked")
    context.close()
    assert [text for text in page.complaints if not (page.expected and page.expected in text)] == [] and hacked is None


def road():
    """A latitude with nothing else within kilometres."""
    return 40 + 0.1 * next(ROADS)


def seen_by(server, place, count, name="car"):
    """A hazard that so many clients saw at one place."""
    ids = {find(server, server.picture, place, f"{name}-{place[0]:.5f}-{i}") for i in range(count)}
    assert len(ids) == 1
    return ids.pop()


def in_sight(page, selector):
    """Whole in the window, and nothing above it."""
    return page.evaluate("""selector => {
        const { left, top, right, bottom } = document.querySelector(selector).getBoundingClientRect();
        const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return top >= 0 && bottom <= innerHeight && left >= 0 && right <= innerWidth && seen?.closest(selector) !== null;
    }""", selector)


def patch(server, hazard, **asked):
    status, _, answer = server.request("PATCH", f"/hazards/{hazard}", json.dumps(asked).encode(), {"If-Match": "*"})
    assert status == 200, answer


def visit(page, kept, hazard):
    page.goto(f"{kept.url}/hazards.html?hazard={hazard}")
    wait_for_fact(page, hazard)
    page.fill("#actor", "Ann")


def wait_for_fact(page, text):
    page.wait_for_function("text => document.getElementById('facts').textContent.includes(text)", arg=text)


def wait_said(page, words):
    page.wait_for_function("words => document.getElementById('detail-said').textContent.includes(words)", arg=words)


def somebody_is_faster(page, kept, hazard, **asked):
    """The other's change comes between the look and the press: the server's own 412."""
    page.expected = "412"
    todo = [asked]

    def come_first(route):
        if route.request.method == "PATCH" and todo:
            patch(kept, hazard, actor="Bob", **todo.pop())
        route.continue_()
    page.route(f"**/hazards/{hazard}", come_first)


def history(server, hazard):
    return [(entry["actor"], entry["action"], entry["reason"]) for entry in one(server, hazard)["history"]]


def test_a_note_is_saved_shown_and_in_the_history(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 1)
    visit(page, kept, hazard)
    assert page.is_disabled("#note-save")
    page.fill("#note", HOSTILE + "\nsecond line")
    page.click("#note-save")
    wait_said(page, "The note is saved.")
    assert one(kept, hazard)["note"] == HOSTILE + "\nsecond line"
    assert history(kept, hazard)[-1] == ("Ann", "note", HOSTILE + "\nsecond line")
    assert "Ann · note: " + HOSTILE in page.inner_text("#history li >> nth=0") and page.is_disabled("#note-save")
    page.fill("#note", "")
    page.focus("#note")
    page.keyboard.press("Control+Enter")
    wait_said(page, "The note is taken away")
    assert one(kept, hazard)["note"] == "" and len(history(kept, hazard)) == 3


@pytest.mark.parametrize("note, fits", [("é" * 1000, True), ("é" * 1000 + "x", False)])
def test_a_note_longer_than_the_server_takes_is_refused_in_words(page, kept, note, fits):
    hazard = seen_by(kept, (road(), 11.5), 1)
    visit(page, kept, hazard)
    page.fill("#note", note)
    page.click("#note-save")
    if fits:
        wait_said(page, "The note is saved.")
    else:
        assert page.inner_text("#note-said") == "This note has 2001 bytes; 2000 fit." and page.input_value("#note") == note
    assert one(kept, hazard)["note"] == (note if fits else "")


def test_a_note_that_came_too_late_stays_in_the_field_and_the_other_is_told(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 1)
    visit(page, kept, hazard)
    page.fill("#note", "mine")
    somebody_is_faster(page, kept, hazard, note="Bob’s")
    page.click("#note-save")
    wait_said(page, "Someone else changed this hazard meanwhile.")
    wait_said(page, "Bob · note: Bob’s")
    assert one(kept, hazard)["note"] == "Bob’s" and page.input_value("#note") == "mine"
    assert "changed meanwhile to: “Bob’s”. Saving yours replaces it." in page.inner_text("#note-said")
    page.click("#note-save")
    wait_said(page, "The note is saved.")
    assert one(kept, hazard)["note"] == "mine" and page.inner_text("#note-said") == ""


def test_a_note_by_someone_else_appears_unless_one_is_being_written(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 1)
    visit(page, kept, hazard)
    patch(kept, hazard, note="first", actor="Bob")
    page.focus("#theme")
    page.keyboard.press("r")
    page.wait_for_function("() => document.getElementById('note').value === 'first'")
    page.fill("#note", "half a sen")
    patch(kept, hazard, note="second", actor="Bob")
    page.focus("#theme")
    page.keyboard.press("r")
    page.wait_for_function("() => document.getElementById('note-said').textContent.includes('“second”')")
    assert page.input_value("#note") == "half a sen" and "second" in page.inner_text("#facts")


def test_looks_again_at_the_opened_hazard(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 1)
    page.clock.install()
    visit(page, kept, hazard)
    patch(kept, hazard, note="told by no event", actor="Bob")
    page.clock.fast_forward(19_000)
    assert page.input_value("#note") == ""
    page.clock.fast_forward(1_500)
    page.wait_for_function("() => document.getElementById('note').value === 'told by no event'")


def test_the_plan_shows_the_opened_one_though_the_filters_do_not(page, kept):
    latitude = road()
    shown, other = seen_by(kept, (latitude, 11.5), 1), seen_by(kept, (latitude + 0.01, 11.5), 1)
    patch(kept, other, state="archived")
    page.goto(f"{kept.url}/hazards.html?state=archived&hazard={shown}")
    page.wait_for_function("id => hazardPlan.at(id) !== null", arg=shown)
    page.wait_for_selector(f"#list li[data-id='{other}']")
    assert page.locator(f"#list li[data-id='{shown}']").count() == 0
    page.focus("#theme")
    page.keyboard.press("Escape")
    page.wait_for_function("id => hazardPlan.at(id) === null", arg=shown)
    assert page.evaluate("id => hazardPlan.at(id)", other)


def open_merge(page):
    page.click("#merge-box summary")
    page.wait_for_function("() => document.getElementById('merge-other').options.length > 0")


def choose_other(page, hazard):
    page.select_option("#merge-other", hazard)
    page.wait_for_selector("#merge-tools:not([hidden])")


def pair(server):
    """Two hazards 33 m apart, seen two times and once."""
    latitude = road()
    return seen_by(server, (latitude, 11.5), 2), seen_by(server, (latitude + 3e-4, 11.5), 1, "van")


def test_offers_the_near_ones_by_distance_and_the_listed_ones(page, kept):
    latitude = road()
    hazard, near, nearer, far, gone = (seen_by(kept, (latitude + north, 11.5 + east), 1, name) for north, east, name in
                                       ((0, 0, "a"), (4e-4, 0, "b"), (0, -4e-4, "c"), (9e-4, 0, "d"), (0, 4e-4, "e")))
    patch(kept, nearer, merge=[gone])
    visit(page, kept, hazard)
    page.wait_for_selector(f"#list li[data-id='{far}']")
    open_merge(page)
    groups = page.locator("#merge-other optgroup").evaluate_all(
        "all => all.map(group => [group.label, [...group.children].map(each => [each.value, each.textContent])])")
    assert [label for label, _ in groups] == ["Within 50 m", "On this page of the list"]
    assert [value for value, _ in groups[0][1]] == [nearer, near]
    assert groups[0][1][1][1].startswith("44 m, crack, pending, seen 1 time, last ")
    listed = [value for value, _ in groups[1][1]]
    assert far in listed and not {hazard, near, nearer, gone} & set(listed)


def test_merges_after_saying_what_will_happen(page, kept):
    hazard, other = pair(kept)
    patch(kept, other, note=HOSTILE)
    visit(page, kept, hazard)
    open_merge(page)
    assert page.is_hidden("#merge-tools")
    choose_other(page, other)
    words = page.inner_text("#merge-said")
    assert "Its 1 sighting moves to this hazard, which then has 3." in words and "This one stays pending." in words
    assert HOSTILE in words and page.locator("#merge-said img, #merge-said b").count() == 0
    page.wait_for_function("() => document.getElementById('merge-picture').naturalWidth > 0")
    page.screenshot(path=OUTPUT / "hazards-merge.png")
    page.click("#merge")
    assert "Say why both are one hazard" in page.inner_text("#detail-said") and one(kept, other)["state"] == "pending"
    assert in_sight(page, "#detail-bar") and in_sight(page, "#merge-reason")
    page.fill("#merge-reason", "same crack")
    page.click("#merge")
    wait_said(page, "Both are one hazard now, seen 3 times.")
    assert one(kept, hazard)["sightings"] == 3 and one(kept, other)["merged_into"] == hazard
    assert history(kept, hazard)[-1] == ("Ann", "merged", f"With {other}: same crack")
    assert f"Ann · merged: With {other}: same crack" in page.inner_text("#history")
    page.wait_for_selector(f"#list li[data-id='{other}']", state="detached")
    assert page.locator("#sightings li").count() == 3 and page.get_attribute("#merge-box", "open") is None
    page.click("#history button.link")
    wait_for_title(page, "merged")
    assert page.is_hidden("#merge-box") and f"Ann · pending → merged: Into {hazard}: same crack" in page.inner_text("#history")
    assert page.locator("[data-act]:not([disabled])").count() == 0
    page.click("#facts button.link")
    wait_for_fact(page, hazard)
    page.wait_for_function("() => document.querySelectorAll('#sightings li').length === 3")


def test_a_merge_that_came_too_late_saves_nothing_and_shows_the_new_state(page, kept):
    hazard, other = pair(kept)
    visit(page, kept, hazard)
    open_merge(page)
    choose_other(page, other)
    page.fill("#merge-reason", "same crack")
    somebody_is_faster(page, kept, hazard, state="fixed")
    page.click("#merge")
    wait_said(page, "Someone else changed this hazard meanwhile.")
    wait_said(page, "Bob · pending → fixed")
    wait_for_title(page, "fixed")
    assert one(kept, other)["state"] == "pending" and page.input_value("#merge-reason") == "same crack"
    page.wait_for_function("() => document.getElementById('merge-said').textContent.includes('This one stays fixed.')")


def test_a_merge_with_one_that_was_changed_meanwhile_saves_nothing(page, kept):
    hazard, other = pair(kept)
    visit(page, kept, hazard)
    open_merge(page)
    choose_other(page, other)
    patch(kept, other, state="dismissed", reason="shadow")
    page.fill("#merge-reason", "same crack")
    page.click("#merge")
    wait_said(page, "The other hazard was changed meanwhile. It is dismissed now and nothing was saved")
    assert one(kept, hazard)["sightings"] == 2 and one(kept, other)["state"] == "dismissed"
    page.wait_for_function("() => document.getElementById('merge-said').textContent.includes('The other: crack, dismissed')")
    page.click("#merge")
    wait_said(page, "Both are one hazard now")


def test_splits_the_ticked_sightings_off(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 3)
    visit(page, kept, hazard)
    sightings = [each["id"] for each in one(kept, hazard)["sighting_list"]]
    assert page.is_hidden("#split-tools")
    page.locator("#sightings input").nth(1).check()
    assert "1 of 3 sightings is ticked. It becomes a hazard of its own, pending; 2 stay here." in page.inner_text("#split-said")
    page.locator("#sightings input").nth(0).check()
    page.locator("#sightings input").nth(2).check()
    assert "At least one sighting must stay" in page.inner_text("#split-said") and page.is_disabled("#split")
    page.locator("#sightings input").nth(0).uncheck()
    page.click("#split")
    assert "Say why these sightings are another hazard" in page.inner_text("#detail-said") and one(kept, hazard)["sightings"] == 3
    assert in_sight(page, "#detail-bar") and in_sight(page, "#split-reason")
    page.click("#detail-bar-close")
    assert page.is_hidden("#detail-bar")
    page.fill("#split-reason", "other lane")
    page.screenshot(path=OUTPUT / "hazards-split.png")
    page.click("#split")
    wait_said(page, "2 sightings are a hazard of their own now.")
    assert [each["id"] for each in one(kept, hazard)["sighting_list"]] == sightings[:1]
    actor, action, reason = history(kept, hazard)[-1]
    assert (actor, action) == ("Ann", "split") and reason.endswith(": other lane") and "Ann · split: Into " in page.inner_text("#history")
    fresh = reason.split()[1].rstrip(":")
    assert page.is_hidden("#split-tools") and page.locator("#sightings input").count() == 0, "the last one stays"
    page.expected = "404"  # the new one has no picture of its own
    page.click("#detail-said button.link")
    wait_for_fact(page, fresh)
    page.wait_for_function("() => document.querySelectorAll('#sightings input').length === 2")
    assert {each["id"] for each in one(kept, fresh)["sighting_list"]} == set(sightings[1:])


def test_a_split_that_came_too_late_keeps_the_ticks(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 2)
    visit(page, kept, hazard)
    page.locator("#sightings input").nth(1).check()
    page.fill("#split-reason", "other lane")
    somebody_is_faster(page, kept, hazard, state="confirmed")
    page.click("#split")
    wait_said(page, "Someone else changed this hazard meanwhile.")
    wait_for_title(page, "confirmed")
    assert one(kept, hazard)["sightings"] == 2
    assert page.locator("#sightings input").nth(1).is_checked() and page.input_value("#split-reason") == "other lane"
    page.click("#split")
    wait_said(page, "1 sighting is a hazard of its own now.")


def test_what_may_be_decided_is_what_the_server_says(page, kept):
    hazard = seen_by(kept, (road(), 11.5), 1)
    visit(page, kept, hazard)
    ways = {"confirm": "confirmed", "dismiss": "dismissed", "fix": "fixed", "archive": "archived"}
    for step in (None, "archive", "reopen", "confirm", "fix", "reopen"):
        if step:
            page.click(f"[data-act={step}]")
            wait_for_title(page, ways.get(step, "reopened"))
            page.wait_for_function("() => document.querySelector('[data-act]:not([disabled])')")
        allowed = one(kept, hazard)["next_states"]
        for act, to in {**ways, "reopen": None}.items():
            offered = to in allowed if to else bool({"reopened", "pending"} & set(allowed))
            assert page.is_enabled(f"[data-act={act}]") == offered, (step, act)


def test_merges_by_keys_alone(page, kept):
    hazard, other = pair(kept)
    visit(page, kept, hazard)
    page.focus("#merge-box summary")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('merge-other').options.length > 1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "merge-other"
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#merge-tools:not([hidden])")
    assert page.input_value("#merge-other") == other
    page.keyboard.press("Tab")
    page.keyboard.type("cdfo")  # letters in a field are no decisions
    page.keyboard.press("Enter")
    wait_said(page, "Both are one hazard now")
    assert history(kept, hazard)[-1][2].endswith(": cdfo") and one(kept, hazard)["state"] == "pending"
    assert page.evaluate("document.getElementById('detail').contains(document.activeElement)")


@pytest.mark.parametrize("page", [{**PHONE, "color_scheme": "dark"}, {**PHONE, "color_scheme": "light"}], indirect=True)
def test_merge_and_split_fit_a_phone(page, kept):
    hazard, other = pair(kept)
    visit(page, kept, hazard)
    open_merge(page)
    choose_other(page, other)
    page.click("#merge")
    assert in_sight(page, "#detail-bar") and in_sight(page, "#merge-reason")
    page.locator("#sightings input").nth(1).check()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    face = page.evaluate("document.documentElement.dataset.theme")
    page.screenshot(path=OUTPUT / f"hazards-phone-merge-{face}.png", full_page=True)
    small = page.locator("#detail button:visible, #detail summary:visible, #detail select:visible, #detail .pick").evaluate_all(
        "all => all.filter(each => !each.matches('.link') && each.getBoundingClientRect().height < 40).map(each => each.outerHTML)")
    assert small == []
