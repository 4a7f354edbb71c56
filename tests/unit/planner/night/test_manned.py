"""Call-out lists as they hold at a time, and which vehicles may be chosen with what speaks against each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from city.entities import Vehicle
from city.manning import Absence, CallOut, CrewChange, RosterTurn
from planner.night.choice import Booking, FleetNow, options
from planner.night.manned import away_places, manned, other_numbers, out_of_service
from planner.night.rest import Rota
from planner.services import make_plan
from tests.unit.planner.snapshots import AT, HOUR, depth, snow_snapshot

LISTS = (
    CallOut("street", 1, "P01", "Jour 1", "sms", "070-1"),
    CallOut("street", 2, "P02", "Jour 2", "voice", "070-2"),
    CallOut("street", 3, "P01", "Jour 3", "sms", "070-3"),
)


def change(kind: str, vehicle: str, who: str = "", hours: float = 2.0, **parts: Any) -> CrewChange:
    usual = {"channel": None, "address": None, "starts_at": AT, "noted_at": AT, "why": "", "noted_by": "dispatcher"}
    until = {"until_at": AT + hours * HOUR}
    return CrewChange(**{"id": kind, "kind": kind, "vehicle": vehicle, "who": who, **usual, **until, **parts})


def test_without_changes_the_lists_are_as_they_are() -> None:
    assert manned(LISTS, (), AT) == LISTS


def test_who_is_away_is_left_out_as_long_as_that_holds() -> None:
    away = change("away", "P01", "Jour 1")
    assert manned(LISTS, [away], AT) == LISTS[1:]
    assert manned(LISTS, [away], AT + 2 * HOUR) == LISTS
    assert manned(LISTS, [away], AT - HOUR) == LISTS


def test_nobody_is_called_for_a_vehicle_that_is_out() -> None:
    out = [change("vehicle_out", "P01"), change("vehicle_out", "P01", hours=5.0)]
    assert manned(LISTS, out, AT) == LISTS[1:2]
    assert out_of_service(out, AT)["P01"].until_at == AT + 5 * HOUR


def test_the_places_that_are_away_and_the_numbers_that_hold_are_those_of_the_lists() -> None:
    """What a caller of single places asks: by vehicle and role."""
    rows = [change("away", "P02", "Jour 2"), change("vehicle_out", "P01"), change("away", "P09", "Jour 9")]
    assert away_places(LISTS, rows, AT) == {("P01", "Jour 1"), ("P01", "Jour 3"), ("P02", "Jour 2")}
    assert away_places(LISTS, rows, AT + 2 * HOUR) == frozenset()
    number = change("number", "P02", "Jour 2", address="070-9")
    assert other_numbers(LISTS, [*rows, number], AT) == {("P02", "Jour 2"): ("voice", "070-9")}


def test_the_newest_number_holds_and_the_channel_stays_where_none_is_said() -> None:
    old = change("number", "P02", "Jour 2", address="070-8", channel="sms")
    new = change("number", "P02", "Jour 2", address="070-9", noted_at=AT + HOUR)
    (one,) = [call for call in manned(LISTS, [new, old], AT + HOUR) if call.vehicle == "P02"]
    assert (one.address, one.channel) == ("070-9", "voice")


def test_options_stand_free_ones_first_with_what_speaks_against_the_others() -> None:
    plan = make_plan(snow_snapshot(readings=(depth(12.0),)))
    item = next(item for item in plan.interventions if item.target.startswith("P1"))
    assert item.starts_at is not None
    assert item.ready_by is not None
    names = ("P01", "P02", "P03", "P04", "P05")
    fleet = FleetNow(
        [*(Vehicle(name, "snow", "dep") for name in names), Vehicle("G01", "snow", "dep", network="cycle")],
        booked=[
            Booking("P02", "P9-9", "other", item.starts_at, item.ready_by),
            Booking("P01", item.target, item.key, item.starts_at, item.ready_by),
            Booking("P01", "later", "later", item.ready_by, item.ready_by + HOUR),
        ],
        absences=[Absence("P03", AT - HOUR, item.ready_by - timedelta(minutes=1))],
        turns={"P04": [RosterTurn("P04", item.starts_at + HOUR, item.starts_at + 9 * HOUR)]},
        rota=Rota(11 * HOUR, 13 * HOUR, worked={"P05": (item.starts_at - 14 * HOUR, item.starts_at - HOUR)}),
    )
    other = msgspec.structs.replace(item, vehicle="P01")
    found = {one.vehicle.id: [(against.kind, against.what) for against in one.against] for one in options(other, fleet)}
    assert list(found) == ["P01", "P02", "P04", "P05", "P03"]
    assert found == {
        "P01": [],
        "P02": [("booked", "P9-9")],
        "P04": [("no_turn", "")],
        "P05": [("rest", "")],
        "P03": [("out", "")],
    }
