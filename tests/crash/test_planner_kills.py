"""A planner killed at any moment of its work: the plan is there soon after, once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from city.clock import stopwatch
from store.connect import Connection, connect
from tests.integration.plan_town import fill

KILLS = 20
WITHIN_S = 60.0
PLANNER = """
import sys
from datetime import timedelta
from city.clock import FixedClock
from planner.schedule import Scheduler
from store.connect import connect
from tests.integration.test_schedule import AT, ONE

at = AT + timedelta(days=int(sys.argv[2]))
with connect(sys.argv[1], "planner") as own:
    print("begins", flush=True)
    Scheduler(own, ONE, FixedClock(at)).ensure_due(at)
"""


def planner(dsn: str, day: int) -> subprocess.Popen[str]:
    """A planner of its own process that makes the plan of a day, and has just begun."""
    command = [sys.executable, "-c", PLANNER, dsn, str(day)]
    child = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "begins"
    return child


def published(database: Connection) -> int:
    row = database.execute("SELECT count(*) FROM plan").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.crash
def test_planners_killed_at_random_moments(dsn: str) -> None:
    """Twenty nights: each time the planner dies somewhere in its work and another begins at once."""
    chance, waits = random.Random(11), list[float]()
    with connect(dsn, "test") as database:
        fill(database)
        began = stopwatch()
        assert planner(dsn, 0).wait(WITHIN_S) == 0
        usual = stopwatch() - began
        for day in range(1, KILLS + 1):
            victim = planner(dsn, day)
            time.sleep(chance.uniform(0.0, usual))
            victim.kill()
            victim.wait()
            killed = stopwatch()
            while published(database) < day + 1:
                assert stopwatch() - killed < WITHIN_S, f"no plan {WITHIN_S:.0f} s after kill {day}"
                planner(dsn, day).wait(WITHIN_S)
            waits.append(stopwatch() - killed)
            assert published(database) == day + 1
    print(f"longest wait for a plan after {KILLS} kills: {max(waits):.1f} s")
