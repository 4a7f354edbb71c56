"""Dead letters as they are written: rejects of a batch in bulk, room for the parked ones, and what a replay settles.

What a batch writes is expected to be in the transaction of the batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from store.connect import Connection
from store.rows import only_row, select
from store.sql import query

ROW_BYTES = 300
"""What a letter takes beside its payload, with its topic, detail and indexes [bytes]: measured."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that was not taken, or not wholly: its bytes as far as they are kept, and how many it had; its device,
    empty where it names none; why, and the database's own code where that refused it."""

    topic: str
    payload: bytes
    payload_bytes: int
    device: str
    reason: str
    detail: str
    sqlstate: str | None
    received_at: datetime


@dataclass(frozen=True)
class ParkedRoom:
    """How many devices have parked letters, how many bytes these take, and of the devices asked for what each takes."""

    devices: int
    bytes: int
    held: Mapping[str, int]


@dataclass(frozen=True)
class DeviceAdds:
    """What one device adds to what is parked: messages with their bytes, and messages that found no room."""

    device: str
    messages: int
    bytes: int
    beyond: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class OpenLetter:
    """A letter that waits: its number, topic, bytes as far as they were kept, and what was wrong with it."""

    id: int
    topic: str
    payload: bytes
    payload_bytes: int
    reason: str
    detail: str
    received_at: datetime

    @property
    def whole(self) -> bool:
        """One that was cut when it was kept is no message any more."""
        return len(self.payload) == self.payload_bytes


def room(connection: Connection, devices: Iterable[str]) -> ParkedRoom:
    """The room that is taken; until the end of the transaction nobody else takes any.

    Raises SerializationFailure where one of the devices was taken in meanwhile: the batch is to be judged again.
    """
    connection.execute(query("letters", "one_at_a_time"))
    count, held_bytes, held, adopted = only_row(
        connection.execute(query("letters", "places"), {"devices": list(devices)})
    )
    if adopted:
        raise psycopg.errors.SerializationFailure(f"taken in meanwhile: {', '.join(adopted[:5])}")
    return ParkedRoom(int(count), int(held_bytes), held)


def wait_for_parkers(connection: Connection) -> None:
    """Waits until everybody who is parking has committed: whoever parks later knows who is taken in now."""
    with connection.transaction():
        connection.execute(query("letters", "one_at_a_time"))


def take_room(connection: Connection, adds: Sequence[DeviceAdds]) -> None:
    """Notes what devices add, and remembers them."""
    times = {"first": [one.first_at for one in adds], "last": [one.last_at for one in adds]}
    names = {"devices": [one.device for one in adds]}
    connection.execute(query("letters", "remember_devices"), names | times)
    counts = {name: [getattr(one, name) for one in adds] for name in ("messages", "bytes", "beyond")}
    connection.execute(query("letters", "take_room"), names | counts | times)


def count_beyond(connection: Connection, messages: int, device: str, at: datetime) -> None:
    """Counts messages of devices for which there was no place; ``device`` is that of the last one."""
    connection.execute(query("letters", "count_beyond"), {"messages": messages, "device": device, "at": at})


def known_senders(connection: Connection, names: Iterable[str]) -> set[str]:
    """Which of some names are those of devices or vehicles of ours, or of devices with a place."""
    return {row[0] for row in connection.execute(query("letters", "known_senders"), {"names": list(names)})}


def count_rejects(
    connection: Connection, rejects: Mapping[tuple[date, str, str], int]
) -> Mapping[tuple[date, str], int]:
    """Counts rejects by (day in UTC, sender, reason); gives what each sender then has on the day, over all reasons but
    that it is unknown."""
    parameters = {
        "days": [day for day, _, _ in rejects],
        "senders": [sender for _, sender, _ in rejects],
        "reasons": [reason for _, _, reason in rejects],
        "numbers": list(rejects.values()),
    }
    rows = connection.execute(query("letters", "count_rejects"), parameters).fetchall()
    return Counter({(day, sender): int(n) for day, sender, n in rows})


def keep(connection: Connection, letters: Iterable[DeadLetter]) -> None:
    """Keeps rejects with their bytes."""
    with connection.cursor() as cursor, cursor.copy(query("letters", "keep")) as copy:
        copy.set_types(["text", "bytea", "int4", "text", "text", "text", "text", "timestamptz"])
        for one in letters:
            copy.write_row(
                (one.topic, one.payload, one.payload_bytes, one.device, one.reason, one.detail, one.sqlstate,
                 one.received_at)
            )  # fmt: skip


def newest(connection: Connection) -> int:
    """The number of the newest letter, 0 where there is none."""
    return int(only_row(connection.execute(query("letters", "newest")))[0] or 0)


def waiting(
    connection: Connection, after: int, until: int, limit: int, *, reason: str | None, device: str | None
) -> tuple[OpenLetter, ...]:
    """At most ``limit`` letters that wait, oldest first, with numbers in (after, until]."""
    parameters = {"after": after, "until": until, "limit": limit, "reason": reason, "device": device}
    return select(connection, query("letters", "open"), parameters, OpenLetter)


def settle(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Notes that letters were stored."""
    connection.execute(query("letters", "settle"), {"ids": list(ids), "at": at})


def say_again(connection: Connection, said: Sequence[tuple[int, str, str, str | None]]) -> None:
    """What is wrong with letters now: (number, reason, detail, the database's own code)."""
    names = ("ids", "reasons", "details", "sqlstates")
    columns = {name: [row[place] for row in said] for place, name in enumerate(names)}
    connection.execute(query("letters", "say_again"), columns)


def forget(connection: Connection, device: str) -> int:
    """Takes away all letters of a device, its place among the parked ones, and itself where nobody has taken it in;
    gives how many letters there were."""
    with connection.transaction():
        connection.execute(query("letters", "one_at_a_time"))
        gone = connection.execute(query("letters", "forget_letters"), {"device": device}).rowcount
        connection.execute(query("letters", "forget_place"), {"device": device})
        connection.execute(query("letters", "forget_stranger"), {"device": device})
    return gone


def recount(connection: Connection, devices: Sequence[str] | None = None) -> None:
    """Counts anew what is parked, of some devices or of all."""
    with connection.transaction():
        connection.execute(query("letters", "one_at_a_time"))
        parameters = {"devices": None if devices is None else list(devices), "row_bytes": ROW_BYTES}
        connection.execute(query("letters", "recount"), parameters)
