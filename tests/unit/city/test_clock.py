"""One clock: simulated time runs alike in every process, and no time without an offset gets in."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from city.clock import FixedClock, SimulatedClock, SystemClock, aware

CHILD = """
from datetime import UTC, datetime
from city.clock import SimulatedClock
clock = SimulatedClock(datetime.fromisoformat({start!r}), datetime.fromisoformat({wall!r}), {speed})
print(datetime.now(UTC).isoformat(), clock.now().isoformat(), datetime.now(UTC).isoformat())
"""


def test_two_processes_agree_on_simulated_time() -> None:
    """Another process with the same three numbers reads the same time, to what passed between two looks."""
    start, wall, speed = datetime(2027, 1, 12, 2, tzinfo=UTC), datetime.now(UTC) - timedelta(minutes=3), 3600.0
    clock = SimulatedClock(start, wall, speed)
    code = CHILD.format(start=start.isoformat(), wall=wall.isoformat(), speed=speed)
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    before, theirs, after = map(datetime.fromisoformat, answer)
    assert start + (before - wall) * speed <= theirs <= start + (after - wall) * speed
    assert clock.now() >= theirs


def test_simulated_time_runs_at_its_speed() -> None:
    """Between two looks at the wall the simulated clock has moved ``speed`` times as far."""
    clock = SimulatedClock(datetime(2027, 1, 1, tzinfo=UTC), datetime.now(UTC), 1000.0)
    wall_before, first = datetime.now(UTC), clock.now()
    second, wall_after = clock.now(), datetime.now(UTC)
    assert timedelta(0) <= second - first <= (wall_after - wall_before) * 1000.0
    assert clock.real_seconds(3600.0) == pytest.approx(3.6)
    assert clock.simulated


def test_the_system_clock_is_aware_and_says_that_it_is_real() -> None:
    """Real time is UTC and not simulated."""
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert not clock.simulated
    assert clock.real_seconds(5.0) == 5.0


def test_a_fixed_clock_moves_only_when_told() -> None:
    """It stands still until it is advanced."""
    clock = FixedClock(datetime(2027, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(hours=2)
    assert clock.now() == datetime(2027, 1, 1, 2, tzinfo=UTC)


def test_a_time_without_offset_is_refused() -> None:
    """A naive time raises with the way to write it; an aware one comes back in UTC."""
    with pytest.raises(ValueError, match="has no offset"):
        aware(datetime(2027, 1, 1))
    assert aware(datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == datetime(2027, 1, 1, tzinfo=UTC)
