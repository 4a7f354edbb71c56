"""The board of the call-out as it is printed: which row is which, whose are folded, whom a warning is for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from city.call import CallNow
from city.catalogue.words import words
from city.clock import FixedClock
from city.vocabulary import CallState, OrderState
from dashboards.pages.callout import BoardBox, board_box
from dashboards.web.locale import Locale
from planner.calls.board import BoardTur
from planner.calls.rows import NightCalls, board
from tests.unit.planner.snapshots import AT, HOUR

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))


def call(vehicle: str, tur: str, made_h: float, state: CallState = "acknowledged") -> CallNow:
    """A call to a vehicle about one tur, made so many hours before AT and answered at once."""
    made = AT - timedelta(hours=made_h)
    who, orders = (vehicle, None, "Jour", "sms", "070-1"), (f"o-{tur}",)
    stands = (state, made, "förare", "", 1, made, made, made, None)
    return CallNow(f"{vehicle}-{tur}", "go", *who, "", made, "dispatcher", made, None, orders, *stands)


def box(*calls: CallNow, order: OrderState = "acknowledged", out: Collection[tuple[str, str]] = ()) -> BoardBox:
    ids = {one for call in calls for one in call.orders}
    turer = {one: BoardTur(one, one[2:], one[2:], one[2:], 1, order, AT + HOUR) for one in ids}
    newest = {one: call.id for call in reversed(calls) for one in call.orders}
    rows = board(NightCalls(calls, {}, turer, newest=newest), AT)
    found = board_box(rows, SWEDISH, FixedClock(AT), AT, {}, "snow", (), out)
    assert found is not None
    return found


def test_a_row_keeps_its_name_where_it_changes_its_place() -> None:
    """The page is matched by it: two calls of a vehicle, of which the older one goes to the top when it is refused."""
    late, first = call("G02", "C2-1", 1.0), call("G02", "C1-2", 2.0)
    calm = box(late, first).open
    urgent = box(late, call("G02", "C1-2", 2.0, "refused"), order="sent").open
    assert [row.call_id for row in calm] == ["G02-C2-1", "G02-C1-2"]
    assert [row.call_id for row in urgent] == ["G02-C1-2", "G02-C2-1"]
    names = {"G02-C1-2": "G02", "G02-C2-1": "G02-2"}
    assert [{row.call_id: row.name for row in rows} for rows in (calm, urgent)] == [names, names]


def test_vehicles_that_are_folded_away_are_counted_once() -> None:
    found = box(*(call(name, f"{name}-1", 1.0) for name in ("G01", "G01b", "G01c")), *two_of("G02"))
    assert [row.vehicle for row in found.folded] == ["G02", "G02"]
    assert found.folded_vehicles == ("G02",)


def two_of(vehicle: str) -> list[CallNow]:
    return [call(vehicle, f"{vehicle}-{n}", float(n)) for n in (1, 2)]


def test_only_the_vehicle_that_is_out_of_service_is_said_to_be() -> None:
    """Both were called about the tur, one after the other."""
    found = box(call("G02", "C1-1", 1.0), call("G01", "C1-1", 2.0), out={("C1-1", "G01")})
    assert {row.vehicle: "är ur drift" in row.second for row in found.open} == {"G01": True, "G02": False}
