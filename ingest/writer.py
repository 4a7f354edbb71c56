"""Writes batches of messages: one transaction each, poison bisected out of its batch, rejects kept.

A batch is committed as a whole or not at all. Whoever calls :meth:`Writer.write` may acknowledge every message
of the batch when it returns, and none when it raises.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import psycopg

from city.catalogue.words import words
from city.entities import Position
from city.errors import RejectedMessage
from city.quantities import quantity
from city.settings import Ingest
from ingest.message import MqttMessage
from ingest.payloads import position
from ingest.payloads.topics import decode, device_of
from ingest.positions import PositionFilter, validate_positions
from ingest.validate import ClockRule, Fault, ReadingRow, decoder_failed, too_large, unknown_device, validate
from store import ingest
from store.connect import Connection
from store.ingest import DeadLetter, Staged
from store.refusal import refusal

log = logging.getLogger("dagsplan.ingest")
RETRY_FIRST = frozenset({"23505", "40001", "40P01"})
"""A race for a key or a lock: the same batch is tried again before it counts as bad data."""
OF_THE_DATA = frozenset({"22", "23", "44", "54", "P0"})
"""Classes of errors that a message can be to blame for; all others are the database's, and the batch is kept."""


class DecodedMessage(msgspec.Struct):
    """A message after decoding: rows to store, and the fault to keep, if any."""

    message: MqttMessage
    rows: list[ReadingRow]
    fault: Fault | None = None
    sqlstate: str | None = None
    unknown_devices: set[str] = msgspec.field(default_factory=set)
    positions: list[Position] = msgspec.field(default_factory=list)


@dataclass
class Tally:
    """What a writer has done since its start."""

    messages: int = 0
    rows: int = 0
    duplicates: int = 0
    conflicts: int = 0
    positions: int = 0
    positions_dropped: int = 0
    rejected: dict[str, int] = field(default_factory=dict)


