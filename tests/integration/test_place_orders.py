"""Places from an extract to an order: they come with the streets, and what is cleared is not asked for again."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path

from city.clock import FixedClock
from city.entities import Dataset
from city.upkeep import Place, SeasonWork, WorkRequest
from ingest.roads import import_roads
from planner.orders import add_event, decide
from store import facts, orders, plans, requests, roads
from store.connect import Connection
from tests.by_hand import plan_now
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, SOUTH, WEST, threshold

HELSINKI = Path(__file__).parents[2] / "deploy" / "demo" / "helsinki.osm.pbf"


def test_the_places_of_an_extract_come_with_its_streets(database: Connection) -> None:
    """Every kind is there, nearly all with a name, car parks with the area that is drawn; twice is as once."""
    for _ in range(2):
        report = import_roads(database, HELSINKI, [], AT)
    found = roads.load_places(database)
    assert Counter(place.kind for place in found) == report.places
    assert all(report.places[kind] > 0 for kind in ("bus_stop", "crossing", "parking", "school_yard"))
    assert sum(place.name != "" for place in found) > 0.95 * len(found)
    yards = [place.area_m2 for place in found if place.kind == "school_yard"]
    assert all(area is not None and 100.0 < area < 100_000.0 for area in yards)


def test_an_import_replaces_the_places_of_its_dataset_alone(database: Connection) -> None:
    for name in ("one", "two"):
        roads.save_dataset(database, Dataset(name, name, "CC0 1.0", "by hand"), AT)
    own, other = Place("a", "bus_stop", "A", WEST, SOUTH), Place("b", "crossing", "B", WEST, SOUTH)
    roads.replace_places(database, "one", [own])
    roads.replace_places(database, "two", [other])
    roads.replace_places(database, "one", [])
    assert roads.load_places(database) == (other,)


def test_places_are_left_until_the_city_wants_them(database: Connection) -> None:
    fill(database)
    roads.replace_places(database, "streets", [Place("p1", "bus_stop", "Torget", WEST + 0.001, SOUTH)])
    plan = plan_now(database, settings(), "snow", FixedClock(AT))
    assert all(item.kind != "places" for item in plan.interventions)


def test_what_is_cleared_is_not_asked_for_again(database: Connection) -> None:
    """Through a real order: before it is done the piece is asked for, after it is not."""
    fill(database)
    plans.add_threshold(database, threshold("snow.places", "bus_stop", None, text="plan"))
    roads.replace_places(database, "streets", [Place("p1", "bus_stop", "Torget", WEST + 0.001, SOUTH)])
    plan = plan_now(database, settings(), "snow", FixedClock(AT))
    (item,) = [item for item in plan.interventions if item.kind == "places"]
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "G01", AT)
    done = AT + timedelta(minutes=20)
    add_event(database, order, "done", "G01", done)
    assert [(t.segment, t.action) for t in facts.treatments(database, AT)] == [("p1", "clear")]
    again = plan_now(database, settings(), "snow", FixedClock(done + timedelta(minutes=5)))
    assert all(item.starts_at > done + timedelta(hours=1) for item in again.interventions if item.kind == "places")


def test_an_ask_is_worked_off_segment_by_segment(database: Connection) -> None:
    """Hauled after it was asked for, a segment is out of the ask and out of the count; other work does not do it."""
    fill(database)
    order = str(uuid.UUID(int=9))
    for name, times in (("s/0-1", 3), ("s/1-2", 1)):
        rows = [(name, "plough"), (name, "plough_sand")]
        for n in range(times):
            orders.add_treatments(database, rows, AT - timedelta(days=n + 2), order)
    ask = WorkRequest(str(uuid.UUID(int=1)), "haul", ("s/1-2", "s/0-1"), "dispatcher", "", AT, AT + timedelta(days=2))
    requests.add_request(database, ask)
    assert requests.requests(database, AT) == (ask,)
    assert requests.requests(database, AT - timedelta(seconds=1)) == ()
    later = AT + timedelta(hours=1)
    orders.add_treatments(database, [("s/0-1", "haul"), ("s/1-2", "sweep")], later, order)
    (left,) = requests.requests(database, later)
    assert left.segments == ("s/1-2",)
    before, after = requests.season(database, AT), requests.season(database, later)
    assert before == (SeasonWork("s/0-1", 6, 3), SeasonWork("s/1-2", 2, 1))
    assert after == (SeasonWork("s/0-1", 0, 3), SeasonWork("s/1-2", 2, 0))
    assert requests.end_request(database, ask.id, later, "dispatcher")
    assert requests.requests(database, later) == ()


def test_what_is_asked_for_is_in_the_next_plan_until_it_is_done(database: Connection) -> None:
    fill(database)
    requests.add_request(
        database, WorkRequest(str(uuid.UUID(int=2)), "haul", ("s/0-1",), "jour", "", AT, AT + timedelta(days=2))
    )
    plan = plan_now(database, settings(), "snow", FixedClock(AT))
    (item,) = [item for item in plan.interventions if item.kind == "haul"]
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "P01", AT + timedelta(hours=2))
    add_event(database, order, "done", "P01", AT + timedelta(hours=3))
    assert requests.requests(database, AT + timedelta(hours=4)) == ()
