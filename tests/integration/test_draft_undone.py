"""A draft that was taken is taken back whole by a clock that runs, for as long as nothing of it has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from city.call import CallEvent
from planner.calls.steps import happened
from planner.calls.stop import whole_until
from planner.watch.answer import accept, unaccept
from store import calls, orders
from store.connect import Connection
from store.drafts import Draft
from tests.integration.test_watch import AT, HOUR, LATER, SETTINGS, looked, night, on_lists, see

TICK = timedelta(milliseconds=7)


@dataclass
class RunningClock:
    """A clock that has gone on whenever it is asked."""

    instant: datetime
    simulated: bool = True

    def now(self) -> datetime:
        self.instant += TICK
        return self.instant

    def real_seconds(self, seconds: float) -> float:
        return seconds


@pytest.fixture
def draft(database: Connection) -> Draft:
    """Nine centimetres lie: the draft adds turer."""
    on_lists(database, night(database))
    see(database, 9.0, LATER - HOUR / 10)
    found = looked(database)
    assert found is not None
    return found


def test_all_that_taking_made_has_one_time_and_goes_by_it(database: Connection, draft: Draft) -> None:
    """Calls and orders too: by a clock that runs they were made later than the answer, and stayed."""
    clock = RunningClock(LATER)
    made = accept(database, SETTINGS, clock, draft.id, "dispatcher")
    assert len(made.calls) > 1
    assert len({call.made_at for name in made.calls if (call := calls.call(database, name))}) == 1
    unaccept(database, draft.id, "dispatcher", clock.now())
    assert {call.state for call in calls.calls_since(database, LATER)} == {"withdrawn"}
    assert orders.orders(database, AT) == ()


@pytest.mark.parametrize("left", [False, True])
def test_it_can_be_taken_back_until_the_time_is_over_or_a_call_has_left(
    database: Connection, draft: Draft, left: bool
) -> None:
    clock = RunningClock(LATER)
    made = accept(database, SETTINGS, clock, draft.id, "dispatcher")
    at = made.leaves_at - timedelta(seconds=8)
    assert whole_until(database, SETTINGS, clock, at) == made.leaves_at
    if left:
        happened(database, CallEvent(made.calls[0], "sent", clock.now(), "dispatcher"))
    else:
        clock.instant = made.leaves_at
    assert whole_until(database, SETTINGS, clock, at) is None
