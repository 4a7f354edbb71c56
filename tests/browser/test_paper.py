"""What is printed, by Chromium: sheets counted, light in both themes, nothing cut."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import msgspec
import pytest
from playwright.sync_api import Page, expect

from store import judgements, plans
from store.judgements import Decline
from tests.browser.desk import overflow
from tests.unit.dashboards import town


def sheets(page: Page) -> list[tuple[int, int]]:
    """The sheets that a page prints: their width and height [mm]."""
    made = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", made)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page[^s]", made))
    return [(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in boxes]


def forty(connection, plan):
    """The town's plan with forty turer: one without a vehicle, and one declined."""
    first = plan.interventions[0]
    many = [
        msgspec.structs.replace(
            first,
            id=f"i{n}",
            key=f"snow:T{n:02d}:{plan.service_day}:1",
            target=f"T{n:02d}",
            title=f"T{n:02d} Gatan med ett ganska långt namn {n}",
            vehicle=None if n == 7 else "P01",
            starts_at=town.AT + timedelta(minutes=n),
        )
        for n in range(40)
    ]
    newer = msgspec.structs.replace(
        plan, id=str(uuid.uuid4()), version=2, supersedes=plan.id, slot="event:40", interventions=tuple(many)
    )
    plans.add_plan(connection, newer)
    key = newer.interventions[3].key
    judgements.add_decline(connection, Decline(newer.id, key, "drifting", "", "dispatcher", town.AT))
    connection.commit()
    return newer


@pytest.mark.parametrize(("theme", "language"), [("light", "sv"), ("dark", "en")])
def test_forty_turer_are_at_most_three_sheets_and_light(desk, theme, language):
    plan = plans.latest(desk.database, "snow", "assist")
    forty(desk.database, plan)
    page = desk.open(f"/idag/utskrift?lang={language}&theme={theme}", theme=theme)
    assert page.locator(".p-table tbody tr").count() >= 40
    papers = page.locator(".paper").count()
    assert sheets(page) == [(297, 210)] * papers
    assert papers <= 3
    assert page.locator(".p-table thead").count() == papers, "the head stands on each sheet"
    rows = page.locator(".p-table tbody tr")
    assert "T07" in rows.first.inner_text(), "without a vehicle: first"
    assert "T03" in page.locator("tr.p-off").first.inner_text(), "declined: last"
    page.emulate_media(media="print", color_scheme=theme)
    paint = page.locator(".paper").first.evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert paint[0] == "rgb(255, 255, 255)"
    for paper in page.locator(".paper").all():
        assert paper.evaluate("e => e.scrollHeight - e.clientHeight") <= 1, "nothing of a sheet is cut"
        assert f"blad {papers}" in page.locator(".p-foot").last.inner_text() or language == "en"


def test_a_tur_is_one_a5_with_its_way_and_its_streets(desk):
    plan = plans.latest(desk.database, "snow", "assist")
    item = next(item for item in plan.interventions if item.target.startswith("P"))
    page = desk.open(f"/idag/tur?key={item.key}")
    assert set(sheets(page)) == {(148, 210)}
    assert len(sheets(page)) == page.locator(".paper").count()
    assert page.locator(".pm-way").count() == 1
    assert page.locator(".is-street tbody tr").count() >= 1
    assert page.locator(".paper").first.evaluate("e => e.scrollHeight - e.clientHeight") <= 1


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_previews_and_hand_overs_of_all_services_fit(desk, domain, width):
    page = desk.open(f"/idag/utskrift?domain={domain}", width=width)
    assert overflow(page) <= 0
    page = desk.open(f"/overlamning?domain={domain}", width=width)
    assert overflow(page) <= 0
    expect(page.locator("h1")).to_have_count(1)


def test_print_of_the_day_page_leads_to_the_sheets(desk):
    page = desk.open("/idag")
    page.get_by_role("link", name="Skriv ut").click()
    page.wait_for_url("**/idag/utskrift**")
    expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
