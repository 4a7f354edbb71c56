"""Following a tur by its vehicle's positions: how near the told share comes to the truth, and what a step costs.

The demonstration town's streets are real; the storm, the drives and the noise of the receivers are made up.
"""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import numpy as np

from city.entities import Position, Segment
from city.geo import local_xy
from city.network import StreetNetwork, build
from ingest.roads import with_reachable
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from planner.fleet import fleet_of
from planner.night.traces import passages
from planner.routes.sectors import passes
from planner.snow.cache import PlanCache
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from planner.snow.work import DrivenTur, drive_all
from store.passages import STRETCH
from tests.benchmarks.measure import Row
from tests.integration.test_real_towns import storm

EXTRACT = Path(__file__).parents[2] / "deploy" / "demo" / "helsinki.osm.pbf"
FEEDS = ((5.0, 4.0), (10.0, 5.0), (10.0, 10.0), (30.0, 5.0))
"""Seconds between positions, and their noise [m], which lasts for half a minute."""
PARTS = (0.25, 0.5, 0.75, 1.0)


def run() -> list[Row]:
    """A row for each kind of feed."""
    snapshot = _snapshot()
    network = build(snapshot.segments)
    driven = _driven(snapshot)
    return [_row(snapshot, network, driven, every_s, noise_m) for every_s, noise_m in FEEDS]


def _row(
    snapshot: SnowSnapshot, network: StreetNetwork, driven: list[DrivenTur], every_s: float, noise_m: float
) -> Row:
    chance = np.random.default_rng(1)
    errors: list[float] = []
    early: list[float] = []
    missed: list[float] = []
    steps: list[float] = []
    for item in driven:
        done = list(_worked(network, item))
        found = list(_positions(snapshot, network, item, every_s, noise_m, chance))
        whole = (found[-1].time - snapshot.at) / timedelta(seconds=1)
        for part in PARTS:
            until = snapshot.at + timedelta(seconds=part * whole)
            passed = _matched(snapshot, item, [place for place in found if place.time <= until], steps)
            truth = Counter(name for second, name in done if second <= part * whole)
            errors.append(_share(snapshot, item, passed) - _share(snapshot, item, truth))
            early.append(_early(snapshot, item, passed, truth))
        missed.append(_missed(snapshot, item, passed))
    return {
        "every s": every_s,
        "noise m": noise_m,
        "turer": len(driven),
        "mean error": round(statistics.mean(errors), 3),
        "mean size of error": round(statistics.mean(map(abs, errors)), 3),
        "worst": round(max(map(abs, errors)), 3),
        "work said done too early": round(statistics.mean(early), 3),
        "streets missed at the end": round(statistics.mean(missed), 3),
        "step ms": round(1000 * statistics.median(steps)),
        "slowest step ms": round(1000 * max(steps)),
    }


def _snapshot() -> SnowSnapshot:
    made = storm(with_reachable(cut(read_extract(EXTRACT)).segments))
    return replace(made, params=replace(made.params, tur_minutes=45.0, tur_iterations=10))


def _driven(snapshot: SnowSnapshot) -> list[DrivenTur]:
    """The first run of each tur, as a plan drives it."""
    kept = PlanCache()
    assessed = assess_streets(snapshot, kept)
    due = [tur for tur in assessed.turer if assessed.needs.asks(tur)]
    fleet = fleet_of(snapshot, assessed.streets.network)
    driven = drive_all(snapshot, assessed.streets, fleet, due, assessed.needs, kept.drives).driven
    return [item for item in driven if item.drive.traversals and not item.run]


def _legs(network: StreetNetwork, item: DrivenTur) -> Iterator[tuple[float, int, bool]]:
    """Seconds, arc and whether with work of each leg of a drive."""
    vehicle = item.assignment.vehicle
    for step in item.drive.traversals:
        kmh = vehicle.work_kmh if step.serve else min(vehicle.drive_kmh, float(network.arc_speed[step.arc]))
        yield float(network.arc_m[step.arc]) / (kmh / 3.6), step.arc, step.serve


