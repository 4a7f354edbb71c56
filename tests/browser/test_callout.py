"""The call-out in a real browser: two taps, a board, *Ångra*, and all of it without script too."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, listening, overflow, propose
from tests.unit.dashboards import night


@pytest.fixture
def listed(desk: Desk) -> Desk:
    """Two of the ploughs are on a list; no channel has a line, so that somebody rings."""
    night.lists(desk.database, "P02", "P03")
    desk.database.commit()
    return desk


def states(desk: Desk) -> list[str]:
    found = desk.database.execute("SELECT state FROM crew_call_now ORDER BY vehicle_id").fetchall()
    desk.database.commit()
    return [row[0] for row in found]


def called(page: Page) -> None:
    page.locator("[data-count]").click()
    page.locator("dialog #sheet .is-main").click()
    expect(page.locator(".board")).to_be_visible()


def test_two_taps_call_everybody_out(listed: Desk) -> None:
    """The first shows who gets what; nothing is written before the second, which lies elsewhere."""
    page = listed.open("/idag")
    first = page.locator("[data-count]")
    box = first.bounding_box()
    first.click()
    expect(page.locator("dialog #sheet-h")).to_be_focused()
    assert states(listed) == []
    send = page.locator("dialog #sheet .is-main")
    place = send.bounding_box()
    assert box is not None
    assert place is not None
    assert place["x"] > box["x"] + box["width"] or place["y"] > box["y"] + box["height"]
    send.click()
    expect(page.locator("#board-h")).to_be_focused()
    assert len(states(listed)) == 3
    assert "Utkallningen är gjord" in page.locator("#live").inner_text()
    assert page.locator("[data-count]").count() == 0  # nobody is left to call


def test_what_is_called_out_can_be_taken_back(listed: Desk) -> None:
    """Within some seconds, from the line above the board; then all is as it was."""
    page = listed.open("/idag")
    before = page.locator("h1").inner_text()
    called(page)
    page.get_by_role("button", name="Ångra").click()
    expect(page.locator("[data-count]")).to_be_visible()
    assert set(states(listed)) == {"withdrawn"}
    assert page.locator("h1").inner_text() == before


def test_who_was_rung_is_acknowledged_by_the_dispatchers_word_for_ever(listed: Desk) -> None:
    """And the driver's word stays the driver's."""
    page = listed.open("/idag")
    called(page)
    page.locator("#call-P02").get_by_role("button", name="Ringde, kvitterad").click()
    row = page.locator("#call-P02")
    expect(row.locator(".status")).to_contain_text("Kvitterad")
    assert "enligt arbetsledare" in row.inner_text()
    assert row.get_by_role("button", name="Ringde, kvitterad").count() == 0


def test_the_sheet_goes_with_escape_and_nothing_is_sent(listed: Desk) -> None:
    """The focus is where it was."""
    page = listed.open("/idag")
    page.locator("[data-count]").click()
    expect(page.locator("dialog #sheet-h")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog #sheet")).to_have_count(1)
    expect(page.locator("dialog")).not_to_be_visible()
    expect(page.locator("[data-count]")).to_be_focused()
    assert states(listed) == []


def test_by_keyboard_alone(listed: Desk) -> None:
    """Enter on the button, tabs to the second one, Enter."""
    page = listed.open("/idag")
    page.locator("[data-count]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog #sheet-h")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#sheet .is-main')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#board-h")).to_be_focused()
    assert len(states(listed)) == 3


def test_without_script_the_sheet_is_a_page(listed: Desk) -> None:
    """And the board is there after it."""
    page = listed.open("/idag", script=False)
    page.locator("[data-count]").click()
    assert "/idag/utkallning" in page.url
    assert page.locator("h1").inner_text().startswith("Kalla ut 17 turer med 3 fordon")
    page.locator("#sheet .is-main").click()
    page.wait_for_selector(".call-table tbody tr")
    assert page.locator(".call-table tbody tr:not(.next-row)").count() == 3


def test_a_sheet_where_nobody_is_ticked_sends_nothing(listed: Desk) -> None:
    """It says so, and stays."""
    page = listed.open("/idag", script=False)
    page.locator("[data-count]").click()
    for box in page.locator("#sheet input[name=lines]").all():
        box.uncheck()
    page.locator("#sheet .is-main").click()
    assert "Inget fordon är valt" in page.locator("#sheet").inner_text()
    assert states(listed) == []
    listed.complaints.clear()  # the browser tells of every answer that refuses


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_sheet_and_board_fit(listed: Desk, width: int) -> None:
    """No sideways scroll, and what sends is in view."""
    page = listed.open("/idag", width=width)
    page.locator("[data-count]").click()
    send = page.locator("dialog #sheet .is-main")
    expect(send).to_be_in_viewport()
    send.click()
    expect(page.locator(".board")).to_be_visible()
    assert overflow(page) <= 0


def test_a_draft_that_was_taken_is_taken_back_in_the_watchs_row(listed: Desk) -> None:
    """Whole, and nowhere in part: the board has no *Ångra* of its own for it. The focus stays in the row."""
    page = listening(listed.open("/idag"))
    propose(listed, added=2)
    page.get_by_role("button", name="Granska utkastet").click()
    page.get_by_role("button", name="Ta ändringen, 2 får besked").click()
    undo = page.get_by_role("button", name="Ångra")
    expect(undo).to_have_count(1)
    expect(page.locator("#watch-row")).to_contain_text("03.11: utkastet taget, plan 2. Inget har gått ut än.")
    assert len(states(listed)) == 2
    undo.click()
    expect(page.locator("#live")).to_contain_text("Ångrat: planen från före utkastet gäller igen")
    expect(page.locator("#watch-row")).to_contain_text("03.11: ändringen är ångrad.")
    assert page.evaluate("document.activeElement.id") == "watch-row"
    assert set(states(listed)) == {"withdrawn"}
    assert "Utkastet togs" in page.locator(".moments").inner_text()
    assert "(togs tillbaka 03.11)" in page.locator(".moments").inner_text()


def test_a_draft_of_which_something_has_left_has_no_undo(listed: Desk) -> None:
    """Nor after its seconds; who presses too late is told, and the plan stays."""
    page = listening(listed.open("/idag"))
    propose(listed, added=2)
    page.get_by_role("button", name="Granska utkastet").click()
    page.get_by_role("button", name="Ta ändringen, 2 får besked").click()
    expect(page.get_by_role("button", name="Ångra")).to_be_visible()
    listed.clock.advance(seconds=9)
    page.get_by_role("button", name="Ångra").click()
    expect(page.locator("#live")).to_contain_text("Ändringen ångrades inte")
    expect(page.get_by_role("button", name="Ångra")).to_have_count(0)
    assert "withdrawn" not in states(listed)
    listed.complaints.clear()  # the browser tells of every answer that refuses


def test_an_undo_whose_time_is_over_keeps_the_focus_and_does_nothing(listed: Desk) -> None:
    page = listed.open("/idag")
    called(page)
    undo = page.locator("[data-undo]")
    undo.focus()
    page.evaluate(
        "() => { window.asked = []; window.fetch = (...what) => window.asked.push(what) && new Promise(() => {}); }"
    )
    over = "document.querySelector('[data-undo] [data-left]').dataset.left = '0'"
    page.evaluate(f"() => {{ setInterval(() => ({over}), 50); }}")  # whatever an answer on its way says
    expect(undo).to_have_attribute("aria-disabled", "true")
    assert page.evaluate("document.activeElement.matches('[data-undo]')")
    undo.press("Enter")
    assert page.evaluate("window.asked.filter(([, how]) => how?.method === 'POST').length") == 0


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_word_leaves_its_button(listed: Desk, language: str) -> None:
    """On the board, in both languages."""
    page = listed.open(f"/idag?lang={language}")
    called(page)
    wide = "[...document.querySelectorAll('.board .btn')].filter(b => b.scrollWidth > b.clientWidth).length"
    assert page.locator(".board .btn").count() > 3
    assert page.evaluate(wide) == 0


def test_while_it_sends_the_sheet_says_so_and_what_was_done_after(listed: Desk) -> None:
    """Never that nothing is sent; where it failed, it says again how it stands."""
    page = listed.open("/idag")
    page.locator("[data-count]").click()
    head, button = page.locator("dialog .sheet-head"), page.locator("dialog #sheet .is-main")
    expect(head).to_contain_text("Inget är skickat.")
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = (...what) => new Promise((go, no) => {
                window.answer = (fails) => fails ? no(Error()) : go(real(...what));
            });
        }"""
    )
    word = button.inner_text()
    button.click()
    expect(head).to_contain_text("Lägger på tavlan…")
    expect(button).to_have_text("Lägger på tavlan…")
    assert "Inget är skickat" not in head.inner_text()
    page.evaluate("window.answer(true)")
    expect(head).to_contain_text("Inget är skickat.")
    expect(button).to_have_text(word)
    page.wait_for_timeout(1100)  # a second press in its place would be the first
    button.click()
    expect(button).to_have_text("Lägger på tavlan…")
    page.evaluate("window.answer(false)")
    expect(page.locator("#live")).to_contain_text("Utkallningen är gjord: 3 ringer du själv. Tavlan säger vem.")
    listed.complaints.clear()


