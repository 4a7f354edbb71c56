"""No fault that axe-core finds (WCAG 2.0 A to 2.2 AA and best practice) on any page, in both themes and languages, wide
and narrow."""

from __future__ import annotations

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.desk import Desk, overflow
from tests.unit.dashboards import night

PAGES = (
    *("/idag", "/idag?domain=waste", "/idag?domain=heating", "/karta", "/overlamning", "/data", "/start"),
    *("/tillganglighet", "/integritet", "/bemanning", "/idag/utskrift"),
)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
DRESSES = ((1280, "light", "sv"), (390, "dark", "en"), (320, "light", "sv"))


def faults(page: Page, name: str) -> list[str]:
    """What axe finds on a page as it is now."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{name}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: "-".join(map(str, dress)))
def test_axe_finds_nothing(desk: Desk, dress: tuple[int, str, str]) -> None:
    """On every page."""
    width, theme, language = dress
    found = []
    for path in PAGES:
        page = desk.open(f"{path}{'&' if '?' in path else '?'}lang={language}", width=width, theme=theme)
        found += faults(page, path)
        found += [f"{path} is wider than its screen"] if path == "/integritet" and overflow(page) > 0 else []
        page.context.close()
    assert found == []


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: "-".join(map(str, dress)))
def test_axe_finds_nothing_while_people_are_called_out(desk: Desk, dress: tuple[int, str, str]) -> None:
    """A vehicle that is out on its page, a row opened, a decline without its cause, the sheet with another in its
    place, and the board."""
    width, theme, language = dress
    night.lists(desk.database, "P02", "P03")
    desk.database.commit()
    body = {"kind": "vehicle_out", "vehicle": "P02", "until_at": None}
    httpx.post(f"{desk.address}/api/v1/manning", json=body).raise_for_status()
    page = desk.open(f"/bemanning?lang={language}&opened=P02", width=width, theme=theme)
    found = faults(page, "manning")
    page.goto(f"{desk.address}/idag?lang={language}")
    page.locator("[data-open]").nth(1).click()
    page.locator(".decline-box > summary").click()
    page.locator(".decline-box button.is-stop").click()
    page.locator("#decline-cause-problem").wait_for()
    desk.complaints.clear()  # the browser's own word of the refusal, 422
    found += faults(page, "row")
    page.locator("[data-count]").click()
    page.locator("dialog #sheet").wait_for()
    for folded in page.locator(".s-choices:not([open]) > summary").all():
        folded.click()
    found += faults(page, "sheet")
    page.locator("dialog #sheet .is-main").click()
    page.locator(".board").wait_for()
    assert found + faults(page, "board") == []