def _worked(network: StreetNetwork, item: DrivenTur) -> Iterator[tuple[float, str]]:
    """When each passage with work was over [s], and its street."""
    second = 0.0
    for lasts, arc, serve in _legs(network, item):
        second += lasts
        if serve:
            yield second, network.segments[int(network.arc_segment[arc])].id


def _positions(
    snapshot: SnowSnapshot,
    network: StreetNetwork,
    item: DrivenTur,
    every_s: float,
    noise_m: float,
    chance: np.random.Generator,
) -> Iterator[Position]:
    """What the vehicle's receiver says on its way."""
    begins, noise, fades = 0.0, np.zeros(2), math.exp(-every_s / 30.0)
    clock = 0.0
    for lasts, arc, _ in _legs(network, item):
        line = np.array(network.arc_points(arc))
        x, y = local_xy(line[:, 0], line[:, 1], (line[0, 0], line[0, 1]))
        gone = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        while clock < begins + lasts:
            at = (clock - begins) / lasts * gone[-1]
            noise = fades * noise + math.sqrt(1.0 - fades**2) * chance.normal(0.0, noise_m, 2)
            lon, lat = (float(np.interp(at, gone, line[:, axis])) for axis in (0, 1))
            east = float(noise[0]) / (111_200.0 * math.cos(math.radians(lat)))
            when = snapshot.at + timedelta(seconds=clock)
            yield Position(item.assignment.vehicle.id, when, lon + east, lat + float(noise[1]) / 111_200.0)
            clock += every_s
        begins += lasts


def _matched(snapshot: SnowSnapshot, item: DrivenTur, found: list[Position], steps: list[float]) -> Counter[str]:
    """How often each street was passed, as the scheduler writes it down; ``steps`` gathers what each took [s]."""
    passed: Counter[str] = Counter()
    for part in _stretches(found):
        near = _near(snapshot.segments, part)
        begin = time.perf_counter()
        made = passages(part, near, item.tur.network, item.assignment.vehicle.work_kmh)
        steps.append(time.perf_counter() - begin)
        passed.update(passage.segment for passage in made)
    return passed


def _stretches(found: list[Position]) -> Iterator[list[Position]]:
    """The positions of each stretch with the last one of the stretch before, as the store divides them."""
    before: list[Position] = []
    for _, group in groupby(found, key=lambda place: place.time.timestamp() // STRETCH.total_seconds()):
        part = list(group)
        yield [*before, *part]
        before = part[-1:]


def _near(segments: tuple[Segment, ...], found: object, *, lon: float = 0.02, lat: float = 0.01) -> list[Segment]:
    places = [(p.lon, p.lat) for p in found]  # type: ignore[attr-defined]
    west, east = min(p[0] for p in places) - lon, max(p[0] for p in places) + lon
    south, north = min(p[1] for p in places) - lat, max(p[1] for p in places) + lat
    ends = ((s, (s.geometry[0], s.geometry[-1])) for s in segments)
    return [s for s, both in ends if any(west <= x <= east and south <= y <= north for x, y in both)]


def _work(snapshot: SnowSnapshot, item: DrivenTur) -> dict[str, tuple[int, float]]:
    """Passages and metres of work of each street of a tur."""
    wanted = [snapshot.segments[need.segment] for need in item.needs]
    return {segment.id: (passes(segment), passes(segment) * segment.length_m) for segment in wanted}


def _share(snapshot: SnowSnapshot, item: DrivenTur, driven: Counter[str]) -> float:
    work = _work(snapshot, item)
    return sum(m * min(1.0, driven[name] / n) for name, (n, m) in work.items()) / sum(m for _, m in work.values())


def _early(snapshot: SnowSnapshot, item: DrivenTur, driven: Counter[str], truth: Counter[str]) -> float:
    """The share of the work that lies on streets which are said to be done and are not."""
    work = _work(snapshot, item)
    wrong = sum(m for name, (n, m) in work.items() if driven[name] >= n > truth[name])
    return wrong / sum(m for _, m in work.values())


def _missed(snapshot: SnowSnapshot, item: DrivenTur, driven: Counter[str]) -> float:
    """The share of a whole tur's streets that are not said to be done when it is over."""
    work = _work(snapshot, item)
    return sum(driven[name] < n for name, (n, _) in work.items()) / len(work)