@pytest.mark.parametrize("script", [True, False])
def test_a_free_vehicle_is_proposed_for_one_that_is_out_and_can_be_changed(listed: Desk, script: bool) -> None:
    night.lists(listed.database, "P01", "P02", "P03")
    listed.database.commit()
    body = {"kind": "vehicle_out", "vehicle": "P02", "until_at": None}
    assert httpx.post(f"{listed.address}/api/v1/manning", json=body).status_code == 201
    page = listed.open("/idag", script=script)
    for box in page.locator("input[name=keys]").all():
        box.uncheck()
    row = page.locator("tr[data-key]").filter(has_text="P02").first
    row.locator("input[name=keys]").check()
    page.locator("[data-count]").click()
    sheet = page.locator("#sheet")
    expect(sheet).to_contain_text("P01 är ledig: föreslås i stället för P02, som är ur drift")
    choice = sheet.locator("select[name=vehicles]")
    choice.select_option(label=choice.locator("option").filter(has_text="P03").first.inner_text())
    if not script:
        sheet.get_by_role("button", name="Byt").click()
    expect(sheet).to_contain_text("P03 är valt i stället för P02")
    expect(sheet.locator(".s-veh strong")).to_have_text("P03")
    if script:
        expect(sheet.locator("select[name=vehicles]")).to_be_focused()
        expect(sheet.get_by_role("button", name="Byt")).to_have_count(0)
    sheet.locator(".is-main").click()
    expect(page.locator("#call-P03")).to_be_visible()


def test_nobody_ticked_is_said_on_the_sheet(listed: Desk) -> None:
    page = listed.open("/idag")
    page.locator("[data-count]").click()
    expect(page.locator("dialog #sheet-h")).to_be_focused()
    for box in page.locator("dialog input[name=lines]").all():
        box.uncheck()
    page.locator("dialog #sheet .is-main").click()
    expect(page.locator("dialog #sheet [role=alert]")).to_have_text("Inget fordon är valt.")
    assert states(listed) == []
    listed.complaints.clear()  # the browser tells of every answer that refuses
