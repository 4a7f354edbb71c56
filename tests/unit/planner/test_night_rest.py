"""Daily rest: who may begin when, across consecutive nights."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.things import GivenOrder, RosterTurn
from planner.night.rest import Rota, rested
from tests.unit.planner.snapshots import AT, HOUR

ZONE = ZoneInfo("Europe/Stockholm")


def drove(begins: float, ends: float | None, *, vehicle: str = "P01", crew: str | None = None) -> GivenOrder:
    """An order driven between two hours before or after AT; out until AT + 1 h where it has no end."""
    return GivenOrder(
        id=f"{vehicle}{begins}",
        plan_id="p",
        domain="snow",
        key="k",
        target="t",
        state="started" if ends is None else "done",
        vehicle=vehicle,
        last_event_at=AT,
        expected_end=AT + HOUR,
        started_at=AT + begins * HOUR,
        ended_at=None if ends is None else AT + ends * HOUR,
        crew=crew,
    )


@pytest.mark.parametrize(
    ("work", "begins", "until"),
    [
        ([(-12, -11)], 0, None),  # eleven hours ago: rested, to the minute
        ([(-12, -10.5)], 0, 1),  # nine and a half less: still the same stretch, until its 13th hour
        ([(-18, -10)], 1, None),  # more than 13 h since it began: eleven hours after its end
        ([(-30, -24), (-20, -14)], 0, None),  # two pieces of one stretch, and then 14 h
        ([(-14, -12), (-3, -2)], 9, None),  # ten hours between: no rest, so the stretch began 14 h ago
        ([(-13.5, -13), (-2, -1)], 0, 11),  # eleven hours between: a new stretch of two hours so far
        ([(-3, None)], 1, 10),  # out now, expected back in an hour
        ([(-36, -30)], 0, None),
    ],
)
def test_when_a_crew_may_begin(work: list[tuple[float, float | None]], begins: float, until: float | None) -> None:
    """Hours after now; None: for a whole new stretch."""
    free = rested([], [drove(*span) for span in work], AT, 11.0, 13.0)["P01"]
    assert free.from_when == AT + begins * HOUR
    assert free.until == (None if until is None else AT + until * HOUR)


def test_the_crew_rests_and_not_the_vehicle() -> None:
    """Lag A drove P01 last night and is on P02 tonight; P01 has lag B."""
    turns = [RosterTurn("P01", AT, AT + 8 * HOUR, "B"), RosterTurn("P02", AT, AT + 8 * HOUR, "A")]
    found = rested(turns, [drove(-15, -5, crew="A")], AT, 11.0, 13.0)
    assert found["P01"].from_when == AT
    assert found["P02"].from_when == AT + 6 * HOUR


def test_the_sentence_names_the_stretch_and_the_end_of_the_rest() -> None:
    """In local time, in both languages; nothing where nothing binds."""
    resting = rested([], [drove(-15, -5)], AT, 11.0, 13.0)["P01"].why(ZONE)
    assert resting.sv == "P01 har arbetat 12.00–22.00 och vilar till 09.00 (11 h dygnsvila)."
    assert resting.en == "P01 has worked 12:00–22:00 and rests until 09:00 (11 h of daily rest)."
    going = rested([], [drove(-3, -1)], AT, 11.0, 13.0)["P01"].why(ZONE)
    assert going.sv == "P01 har arbetat 00.00–02.00 och måste vara klar 13.00 (11 h dygnsvila)."
    assert rested([], [drove(-20, -19)], AT, 11.0, 13.0)["P01"].why(ZONE).sv == ""


@given(st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.1, 12.9)), min_size=1, max_size=30))
def test_whatever_is_asked_for_no_stretch_is_too_long_and_no_rest_too_short(asked: list[tuple[float, float]]) -> None:
    """Work that is always booked where ``earliest`` says: between stretches at least 11 h, none over 13 h."""
    rota = Rota(11 * HOUR, 13 * HOUR)
    spans: list[tuple[datetime, datetime]] = []
    free = AT
    for after, lasts in asked:
        begins = rota.earliest("P01", max(free, AT + after * HOUR), timedelta(hours=lasts))
        free = begins + timedelta(hours=lasts)
        rota.book("P01", begins, free)
        last = rota.worked["P01"]
        if spans and spans[-1][0] == last[0]:
            spans[-1] = last
        else:
            spans.append(last)
    assert all(ends - begins <= 13 * HOUR for begins, ends in spans)
    assert all(b[0] - a[1] >= 11 * HOUR for a, b in pairwise(spans))
