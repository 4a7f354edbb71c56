"""How far a tur is: by a driver's word, by positions, and where nobody says anything."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise

import pytest

from city.entities import OrderEvent, Position
from city.passage import Track
from city.plan import Intervention, SegmentAction
from planner.night.progress import Progress, Street, pace, progress
from planner.night.traces import passages
from tests.unit.planner.snapshots import AT, HOUR, place, street

MINUTE = timedelta(minutes=1)
NAMES = ("a", "b", "c", "d")
STREETS = {name: Street(name, f"{name.upper()}-gatan", 100.0) for name in NAMES}


def tur(**parts: object) -> Intervention:
    """Four streets of 100 m, both ways each, in an hour."""
    base: dict[str, object] = {
        "id": "i",
        "key": "snow:P1-01:2026-11-23:1",
        "kind": "plough",
        "target": "P1-01",
        "title": "P1-01",
        "priority": 1,
        "score": 1.0,
        "reasons": (),
        "flip": "",
        "flip_en": "",
        "vehicle": "P01",
        "starts_at": AT,
        "ready_by": AT + HOUR,
        "deadline": AT + 2 * HOUR,
        "minutes": 60.0,
        "segments": tuple(SegmentAction(id=name, action="plough", passes=2) for name in NAMES),
    }
    return Intervention(**base | parts)  # type: ignore[arg-type]


def history(*steps: tuple[str, float, str]) -> list[OrderEvent]:
    """Events of (kind, minutes after AT, segment)."""
    first = OrderEvent("o", "decided", AT - HOUR, "dispatcher")
    return [first, *(OrderEvent("o", k, AT + m * MINUTE, "P01", "", s or None) for k, m, s in steps)]  # type: ignore[arg-type]


def found(
    now_min: float, *steps: tuple[str, float, str], state: str = "started", track: Track | None = None
) -> Progress:
    return progress(tur(), STREETS, state, history(*steps), track or Track(), AT + now_min * MINUTE)  # type: ignore[arg-type]


STARTED = ("started", 0.0, "")


def test_nobody_says_anything_is_not_nothing_done() -> None:
    """Without a word or a position neither share nor left is known; the plan's end is expected, never before now."""
    silent = found(20, STARTED)
    assert (silent.share, silent.left, silent.done, silent.feed) == (None, None, (), "none")
    assert silent.ready_at == AT + HOUR
    assert found(90, STARTED).ready_at == AT + 90 * MINUTE


def test_what_is_not_begun_is_all_left() -> None:
    """Called out and not begun: nothing is done, and it takes the plan's hour from its start or from now."""
    sent = found(-30, ("sent", -40, ""), state="sent")
    assert (sent.share, sent.left, sent.left_m, sent.ready_at) == (0.0, NAMES, 400.0, AT + HOUR)
    late = found(70, ("sent", -40, ""), state="sent")
    assert (late.ready_at, late.late_s) == (AT + 130 * MINUTE, 600.0)


def test_a_drivers_word_counts_whole() -> None:
    """Two of four streets said to be done are half the work, whatever the positions say."""
    half = found(30, STARTED, ("segment_done", 12, "b"), ("segment_done", 30, "a"))
    assert (half.share, half.done, half.left) == (0.5, ("a", "b"), ("c", "d"))
    assert (half.done_m, half.left_m, half.heard_at) == (200.0, 200.0, AT + 30 * MINUTE)
    assert half.ready_at == AT + HOUR


def test_positions_count_by_passage() -> None:
    """A street that needs two passages and had one is half done; a third passage of another adds nothing."""
    some = found(10, STARTED, track=Track(AT + 9 * MINUTE, {"a": 3, "b": 1, "elsewhere": 2}, AT + 9 * MINUTE))
    assert (some.share, some.done, some.left, some.feed) == (0.375, ("a",), ("b", "c", "d"), "live")


def test_positions_that_were_on_none_of_the_streets_are_a_zero() -> None:
    """A vehicle that is heard and has not been on its streets has done none of them."""
    away = found(10, STARTED, track=Track(AT + 9 * MINUTE, {}, AT + 9 * MINUTE))
    assert (away.share, away.left, away.feed) == (0.0, NAMES, "live")


