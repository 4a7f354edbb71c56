"""Five hundred generated quiet nights: how many call anybody out. Sensors have their noise, a zero that drifts, and one
of each town's is broken."""

from __future__ import annotations

import os
from collections import Counter

from planner.services import make_plan
from tests.benchmarks.measure import Row
from tests.quiet import quiet_night

NIGHTS = int(os.environ.get("DAGSPLAN_BENCH_NIGHTS", "500"))


def run() -> list[Row]:
    """How many nights called out, and on what."""
    kinds: Counter[str] = Counter()
    called = 0
    for number in range(NIGHTS):
        plan = make_plan(quiet_night(number))
        called += bool(plan.interventions)
        kinds.update(item.kind for item in plan.interventions)
        if plan.interventions:
            print(f"night {number}: {plan.verdict.text}")
    return [{"quiet nights": NIGHTS, "nights that call out": called, "turer": dict(kinds) or "none"}]
