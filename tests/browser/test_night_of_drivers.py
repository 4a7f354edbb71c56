"""A night with one depot and three phones: called, accepted, driven; one refuses, one loses coverage and its tab, one
meets ice and breaks down. In the morning the hand-over tells what was."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from city.plan import Intervention
from store import facts, judgements
from tests.browser.desk import Desk, live_plan
from tests.browser.test_drive import PHONE, SPOT, ready
from tests.unit.dashboards import night


class NightPhones:
    """The phones of the night, each at the page of its vehicle."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def paired(self, vehicle: str) -> Page:
        """A phone that was let in by digits that were read out."""
        code = httpx.post(f"{self.desk.address}/api/v1/phones", json={"vehicle": vehicle}).json()["code"]
        dress: dict[str, Any] = PHONE | {"color_scheme": "dark"}
        context = self.desk.browser.new_context(**dress, geolocation=SPOT, permissions=["geolocation"])
        page = context.new_page()
        page.goto(f"{self.desk.address}/kor")
        page.locator("#code").fill(code)
        page.locator(".code-form button").click()
        page.get_by_role("button", name="Jag kör").wait_for()
        return page

    def said(self, n: int) -> list[dict[str, Any]]:
        """What has reached us, once there are so many."""
        for _ in range(200):
            found: list[dict[str, Any]] = httpx.get(f"{self.desk.address}/api/v1/reports").json()["reports"]
            if len(found) >= n:
                break
            self.desk.browser.contexts[0].pages[0].wait_for_timeout(100)
        return found


@pytest.fixture
def called(desk: Desk) -> tuple[NightPhones, dict[str, Intervention]]:
    """Three vehicles are called out, each with one tur; P09 is the next of the list of streets."""
    plan = live_plan(desk)
    firsts: dict[str, Intervention] = {}
    for item in plan.interventions:
        if item.vehicle and isinstance(item.segments, tuple) and len(item.segments) > 3:
            firsts.setdefault(item.vehicle, item)
    streets = [vehicle for vehicle, item in firsts.items() if item.network == "street"][:2]
    cycle = next(vehicle for vehicle, item in firsts.items() if item.network == "cycle")
    spare = next(one for one in facts.vehicles(desk.database, "snow") if one.id == streets[1])
    facts.save_fleet(desk.database, [], [], [replace(spare, id="P09")])
    night.lists(desk.database, *streets, "P09")
    desk.database.commit()
    items = {"driven": firsts[streets[0]], "refused": firsts[streets[1]], "broken": firsts[cycle]}
    body = {"plan_id": plan.id, "keys": [item.key for item in items.values()]}
    httpx.post(f"{desk.address}/api/v1/calls", json=body).raise_for_status()
    desk.clock.advance(seconds=30)
    return NightPhones(desk), items


def test_a_night_with_three_phones(desk: Desk, called: tuple[NightPhones, dict[str, Intervention]]) -> None:
    phones, items = called
    depot = desk.open("/idag")
    depot.locator("#live[data-heard]").wait_for(state="attached")
    driven, refused, broken = (phones.paired(items[name].vehicle or "") for name in ("driven", "refused", "broken"))

    driven.get_by_role("button", name="Jag kör").click()
    refused.get_by_role("button", name="Kan inte").click()
    refused.get_by_role("button", name="Fordonet går inte").click()
    broken.get_by_role("button", name="Jag kör").click()
    phones.said(3)
    expect(depot.locator(".board")).to_contain_text("P09")

    for page in (driven, broken):
        page.locator(".tur-card .btn").first.click()
        page.locator(".gloves").wait_for()
    phones.said(5)

    ready(driven)
    driven.locator("[data-name=done]").click()
    phones.said(6)
    driven.context.set_offline(True)
    desk.clock.advance(minutes=10)
    for n in (2, 3):
        driven.wait_for_timeout(700)  # a second press at once would mean the first
        driven.locator("[data-name=done]").click()
        expect(driven.locator(".prog span")).to_have_text(re.compile(f"^{n} av"))
    context = driven.context
    driven.close()
    driven = context.new_page()
    driven.goto(f"{desk.address}/kor")
    expect(driven.locator(".prog span")).to_have_text(re.compile("^3 av"))
    expect(driven.locator(".queue")).to_contain_text("2 i kö")

    broken.locator("[data-name=slippery]").click()
    broken.get_by_role("button", name="Is", exact=True).click()
    phones.said(8)
    desk.database.rollback()
    (ice,) = judgements.observations(desk.database, desk.clock.now())
    assert (ice.quantity, ice.who) == ("slippery", items["broken"].vehicle)
    broken.locator("[data-name=end]").click()
    broken.get_by_role("button", name="Fordonet har gått sönder").click()
    expect(broken.locator("h1")).to_have_text("Inget att köra nu")

    context.set_offline(False)
    expect(driven.locator(".queue")).to_contain_text("Ansluten, 0 i kö")
    reports = phones.said(11)
    assert [one["became"] for one in reports if one["became"] == "conflict"] == []
    desk.clock.advance(minutes=5)
    morning = desk.open("/overlamning")
    text = morning.locator("main").inner_text()
    row = morning.locator(".night-table tr", has_text=items["driven"].vehicle or "").first
    expect(row).to_contain_text("Kör")
    assert "P09" in text
    assert "Halt, is" in text
    states = {one["vehicle"]: one["state"] for one in httpx.get(f"{desk.address}/api/v1/orders").json()["orders"]}
    assert states[items["driven"].vehicle or ""] == "started"
    assert states[items["broken"].vehicle or ""] == "aborted"
    assert states["P09"] in {"decided", "sent"}
    changes = httpx.get(f"{desk.address}/api/v1/manning").json()["changes"]
    assert [(one["kind"], one["vehicle"]) for one in changes] == [("vehicle_out", items["broken"].vehicle)]
    done = [one["segment"] for one in reports if one["kind"] == "segment_done"]
    assert done == [part.id for part in items["driven"].segments][:3]  # type: ignore[union-attr]
