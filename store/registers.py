"""The lists that a city keeps (fleet, rooms, vessels, buildings, calendars, sensors), each row with its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

import msgspec
from psycopg.rows import dict_row

from city.entities import Point
from city.sensor import Sensor
from city.vocabulary import UNDER_WAY
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query

T = TypeVar("T")
ListKind = Literal[
    "depot", "contractor", "vehicle", "turn", "call", "room", "vessel", "building", "point", "day", "device"
]
"""A kind of thing that a city keeps a list of."""


@dataclass(frozen=True)
class Held(Generic[T]):
    """A row as it is stored, the file that it came from, and whether a file of the city may take it away: what is of
    the map or simulated may not."""

    row: T
    source: str
    own: bool


def held(connection: Connection, kind: ListKind, rows_as: type[T], at: datetime) -> list[Held[T]]:
    """All rows of a list, as things are ``at`` a time: manned turns that have ended then are history."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("registers", kind), {"at": at}).fetchall()
    marks = [(str(row.pop("source")), bool(row.pop("own"))) for row in rows]
    return [Held(msgspec.convert(row, rows_as), source, own) for row, (source, own) in zip(rows, marks, strict=True)]


def put(connection: Connection, kind: ListKind, rows: Iterable[object], source: str) -> None:
    """Writes rows as a file says them."""
    with connection.cursor() as cursor:
        cursor.executemany(query("registers", f"put_{kind}"), [columns(row) | {"source": source} for row in rows])


def drop(connection: Connection, kind: ListKind, rows: Iterable[object]) -> None:
    """Takes rows away. What hangs on them must be gone before."""
    with connection.cursor() as cursor:
        cursor.executemany(query("registers", f"drop_{kind}"), [columns(row) for row in rows])


def drop_device(connection: Connection, device: str) -> None:
    """Takes a sensor away with all that it ever said."""
    for step in ("let_go_device", "drop_device", "drop_device_itself", "drop_device_row"):
        connection.execute(query("registers", step), {"id": device})


def retire_device(connection: Connection, device: str, at: datetime) -> bool:
    """Takes no readings of a sensor any more, and lets go what it measured; whether it was taken in before."""
    there = connection.execute(query("registers", "retire_device"), {"id": device, "at": at}).rowcount > 0
    connection.execute(query("registers", "let_go_device"), {"id": device})
    return there


def retired_devices(connection: Connection) -> tuple[Sensor, ...]:
    """The sensors that are retired, as they were known then."""
    return select(connection, query("registers", "retired_device"), {}, Sensor)


def hand_over_device(connection: Connection, old: str, new: str) -> None:
    """What one sensor measured is measured by another from now on."""
    connection.execute(query("registers", "hand_over_device"), {"old": old, "new": new})


def measured_by(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """(kind, id) of the vessels and buildings that each sensor measures."""
    found: dict[str, list[tuple[str, str]]] = {}
    for device, kind, thing in connection.execute(query("registers", "measured_by")):
        found.setdefault(device, []).append((kind, thing))
    return found


@dataclass(frozen=True)
class MeasuredThing:
    """A vessel or building that a sensor may stand for, with its name and place."""

    kind: Literal["vessel", "building"]
    id: str
    name: str
    lon: float
    lat: float


def things(connection: Connection) -> tuple[MeasuredThing, ...]:
    """All that a sensor may stand for but the streets."""
    return select(connection, query("registers", "things"), {}, MeasuredThing)


def set_measured(connection: Connection, kind: Literal["vessel", "building"], thing: str, device: str) -> None:
    """Says which sensor measures a vessel or building; what it measured before is let go."""
    connection.execute(query("registers", "let_go_device"), {"id": device})
    connection.execute(query("registers", f"set_{kind}_device"), {"id": thing, "device": device})


def let_go_device(connection: Connection, device: str) -> None:
    """Nothing is measured by a sensor any more."""
    connection.execute(query("registers", "let_go_device"), {"id": device})


def known_as(connection: Connection) -> dict[str, str]:
    """The id of each sensor whose radio has a name of its own, by that name."""
    return {str(eui): str(device) for eui, device in connection.execute(query("registers", "known_as"))}


@dataclass(frozen=True)
class HeardDevice:
    """A sensor as it was heard; ``adopted`` whether its readings are taken."""

    id: str
    eui: str | None
    name: str
    adopted: bool
    retired_at: datetime | None
    first_seen: datetime | None
    last_received: datetime | None
    last_time: datetime | None
    simulated: bool


@dataclass(frozen=True)
class NewestValue:
    """The newest value of one series."""

    device: str
    quantity: str
    unit: str
    time: datetime
    value: float


def heard_devices(connection: Connection) -> tuple[HeardDevice, ...]:
    """All sensors: those that nobody took in first, each part by when it was last heard."""
    return select(connection, query("registers", "heard"), {}, HeardDevice)


def newest_values(connection: Connection, devices: Sequence[str]) -> tuple[NewestValue, ...]:
    """The newest value of each series of some sensors."""
    return select(connection, query("registers", "newest_values"), {"devices": list(devices)}, NewestValue)


def newest_letters(connection: Connection, devices: Sequence[str]) -> list[tuple[str, str, bytes, datetime]]:
    """Device, topic, bytes and time of receipt of the newest kept message of some devices."""
    rows = connection.execute(query("registers", "newest_letters"), {"devices": list(devices)}).fetchall()
    return [(str(device), str(topic), bytes(payload), at) for device, topic, payload, at in rows]


def segment_middle(connection: Connection, named: str) -> tuple[str, Point] | None:
    """Id and a middle point of a segment, by its id or by the name of its street."""
    row = connection.execute(query("registers", "segment_middle"), {"named": named}).fetchone()
    return None if row is None else (str(row[0]), (float(row[1]), float(row[2])))


def street_names(connection: Connection) -> list[str]:
    """The names of all streets."""
    return [str(row[0]) for row in connection.execute(query("registers", "street_names"))]


def town_box(connection: Connection) -> tuple[float, float, float, float] | None:
    """West, south, east and north of the streets; None where none are imported."""
    row = only_row(connection.execute(query("registers", "town")))
    return None if row[0] is None else (float(row[0]), float(row[1]), float(row[2]), float(row[3]))


def remember_forgotten(connection: Connection, kind: str, thing: str, at: datetime) -> None:
    """Keeps the map from bringing a room or building back."""
    connection.execute(query("registers", "remember_forgotten"), {"kind": kind, "id": thing, "at": at})


def unforget(connection: Connection, kind: str, things: Iterable[str]) -> None:
    """A file names rooms or buildings again that were taken away."""
    connection.execute(query("registers", "unforget"), {"kind": kind, "ids": list(things)})


def out_now(connection: Connection, at: datetime, within: timedelta = timedelta(hours=36)) -> set[str]:
    """The vehicles that hold an order under way."""
    parameters: Mapping[str, Any] = {"states": sorted(UNDER_WAY), "since": at - within}
    return {str(row[0]) for row in connection.execute(query("registers", "out_now"), parameters)}


def maps(connection: Connection) -> dict[str, int]:
    """The data sets of streets and what came with them, each with its number of segments."""
    return {str(name): int(n) for name, n in connection.execute(query("registers", "maps"))}


def drop_map(connection: Connection, name: str) -> None:
    """Takes the streets of a data set away, with its rooms, buildings and places."""
    for step in ("drop_map_vessels", "drop_map_things", "drop_map"):
        connection.execute(query("registers", step), {"name": name})
