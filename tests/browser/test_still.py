"""The hand kept still: live updates never take what is typed, ticked, opened or focused; problems stand in their field;
what was done is said; and what cannot be sent is said too."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk, listening, live_plan, overflow, propose
from tests.unit.dashboards import town

FOCUSED = "document.activeElement === document.body ? 'BODY' : document.activeElement.id || document.activeElement.name"
CARET = "[document.activeElement.id, document.activeElement.selectionStart, document.activeElement.selectionEnd]"
STORM_S = 0.2


def saw(desk: Desk, street: str = "Storgatan", value: float = 3.0) -> None:
    body = {"street": street, "quantity": "snow_depth", "value": value, "hours": 4}
    assert httpx.post(f"{desk.address}/api/v1/observations", json=body).status_code == 201


@contextmanager
def storm(desk: Desk) -> Iterator[None]:
    """Another client that notes what it sees and lets orders come and go, all the while."""
    plan, stop = live_plan(desk), threading.Event()

    def rage() -> None:
        with httpx.Client(base_url=desk.address) as client:
            for n, item in enumerate(plan.interventions[6:]):
                if stop.is_set():
                    return
                body = {"street": "Ringen", "quantity": "snow_depth", "value": 1.0 + n, "hours": 4}
                client.post("/api/v1/observations", json=body)
                made = client.post("/api/v1/orders", json={"plan_id": plan.id, "keys": [item.key]}).json()
                client.post(f"/api/v1/orders/{made['ids'][0]}/events", json={"kind": "aborted"})
                stop.wait(STORM_S)

    other = threading.Thread(target=rage)
    other.start()
    try:
        yield
    finally:
        stop.set()
        other.join()


def test_typing_goes_on_in_a_storm(desk: Desk) -> None:
    page = listening(desk.open("/idag"))
    street, why = page.locator("#observation-street"), page.locator("#observation-why")
    why.fill("ringde in")
    page.locator("#observation-what").select_option("slippery")
    page.locator("#observation-what").select_option("snow_depth")
    street.focus()
    with storm(desk):
        for letter in "Fabianinkatu":
            page.keyboard.type(letter)
            page.wait_for_timeout(120)
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.locator(".observations li").nth(2).wait_for(timeout=15_000)
    assert street.input_value() == "Fabianinkatu"
    assert page.evaluate(CARET) == ["observation-street", 10, 10]
    assert why.input_value() == "ringde in"


def test_an_open_list_and_ticks_stay_in_a_storm(desk: Desk) -> None:
    page = listening(desk.open("/idag"))
    keys = [box.get_attribute("value") for box in page.locator("input[name=keys]").all()]
    page.locator(f'[name=keys][value="{keys[0]}"]').uncheck()
    opener = page.locator("[data-open]").nth(1)
    opened = opener.get_attribute("aria-controls")
    opener.click()
    choice = page.locator("#observation-what")
    choice.focus()
    page.keyboard.press("ArrowDown")
    with storm(desk):
        page.locator(".observations li").nth(2).wait_for(timeout=15_000)
    assert page.evaluate(FOCUSED) == "observation-what"
    assert choice.input_value() == "slippery"
    assert not page.locator(f'[name=keys][value="{keys[0]}"]').is_checked()
    assert page.locator(f'[name=keys][value="{keys[1]}"]').is_checked()
    assert page.locator(f"#{opened}").is_visible()  # wherever it stands: rows that need a hand come first
    assert page.locator("tr.is-open").count() == 1


def test_problems_stand_in_their_fields_and_a_tap_mends_the_street(desk: Desk) -> None:
    page = desk.open("/idag")
    page.locator("#observation-street").fill("Stor gata")
    page.locator("#observation-value").fill("abc")
    page.locator("#observation-hours").fill("99")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#observation-street-problem")).to_have_text(
        "Stor gata finns inte under det namnet i gatunätet; menade du Storgatan?"
    )
    expect(page.locator("#observation-value-problem")).to_contain_text("0–400 cm")
    expect(page.locator("#observation-hours-problem")).to_contain_text("högst 24")
    assert page.evaluate(FOCUSED) == "observation-street"
    assert page.locator("h1").inner_text().startswith("Kör ut")
    assert page.locator("#observation-value").input_value() == "abc"
    page.locator("#observation-value").fill("4,5 cm")
    page.locator("#observation-hours").fill("2")
    page.get_by_role("button", name="Storgatan", exact=True).click()
    expect(page.locator("#live")).to_contain_text("Sparat. 03.06 arbetsledare: 4,5 cm på Storgatan (8 sträckor)")
    assert page.locator("#observation-street").input_value() == ""
    assert page.locator("[aria-invalid]").count() == 0
    assert page.evaluate(FOCUSED) != "BODY"
    desk.complaints.clear()  # the browser's own word of the refusal, 422


def test_a_problem_is_seen_at_once_and_nothing_that_was_said_before_lies_beside_it(desk: Desk) -> None:
    page = desk.open("/idag", width=390, has_touch=True)
    page.locator("#observation-street").fill("Storgatan")
    page.locator("#observation-value").fill("4")
    page.get_by_role("button", name="Spara").tap()
    expect(page.locator("#live")).to_contain_text("Sparat.")
    page.locator("#observation-street").fill("Ingalunda")
    page.locator("#observation-value").fill("4")
    page.locator("#observation-why").press("Enter")
    expect(page.locator("#observation-street-problem")).to_be_in_viewport(ratio=1)
    expect(page.locator("#live .notice")).to_have_count(0)
    assert page.evaluate(FOCUSED) == "observation-street"
    desk.complaints.clear()  # the browser's own word of the refusal, 422


def test_slipperiness_is_chosen_and_needs_no_figure(desk: Desk) -> None:
    page = desk.open("/idag")
    page.locator("#observation-street").fill("storgatan")
    page.locator("#observation-what").select_option(label="Inte halt")
    expect(page.locator("#observation-value")).to_be_hidden()
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#live")).to_contain_text("inte halt på Storgatan")
    assert page.evaluate("document.activeElement.innerText") == "Spara"
    page.get_by_role("button", name="Ta tillbaka").click()
    expect(page.locator("#live")).to_contain_text("Borttaget")
    assert page.evaluate(FOCUSED) == "observations-h"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_problems_stand_in_their_fields_without_script(desk: Desk, language: str) -> None:
    page = desk.open(f"/idag?lang={language}", script=False, width=390)
    page.locator("#observation-street").fill("Kvarn gatan")
    page.locator("#observation-value").fill("500")
    page.locator("#observation-form > .btns button").click()
    assert page.locator("#observation-street").input_value() == "Kvarn gatan"
    assert "Kvarngatan?" in page.locator("#observation-street-problem").inner_text()
    assert "500 cm" in page.locator("#observation-value-problem").inner_text()
    assert overflow(page) <= 0
    page.locator("#observation-value").fill("5")
    page.get_by_role("button", name="Kvarngatan", exact=True).click()
    assert "Kvarngatan" in page.locator("#live").inner_text()
    desk.complaints.clear()


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_page_of_trouble_never_takes_the_day_page(desk: Desk, status: int) -> None:
    page = desk.open("/idag")
    page.route("**/api/v1/observations", lambda route: route.fulfill(status=status, body="<h1>gone</h1>"))
    page.locator("#observation-street").fill("Storgatan")
    page.locator("#observation-value").fill("4")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#live")).to_contain_text("Inget ändrades")
    assert page.locator("#observation-value").input_value() == "4"
    assert page.evaluate("document.activeElement.innerText") == "Spara"
    page.unroute("**/api/v1/observations")
    page.get_by_role("button", name="Försök igen").click()
    expect(page.locator("#live")).to_contain_text("Sparat.")
    desk.complaints.clear()


def test_what_could_not_be_sent_says_so_and_is_sent_again(desk: Desk) -> None:
    page = listening(desk.open("/idag"))
    page.context.set_offline(True)
    page.locator("#observation-street").fill("Storgatan")
    page.locator("#observation-value").fill("4")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#live")).to_contain_text("Inget skickades")
    page.context.set_offline(False)
    page.get_by_role("button", name="Försök igen").click()
    expect(page.locator("#live")).to_contain_text("Sparat.", timeout=15_000)
    desk.complaints.clear()


def test_a_lost_server_is_said_in_the_towns_time_and_found_again(desk: Desk) -> None:
    page = desk.browser.new_context(timezone_id="America/New_York").new_page()
    page.route("**/api/v1/events", lambda route: route.abort())
    page.goto(f"{desk.address}/idag", wait_until="load")
    expect(page.locator("#live")).to_contain_text("Sidan visar läget 03.06")
    button = page.locator("[data-count]")
    assert button.get_attribute("aria-disabled") == "true"
    before = desk.database.execute("SELECT count(*) FROM plan_order").fetchone()
    page.locator("#observation-form > .btns button").click(force=True)
    expect(page.locator("#live")).to_contain_text("inget kan skickas")
    assert desk.database.execute("SELECT count(*) FROM plan_order").fetchone() == before
    page.unroute("**/api/v1/events")
    expect(page.locator("#live")).to_have_text("", timeout=10_000)
    assert button.get_attribute("aria-disabled") is None


def test_the_watchs_row_is_always_there_and_always_as_high(desk: Desk) -> None:
    page = listening(desk.open("/idag"))
    row = page.locator("#watch-row")
    assert "inget nytt sedan 03.06" in row.inner_text()
    assert row.bounding_box()["height"] == 64
    table = page.locator("#plan").bounding_box()["y"]
    propose(desk, added=1, dropped=2)
    expect(row).to_contain_text("Vakten 03.11: 1 tur tillkommer och 2 turer utgår.")
    assert row.bounding_box()["height"] == 64
    assert page.locator("#plan").bounding_box()["y"] == table
    assert not page.locator("#draft").is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert row.bounding_box()["height"] == 144
    assert overflow(page) <= 0


def test_a_draft_of_one_tur_is_said_whole_in_the_row_and_can_be_taken_there(desk: Desk) -> None:
    page = listening(desk.open("/idag"))
    told = propose(desk, added=1).difference.added[0]
    row, take = page.locator("#watch-row"), page.locator("#watch-row [data-take] button")
    expect(row).to_contain_text(f"Vakten 03.11: {told.title} tillkommer. Skäl. {told.vehicle}, start 03.11.")
    assert row.bounding_box()["height"] == 64
    page.get_by_role("button", name="Granska utkastet").click()
    expect(take).not_to_be_visible()
    page.get_by_role("button", name="Granska utkastet").click()
    take.click()
    expect(row).to_contain_text("03.11: utkastet taget, plan 2.")
    assert page.evaluate(FOCUSED) == "watch-row"


CUT = """row => [...row.querySelectorAll('p, .btn')].filter(e => e.checkVisibility()).filter(e =>
  e.scrollHeight > e.clientHeight + 2
  || e.getBoundingClientRect().bottom > row.getBoundingClientRect().bottom).length"""


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_a_draft_that_the_row_cannot_hold_is_opened_first(desk: Desk, width: int) -> None:
    page = listening(desk.open("/idag", width=width))
    row, take = page.locator("#watch-row"), page.locator("#watch-row [data-take] button")
    high = row.bounding_box()["height"]
    propose(desk, added=1, why="torr snö 3,4 cm (2,1–4,4) kl. 04.00, gräns 2,85")
    expect(page.locator("#watch-row [data-open]")).to_be_visible()
    assert take.is_visible() == (width > 320)
    assert row.bounding_box()["height"] == high
    assert width == 320 or row.evaluate(CUT) == 0
    assert overflow(page) <= 0
    propose(desk, added=2, why="Storgatan: torr snö 3,4 cm (2,1–4,4) kl. 04.00, gräns 2,85 cm; gränsen nås kl. 02.00")
    expect(row).to_contain_text("Torr snö 3,4 cm kl. 04.00, gräns 2,85 cm.")
    assert row.evaluate(CUT) == 0 or not take.is_visible()
    propose(desk, dropped=1, why="snön väntas inte längre " * 8)
    expect(take).to_have_count(0)
    assert overflow(page) <= 0


def test_a_newer_draft_never_replaces_the_one_that_is_read(desk: Desk) -> None:
    page = listening(desk.open("/idag"))
    propose(desk, added=1)
    page.get_by_role("button", name="Granska utkastet").click()
    expect(page.locator("#draft")).to_contain_text("Tillkommer (1)")
    propose(desk, added=3)
    row = page.locator("#watch-row")
    expect(row).to_contain_text("Nyare utkast 03.16: 3 turer tillkommer.")
    expect(row).to_contain_text("Du läser det från 03.11.")
    expect(page.locator("#draft")).to_contain_text("Tillkommer (1)")
    expect(page.locator("#draft")).to_contain_text("Utkastet är ersatt 03.16.")
    assert page.locator("#draft form").count() == 0
    saw(desk)
    page.locator(".observations li").wait_for()
    expect(page.locator("#draft")).to_contain_text("Tillkommer (1)")
    page.get_by_role("button", name="Visa det nya").click()
    expect(page.locator("#draft")).to_contain_text("Tillkommer (3)")
    assert page.locator("#draft").is_visible()
    page.get_by_role("button", name="Låt planen stå").click()
    expect(page.locator("#live")).to_contain_text("arbetsledare lät planen stå")
    assert page.evaluate(FOCUSED) == "watch-row"
    assert page.locator("#draft").count() == 0
    expect(row).to_contain_text("planen står")


def test_a_decline_is_said_and_keeps_the_focus(desk: Desk) -> None:
    page = desk.open("/idag")
    for box in page.locator("input[name=keys]").all()[2:]:
        box.uncheck()
    page.get_by_text("Avstå (ange skäl)").click()
    page.locator("#decline-cause").select_option("drifting")
    page.locator("[data-names]").click()
    expect(page.locator("#live")).to_contain_text("Avstått.")
    expect(page.locator("#declined li")).to_have_count(2)
    assert page.evaluate("document.activeElement.matches('[data-names]')")
    page.get_by_role("button", name="Ta tillbaka").first.click()
    expect(page.locator("#live")).to_contain_text("Taget tillbaka")
    assert page.evaluate(FOCUSED) == "declined-h"


def test_the_button_says_which_turer_it_declines_and_what_is_taken_back_is_ticked_again(desk: Desk) -> None:
    page = desk.open("/idag")
    boxes, button = page.locator("input[name=keys]"), page.locator("[data-names]")
    names = [box.get_attribute("data-name") for box in boxes.all()]
    badge = page.locator("[data-tab][aria-current] .count").first
    before = int(badge.inner_text().split()[0])
    page.get_by_text("Avstå (ange skäl)").click()
    expect(button).to_have_text(re.compile(rf"^Avstå {before} turer: {names[0]}, "))
    one = next(name for name in names if names.count(name) == 1)
    for box in page.locator(f'input[name=keys]:not([data-name="{one}"])').all():
        box.uncheck()
    expect(button).to_have_text(f"Avstå 1 tur: {one}")
    page.locator("#decline-cause").select_option("drifting")
    button.click()
    expect(page.locator("#declined li")).to_have_count(1)
    assert int(badge.inner_text().split()[0]) == before - 1
    expect(button).to_have_text("Kryssa de turer som ska avstås")
    page.locator("#declined").get_by_role("button", name="Ta tillbaka").click()
    expect(page.locator("#declined li")).to_have_count(0)
    expect(page.locator(f'input[name=keys][data-name="{one}"]')).to_be_checked()
    assert int(badge.inner_text().split()[0]) == before
    expect(page.locator("[data-count]")).to_have_text(re.compile("1 tur"))


def test_a_decline_asks_for_its_cause_and_forgets_it_after(desk: Desk) -> None:
    """None is chosen beforehand, neither at first nor after one was given; what is missing stands in the field."""
    page = desk.open("/idag")
    figure = page.locator(".figures dd").first
    before, title = figure.inner_text(), page.locator("h1").inner_text()
    for box in page.locator("input[name=keys]").all()[2:]:
        box.uncheck()
    page.get_by_text("Avstå (ange skäl)").click()
    cause, button = page.locator("#decline-cause"), page.locator("[data-names]")
    assert cause.input_value() == ""
    button.click()
    expect(page.locator("#decline-cause-problem")).to_have_text("Välj skälet först. Inget är avstått.")
    assert page.evaluate(FOCUSED) == "decline-cause"
    assert page.locator("input[name=keys]:checked").count() == 2
    cause.select_option("drifting")
    page.locator("#decline-why").fill("öppet fält")
    button.click()
    expect(page.locator("#declined li")).to_have_count(2)
    expect(page.locator("#decline-cause-problem")).to_have_count(0)
    expect(cause).to_have_value("")
    expect(page.locator("#decline-why")).to_have_value("")
    assert page.locator("h1").inner_text() != title
    assert figure.inner_text() != before
    desk.complaints.clear()  # the browser's own word of the refusal, 422


def test_trouble_while_the_sheet_is_open_is_said_over_it(desk: Desk) -> None:
    page = desk.open("/idag")
    page.locator("[data-count]").click()
    page.locator("dialog[open] #sheet-h").wait_for()
    page.route("**/idag/utkallning", lambda route: route.abort())
    page.locator("dialog[open] .is-main").click()
    said = page.locator("dialog[open] [role=status]")
    expect(said).to_contain_text("Inget skickades")
    page.unroute("**/idag/utkallning")
    said.get_by_role("button", name="Försök igen").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#live")).to_contain_text("Utkallningen är gjord")
    assert page.evaluate(FOCUSED) == "board-h"
    desk.complaints.clear()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_columns_stay_where_they_are_when_a_status_changes(desk: Desk, language: str) -> None:
    places = """[...document.querySelectorAll(".snow-table thead tr > *")]
        .map((cell) => Math.round(cell.getBoundingClientRect().x))"""
    page = desk.open(f"/idag?lang={language}")
    before, name = page.evaluate(places), page.locator("tr[data-key] .c-tur").first.bounding_box()
    plan = live_plan(desk)
    keys = [item.key for item in plan.interventions]
    made = httpx.post(f"{desk.address}/api/v1/orders", json={"plan_id": plan.id, "keys": keys}).json()["ids"]
    for order in made[:4]:
        httpx.post(f"{desk.address}/api/v1/orders/{order}/events", json={"kind": "started"})
    desk.clock.advance(minutes=130)
    page.reload()
    assert page.evaluate(places) == before
    assert name["width"] > 180
    cut = """[...document.querySelectorAll(".snow-table tr[data-key] > *")]
        .filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.className)"""
    assert page.evaluate(cut) == []


def test_nothing_waits_is_not_said_beside_an_open_draft(desk: Desk) -> None:
    plan = live_plan(desk)
    keys = [item.key for item in plan.interventions]
    httpx.post(f"{desk.address}/api/v1/orders", json={"plan_id": plan.id, "keys": keys})
    propose(desk, dropped=1)
    page = desk.open("/idag")
    assert "Ingenting väntar på dig" not in page.locator("#answer").inner_text()


def test_a_draft_without_turer_has_no_choice_to_make(desk: Desk) -> None:
    propose(desk)
    page = desk.open("/idag")
    assert "Inga turer ändras. Inget att göra." in page.locator("#watch-row").inner_text()
    assert page.locator("#watch button, #watch [role=button]").count() == 0


def test_a_second_press_in_the_same_place_is_not_taken_for_another_act(desk: Desk) -> None:
    """What came under the pointer by the first press is not pressed by the second."""
    page = desk.open("/idag")
    form = """(document.querySelector('#below').insertAdjacentHTML('afterbegin',
        '<form id=t method=post action=/api/v1/observations data-step><button name=a value=1>x</button></form>'))"""
    page.evaluate(form)
    sent: list[str] = []
    page.route("**/api/v1/observations", lambda route: (sent.append(route.request.post_data), route.abort()))
    page.locator("#t").scroll_into_view_if_needed()
    box = page.locator("#t button").bounding_box()
    x, y = box["x"] + 5, box["y"] + 5
    page.mouse.click(x, y)
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('#t button').value = '2'")
    page.mouse.click(x, y)
    page.wait_for_timeout(200)
    assert sent == ["a=1"]
    page.wait_for_timeout(1100)
    page.mouse.click(x, y)
    page.wait_for_timeout(200)
    assert sent == ["a=1", "a=2"]
    desk.complaints.clear()


MORPH = """async ([before, after, focus]) => {
  const { morph } = await import(document.querySelector('script[src*="idag.js"]').src.replace(/idag.js.*/, "morph.js"));
  const make = (html) => { const made = document.createElement("div"); made.innerHTML = html; return made; };
  const old = make(before), fresh = make(after);
  document.querySelector("#below").replaceChildren(old);
  const kept = focus && old.querySelector("#" + focus);
  if (kept) kept.focus();
  morph(old, fresh);
  const stays = kept && fresh.querySelector("#" + focus);
  return [old.innerHTML === fresh.innerHTML, !stays || document.activeElement === kept];
}"""


def test_any_part_becomes_any_other_and_keeps_the_control_that_has_the_focus(desk: Desk) -> None:
    page, chance = desk.open("/idag?domain=waste"), random.Random(14)

    def some(deepest: int, depth: int = 0) -> str:
        ids = chance.sample(range(12), k=chance.randint(0, 5))
        parts = [
            chance.choice(
                [f"<p>{n}</p>", f'<button id="b{n}">{n % 3}</button>', f"text {n} ", f'<li data-key="{n}">{n}</li>']
                + ([] if depth >= deepest else [f'<div class="c{n % 3}">{some(deepest, depth + 1)}</div>'] * 3)
            )
            for n in ids
        ]
        return "".join(parts)

    for turn in range(300):
        deepest = 3 * (turn % 2)
        before, after = some(deepest), some(deepest)
        same, kept = page.evaluate(MORPH, [before, after, f"b{chance.randrange(12)}"])
        assert same, (before, after)
        assert kept or deepest, (before, after)  # one that has moved into another box is another control


def test_at_four_hundred_per_cent_the_answer_is_on_the_first_screen(desk: Desk) -> None:
    page = desk.open("/idag", width=320)
    page.set_viewport_size({"width": 320, "height": 256})
    heading = page.locator("h1").bounding_box()
    assert heading["y"] + heading["height"] < 256
    assert overflow(page) <= 0
    bar = "const bar = document.querySelector('.top-in'); return bar.scrollWidth - bar.clientWidth"
    assert page.evaluate(f"(() => {{ {bar} }})()") <= 0


def test_calling_out_and_noting_are_few_tabs_away(desk: Desk) -> None:
    page = desk.open("/idag")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#answer') !== null")


def test_time_is_the_towns(desk: Desk) -> None:
    """The looks of the watch, in the town's zone."""
    at = town.AT - timedelta(minutes=6)
    desk.database.execute(
        "INSERT INTO plan_run (domain, service_day, slot, mode, claimed_by, claimed_at, claim_expires, due_at)"
        " VALUES ('snow', %s, 'watch:1', 'assist', 'watch', %s, %s, %s)",
        (live_plan(desk).service_day, at, at, at),
    )
    desk.database.commit()
    said = desk.open("/idag").locator("#watch-row").inner_text()
    assert "Tittar med 10 min mellanrum, senast 03.00. Nästa 03.10." in said.replace("\xa0", " ")
    desk.clock.advance(minutes=60)
    assert "Vakten har inte tittat sedan 03.00." in desk.open("/idag").locator("#watch-row").inner_text()


@pytest.mark.parametrize(("language", "said"), [("sv", "Digg"), ("en", "Digital Government")])
def test_the_statement_of_accessibility_is_led_to_from_every_page(desk: Desk, language: str, said: str) -> None:
    page = desk.open(f"/idag?lang={language}", width=320)
    page.locator(".foot a[href$=tillganglighet]").click()
    assert page.url == f"{desk.address}/tillganglighet"
    assert "Exempelstad" in page.locator("main").inner_text()
    assert said in page.locator("main").inner_text()
    assert overflow(page) <= 0


def test_on_a_phone_the_watch_and_the_board_come_before_figures_and_strip(desk: Desk) -> None:
    """What asks for an act is on the first screens; what only tells comes after it."""
    page = desk.open("/idag", width=390)
    tops = [
        page.locator(one).bounding_box()["y"] for one in ("h1", "#call-out", "#watch-row", ".figures", ".strip-box")
    ]
    assert tops == sorted(tops)
    assert tops[2] < 844
    assert overflow(page) <= 0
