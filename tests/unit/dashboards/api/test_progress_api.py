"""How far an order is, through the interface: the database, the positions and the streets together."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dashboards.app import create_app
from planner.night.follow import follow
from store.connect import pool
from tests.unit.dashboards import night, town
from tests.unit.dashboards.api.test_facts_api import heard, until
from tests.unit.dashboards.night import to_and_fro
from tests.unit.dashboards.serving import asking


@pytest.fixture
def started(client, snow):
    item = next(item for item in snow.interventions if item.network == "street")
    (order_id,) = client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [item.key]}).json()["ids"]
    client.post(f"/api/v1/orders/{order_id}/events", json={"kind": "started"})
    return order_id, item


def progress(client, order_id):
    answer = client.get(f"/api/v1/orders/{order_id}/progress")
    assert answer.status_code == 200
    return answer.json()["progress"]


def test_without_a_word_nothing_is_known(client, started, clock):
    order_id, item = started
    clock.advance(minutes=5)
    found = progress(client, order_id)
    assert (found["share"], found["left"], found["feed"]) == (None, None, "none")
    assert found["segments"] == len(item.segments)


def test_positions_and_words_together(client, filled, started, clock):
    order_id, item = started
    first, second = item.segments[0].id, item.segments[1].id
    ended = to_and_fro(filled, item.vehicle, [first])
    clock.advance(seconds=(ended - town.AT).total_seconds())
    assert progress(client, order_id)["feed"] == "none"
    follow(filled, clock.now())
    found = progress(client, order_id)
    assert (found["feed"], found["done"]) == ("live", [first])
    client.post(f"/api/v1/orders/{order_id}/events", json={"kind": "segment_done", "segment": second})
    assert progress(client, order_id)["done"] == [first, second]
    assert progress(client, order_id)["share"] == pytest.approx(2 / len(item.segments), abs=0.02)
    clock.advance(minutes=20)
    assert (progress(client, order_id)["feed"], progress(client, order_id)["share"] > 0) == ("silent", True)


def test_two_web_processes_show_the_same(client, filled, snow, clock, dsn):
    """One that was asked all night, and one that was started a minute ago: to the byte, on every page that tells it."""
    made = night.walk(filled, snow, clock)
    pages = [f"/api/v1/orders/{made['driving']}/progress", "/api/v1/handover/2026-11-23", "/idag", "/overlamning"]
    item, shares = snow.interventions[1], []
    for part in item.segments[2:4]:
        ended = to_and_fro(filled, item.vehicle, [part.id], at=clock.now())
        clock.advance(seconds=(ended - clock.now()).total_seconds())
        follow(filled, clock.now())
        shares.append(client.get(pages[0]).json()["progress"]["share"])
    assert shares == pytest.approx([3 / 12, 4 / 12], abs=0.02)
    with pool(dsn, "test", size=3) as connections, asking(create_app(town.settings(), connections, clock)) as other:
        assert [client.get(page).content for page in pages] == [other.get(page).content for page in pages]


def test_open_pages_hear_that_a_vehicle_was_followed(client, filled, started, clock):
    """Each time that its positions were matched further."""
    _, item = started
    with client.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        assert heard(lines)["snow"]["followed"] is None
        for part in item.segments[:2]:
            now = to_and_fro(filled, item.vehicle, [part.id], at=clock.now())
            clock.advance(seconds=(now - clock.now()).total_seconds())
            follow(filled, clock.now())
            assert until(lines, lambda plans, now=now: plans["snow"]["followed"] == f"{now:%Y-%m-%dT%H:%M:%SZ}")


def test_the_web_service_matches_nothing():
    """Neither the matching nor the step that does it is in its process."""
    code = "import sys, dashboards.app; print([name for name in sys.argv[1:] if name in sys.modules])"
    names = ["city.matching", "city.viterbi", "planner.night.traces", "planner.night.follow"]
    told = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["planner.night.report", "planner.calls.call_out", "dashboards.web.context"])
def test_reading_progress_loads_no_compiler(module):
    """What pages need to tell it comes without numba."""
    code = "import sys, importlib; importlib.import_module(sys.argv[1]); print('numba' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code, module], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_an_unknown_order_is_not_found(client):
    assert client.get("/api/v1/orders/00000000-0000-0000-0000-000000000000/progress").status_code == 404
    assert client.get("/api/v1/orders/none/progress").status_code == 404
