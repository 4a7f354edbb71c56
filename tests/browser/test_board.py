"""The board in a real browser as the night goes on: nothing is printed over anything, and nothing is counted twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from city.call import CallEvent
from city.clock import FixedClock
from planner.calls.call_out import call_out
from planner.calls.steps import happened
from tests.browser.desk import Desk, live_plan, overflow
from tests.unit.dashboards import night, town

OVERLAPS = """() => {
  const found = [], texts = [];
  const walker = document.createTreeWalker(document.querySelector(".board"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    if (node.parentElement.closest(".visually-hidden, thead, caption") || !node.textContent.trim()) continue;
    for (const box of range.getClientRects()) if (box.width > 1) texts.push([node, box]);
  }
  for (const [i, [one, a]] of texts.entries()) for (const [two, b] of texts.slice(i + 1)) {
    if (one === two) continue;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1 && high > 6) found.push(`${one.textContent.trim()} / ${two.textContent.trim()}`);
  }
  return found;
}"""
"""Texts of the board that are printed over each other."""


def answered(desk: Desk, vehicle: str = "P02") -> None:
    """A vehicle is called out before midnight, its message arrives, and it says yes."""
    plan, at = live_plan(desk), town.AT - timedelta(hours=4)
    night.lists(desk.database, "P02", "P03")
    key = next(item.key for item in plan.interventions if item.vehicle == vehicle)
    made = call_out(desk.database, town.settings(), FixedClock(at), plan.id, [key], "dispatcher")
    for n, kind in enumerate(("sent", "delivered", "acknowledged")):
        event: Any = kind
        happened(desk.database, CallEvent(made.calls[0], event, at + n * timedelta(minutes=1), "dispatcher"))
    desk.database.commit()


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_after_midnight_the_times_of_the_evening_stand_in_their_columns(desk: Desk, width: int, language: str) -> None:
    """The time alone; the date is there for who points at it."""
    answered(desk)
    page = desk.open(f"/idag?lang={language}", width=width)
    assert page.locator("#call-P02").count() == 1
    assert page.evaluate(OVERLAPS) == []
    assert overflow(page) <= 0
    step = page.locator("#call-P02 .b-step [title]").first
    assert step.get_attribute("title") == " ".join(step.text_content().split())  # type: ignore[union-attr]


def count_said(page: Page) -> str:
    return page.locator("[data-count]").inner_text()


def test_a_sheet_that_was_left_counts_nothing_twice(desk: Desk) -> None:
    """Its own list of what was chosen is none of the table's boxes."""
    page = desk.open("/idag")
    before = count_said(page)
    page.locator("[data-count]").click()
    expect(page.locator("dialog #sheet-h")).to_be_focused()
    page.locator("dialog [data-close]").click()
    whole = page.locator("[data-pick-all] input")
    whole.uncheck()
    assert page.locator("[data-count]").is_disabled()
    whole.check()
    assert count_said(page) == before
