"""Daily rest: who may begin when, across consecutive nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.catalogue.words import words
from city.entities import GivenOrder
from city.manning import RosterTurn
from planner.night.rest import Rota, rota, too_long
from planner.services import make_plan
from planner.thresholds.seed import seed
from tests.unit.planner.night.test_night_progress import tur
from tests.unit.planner.snapshots import AT, HOUR, depth, snow_snapshot

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
    free = rota([], [drove(*span) for span in work], AT, 11.0, 13.0).free("P01", AT)
    assert free.from_when == AT + begins * HOUR
    assert free.until == (None if until is None else AT + until * HOUR)


def test_the_crew_rests_and_not_the_vehicle() -> None:
    """Lag A drove P01 last night and is on P02 tonight; P01 has lag B."""
    turns = [RosterTurn("P01", AT, AT + 8 * HOUR, "B"), RosterTurn("P02", AT, AT + 8 * HOUR, "A")]
    found = rota(turns, [drove(-15, -5, crew="A")], AT, 11.0, 13.0)
    assert found.free("P01", AT).from_when == AT
    assert found.free("P02", AT).from_when == AT + 6 * HOUR


def test_a_crew_on_two_vehicles_has_one_stretch() -> None:
    """What lag A drives on P02 before its tur on P01 counts with it."""
    stretches = Rota(11 * HOUR, 13 * HOUR, {"P01": "A", "P02": "A"})
    stretches.book("A", AT + 10 * HOUR, AT + 12 * HOUR)
    assert stretches.earliest("P02", AT, 8 * HOUR) == AT
    assert stretches.earliest("P02", AT - 2 * HOUR, HOUR) == AT - 2 * HOUR
    assert stretches.earliest("P02", AT - 2 * HOUR, 2 * HOUR) == AT + 23 * HOUR
    stretches.book("A", AT, AT + 8 * HOUR)
    assert stretches.worked["A"] == (AT, AT + 12 * HOUR)


def test_the_sentence_names_the_stretch_and_the_end_of_the_rest() -> None:
    """In local time, in both languages; nothing where nothing binds."""
    resting = rota([], [drove(-15, -5)], AT, 11.0, 13.0).free("P01", AT).why(ZONE)
    assert resting is not None
    assert words("sv").say(resting) == "P01:s förare har arbetat 12.00–22.00 och vilar till 09.00 (11 h dygnsvila)."
    english = "The driver of P01 has worked 12:00–22:00 and rests until 09:00 (11 h of daily rest)."
    assert words("en").say(resting) == english
    going = rota([], [drove(-3, -1)], AT, 11.0, 13.0).free("P01", AT).why(ZONE)
    assert going is not None
    assert words("sv").say(going) == "P01:s förare har arbetat 00.00–02.00 och måste vara klar 13.00 (11 h dygnsvila)."
    assert rota([], [drove(-20, -19)], AT, 11.0, 13.0).free("P01", AT).why(ZONE) is None


def test_what_is_not_over_yet_is_said_as_ahead() -> None:
    """Out since an hour and back in 40 minutes, and so for twelve hours more: the future is not told as the past."""
    out = GivenOrder(
        "o", "p", "snow", "k", "P1-1", "started", "P01", AT, AT + timedelta(minutes=40), AT - HOUR
    )  # fmt: skip
    said = rota([], [out], AT, 11.0, 13.0).free("P01", AT).why(ZONE)
    assert said is not None
    assert words("sv").say(said) == (
        "P01:s förare har 1 h 40 min bakom sig 03.40 och måste vara klar 15.00 (11 h dygnsvila)."
    )
    long = rota([], [replace(out, expected_end=AT + 12 * HOUR)], AT, 11.0, 13.0).free("P01", AT).why(ZONE)
    assert long is not None
    assert words("sv").say(long) == (
        "P01:s förare har 13 h 0 min bakom sig 15.00 och vilar sedan till 02.00 (11 h dygnsvila)."
    )


def test_a_plan_leaves_who_must_rest_at_home_and_says_so() -> None:
    """P01 came home five hours ago from twelve hours: every street tur goes to P02, and the plan says why."""
    plan = make_plan(snow_snapshot(orders=(drove(-17, -5),), readings=(depth(25.0),)))
    begins = {(item.vehicle, item.starts_at) for item in plan.interventions if item.network == "street"}
    assert {vehicle for vehicle, at in begins if at and at < AT + 6 * HOUR} == {"P02"}
    (said,) = [weak for weak in plan.degradations if weak.source == "rest"]
    assert said.effect.startswith("P01:s förare har arbetat 10.00–22.00 och vilar till 09.00")


def test_a_plan_ends_before_the_thirteenth_hour() -> None:
    """P01 alone, a quarter of an hour before it must stop: one tur fits, the others come after its rest."""
    alone = tuple(v for v in snow_snapshot().vehicles if v.id != "P02")
    roster = tuple(RosterTurn(v.id, AT - HOUR, AT + 30 * HOUR) for v in alone)
    snapshot = snow_snapshot(vehicles=alone, roster=roster, orders=(drove(-12.75, -0.5),), readings=(depth(25.0),))
    plan = make_plan(replace(snapshot, params=replace(snapshot.params, tur_minutes=8.0)))
    spans = [(i.starts_at, i.ready_by) for i in plan.interventions if i.vehicle == "P01" and i.starts_at and i.ready_by]
    stop = AT + HOUR / 4
    early = [ends for begins, ends in spans if begins < stop]
    assert len(early) >= 1
    assert max(early) <= stop
    assert len(spans) > len(early)
    assert min(begins for begins, _ in spans if begins >= stop) >= max(early) + 11 * HOUR


def test_a_folder_without_the_limits_is_planned_with_those_of_the_seed() -> None:
    """A snapshot of before the rest rules were there obeys them all the same."""
    old = tuple(row for row in seed() if row.key not in {"snow.rest_h", "snow.most_hours", "snow.acknowledge_min"})
    plan = make_plan(snow_snapshot(orders=(drove(-17, -5),), thresholds=old))
    assert [weak.source for weak in plan.degradations if weak.source == "rest"] == ["rest"]


def test_work_that_a_person_has_put_on_one_crew_is_named() -> None:
    """Two running turer that together make more than thirteen hours cannot be undone by a plan, but are said."""
    stretches = Rota(11 * HOUR, 13 * HOUR)
    stretches.book("P01", AT - 10 * HOUR, AT)
    items = [tur(starts_at=AT + n * HOUR, ready_by=AT + (n + 1) * HOUR, key=str(n)) for n in (1, 2, 3)]
    assert too_long(stretches, items) == [("P01", 14 * HOUR)]
    assert too_long(stretches, items[:2]) == []


@given(st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.1, 12.9)), min_size=1, max_size=30))
def test_whatever_is_asked_for_no_stretch_is_too_long_and_no_rest_too_short(asked: list[tuple[float, float]]) -> None:
    """Work that is always booked where ``earliest`` says: between stretches at least 11 h, none over 13 h."""
    stretches = Rota(11 * HOUR, 13 * HOUR)
    spans: list[tuple[datetime, datetime]] = []
    free = AT
    for after, lasts in asked:
        begins = stretches.earliest("P01", max(free, AT + after * HOUR), timedelta(hours=lasts))
        free = begins + timedelta(hours=lasts)
        stretches.book("P01", begins, free)
        last = stretches.worked["P01"]
        if spans and spans[-1][0] == last[0]:
            spans[-1] = last
        else:
            spans.append(last)
    assert all(ends - begins <= 13 * HOUR for begins, ends in spans)
    assert all(b[0] - a[1] >= 11 * HOUR for a, b in pairwise(spans))
