"""Three hundred generated storm nights: every line of a plan is held against what the plan was made from, and what
contradicts is counted, by kind."""

from __future__ import annotations

import os
from collections import Counter

from city.vocabulary import NON_ROUTE_KINDS
from planner.snow.service import Snow
from tests.benchmarks.measure import Row
from tests.stories import Story, Told
from tests.storms import KINDS, kind_of_night, storm

NIGHTS = int(os.environ.get("DAGSPLAN_BENCH_STORMS", "300"))


def run() -> list[Row]:
    """A row for each kind of night, and one for all."""
    lines: Counter[str] = Counter()
    nights: Counter[str] = Counter()
    told: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for number in range(NIGHTS):
        kind = kind_of_night(number)
        held, found = played(number)
        nights[kind] += 1
        lines[kind] += held
        told[kind].update(one.kind for one in found)
        for one in found[:3]:
            print(f"night {number} ({kind}) {one.line}: {one.kind}: {one.what}")
    rows: list[Row] = [_row(kind, nights[kind], lines[kind], told[kind]) for kind in KINDS]
    return [*rows, _row("all", nights.total(), lines.total(), sum(told.values(), Counter()))]


def played(number: int) -> tuple[int, list[Told]]:
    """How many lines the plan of a night has, and what contradicts."""
    snapshot, snow = storm(number), Snow()
    judged = snow.judge(snapshot)
    plan = snow.plan(snapshot, judged).plan
    lines = sum(item.kind not in NON_ROUTE_KINDS for item in plan.interventions)
    return lines, Story(snapshot, judged, plan).told()


def _row(kind: str, nights: int, lines: int, told: Counter[str]) -> Row:
    return {
        "nights of": kind,
        "nights": nights,
        "lines": lines,
        "contradict": told.total(),
        "of which": dict(told) or "none",
    }
