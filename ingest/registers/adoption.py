"""Taking sensors in: by a file, by hand, or because a vessel or building names them. What waited of them comes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from city.catalogue.message import Message, message
from city.entities import Point
from city.errors import BadValue
from city.sensor import Sensor
from ingest.registers.sheet import meant
from store import registers
from store.connect import Connection

StandsFor = Literal["vessel", "building", "road"]
_EUI = re.compile(r"[0-9A-Fa-f]{16}")


@dataclass(frozen=True)
class Stand:
    """What a sensor tells of, and where that is."""

    kind: StandsFor
    id: str
    name: str
    place: Point

    @property
    def said(self) -> str:
        """As it is stored."""
        return f"{self.kind}:{self.id}"


def stand_of(connection: Connection, named: str) -> Stand:
    """What ``vessel:k1``, ``building:s1``, ``road:`` with a segment or street, or a bare name of one means.

    Raises BadValue where there is no such thing.
    """
    kind, _, thing = named.partition(":")
    if not thing:
        kind, thing = "", named
    things = {(one.kind, one.id): one for one in registers.things(connection)}
    for wanted in ("vessel", "building"):
        found = things.get((wanted, thing))
        if found is not None and kind in {"", wanted}:
            return Stand(found.kind, found.id, found.name, (found.lon, found.lat))
    street = registers.segment_middle(connection, thing) if kind in {"", "road"} else None
    if street is not None:
        return Stand("road", street[0], thing, street[1])
    known = [one for of, one in things if kind in {"", of}]
    known += registers.street_names(connection) if kind in {"", "road"} else []
    raise BadValue(message("error.device.stands_for_nothing", name=named, hint=meant(thing, known[:10_000] or ["–"])))


def names_of(connection: Connection) -> Callable[[str], str]:
    """Gives the id of a sensor by its id or by the name of its radio, written in any way."""
    known = registers.known_as(connection)

    def id_of(name: str) -> str:
        plain = name.lower() if _EUI.fullmatch(name) else name
        return known.get(plain, plain)

    return id_of


def radio_taken(connection: Connection, sensors: Iterable[Sensor]) -> Message | None:
    """What is wrong where a radio belongs to two sensors, of these or of those that are known."""
    owner = registers.known_as(connection)
    for sensor in sensors:
        if sensor.eui is not None and owner.setdefault(sensor.eui, sensor.id) != sensor.id:
            return message("error.device.radio_taken", eui=sensor.eui, device=sensor.id, other=owner[sensor.eui])
    return None


def stands_twice(connection: Connection, sensors: Sequence[Sensor], going: Iterable[str] = ()) -> Message | None:
    """What is wrong where two of these stand for one vessel or building, or where another measures a vessel already,
    that is not among them and not ``going`` either. In a building a newer sensor may take the place of an older one."""
    named = {sensor.id for sensor in sensors} | set(going)
    measures = {
        f"{kind}:{thing}": device
        for device, things in registers.measured_by(connection).items()
        for kind, thing in things
        if device not in named and kind == "vessel"
    }
    for sensor in sensors:
        stand = None if sensor.stands_for is None else stand_of(connection, sensor.stands_for)
        if stand is None or stand.kind == "road":
            continue
        other = measures.setdefault(stand.said, sensor.id)
        if other != sensor.id:
            return message("error.device.stands_twice", device=sensor.id, other=other, thing=stand.said)
    return None


def adopt(connection: Connection, sensors: Iterable[Sensor], source: str) -> None:
    """Takes sensors in, or corrects what is known of them; what one stands for is measured by it."""
    for sensor in sensors:
        stand = None if sensor.stands_for is None else stand_of(connection, sensor.stands_for)
        registers.put(connection, "device", [placed_by(sensor, stand)], source)
        if stand is not None and stand.kind != "road":
            registers.set_measured(connection, stand.kind, stand.id, sensor.id)


def tied(
    connection: Connection, kind: StandsFor, before: Iterable[tuple[str, str | None, str]], source: str, at: datetime
) -> dict[str, str]:
    """The sensor of each thing, of (id, sensor, file) as stored, that a list of sensors or a person says stands for it.

    A file of things that leaves the sensor's cell empty says nothing against that; it takes back only what itself said.
    """
    sensors = {one.row.id: one for one in registers.held(connection, "device", Sensor, at)}
    return {
        thing: device
        for thing, device, file in before
        if device in sensors
        and sensors[device].row.stands_for == f"{kind}:{thing}"
        and sensors[device].source not in {file, source}
    }


def placed_by(sensor: Sensor, stand: Stand | None) -> Sensor:
    """A sensor with the name and place of what it stands for, where it has none of its own."""
    name = sensor.name or ("" if stand is None else stand.name) or sensor.id
    if stand is None:
        return replace(sensor, name=name)
    lon, lat = (sensor.lon, sensor.lat) if sensor.lon is not None else stand.place
    return replace(sensor, name=name, lon=lon, lat=lat, stands_for=stand.said)


def adopt_unknown(connection: Connection, named: Sequence[tuple[str, str]], source: str) -> list[str]:
    """Takes in the sensors among (id, what it stands for) that nobody has taken in; gives them. What names them is
    stored already."""
    known = {one.id for one in registers.heard_devices(connection) if one.adopted}
    new = {device: stand for device, stand in reversed(named) if device not in known}
    sensors = [placed_by(Sensor(device), stand_of(connection, stand)) for device, stand in new.items()]
    registers.put(connection, "device", sensors, source)
    return sorted(new)
