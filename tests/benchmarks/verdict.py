"""How long the verdict takes after a forecast or a report arrives: eastern Oslo, in a process that planned before."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from city.entities import Forecast, Treatment
from city.plan import Plan
from planner.bundle import load
from planner.publish import check_schema
from planner.services import Services, make_plan, services
from planner.snow import plan as snow
from planner.snow.cache import PlanCache
from planner.snow.prepare import whole_turer
from planner.snow.service import Snow
from planner.snow.snapshot import SnowSnapshot
from store.embedded import embedded_postgres
from tests.benchmarks import oslo
from tests.benchmarks.measure import Row, command

LESS = (0.6, 0.65, 0.7)


def run() -> list[Row]:
    """From the inputs to a checked plan: with nothing kept, after a new forecast, and after a report."""
    extract = Path(os.environ.get("DAGSPLAN_DATA", "")) / "roads" / "oslo-east-filtered.osm.pbf"
    if not extract.is_file():
        print("DAGSPLAN_DATA names no folder with roads/oslo-east-filtered.osm.pbf: benchmark left out")
        return []
    with tempfile.TemporaryDirectory() as name:
        storm = _inputs(Path(name), extract)
    cache = PlanCache()
    make_plan(storm, known=keeping(cache))  # also loads what is compiled
    fallen = replace(storm, at=storm.at + timedelta(hours=10))
    plan = make_plan(fallen, known=keeping(cache))
    reports = [_cleared(fallen, plan, number) for number in (10, 20, 30)]
    return [
        _row("nothing kept", [storm] * 3, [PlanCache() for _ in range(3)]),
        _row(
            "a forecast of more snow: the same streets", [_scaled(storm, by) for by in (1.05, 1.1, 1.15)], [cache] * 3
        ),
        _row("a forecast of less: residential streets drop out", [_scaled(storm, by) for by in LESS], [cache] * 3),
        _row("a report after the storm: one street is cleared", reports, [cache] * 3),
        _row("a forecast that brings streets never planned", [storm] * 3, [_after(storm, by) for by in LESS]),
        _row(
            "a storm after a quiet evening, turer prepared", [storm, storm, storm], [_prepared(storm) for _ in range(3)]
        ),
    ]


def _after(storm: SnowSnapshot, share: float) -> PlanCache:
    """What is kept after a plan for less snow."""
    cache = PlanCache()
    make_plan(_scaled(storm, share), known=keeping(cache))
    return cache


def _prepared(storm: SnowSnapshot) -> PlanCache:
    """What a scheduler keeps that had time to prepare, and has planned nothing."""
    cache = PlanCache()
    for _ in whole_turer(_scaled(storm, 0.0), cache):
        pass
    return cache


def _inputs(folder: Path, extract: Path) -> SnowSnapshot:
    """The streets, storm and fleet of ``oslo`` as a snapshot."""
    with embedded_postgres(folder / "postgres") as dsn:
        env = {"DAGSPLAN_DATABASE__DSN": dsn, "DAGSPLAN_PLANNER__TUR_MINUTES": "90"}
        command("", ["migrate"], env, 1)
        command("", ["import", "roads", str(extract)], env, 1)
        oslo.feed(folder, env)
        command("", ["plan", "snow", "--at", oslo.AT, "--save-inputs", str(folder / "inputs")], env, 1)
    return load(folder / "inputs")


def _scaled(snapshot: SnowSnapshot, share: float) -> SnowSnapshot:
    """The same forecasts with more or less snow."""

    def of(forecast: Forecast) -> Forecast:
        steps = (replace(step, precip_mm_h=(step.precip_mm_h or 0.0) * share) for step in forecast.steps)
        return replace(forecast, steps=tuple(steps))

    return replace(snapshot, forecasts=tuple(of(forecast) for forecast in snapshot.forecasts))


def _cleared(snapshot: SnowSnapshot, plan: Plan, number: int) -> SnowSnapshot:
    """The first street of an intervention was ploughed a quarter of an hour ago."""
    street = next(iter(plan.interventions[number].segments or ())).id
    done = Treatment(street, "plough", snapshot.at - timedelta(minutes=15))
    return replace(snapshot, treatments=(*snapshot.treatments, done))


def _row(what: str, snapshots: Sequence[SnowSnapshot], cache: Sequence[PlanCache]) -> Row:
    """The medians of plans that are each new to what is kept."""
    figures = [_timed(replace(snapshot), own) for snapshot, own in zip(snapshots, cache, strict=True)]
    wall, cpu, routes, routes_cpu, turer = (statistics.median(part) for part in zip(*figures, strict=True))
    row = {"wall s": round(wall, 1), "CPU s": round(cpu, 1), "routes wall s": round(routes, 1)}
    return {"what": what, **row, "routes CPU s": round(routes_cpu, 1), "turer searched": round(turer), "runs": 3}


def keeping(cache: PlanCache) -> Services:
    """The services of a process whose snow plans keep this."""
    return {**services(), "snow": Snow(cache)}


def _timed(snapshot: SnowSnapshot, cache: PlanCache) -> tuple[float, float, float, float, float]:
    """Wall and CPU seconds of a checked plan, and of its routes; and how many turer were searched for it."""
    before = len(cache.drives)
    with _routes_timed() as routes:
        begin = time.perf_counter(), time.process_time()
        check_schema(make_plan(snapshot, known=keeping(cache)))
        spent = time.perf_counter() - begin[0], time.process_time() - begin[1]
        return *spent, routes[0], routes[1], len(cache.drives) - before


@contextmanager
def _routes_timed() -> Iterator[list[float]]:
    """Wall and CPU seconds that the drives took, once a plan was made within."""
    spent, whole = [0.0, 0.0], snow.drive_all

    def timed(*arguments: object) -> object:
        begin = time.perf_counter(), time.process_time()
        found = whole(*arguments)  # type: ignore[arg-type]
        spent[:] = time.perf_counter() - begin[0], time.process_time() - begin[1]
        return found

    vars(snow)["drive_all"] = timed
    try:
        yield spent
    finally:
        vars(snow)["drive_all"] = whole