class Writer:
    """Turns messages into rows on one connection. What is wrong with a message is kept in ``language``."""

    def __init__(self, connection: Connection, limits: Ingest, rule: ClockRule, language: str = "sv") -> None:
        self.connection = connection
        self.words = words(language)
        self.limits = limits
        self.rule = rule
        self.tally = Tally()
        self._series: dict[tuple[str, str], int] = {}
        self._adopted: set[str] = set()
        self._staged = False
        self._batch_tally = Tally()
        self._doorkeeper = PositionFilter()

    def write(self, messages: Sequence[MqttMessage]) -> None:
        """Stores a batch. Raises psycopg.OperationalError where the database is away: nothing is stored then."""
        taken = [self._take(message) for message in messages]
        self._store(taken)
        self.tally.messages += len(messages)
        self.tally.rows += sum(len(item.rows) for item in taken)
        for item in taken:
            if item.fault is not None:
                self.tally.rejected[item.fault.reason] = self.tally.rejected.get(item.fault.reason, 0) + 1

    def _take(self, message: MqttMessage) -> DecodedMessage:
        if len(message.payload) > self.limits.reading_bytes:
            return DecodedMessage(message, [], too_large(len(message.payload), self.limits.reading_bytes))
        try:
            return self._read(message)
        except RejectedMessage as rejected:
            return DecodedMessage(message, [], Fault(rejected.reason, rejected.detail))
        except Exception as error:  # a fault of ours in one decoder must not stop every device
            log.exception("a decoder failed; the message is kept", extra={"topic": message.topic})
            return DecodedMessage(message, [], decoder_failed(error))

    def _read(self, message: MqttMessage) -> DecodedMessage:
        """What a message says. Raises RejectedMessage where it says nothing that can be read."""
        if position.tells_position(message.topic):
            found = position.decode(message.topic, message.payload)
            good, faults = validate_positions(found, message.received_at, self.rule)
            return DecodedMessage(message, [], faults[0] if faults else None, positions=good)
        rows, faults = validate(decode(message.topic, message.payload), message.received_at, self.rule)
        return DecodedMessage(message, rows, faults[0] if faults else None)

    def _store(self, taken: list[DecodedMessage], tries: int = 3) -> None:
        """Stores, retries races, and halves on bad data until the poisonous message stands alone."""
        try:
            with self.connection.transaction():
                self._store_once(taken)
            for name in ("duplicates", "conflicts", "positions", "positions_dropped"):
                setattr(self.tally, name, getattr(self.tally, name) + getattr(self._batch_tally, name))
        except psycopg.Error as error:
            self._forget()
            if error.sqlstate in RETRY_FIRST and tries > 1:
                self._store(taken, tries - 1)
            elif not _of_the_data(error):
                raise
            elif len(taken) > 1:
                self._store(taken[: len(taken) // 2])
                self._store(taken[len(taken) // 2 :])
            else:
                self._set_aside(taken[0], error)

    def _store_once(self, taken: Sequence[DecodedMessage]) -> None:
        self._prepare()
        self._batch_tally = Tally()
        self._park_unknown_devices(taken)
        self._meet_series(taken)
        staged = [
            (self._series_id(row), row.time, row.value, item.message.received_at) for item in taken for row in item.rows
        ]
        if staged:
            self._move(staged)
            self._heard(taken)
        self._follow(taken)
        for item in taken:
            if item.fault is not None:
                self._keep(item, item.fault)

    def _follow(self, taken: Sequence[DecodedMessage]) -> None:
        """Stores the positions of vehicles that are out."""
        found = [(place, item.message.received_at) for item in taken for place in item.positions]
        if found:
            again, dropped = self._doorkeeper.store(self.connection, found)
            self._batch_tally.duplicates += again
            self._batch_tally.positions += len(found) - again - dropped
            self._batch_tally.positions_dropped += dropped

    def _move(self, staged: Sequence[Staged]) -> None:
        ingest.stage(self.connection, staged)
        moved = ingest.move_staged(self.connection)
        if moved:
            ingest.note_due(self.connection)
        if again := len(staged) - moved:
            conflicts = ingest.keep_conflicts(self.connection)
            self._batch_tally.duplicates, self._batch_tally.conflicts = again - conflicts, conflicts

    def _heard(self, taken: Sequence[DecodedMessage]) -> None:
        times: dict[str, datetime] = {}
        for row in (row for item in taken for row in item.rows):
            times[row.device] = max(row.time, times.get(row.device, row.time))
        ingest.note_heard(self.connection, times, max(item.message.received_at for item in taken))

    def _park_unknown_devices(self, taken: Sequence[DecodedMessage]) -> None:
        """Readings of a device that nobody has taken in become a dead letter, which can be replayed later."""
        for item in taken:
            item.unknown_devices |= {row.device for row in item.rows} - self._adopted
        if not any(item.unknown_devices for item in taken):
            return
        self._adopted = ingest.adopted_devices(self.connection)
        for item in taken:
            for device in sorted(item.unknown_devices - self._adopted):
                ingest.park_device(self.connection, device, item.message.received_at)
                item.fault = unknown_device(device)
            item.rows = [row for row in item.rows if row.device in self._adopted]

    def _meet_series(self, taken: Sequence[DecodedMessage]) -> None:
        """Makes new series in the order of their names, so that two writers never wait for each other in a circle."""
        new = {(row.device, row.quantity): row for item in taken for row in item.rows}
        for key in sorted(new.keys() - self._series.keys()):
            self._series_id(new[key])

    def _series_id(self, row: ReadingRow) -> int:
        key = (row.device, row.quantity)
        if key not in self._series:
            self._series[key] = ingest.ensure_series(self.connection, *key, quantity(row.quantity).unit)
        return self._series[key]

    def _keep(self, item: DecodedMessage, fault: Fault) -> None:
        """Counts a reject, and keeps its bytes while the device is under its cap of the day."""
        letter = DeadLetter(
            topic=item.message.topic.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            payload=item.message.payload[: self.limits.dead_letter_bytes],
            payload_bytes=len(item.message.payload),
            device=device_of(item.message.topic),
            reason=fault.reason,
            detail=self.words.say(fault.detail).strip().replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            sqlstate=item.sqlstate,
            received_at=item.message.received_at,
        )
        if ingest.count_dead_letter(self.connection, letter) <= self.limits.dead_letters_per_device_day:
            ingest.add_dead_letter(self.connection, letter)

    def _set_aside(self, item: DecodedMessage, error: psycopg.Error) -> None:
        item.rows, item.positions = [], []
        item.fault = Fault("database", refusal(error))
        item.sqlstate = error.sqlstate
        with self.connection.transaction():
            self._keep(item, item.fault)

    def _prepare(self) -> None:
        if not self._staged:
            ingest.make_stage(self.connection)
            self._staged = True
        if not self._series:
            self._series = ingest.all_series(self.connection)

    def _forget(self) -> None:
        """After a rollback nothing that was made in the transaction is there."""
        self._series.clear()
        self._adopted.clear()
        self._staged = False


def _of_the_data(error: psycopg.Error) -> bool:
    """Whether a message is to blame, so that it must be found and taken out; a driver's own complaint has no state."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in OF_THE_DATA