def test_a_feed_that_stopped_is_said_and_does_not_slow_the_pace() -> None:
    """Half done at the last position 40 minutes ago: silent, and expected as if it had gone on at that pace."""
    track = Track(AT + 30 * MINUTE, {"a": 2, "b": 2}, AT + 30 * MINUTE)
    assert found(40, STARTED, track=track).feed == "live"
    silent = found(50, STARTED, track=track)
    assert (silent.feed, silent.share, silent.ready_at) == ("silent", 0.5, AT + HOUR)
    assert found(80, STARTED, track=track).ready_at == AT + 80 * MINUTE


@pytest.mark.parametrize("state", ["aborted", "refused"])
def test_what_was_broken_off_has_no_end(state: str) -> None:
    """What was done stays done, the rest is left, and no end is expected."""
    off = found(40, STARTED, ("segment_done", 12, "a"), (state, 20, ""), state=state)
    assert (off.share, off.left, off.ready_at, off.feed) == (0.25, ("b", "c", "d"), None, "none")
    assert found(40, STARTED, (state, 20, ""), state=state).share is None


@pytest.mark.parametrize("state", ["aborted", "refused"])
def test_what_was_called_off_before_it_began_is_not_done_at_all(state: str) -> None:
    """Acknowledged and stood down: its vehicle was on the streets on another errand."""
    track = Track(AT + 9 * MINUTE, {"a": 2, "b": 2, "c": 2}, AT + 9 * MINUTE)
    off = found(40, ("acknowledged", -60, ""), (state, 20, ""), state=state, track=track)
    assert (off.share, off.done, off.left, off.unseen) == (0.0, (), NAMES, ())


def test_an_early_acknowledgement_is_no_start() -> None:
    """Acknowledged eight hours before its start and half driven ten minutes after it: ready at the plan's end, not as
    if it had taken eight hours for half."""
    track = Track(AT + 10 * MINUTE, {"a": 2, "b": 2}, AT + 10 * MINUTE)
    early = found(10, ("acknowledged", -480, ""), state="acknowledged", track=track)
    assert early.share == 0.5
    assert early.ready_at is not None
    assert early.ready_at <= AT + HOUR


def test_done_is_done_and_names_streets_that_nobody_saw() -> None:
    """The driver's word for the tur counts; streets without a word or a position are named beside it."""
    track = Track(AT + 50 * MINUTE, {"a": 2, "b": 1}, AT + 50 * MINUTE)
    done = found(70, STARTED, ("segment_done", 40, "c"), ("done", 55, ""), state="done", track=track)
    assert (done.share, done.left, done.unseen, done.ready_at) == (1.0, (), ("d",), AT + 55 * MINUTE)
    assert found(70, STARTED, ("done", 55, ""), state="done").unseen == ()
    short = STREETS | {"d": Street("d", "D-gatan", 60.0)}
    events = history(STARTED, ("done", 55, ""))
    assert progress(tur(), short, "done", events, track, AT + HOUR).unseen == ("c",)


def test_a_street_that_is_not_known_any_more_counts_as_a_middling_one() -> None:
    """After a new import of streets the share stays a share."""
    known = {name: STREETS[name] for name in NAMES[:3]}
    part = progress(tur(), known, "started", history(STARTED, ("segment_done", 5, "d")), Track(), AT + 6 * MINUTE)
    assert part.share == pytest.approx(0.25)


def test_the_expected_end_lies_between_the_plans_pace_and_the_vehicles() -> None:
    """Slower than planned so far: later than the plan, sooner than at that pace; bounded at both ends."""
    for share in (0.1, 0.3, 0.6, 0.9):
        own = timedelta(minutes=90 * share) / share
        assert HOUR < pace(HOUR, timedelta(minutes=90 * share), share) < own
    assert pace(HOUR, 10 * HOUR, 0.0) == 2 * HOUR
    assert pace(HOUR, timedelta(0), 1.0) == HOUR / 2


