"""A city's own routes: how well a drawn or recorded one is matched back to its streets, and ours beside it.

The routes are made up: turer of Oslo east, driven on to the nearest street from a depot; the recordings are simulated.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from city.entities import ExistingRoute, Point, Vehicle
from city.matching import Matched, Matcher
from city.network import StreetNetwork, build
from city.track import Line
from docs.draw.nearest import nearest_first
from ingest.roads import with_reachable
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from ingest.routes.work import steps
from planner.routes import sectors
from planner.routes.compare.existing import Compared, Today, compare
from planner.routes.drives import drive
from planner.routes.profiles import USUAL_WORK_KMH
from planner.routes.sectors import Tur, passes
from planner.routes.town import TownCrew, TownWork, town
from planner.routes.tur import graph_for
from tests.benchmarks.measure import Row
from tests.unit.city.drives import alike, outline, recorded

TURER = ("P1-2", "P2-1", "P3-5")
NOISE_M = (5.0, 10.0)
DEPOT: Point = (10.79, 59.91)
TRUCK = Vehicle("P01", "snow", "d", work_kmh=15.0, drive_kmh=40.0)
ITERATIONS = 20_000


def run() -> list[Row]:
    """A row a route: its drive, the shares that are found again [%], ours over the same work, and the bound."""
    extract = Path(os.environ.get("DAGSPLAN_DATA", "/nowhere")) / "roads" / "oslo-east-filtered.osm.pbf"
    if not extract.is_file():
        print("DAGSPLAN_DATA names no folder with roads/oslo-east-filtered.osm.pbf: benchmark left out")
        return []
    network = build(with_reachable(cut(read_extract(extract)).segments))
    matcher = Matcher(network)
    turer = {tur.id: tur for tur in sectors.cut(network.segments, 90.0, USUAL_WORK_KMH)}
    return [_row(network, matcher, turer[name]) for name in TURER]


def _row(network: StreetNetwork, matcher: Matcher, tur: Tur) -> Row:
    arcs, serve = _nearest_street_next(network, tur)
    points = outline(network, arcs)
    drawn = matcher.match(_drawn(network, arcs, serve))
    shares = [_found(matcher.network, arcs, matcher.match([_receiver(points, noise_m)])) for noise_m in NOISE_M]
    began = time.process_time()
    one = _compared(network, tur, drawn)
    spent = time.process_time() - began
    assert one.theirs is not None
    assert one.ours is not None
    assert one.faults == ()
    return {
        "what": f"{tur.id}, {len(tur.segments)} streets",
        "drawn %": _found(matcher.network, arcs, drawn),
        **{f"{noise_m:g} m noise %": share for noise_m, share in zip(NOISE_M, shares, strict=True)},
        "today km": round(one.theirs.metres / 1000.0, 1),
        "deadhead": f"{one.theirs.deadhead_share:.0%}",
        "ours km": round(one.ours.metres / 1000.0, 1),
        "bound km": round(one.least_m / 1000.0, 1),
        "today h": round(one.theirs.seconds / 3600.0, 2),
        "ours h": round(one.ours.seconds / 3600.0, 2),
        "CPU s": round(spent, 1),
    }


def _nearest_street_next(network: StreetNetwork, tur: Tur) -> tuple[list[int], list[bool]]:
    """The arcs of the plain rule over a tur from the depot and back, and which of them are worked."""
    home = network.nearest_node(DEPOT, network.strong_part == 0)
    work = [TownWork(at, passes(network.segments[at])) for at in tur.segments]
    problem = town(network, work, [TownCrew(TRUCK, home)], graph=graph_for(network, [home], "street")).problem
    (done,) = drive(problem, nearest_first(problem))
    return [leg.arc for leg in done.legs], [leg.task >= 0 for leg in done.legs]


def _drawn(network: StreetNetwork, arcs: Sequence[int], serve: Sequence[bool]) -> list[Line]:
    """A line an arc, as somebody would draw it who says what is worked."""
    return [Line(tuple(network.arc_points(arc)), worked) for arc, worked in zip(arcs, serve, strict=True)]


def _receiver(points: Sequence[Point], noise_m: float) -> Line:
    return Line(tuple(recorded(points, random.Random(1), noise_m)), drawn=False)


def _found(network: StreetNetwork, arcs: Sequence[int], matched: Matched) -> float:
    """Share of the length on the same arcs in the same order [%]."""
    return round(100.0 * alike(network, list(arcs), [passage.arc for passage in matched.passages]), 1)


def _compared(network: StreetNetwork, tur: Tur, drawn: Matched) -> Compared:
    taken = steps(network, drawn, "street", None)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    route = ExistingRoute(tur.id, None, None, "made", at, drawn.metres, drawn.share, False, taken)
    (found,) = compare(Today((route,), network.segments), ITERATIONS)
    return found
