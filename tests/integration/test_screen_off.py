"""A tur that is driven while the phone's screen is off for a quarter of it: no street is called done that the vehicle
was not seen on, and the gap is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from city.clock import FixedClock
from city.plan import Plan
from dashboards.app import create_app
from planner.night.follow import follow
from store import passages, roads
from store.connect import Connection, pool
from tests.unit.dashboards import town
from tests.unit.dashboards.driver import DriversPhone, ordered, paired
from tests.unit.dashboards.night import to_and_fro
from tests.unit.dashboards.serving import asking

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(town.AT, simulated=False)


def test_no_street_is_done_that_nobody_was_seen_on(database: Connection, dsn: str, clock: FixedClock) -> None:
    town.fill(database)
    plan: Plan = town.publish(database, "snow", clock)
    with pool(dsn, "test", size=3) as connections, asking(create_app(town.settings(), connections, clock)) as client:
        order, item = ordered(database, plan)
        streets = [part.id for part in item.segments]  # type: ignore[union-attr]
        phone: DriversPhone = paired(client, item.vehicle or "")
        phone.send(phone.tap("started", order=order))
        places = _places(database, item.vehicle or "", streets[:4])
        quarter = len(places) // 4
        lit = places[: 2 * quarter] + places[3 * quarter :]
        dark = places[2 * quarter : 3 * quarter]
        ends = max(place["time"] for place in places)
        clock.instant = ends + MINUTE
        phone.now = clock.instant
        batch = [place | {"time": place["time"].isoformat()} for place in lit]
        answer = client.post("/api/v1/drive/positions", json={"positions": batch}, headers=phone.heads())
        assert answer.json()["kept"] == len(lit)
        since = dark[0]["time"].isoformat()
        phone.now = dark[-1]["time"]
        gap = phone.tap("dark", order=order, since=since)
        phone.now = clock.instant
        phone.send(gap)
        follow(database, clock.now())
        found = passages.last_passed(database, [order])[order]
        hidden = _only_in(database, dark, lit, streets[:4])
        page = client.get("/overlamning", headers={"Accept": "text/html"}).text
    assert found
    assert hidden
    assert set(found) <= set(streets[:4])
    assert not set(found) & hidden
    assert "Skärmen släckt" in page


def _places(connection: Connection, vehicle: str, streets: list[str]) -> list[dict[str, Any]]:
    """Where the vehicle was, every eight seconds, street by street."""
    to_and_fro(connection, vehicle, streets)
    rows = connection.execute("SELECT time, lon, lat FROM position ORDER BY time").fetchall()
    connection.execute("DELETE FROM position")
    connection.commit()
    return [{"time": time, "lon": lon, "lat": lat} for time, lon, lat in rows]


def _only_in(connection: Connection, dark: list[Any], lit: list[Any], streets: list[str]) -> set[str]:
    """The streets that were driven in the dark alone."""
    known = {segment.id: segment.geometry for segment in roads.load_segments(connection)}

    def on(places: list[Any]) -> set[str]:
        spots = {(round(place["lon"], 5), round(place["lat"], 5)) for place in places}
        return {name for name in streets if _inner(known[name]) & spots}

    return on(dark) - on(lit)


def _inner(line: Any) -> set[tuple[float, float]]:
    """Spots along a straight street but for its ends, which it shares with others, as ``to_and_fro`` places them."""
    (ax, ay), (bx, by) = line[0], line[-1]
    found = set()
    for n in range(2, 40):
        found |= {(round(ax + (bx - ax) * k / n, 5), round(ay + (by - ay) * k / n, 5)) for k in range(1, n)}
    return found
