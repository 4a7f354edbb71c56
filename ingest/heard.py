"""The sensors as they are heard, each with what it said last: so that a person recognises one that nobody took in.

Stands beside the registers and not in them: the web process reads it, and loads none of their readers of files.
"""

from __future__ import annotations

from dataclasses import dataclass

from city.errors import RejectedMessage
from ingest.payloads.topics import decode
from store import registers
from store.connect import Connection
from store.registers import HeardDevice


@dataclass(frozen=True)
class HeardSensor:
    """A sensor, its newest values by quantity, and what it stands for."""

    device: HeardDevice
    values: dict[str, float]
    stands_for: tuple[str, ...]


def heard(connection: Connection) -> list[HeardSensor]:
    """All sensors, those that wait to be taken in first."""
    devices = registers.heard_devices(connection)
    values: dict[str, dict[str, float]] = {}
    for newest in registers.newest_values(connection, [one.id for one in devices if one.adopted]):
        values.setdefault(newest.device, {})[newest.quantity] = newest.value
    waiting = [one.id for one in devices if not one.adopted]
    for device, topic, payload, _ in registers.newest_letters(connection, waiting):
        values[device] = values_of(topic, payload)
    of = registers.measured_by(connection)
    return [
        HeardSensor(one, values.get(one.id, {}), tuple(f"{kind}:{thing}" for kind, thing in of.get(one.id, [])))
        for one in devices
    ]


def values_of(topic: str, payload: bytes) -> dict[str, float]:
    """The newest values of a message that waits; none where it cannot be read."""
    try:
        found = decode(topic, payload)
    except RejectedMessage:
        return {}
    return dict(max(found, key=lambda one: one.time).values) if found else {}
