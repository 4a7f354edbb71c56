"""The rows of the day page in a real browser: nothing happens by accident, all has a name, and all of it fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from planner.orders import add_event, decide
from store import orders, plans
from tests.browser.desk import Desk, overflow
from tests.unit.dashboards import town


def called(desk: Desk, *steps: str) -> tuple[str, str]:
    """The first tur of the plan, decided and as far as these steps; gives its order and key."""
    plan = plans.latest(desk.database, "snow", "assist")
    key = plan.interventions[0].key
    (order,) = decide(desk.database, plan.id, [key], "dispatcher", town.AT)
    for kind in steps:
        add_event(desk.database, order, kind, "dispatcher", town.AT)
    desk.database.commit()
    return order, key


def kinds(desk: Desk, order: str) -> list[str]:
    found = [event.kind for event in orders.events(desk.database, order)]
    desk.database.rollback()
    return found


def thrice(page: Page, x: float, y: float) -> None:
    for _ in range(3):
        page.mouse.click(x, y)
        page.wait_for_timeout(200)


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("width", [1280, 390])
def test_clicks_at_any_part_of_a_row_take_no_step(desk, width):
    order, key = called(desk, "sent", "acknowledged")
    page = desk.open("/idag", width=width)
    row = f'tr[data-key="{key}"]'
    page.locator(row).scroll_into_view_if_needed()
    cells = [".c-tur", ".c-why", ".c-act", ".c-veh", ".c-time", ".c-stat", "[data-open]"]
    for cell in [cell for cell in cells if page.locator(f"{row} {cell}").first.is_visible()]:
        thrice(page, *middle(page, f"{row} {cell}"))
    if page.locator(f"{row} [data-open]").get_attribute("aria-expanded") == "false":
        page.locator(f"{row} [data-open]").click()
    for n in range(page.locator(f"{row} + tr .act > summary").count()):
        summary = page.locator(f"{row} + tr .act > summary").nth(n)
        summary.scroll_into_view_if_needed()
        box = summary.bounding_box()
        thrice(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        if page.locator(f"{row} + tr .act").nth(n).get_attribute("open") is not None:
            summary.click()
    assert kinds(desk, order) == ["decided", "sent", "acknowledged"]
    assert page.locator(f"{row} button").count() == 0


def test_a_step_is_noted_by_a_second_tap_elsewhere_and_once(desk):
    order, key = called(desk, "sent", "acknowledged")
    page = desk.open(f"/idag?open={key}")
    act = page.locator(f'tr[data-key="{key}"] + tr .act').first
    act.locator("summary").click()
    expect(act).to_contain_text("Ingen position har sett det.")
    button = act.get_by_role("button", name="Ja: Kör, enligt arbetsledare")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    thrice(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text("enligt arbetsledare, inte sett").first.wait_for()
    assert kinds(desk, order) == ["decided", "sent", "acknowledged", "started"]


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_every_tick_box_and_opener_has_a_name_of_its_own(desk, domain):
    page = desk.open(f"/idag?domain={domain}")
    for selector in ("[data-open]", ".c-pick .pick"):
        names = page.locator(f".plan-table tbody {selector}").all_inner_texts()
        assert names
        assert len(set(names)) == len(names)
    if domain == "snow":
        assert any(name.endswith("omg 2") for name in page.locator("tbody [data-open]").all_inner_texts())


HEIGHTS = "[...document.querySelectorAll('tr[data-key]')].map(row => row.getBoundingClientRect().height)"


@pytest.mark.parametrize(("width", "most"), [(1280, 60), (768, 84), (390, 120)])
def test_rows_are_low_enough_to_go_through_forty(desk, width, most):
    page = desk.open("/idag", width=width)
    assert max(page.evaluate(HEIGHTS)) <= most
    shown = page.locator("tr[data-key]").first.locator("> :visible").count()
    assert shown == {1280: 11, 768: 8, 390: 8}[width]
    assert overflow(page) <= 0


def test_on_a_phone_what_needs_no_hand_takes_less_room_and_the_filter_stays_in_sight(desk):
    """Its figures stand in the opened row; forty turer are gone through by what asks for an act."""
    _, key = called(desk, "sent", "acknowledged")
    page = desk.open("/idag", width=390)
    quiet = page.locator(f"tr[data-key='{key}']")
    assert quiet.locator(".c-why").is_hidden()
    loud = page.locator("tr[data-key]:not([data-quiet])").first
    assert loud.locator(".c-why").is_visible()
    assert quiet.bounding_box()["height"] < loud.bounding_box()["height"]
    page.locator("tr[data-key]").last.scroll_into_view_if_needed()
    assert page.locator(".need-line a").bounding_box()["y"] >= 0
    page.get_by_role("link", name="Visa bara det som kräver åtgärd").click()
    assert page.locator("tr[data-quiet]").count() == 0


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
@pytest.mark.parametrize("width", [1152, 900, 768])
def test_no_column_is_cut_off_at_any_width(desk, width, domain):
    page = desk.open(f"/idag?domain={domain}", width=width)
    right = "document.querySelector('{}').getBoundingClientRect().right"
    assert page.evaluate(f"{right.format('.plan-table')} <= {right.format('#table')}")


def test_what_needs_no_hand_can_be_left_out_without_script(desk):
    called(desk, "sent", "acknowledged")
    page = desk.open("/idag", script=False)
    every = page.locator("tr[data-key]").count()
    page.get_by_role("link", name=f"Visa bara det som kräver åtgärd ({every - 1})").click()
    assert page.locator("tr[data-key]").count() == every - 1
    page.get_by_role("link", name=f"Visa alla ({every})").click()
    assert page.locator("tr[data-key]").count() == every


BOXES = """() => [...document.querySelectorAll('.strip > text')]
  .filter(text => getComputedStyle(text).display !== 'none')
  .map(text => [text.textContent, text.getBoundingClientRect()])
  .map(([said, box]) => [said, box.left, box.right, box.top, box.bottom])"""


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_no_label_of_the_strip_lies_upon_another_or_outside(desk, width, language):
    page = desk.open(f"/idag?lang={language}", width=width)
    boxes = page.evaluate(BOXES)
    frame = page.locator(".strip").bounding_box()
    assert len(boxes) > 12
    for said, left, right, top, bottom in boxes:
        assert left >= frame["x"] - 1, said
        assert right <= frame["x"] + frame["width"] + 1, said
        over = [
            other
            for other, x0, x1, y0, y1 in boxes
            if other != said and left < x1 - 1 and x0 < right - 1 and top + 4 < y1 and y0 + 4 < bottom
        ]
        assert over == [], said


def test_the_line_of_now_crosses_no_label(desk):
    page = desk.open("/idag", width=390)
    x = page.locator(".strip .c-now").bounding_box()["x"]
    top = page.locator(".strip .c-now").bounding_box()["y"]
    crossed = [said for said, left, right, y0, y1 in page.evaluate(BOXES) if left < x < right and y1 > top + 3]
    assert crossed == [said for said in crossed if said.isdigit()]  # an hour below the axis
