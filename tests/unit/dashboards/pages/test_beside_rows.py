"""Rounds of places, haulage and sweeping on the day page, in both languages."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta

import pytest

from city.entities import Threshold
from city.upkeep import Place, WorkRequest
from store import plans, requests, roads
from tests.unit.dashboards.pages.test_day_page import said
from tests.unit.dashboards.town import AT


@pytest.fixture
def beside(filled, publish):
    """A plan with three places along one street, and haulage and sweeping that somebody asked for."""
    streets = [segment for segment in roads.load_segments(filled) if segment.network == "street"]
    first = streets[0].geometry[0]
    kinds = ("bus_stop", "crossing", "parking")
    places = [Place(f"p{i}", kind, f"Plats {i}", first[0], first[1]) for i, kind in enumerate(kinds)]
    roads.replace_places(filled, "OpenStreetMap", places)
    for kind in kinds:
        plans.add_threshold(filled, Threshold("snow.places", kind, None, "choice", 0, AT, "test", "test", "plan"))
    for number, kind in enumerate(("haul", "sweep"), start=1):
        name = uuid.UUID(int=number)
        requests.add_request(
            filled, WorkRequest(str(name), kind, (streets[0].id,), "jour", "", AT, AT + timedelta(days=2))
        )
    filled.commit()
    return publish("snow")


def test_each_kind_has_its_row_and_places_stand_in_order(client, beside):
    by_kind = {item.kind: item for item in beside.interventions}
    assert {"places", "haul", "sweep"} <= set(by_kind)
    page = said(client.get(f"/idag?open={by_kind['places'].key}"))
    for word in ("Hållplatser och ytor", "Bortforsling av snö", "Sandupptagning", "Stopp i ordning"):
        assert word in page
    order = [page.index(place.name, page.index("Stopp i ordning")) for place in by_kind["places"].places]
    assert order == sorted(order)
    assert f"{len(by_kind['places'].places)} platser" in page or "1 plats" in page


def test_the_same_in_english(client, beside):
    item = next(item for item in beside.interventions if item.kind == "places")
    page = said(client.get(f"/idag?lang=en&open={item.key}"))
    for word in ("Stops and yards", "Snow haulage", "Grit sweeping", "bus stop", "Stops in order"):
        assert word in page


def test_a_table_says_what_each_is(client, beside):
    """In words, and how many streets or places each has."""
    text = client.get("/api/v1/plans/snow/latest.csv?lang=sv").content.decode("utf-8-sig")
    rows = {row["Nyckel"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    found = {i.kind: (rows[i.key]["Åtgärd"], rows[i.key]["Sträckor"]) for i in beside.interventions}
    places = sum(len(i.places) for i in beside.interventions if i.kind == "places")
    assert found["places"] == ("Hållplatser och ytor", str(places))
    assert (found["haul"], found["sweep"]) == (("Bortforsling av snö", "1"), ("Sandupptagning", "1"))