def drive(*nodes: int, kmh: float = 15.0, vehicle: str = "P01", every_s: float = 8.0) -> list[Position]:
    """A vehicle's positions along nodes of the grid, with a metre or two of noise."""
    points = [place(node) for node in nodes]
    made: list[Position] = []
    second = 0.0
    for (ax, ay), (bx, by) in pairwise(points):
        metres = math.hypot((bx - ax) * 60_800, (by - ay) * 111_200)
        steps = max(2, round(metres / (kmh / 3.6 * every_s)))
        for k in range(steps):
            noise = 2e-5 * math.sin(7.0 * len(made))
            at = AT + timedelta(seconds=second + k * metres / steps / (kmh / 3.6))
            made.append(Position(vehicle, at, ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps + noise))
        second += metres / (kmh / 3.6)
    return [*made, Position(vehicle, AT + timedelta(seconds=second), *points[-1])]


GRID = tuple(street(5 * r + c, 5 * r + c + 1) for r in range(3) for c in range(4)) + tuple(
    street(5 * r + c, 5 * r + c + 5) for r in range(2) for c in range(5)
)


def streets(found: list[Position]) -> list[str]:
    """The streets that were passed, in their order."""
    return [passage.segment for passage in passages(found, GRID, "street", 15.0)]


def test_a_drive_there_and_back_is_two_passages() -> None:
    """Each street under the track once for each time that it was driven, in that order, and no other."""
    assert streets(drive(0, 1, 2, 1, 0)) == ["s/0-1", "s/1-2", "s/1-2", "s/0-1"]
    assert streets(drive(0, 1, 6, 5)) == ["s/0-1", "s/1-6", "s/5-6"]


def test_a_passage_says_who_drove_and_when_they_were_last_seen_there() -> None:
    """At 15 km/h with a position every eight seconds: by the last one before the corner, of those a dozen metres
    apart."""
    found = drive(0, 1, 6, 5)
    made = passages(found, GRID, "street", 15.0)
    corners = [AT + timedelta(seconds=_seconds(0, 1)), AT + timedelta(seconds=_seconds(0, 1, 6)), found[-1].time]
    early = [corner - passage.at for passage, corner in zip(made, corners, strict=True)]
    assert all(timedelta(seconds=-1) <= one <= timedelta(seconds=16) for one in early), early
    assert {passage.at for passage in made} <= {place.time for place in found}
    assert {passage.vehicle for passage in made} == {"P01"}


def _seconds(*nodes: int) -> float:
    """How long ``drive`` takes to a node [s]."""
    return (drive(*nodes)[-1].time - AT).total_seconds()


def test_who_takes_over_has_passages_of_its_own() -> None:
    """A second vehicle from another place on: no street between the two is made up."""
    first = drive(0, 1, 2)
    second = [
        Position("P02", place.time + (first[-1].time - AT) + MINUTE, place.lon, place.lat) for place in drive(8, 7, 6)
    ]
    made = passages([*first, *second], GRID, "street", 15.0)
    assert [(passage.segment, passage.vehicle) for passage in made] == [
        ("s/0-1", "P01"),
        ("s/1-2", "P01"),
        ("s/7-8", "P02"),
        ("s/6-7", "P02"),
    ]


def test_driving_on_is_no_work() -> None:
    """At a deadheading pace streets do not count; where the plough goes down again they do."""
    assert streets(drive(0, 1, 2, 3, kmh=38.0)) == []
    slow = drive(1, 2, 3)
    fast = drive(3, 8, 7, 6, kmh=38.0)
    later = [Position("P01", p.time + (slow[-1].time - AT), p.lon, p.lat) for p in fast[1:]]
    assert streets([*slow, *later]) == ["s/1-2", "s/2-3"]


def test_positions_that_say_nothing_are_no_passages() -> None:
    """A receiver of half a kilometre's accuracy, one position alone, and none at all."""
    blurred = [Position(p.vehicle, p.time, p.lon, p.lat, accuracy_m=500.0) for p in drive(0, 1, 2)]
    assert streets(blurred) == []
    assert streets(drive(0, 1)[:1]) == []
    assert streets([]) == []
