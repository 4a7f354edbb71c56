"""What was taken away since stays in the plans that name it, on the pages and in the interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import httpx

from city.plan import Plan
from ingest.registers.asked import Asked
from ingest.registers.forget import forget
from store import facts, registers
from store.connect import Connection
from tests.unit.dashboards.town import AT

ASKED = Asked(AT, ZoneInfo("Europe/Stockholm"), yes=True)


def test_a_plan_names_what_was_taken_away_since(
    client: httpx.Client, publish: Callable[[str], Plan], filled: Connection
) -> None:
    """The whole town goes: streets, fleet, rooms, buildings, sensors. The plans say what they said."""
    plans = {domain: publish(domain) for domain in ("snow", "waste", "heating")}
    pages = ("/idag", "/overlamning", "/karta")
    before = {path: client.get(path) for path in pages}
    named = [item.title for plan in plans.values() for item in plan.interventions if item.title]
    assert named
    for vehicle in (*facts.vehicles(filled, "snow"), *facts.vehicles(filled, "waste")):
        forget(filled, "vehicle", vehicle.id, ASKED)
    for room in facts.rooms(filled):
        forget(filled, "room", room.id, ASKED)
    for building in facts.buildings(filled):
        forget(filled, "building", building.id, ASKED)
    for device in registers.heard_devices(filled):
        forget(filled, "device", device.id, ASKED)
    for name in registers.maps(filled):
        forget(filled, "roads", name, replace(ASKED))
    assert (facts.rooms(filled), facts.buildings(filled)) == ((), ())
    after = {path: client.get(path) for path in pages}
    assert {path: page.status_code for path, page in after.items()} == dict.fromkeys(pages, 200)
    for item in named:
        assert (item in before["/idag"].text) == (item in after["/idag"].text), item
    for domain, plan in plans.items():
        answer = client.get(f"/api/v1/plans/{domain}/latest.json").json()
        assert answer["id"] == str(plan.id)
        assert [item["title"] for item in answer["interventions"]] == [item.title for item in plan.interventions]
        for kind in ("csv", "geojson"):
            assert client.get(f"/api/v1/plans/{domain}/latest.{kind}").status_code == 200
