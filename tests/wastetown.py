"""A made town of waste rooms on the streets of central Helsinki, with a known inflow.

Inflow: the means of vessels differ as those of 308 litter bins of Edinburgh do (2016, log-normal, 0.54 of the
logarithm); days vary by 0.85 of the mean besides the weekday (``tests/vessels.py``). Rooms stand at crossings, with
one to four vessels of 660 l of one fraction; depot and disposal site lie beyond the map, at opposite ends. At a rate
of 6 %: emptied twice a week by calendar, one half of the town on Mondays and Thursdays, the other on Tuesdays and
Fridays; at 14 %: on Mondays, Wednesdays and Fridays.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np

from city.entities import Depot, Reading, Room, Vehicle, Vessel
from city.network import StreetNetwork, build
from city.vocabulary import FRACTIONS
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from planner.routes.profiles import profile
from planner.thresholds.limits import limits
from planner.waste.backtest.case import CollectionCase, CollectionFleet
from planner.waste.snapshot import WasteSnapshot
from tests.vessels import BEGIN_S, daily_inflow, made_vessel

EXTRACT = Path(__file__).parents[1] / "deploy" / "demo" / "helsinki.osm.pbf"
WORKDAYS = frozenset(range(5))
TWICE = (frozenset({0, 3}), frozenset({1, 4}))
THRICE = (frozenset({0, 2, 4}), frozenset({0, 2, 4}))
OUT_TO_DEPOT = (3_000.0, 360.0)
OUT_TO_TIP = (6_000.0, 600.0)
"""Metres and seconds from the edge of the map on."""
LITRES = 660.0


@cache
def streets() -> StreetNetwork:
    """The streets that trucks drive on."""
    return build(tuple(s for s in cut(read_extract(EXTRACT)).segments if s.network == "street"))


def made_town(
    mean_pct: float, seed: int, *, rooms: int = 50, weeks: int = 52, learned: int = 91, between: float = 0.54
) -> CollectionCase:
    """A town whose vessels fill by ``mean_pct`` a day in the mean."""
    rng = np.random.default_rng(seed)
    room = np.repeat(np.arange(rooms), rng.integers(1, 5, rooms))
    rate = mean_pct * rng.lognormal(-(between**2) / 2, between, len(room))
    days = learned + 7 * weeks
    inflow = np.array([daily_inflow(rng, own, days) for own in rate])
    metres, seconds, places = _ways(rng, rooms)
    half = (places[:, 0] > np.median(places[:, 0])).astype(int)
    calendar = TWICE if mean_pct < 10.0 else THRICE
    n = len(room)
    return CollectionCase(
        fraction="residual",
        names=tuple(f"v{row}" for row in range(n)),
        room=room,
        litres=np.full(n, LITRES),
        most_age=np.full(n, 14.0),
        days=(WORKDAYS,) * n,
        calendar=tuple(calendar[half[of]] for of in room),
        inflow=inflow,
        first=date(2026, 6, 1),
        learned=learned,
        metres=metres,
        seconds=seconds,
        places=places,
        fleet=CollectionFleet(trucks=3, capacity_l=16_500.0, shift_s=8 * 3600.0),
    )


def _ways(rng: np.random.Generator, rooms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Metres and seconds between depot, disposal site and rooms, and where the rooms are."""
    network = streets()
    how = profile(network, Vehicle("T", "waste", "dep"))
    open_arcs = np.isfinite(how.seconds)
    part = network.parts(how.seconds)
    on = np.unique(network.arc_from[open_arcs])
    on = on[part[on] == np.bincount(part[on]).argmax()]
    west, east = on[network.lon[on].argmin()], on[network.lon[on].argmax()]
    nodes = (int(west), int(east), *rng.choice(on, rooms, replace=False).tolist())
    seconds = network.travel(nodes, nodes, how.seconds)
    metres = network.travel(nodes, nodes, np.where(open_arcs, network.arc_m, np.inf))
    for row, (far_m, far_s) in enumerate((OUT_TO_DEPOT, OUT_TO_TIP)):
        for table, far in ((metres, far_m), (seconds, far_s)):
            table[row, :] += far
            table[:, row] += far
            table[row, row] = 0.0
    return metres, seconds, np.column_stack([network.lon, network.lat])[list(nodes[2:])]


def large_morning(rooms: int, vessels: int, trucks: int, *, mean_pct: float = 6.0, made: int = 60) -> WasteSnapshot:
    """A morning of a town of four fractions: vessels dealt out over rooms on the streets, the readings of ``made``
    vessels with the faults of real sensors told again for all of them."""
    rng, at = np.random.default_rng(2), datetime(2026, 11, 24, 2, tzinfo=UTC)
    streets_of = streets().segments
    places = [streets_of[row].geometry[0] for row in rng.integers(len(streets_of), size=rooms)]
    rates = mean_pct * rng.lognormal(-0.15, 0.54, made)
    kinds = [made_vessel(np.random.default_rng(row), rate, 28, empty_at_pct=75.0) for row, rate in enumerate(rates)]
    later = at.timestamp() - (BEGIN_S + 28 * 86_400.0) - 600.0
    owned, readings = [], []
    for row in range(vessels):
        fraction = FRACTIONS[(row // rooms) % 4]
        owned.append(Vessel(f"v{row}", f"r{row % rooms}", fraction, LITRES, f"lev-{row}"))
        one = kinds[rng.integers(made)]
        readings += [
            Reading(f"lev-{row}", "fill_level", "%", datetime.fromtimestamp(second + later, UTC), float(level))
            for second, level in zip(one.seconds, one.raw, strict=True)
        ]
    return WasteSnapshot(
        at=at,
        service_day=date(2026, 11, 24),
        slot="03:00",
        thresholds=limits(()).rows,
        segments=streets_of,
        rooms=tuple(Room(f"r{row}", f"Rum {row}", *place) for row, place in enumerate(places)),
        vessels=tuple(owned),
        readings=tuple(readings),
        depots=(Depot("dep", "Depå", *places[0]), Depot("tip", "Tipp", *places[1], kind="disposal")),
        vehicles=tuple(Vehicle(f"A{row}", "waste", "dep", capacity_l=16_000.0) for row in range(trucks)),
    )
