"""Sensors taken in, replaced and retired one by one, without a file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from city.catalogue.message import message
from city.errors import BadValue, Conflict, NotFound
from city.sensor import Sensor
from ingest.registers.adoption import adopt, names_of, radio_taken, stand_of, stands_twice
from ingest.registers.cells import device_name, eui, word
from ingest.registers.devices import QUANTITIES
from ingest.registers.positions import impossible, town_of
from store import registers
from store.connect import Connection

BY_HAND = "by hand"
"""Stands where a file's name stands: no file takes away what a person took in."""


def adopt_by_hand(connection: Connection, names: Sequence[str], given: Mapping[str, Any], at: datetime) -> list[str]:
    """Takes sensors in, or corrects what is said of them; gives the names under which they are heard.

    What is not ``given`` stays as it is known, also of one that was retired. None takes a place away, and an empty
    ``stands_for`` what it stands for; another ``stands_for`` without a place brings its own place along. Raises
    BadValue for what cannot be, NotFound for what they stand for, Conflict where the radio is another's.
    """
    said = _checked(connection, given)
    id_of = names_of(connection)
    known = _known(connection, at)
    for name in names:
        device_name(name)
    found = [_corrected(connection, known.get(id_of(name), Sensor(id_of(name))), said) for name in names]
    taken = radio_taken(connection, found) or stands_twice(connection, found)
    if taken is not None:
        raise Conflict(message("format.clauses", parts=(taken, message("error.device.replace_instead"))))
    with connection.transaction():
        if "stands_for" in said:
            for sensor in found:
                registers.let_go_device(connection, sensor.id)
        adopt(connection, found, BY_HAND)
    return [name for sensor in found for name in (sensor.id, sensor.eui) if name]


def _known(connection: Connection, at: datetime) -> dict[str, Sensor]:
    """What is known of all sensors that are taken in or were; a retired one stands for nothing that another measures
    since."""
    measured = {f"{kind}:{thing}" for things in registers.measured_by(connection).values() for kind, thing in things}
    retired = {
        one.id: replace(one, stands_for=None) if one.stands_for in measured else one
        for one in registers.retired_devices(connection)
    }
    return retired | {one.row.id: one.row for one in registers.held(connection, "device", Sensor, at)}


def _corrected(connection: Connection, before: Sensor, said: Mapping[str, Any]) -> Sensor:
    """A sensor as it is said to be; with another thing to stand for it leaves the place of the one before."""
    after = replace(before, **said)
    moved = after.stands_for is not None and before.stands_for is not None and "lon" not in said
    if moved and stand_of(connection, str(after.stands_for)).said != before.stands_for:
        return replace(after, lon=None, lat=None)
    return after


def _checked(connection: Connection, given: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(given)
    if said.get("quantity"):
        said["quantity"] = "|".join(word(part, QUANTITIES) for part in said["quantity"].split("|"))
    if said.get("eui"):
        said["eui"] = eui(said["eui"])
    if "stands_for" in said:
        said["stands_for"] = said["stands_for"] or None
    if (said.get("lon") is None) != (said.get("lat") is None):
        raise BadValue(message("error.device.half_a_place"))
    if said.get("lon") is not None:
        town = town_of(registers.town_box(connection), None)
        wrong = impossible(said["lon"], said["lat"], (said["lon"], said["lat"]), town, stated=False)
        if wrong is not None:
            raise BadValue(wrong)
    return said


def replace_by_hand(connection: Connection, old: str, new: str, at: datetime) -> list[str]:
    """Puts a sensor in the place of another, with its name, place and all that it stands for; the old one is retired.

    Gives the names under which the new one is heard. Raises NotFound, or Conflict where the new one stands elsewhere.
    """
    id_of = names_of(connection)
    held = {one.row.id: one.row for one in registers.held(connection, "device", Sensor, at)}
    before = held.get(id_of(old))
    if before is None:
        raise _unknown(old, list(held))
    if id_of(new) == before.id:
        raise Conflict(message("error.device.itself", device=old))
    if registers.measured_by(connection).get(id_of(new)):
        raise Conflict(message("error.device.stands_elsewhere", device=new))
    known = _known(connection, at).get(id_of(new), Sensor(id_of(new)))
    after = replace(before, id=known.id, eui=known.eui, simulated=False)
    with connection.transaction():
        registers.put(connection, "device", [after], BY_HAND)
        registers.hand_over_device(connection, before.id, after.id)
        registers.retire_device(connection, before.id, at)
    return [name for name in (after.id, after.eui) if name]


def retire_by_hand(connection: Connection, device: str, at: datetime) -> tuple[str, ...]:
    """Takes no readings of a sensor any more; gives what nothing measures now. Raises NotFound."""
    named = names_of(connection)(device)
    measured = registers.measured_by(connection).get(named, [])
    with connection.transaction():
        if not registers.retire_device(connection, named, at):
            raise _unknown(device, [one.id for one in registers.heard_devices(connection) if one.adopted])
    return tuple(f"{kind}:{thing}" for kind, thing in measured)


def _unknown(device: str, there: Sequence[str]) -> NotFound:
    near = difflib.get_close_matches(device, there, 1, 0.5)
    said = message("error.device.not_there", device=device)
    hints = (message("error.file.meant", word=near[0]),) if near else ()
    return NotFound(message("format.clauses", parts=(said, *hints)))
