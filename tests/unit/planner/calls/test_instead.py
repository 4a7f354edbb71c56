"""Another vehicle for a tur whose own cannot: the best free one, said with why, or when the first one is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from city.entities import Vehicle
from city.manning import Absence, CallOut
from city.plan import Intervention
from planner.calls.instead import Instead, instead
from planner.calls.lists import Busy, Crews
from planner.calls.sheet import CrewsKnown, WantedTur, one_at_a_time, sheet
from planner.night.choice import Booking, FleetNow
from planner.night.sequence import driven_from
from tests.unit.planner.snapshots import AT, HOUR

MINUTE = timedelta(minutes=1)
SNOW = ("P01", "P02", "P03", "P04")


def tur(name: str, begins: float = 1.0, lasts: float = 1.0, vehicle: str | None = "P01") -> Intervention:
    """A tur of the streets that begins and lasts so many hours after ``AT``."""
    times: dict[str, Any] = {"starts_at": AT + begins * HOUR, "ready_by": AT + (begins + lasts) * HOUR}
    usual: dict[str, Any] = {"kind": "plough", "priority": 1, "score": 1.0, "reasons": (), "flip": "", "flip_en": ""}
    key = f"snow:{name}:2026-11-23:1"
    known: dict[str, Any] = {"id": name, "key": key, "target": name, "title": name, "network": "street"}
    return Intervention(**known, vehicle=vehicle, minutes=60 * lasts, **usual, **times)


def fleet(**parts: Any) -> FleetNow:
    """Four ploughs of two contractors, and one of the cycle ways."""
    own = [Vehicle(name, "snow", "dep", contractor="ett" if name in {"P01", "P04"} else "egen") for name in SNOW]
    return FleetNow([*own, Vehicle("G01", "snow", "dep", network="cycle")], **parts)


OUT = Absence("P01", AT - HOUR)


def test_nothing_is_proposed_where_the_vehicle_can() -> None:
    assert instead([(tur("P1-1"), "P01")], fleet(), {}, {}, AT) == {}


def test_one_of_the_same_contractor_that_is_free_stands_in_for_one_that_is_out() -> None:
    item = tur("P1-1")
    assert instead([(item, "P01")], fleet(absences=[OUT]), {}, {}, AT) == {item.key: Instead("P01", "out", "P04")}


def test_the_one_that_is_free_earliest_goes_before_that() -> None:
    """P04 is done just before it, P03 long before; P02 is on something then, the small one cannot."""
    item = tur("P1-1", begins=4.0)
    booked = [
        Booking("P04", "a", "a", AT, AT + 4 * HOUR),
        Booking("P03", "b", "b", AT, AT + HOUR),
        Booking("P02", "c", "c", AT, AT + 5 * HOUR),
    ]
    made = instead([(item, "P01")], fleet(absences=[OUT], booked=booked), {}, {}, AT)
    assert made[item.key].vehicle == "P03"


def test_one_vehicle_is_not_given_two_turer_at_once() -> None:
    """Four turer of the same hour, whose vehicles are all out, and three that are free."""
    gone = ("P11", "P12", "P13", "P14")
    turer = [(tur(f"P1-{n}", vehicle=name), name) for n, name in enumerate(gone)]
    made = instead(turer, fleet(absences=[OUT, *(Absence(name, AT) for name in gone)]), {}, {}, AT)
    *first, last = (made[item.key] for item, _ in turer)
    assert sorted(str(one.vehicle) for one in first) == ["P02", "P03", "P04"]
    assert (last.vehicle, last.first, last.first_at) == (None, "P02", AT + 2 * HOUR)


@pytest.mark.parametrize("cause", ["refused", "broken"])
def test_who_said_no_or_broke_off_is_not_called_about_it_again(cause: Any) -> None:
    item = tur("P1-1")
    cannot = {item.key: {"P01": cause, "P04": "refused"}}
    assert instead([(item, "P01")], fleet(), cannot, {}, AT)[item.key] == Instead("P01", cause, "P02")


def test_what_is_chosen_stands_whatever_is_free() -> None:
    item = tur("P1-1")
    made = instead([(item, "P01")], fleet(absences=[OUT]), {}, {item.key: "P03"}, AT)
    assert made[item.key] == Instead("P01", "out", "P03", chosen=True)


def test_what_should_have_begun_is_driven_from_now() -> None:
    """P04 is free at the planned time and not at the one it is driven at."""
    item = tur("P1-1", begins=-1.0)
    assert (driven_from(item, AT).starts_at, driven_from(item, AT).ready_by) == (AT, AT + HOUR)
    booked = [Booking("P04", "a", "a", AT + 30 * MINUTE, AT + 2 * HOUR)]
    made = instead([(item, "P01")], fleet(absences=[OUT], booked=booked), {}, {}, AT)
    assert made[item.key].vehicle == "P02"


def test_what_follows_a_late_start_follows_it_with_the_same_vehicle() -> None:
    """Planned one after the other, both an hour late: the second is not taken to begin before the first is done."""
    first, second = tur("P1-1", begins=-1.0, lasts=2.0), tur("P1-2", begins=1.0)
    cycle = [Vehicle(name, "snow", "dep") for name in ("P01", "P04")]
    made = instead([(first, "P01"), (second, "P01")], FleetNow(cycle, absences=[OUT]), {}, {}, AT)
    assert [made[item.key].vehicle for item in (first, second)] == ["P04", "P04"]


LISTS = [CallOut("street", n, name, f"Jour {n}", "sms", f"070-{n}") for n, name in enumerate(SNOW, start=1)]


def looks(*wanted: WantedTur, known: CrewsKnown | None = None) -> list[list[tuple[str, str]]]:
    found = sheet("plan", wanted, Crews(LISTS, lines={"sms"}), known)
    return [[(look.kind, look.what) for look in line.looks] for line in found.lines]


def test_the_line_says_for_whom_it_is_proposed() -> None:
    item = tur("P1-1")
    given = WantedTur(item, "P04", "ett", instead=Instead("P01", "out", "P04"))
    known = CrewsKnown(absences=[OUT])
    assert looks(given, known=known) == [[("instead_out", "P01")]]
    chosen = WantedTur(item, "P03", "egen", instead=Instead("P01", "refused", "P03", chosen=True))
    assert looks(chosen, known=known) == [[("instead_chosen", "P01")]]


def test_a_line_with_nobody_free_says_who_is_first() -> None:
    item = tur("P1-1")
    none = Instead("P01", "out", None, first="P02", first_at=AT + 2 * HOUR)
    assert looks(WantedTur(item, "P01", "ett", instead=none), known=CrewsKnown(absences=[OUT])) == [
        [("out", ""), ("none_free", "P02")]
    ]
    refused = Instead("P01", "refused", None)
    assert looks(WantedTur(item, "P01", "ett", instead=refused)) == [[("refused", "")]]


def at_once(*turer: Intervention, busy: Sequence[Busy] = ()) -> list[tuple[float, float, str]]:
    """When each of some turer of P01 begins and is done, driven from ``AT`` on [h after it], and what it waits for."""
    made = one_at_a_time([WantedTur(item, "P01", "ett") for item in turer], busy, AT)
    spans = [(one.item.starts_at or AT, one.item.ready_by or AT, one.after) for one in made]
    return [((begins - AT) / HOUR, (ends - AT) / HOUR, after.what if after else "") for begins, ends, after in spans]


def test_a_start_that_has_passed_is_laid_after_what_its_vehicle_has_by_then() -> None:
    """Planned for the hour before, so driven from now: over what the vehicle has in a quarter of an hour."""
    busy = [Busy("P01", AT + HOUR / 4, AT + 1.25 * HOUR, "P2-1", "k"), Busy("P02", AT, AT + 9 * HOUR, "P3-1", "l")]
    assert at_once(tur("P1-1", begins=-1.0), busy=busy) == [(1.25, 2.25, "P2-1")]


def test_what_its_vehicle_should_have_begun_holds_it_from_now_on() -> None:
    """What it is out on is ready as it was said."""
    late = Busy("P01", AT - HOUR, AT + HOUR / 2, "P2-1", "k")
    assert at_once(tur("P1-1"), busy=[late]) == [(1.5, 2.5, "P2-1")]
    assert at_once(tur("P1-1"), busy=[replace(late, begun=True)]) == [(1.0, 2.0, "")]


def test_what_nobody_was_called_out_for_moves_no_start_and_is_told() -> None:
    """A tur that was only decided, or that nobody answered for, may go to another: the line says that it is there."""
    item, waits = tur("P1-1"), Busy("P01", AT + HOUR, AT + 2 * HOUR, "P2-1", "k", holds=False)
    assert at_once(item, busy=[waits]) == [(1.0, 2.0, "")]
    assert looks(WantedTur(item, "P01", "ett"), known=CrewsKnown([waits])) == [[("busy", "P2-1")]]


def test_what_was_planned_one_after_the_other_waits_for_nothing_where_both_are_late() -> None:
    """It is no matter to look at; what was planned at one time is."""
    first = tur("P1-1", begins=-2.0)
    assert at_once(first, tur("P1-2", begins=-1.0)) == [(0.0, 1.0, ""), (1.0, 2.0, "")]
    assert at_once(first, tur("P1-2", begins=-1.5)) == [(0.0, 1.0, ""), (1.0, 2.0, "P1-1")]
