"""The commands for sensors: what is heard, taking one in, putting one in the place of another, and retiring one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from city.catalogue.message import Message, brief, message
from deploy.opening import opened_store, say, telling, words_of

if TYPE_CHECKING:
    from city.settings import Settings
    from ingest.heard import HeardSensor
    from store.connect import Connection


def run_devices_list(options: argparse.Namespace, settings: Settings) -> int:
    """All sensors, those that wait to be taken in first, with what each said last."""
    from ingest.heard import heard

    with opened_store(settings, "devices") as (connection, _):
        found = [one for one in heard(connection) if not options.waiting or not one.device.adopted]
    if options.json:
        say(json.dumps([_as_dict(one) for one in found], ensure_ascii=False, default=str))
        return 0
    tell = telling(settings)
    for line in _lines(found, settings):
        tell(line)
    return 0


def _as_dict(one: HeardSensor) -> dict[str, Any]:
    device = one.device
    return {
        "id": device.id,
        "eui": device.eui,
        "name": device.name,
        "adopted": device.adopted,
        "retired_at": device.retired_at,
        "first_seen": device.first_seen,
        "last_received": device.last_received,
        "values": one.values,
        "stands_for": list(one.stands_for),
        "simulated": device.simulated,
    }


def _lines(found: Sequence[HeardSensor], settings: Settings) -> Iterator[Message]:
    if not found:
        yield message("cli.devices.none")
    for one in found:
        state = "adopted" if one.device.adopted else "retired" if one.device.retired_at else "waiting"
        heard: Message = message("cli.devices.never")
        if one.device.last_received is not None:
            heard = message("cli.devices.heard", at=one.device.last_received.astimezone(settings.municipality.zone))
        values = tuple(message("cli.devices.value", name=name, value=brief(v)) for name, v in one.values.items())
        parts = [message(f"cli.devices.{state}"), heard, *([message("format.part", part=values)] if values else [])]
        if one.stands_for:
            parts.append(message("cli.devices.stands_for", names=one.stands_for))
        named = one.device.id if one.device.name == one.device.id else f"{one.device.id} ({one.device.name})"
        yield message("cli.devices.line", device=named, parts=message("format.clauses", parts=tuple(parts)))
    if any(not one.device.adopted and one.device.retired_at is None for one in found):
        yield message("cli.devices.how_to_adopt")


def run_devices_adopt(options: argparse.Namespace, settings: Settings) -> int:
    """Takes sensors in; what waited of them is stored."""
    from ingest.deadletters import take_in_waiting
    from ingest.registers.by_hand import adopt_by_hand

    with opened_store(settings, "devices") as (connection, clock):
        given = {name: getattr(options, name) for name in ("quantity", "stands_for", "lon", "lat", "eui", "model")}
        given["mounting_m"], given["name"] = options.mounting, options.called
        names = adopt_by_hand(
            connection, options.device, {k: v for k, v in given.items() if v is not None}, clock.now()
        )
        waited = take_in_waiting(connection, settings, names, clock.now())
        unheard = list(_never_heard(connection, names))
    said = [message("cli.devices.taken_in", n=len(options.device), names=tuple(options.device))]
    _answer(options, settings, [*said, waited] if waited else [*said, *unheard])
    return 0


def _never_heard(connection: Connection, names: Sequence[str]) -> Iterator[Message]:
    """That sensors which were taken in have not been heard yet, and who is: a misspelt id is seen so."""
    from store.registers import heard_devices

    known = heard_devices(connection)
    waiting = tuple(one.id for one in known if not one.adopted and one.retired_at is None)[:5]
    for one in known:
        if one.id not in names or one.last_received is not None:
            continue
        if waiting:
            yield message("cli.devices.not_heard", device=one.id, waiting=waiting)
        else:
            yield message("cli.devices.never_heard", device=one.id)


def run_devices_replace(options: argparse.Namespace, settings: Settings) -> int:
    """Puts one sensor in the place of another, which is retired with its readings kept."""
    from ingest.deadletters import take_in_waiting
    from ingest.registers.by_hand import replace_by_hand

    with opened_store(settings, "devices") as (connection, clock):
        names = replace_by_hand(connection, options.old, options.new, clock.now())
        waited = take_in_waiting(connection, settings, names, clock.now())
    said = [message("cli.devices.replaced", old=options.old, new=options.new)]
    _answer(options, settings, [*said, waited] if waited else said)
    return 0


def run_devices_retire(options: argparse.Namespace, settings: Settings) -> int:
    """Takes no readings of a sensor any more; those that are there stay."""
    from ingest.registers.by_hand import retire_by_hand

    with opened_store(settings, "devices") as (connection, clock):
        free = retire_by_hand(connection, options.device, clock.now())
    said = [message("cli.devices.now_retired", device=options.device)]
    if free:
        said.append(message("cli.devices.free", names=free))
    _answer(options, settings, said)
    return 0


def _answer(options: argparse.Namespace, settings: Settings, said: Sequence[Message]) -> None:
    spoken = words_of(settings)
    if options.json:
        say(json.dumps({"done": True, "said": [spoken.say(line) for line in said]}, ensure_ascii=False))
        return
    for line in said:
        say(spoken.say(line))
