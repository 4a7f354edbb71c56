"""Taking one thing away again. What a past plan names stays in that plan; what hangs on the thing is told first."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from city.catalogue.message import Message, message
from city.entities import Building, CalendarDay, Contractor, Depot, Room, Vehicle, Vessel
from city.errors import Conflict, NotFound
from city.heatpoint import HeatPoint
from city.manning import CallOut, RosterTurn
from ingest.registers.adoption import names_of
from ingest.registers.asked import Asked
from ingest.registers.points import name_of_point
from ingest.roads.keepers import forget_keeper_rule
from store import history, letters, registers
from store.connect import Connection
from store.keepers import keeper_rules
from store.routes import forget_route, load_routes
from store.weather import forget_forecast, kept_issues

T = TypeVar("T")


@dataclass(frozen=True)
class Forgotten:
    """What went: the thing, and how many others with it."""

    said: tuple[Message, ...]
    dry_run: bool


def forget(connection: Connection, kind: str, thing: str, asked: Asked) -> Forgotten:
    """Takes one thing away. Raises NotFound where there is none, Conflict where others need it."""
    with connection.transaction(force_rollback=asked.dry_run):
        said = FORGETTERS[kind](connection, thing, asked)
    return Forgotten(tuple(said), asked.dry_run)


def _room(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    rooms = {one.row.id: one.row for one in registers.held(connection, "room", Room, asked.at)}
    room = _found("room", thing, rooms)
    vessels = [v.row for v in registers.held(connection, "vessel", Vessel, asked.at) if v.row.room == room.id]
    registers.drop(connection, "vessel", vessels)
    registers.drop(connection, "room", [room])
    registers.remember_forgotten(connection, "room", room.id, asked.at)
    return [_gone("room", room.id, room.name), *([message("cli.forget.vessels", n=len(vessels))] if vessels else [])]


def _vessel(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    vessels = {one.row.id: one.row for one in registers.held(connection, "vessel", Vessel, asked.at)}
    vessel = _found("vessel", thing, vessels)
    registers.drop(connection, "vessel", [vessel])
    return [_gone("vessel", vessel.id, vessel.room)]


def _building(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    buildings = {one.row.id: one.row for one in registers.held(connection, "building", Building, asked.at)}
    building = _found("building", thing, buildings)
    registers.drop(connection, "building", [building])
    registers.remember_forgotten(connection, "building", building.id, asked.at)
    return [_gone("building", building.id, building.name)]


def _point(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    points = {name_of_point(one.row): one.row for one in registers.held(connection, "point", HeatPoint, asked.at)}
    point = _found("point", thing, points)
    registers.drop(connection, "point", [point])
    return [_gone("point", thing, point.zone or point.device)]


def _depot(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    depot = _found("depot", thing, {o.row.id: o.row for o in registers.held(connection, "depot", Depot, asked.at)})
    _check_unused(connection, asked, lambda vehicle: vehicle.depot == depot.id, depot.id)
    registers.drop(connection, "depot", [depot])
    return [_gone("depot", depot.id, depot.name)]


def _contractor(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    held = {one.row.id: one.row for one in registers.held(connection, "contractor", Contractor, asked.at)}
    contractor = _found("contractor", thing, held)
    _check_unused(connection, asked, lambda vehicle: vehicle.contractor == contractor.id, contractor.id)
    registers.drop(connection, "contractor", [contractor])
    return [_gone("contractor", contractor.id, contractor.name)]


def _check_unused(connection: Connection, asked: Asked, uses: Callable[[Vehicle], bool], thing: str) -> None:
    users = [o.row.id for o in registers.held(connection, "vehicle", Vehicle, asked.at) if uses(o.row)]
    if users:
        raise Conflict(message("error.forget.used", name=thing, vehicles=tuple(sorted(users)[:5])))


def _vehicle(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    vehicles = {one.row.id: one.row for one in registers.held(connection, "vehicle", Vehicle, asked.at)}
    vehicle = _found("vehicle", thing, vehicles)
    if vehicle.id in registers.out_now(connection, asked.at):
        raise Conflict(message("error.forget.is_out", vehicle=vehicle.id))
    turns = [o.row for o in registers.held(connection, "turn", RosterTurn, asked.at) if o.row.vehicle == vehicle.id]
    calls = [o.row for o in registers.held(connection, "call", CallOut, asked.at) if o.row.vehicle == vehicle.id]
    registers.drop(connection, "vehicle", [vehicle])
    with_it = [message("cli.forget.turns", n=len(turns))] if turns else []
    with_it += [message("cli.forget.calls", n=len(calls))] if calls else []
    return [_gone("vehicle", vehicle.id, vehicle.depot), *with_it]


def _calendar(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    """A calendar, or one day of it: ``school`` or ``school/2026-12-24``."""
    name, _, day = thing.partition("/")
    days = [one.row for one in registers.held(connection, "day", CalendarDay, asked.at)]
    _found("calendar", name, {row.calendar: row for row in days})
    gone = [row for row in days if row.calendar == name and day in {"", row.day.isoformat()}]
    if not gone:
        raise NotFound(message("error.forget.not_there", kind=_kind("calendar"), name=thing))
    registers.drop(connection, "day", gone)
    return [message("cli.forget.days", n=len(gone), name=name)]


def _device(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    heard = {one.id: one for one in registers.heard_devices(connection)}
    device = _found("device", names_of(connection)(thing), heard)
    if not asked.yes and device.last_time is not None:
        raise Conflict(message("error.forget.has_readings", device=device.id))
    registers.drop_device(connection, device.id)
    letters.forget(connection, device.id)
    return [_gone("device", device.id, device.name)]


def _readings(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    files = history.files(connection)
    _found("readings", thing, {one.file: one for one in files})
    n = history.drop_left(connection, [one for one in files if one.file == thing])
    return [message("cli.forget.readings", n=n, name=thing)]


def _roads(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    """The streets of a data set, with all that came with them."""
    there = registers.maps(connection)
    _found("roads", thing, there)
    if not asked.yes:
        raise Conflict(message("error.forget.town", name=thing, n=there[thing]))
    registers.drop_map(connection, thing)
    return [message("cli.forget.streets", n=there[thing], name=thing)]


def _forecast(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    """An issue of a forecast, by the number that its import gave."""
    issue = _found("forecast", thing, {str(one.id): one for one in kept_issues(connection)})
    forget_forecast(connection, issue.id)
    return [_gone("forecast", thing, f"{issue.provider} {issue.issued_at.astimezone(asked.zone):%Y-%m-%d %H:%M}")]


def _route(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    """A route of today."""
    route = _found("route", thing, {one.name: one for one in load_routes(connection)})
    forget_route(connection, route.name)
    return [_gone("route", route.name, route.source)]


def _keeper(connection: Connection, thing: str, asked: Asked) -> list[Message]:
    """A rule of who keeps a street; its streets have again the keeper of the next rule, or of their source."""
    rule = _found("keeper", thing, {one.id: one for one in keeper_rules(connection)})
    forget_keeper_rule(connection, rule.id)
    return [_gone("keeper", rule.id, rule.keeper)]


FORGETTERS: Mapping[str, Callable[[Connection, str, Asked], list[Message]]] = {
    "room": _room,
    "vessel": _vessel,
    "building": _building,
    "point": _point,
    "depot": _depot,
    "contractor": _contractor,
    "vehicle": _vehicle,
    "calendar": _calendar,
    "device": _device,
    "readings": _readings,
    "roads": _roads,
    "forecast": _forecast,
    "route": _route,
    "keeper": _keeper,
}
"""What can be taken away, by the word on the command line."""


def _found(kind: str, thing: str, there: Mapping[str, T]) -> T:
    if thing not in there:
        near = difflib.get_close_matches(thing, list(there), 1, 0.5)
        said = message("error.forget.not_there", kind=_kind(kind), name=thing)
        hints = (message("error.file.meant", word=near[0]),) if near else ()
        raise NotFound(message("format.clauses", parts=(said, *hints)))
    return there[thing]


def _kind(kind: str) -> Message:
    return message(f"cli.forget.kind.{kind}")


def _gone(kind: str, thing: str, name: str) -> Message:
    return message("cli.forget.gone", kind=_kind(kind), thing=thing, name=name)
