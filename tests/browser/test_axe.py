"""No fault that axe-core finds (WCAG 2.0 A to 2.2 AA and best practice) on any page, in both themes and languages, wide
and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.desk import Desk

PAGES = (
    *("/idag", "/idag?domain=waste", "/idag?domain=heating", "/karta", "/overlamning", "/data", "/start"),
    *("/tillganglighet", "/bemanning", "/idag/utskrift"),
)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
DRESSES = ((1280, "light", "sv"), (390, "dark", "en"), (320, "light", "sv"))


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: "-".join(map(str, dress)))
def test_axe_finds_nothing(desk: Desk, dress: tuple[int, str, str]) -> None:
    """On every page; the sheet and an opened row are pages of their own here."""
    width, theme, language = dress
    found = []
    for path in PAGES:
        page = desk.open(f"{path}{'&' if '?' in path else '?'}lang={language}", width=width, theme=theme)
        answer = Axe().run(page, options=RULES)
        found += [f"{path}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in answer.response["violations"]]
        page.context.close()
    assert found == []
