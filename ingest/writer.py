"""Writes batches of messages: one transaction each, poison bisected out of its batch, rejects kept.

A batch is committed as a whole or not at all. Whoever calls :meth:`Writer.write` may acknowledge every message
of the batch when it returns, and none when it raises.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import psycopg

from city.catalogue.words import words
from city.errors import RejectedMessage
from city.quantities import KNOWN, quantity
from city.settings import Ingest
from ingest.judged import JudgedMessage, Keeper
from ingest.message import MqttMessage
from ingest.payloads import position
from ingest.payloads.topics import decode
from ingest.positions import PositionFilter, validate_positions
from ingest.rejects import Rejects
from ingest.validate import (
    ClockRule,
    Fault,
    ReadingRow,
    decoder_failed,
    retired_device,
    too_large,
    too_many_series,
    unknown_device,
    validate,
)
from store import ingest
from store.connect import Connection
from store.ingest import Owners, SeriesKey, Staged
from store.refusal import refusal

log = logging.getLogger("dagsplan.ingest")
RETRY_FIRST = frozenset({"23503", "23505", "40001", "40P01"})
"""A race for a key or a lock, or with somebody who takes a device in or away: the same batch is tried again before it
counts as bad data."""
OF_THE_DATA = frozenset({"22", "23", "44", "54", "P0"})
"""Classes of errors that a message can be to blame for; all others are the database's, and the batch is kept."""


@dataclass
class Tally:
    """What a writer has done since its start."""

    messages: int = 0
    rows: int = 0
    new_rows: int = 0
    duplicates: int = 0
    conflicts: int = 0
    positions: int = 0
    positions_dropped: int = 0
    rejected: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Adds what a batch has done."""
        for name in ("messages", "rows", "new_rows", "duplicates", "conflicts", "positions", "positions_dropped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, n in other.rejected.items():
            self.rejected[reason] = self.rejected.get(reason, 0) + n


class Writer:
    """Turns messages into rows on one connection. What is wrong with a message is kept by ``keeper``, as a dead letter
    in ``language`` where none is given."""

    def __init__(
        self,
        connection: Connection,
        limits: Ingest,
        rule: ClockRule,
        language: str = "sv",
        keeper: Keeper | None = None,
    ) -> None:
        self.connection = connection
        self.limits = limits
        self.rule = rule
        self.keeper = keeper or Rejects(connection, limits, words(language))
        self.tally = Tally()
        self._series: dict[SeriesKey, int] = {}
        self._staged = False
        self._doorkeeper = PositionFilter()

    def write(self, messages: Sequence[MqttMessage]) -> None:
        """Stores a batch. Raises psycopg.OperationalError where the database is away: nothing is stored then."""
        self.tally.add(self._store([self._take(message) for message in messages]))

    def _take(self, message: MqttMessage) -> JudgedMessage:
        if len(message.payload) > self.limits.reading_bytes:
            return JudgedMessage(message, fault=too_large(len(message.payload), self.limits.reading_bytes))
        try:
            return self._read(message)
        except RejectedMessage as rejected:
            return JudgedMessage(message, fault=Fault(rejected.reason, rejected.detail))
        except Exception as error:  # a fault of ours in one decoder must not stop every device
            log.exception("a decoder failed; the message is kept", extra={"topic": message.topic})
            return JudgedMessage(message, fault=decoder_failed(error))

    def _read(self, message: MqttMessage) -> JudgedMessage:
        """What a message says. Raises RejectedMessage where it says nothing that can be read."""
        if position.tells_position(message.topic):
            found = position.decode(message.topic, message.payload)
            good, faults = validate_positions(found, message.received_at, self.rule)
            return JudgedMessage(message, positions=good, fault=faults[0] if faults else None)
        rows, faults = validate(decode(message.topic, message.payload), message.received_at, self.rule)
        return JudgedMessage(message, rows, fault=faults[0] if faults else None)

    def _store(self, taken: Sequence[JudgedMessage], tries: int = 3) -> Tally:
        """Stores, retries races, and halves on bad data until the poisonous message stands alone."""
        try:
            with self.connection.transaction():
                return self._store_once(taken)
        except psycopg.Error as error:
            self._forget()
            if error.sqlstate in RETRY_FIRST and tries > 1:
                return self._store(taken, tries - 1)
            if not _of_the_data(error):
                raise
            if len(taken) == 1:
                return self._set_aside(taken[0], error)
        done = self._store(taken[: len(taken) // 2])
        done.add(self._store(taken[len(taken) // 2 :]))
        return done

    def _store_once(self, taken: Sequence[JudgedMessage]) -> Tally:
        """Stores a batch in the caller's transaction; what is parked comes last, as who parks lets nobody else park."""
        judged = self._within_series(self._of_known_devices(taken))
        done = Tally(len(judged), sum(len(item.rows) for item in judged))
        done.rejected = Counter(item.fault.reason for item in judged if item.fault is not None)
        if done.rows:
            self._move(judged, done)
            self._heard(judged)
        self._follow(judged, done)
        self.keeper.keep(judged)
        return done

    def _follow(self, judged: Sequence[JudgedMessage], done: Tally) -> None:
        """Stores the positions of vehicles that are out."""
        found = [(place, item.message.received_at) for item in judged for place in item.positions]
        if found:
            again, dropped = self._doorkeeper.store(self.connection, found)
            done.duplicates += again
            done.positions += len(found) - again - dropped
            done.positions_dropped += dropped

    def _move(self, judged: Sequence[JudgedMessage], done: Tally) -> None:
        """Puts the rows of a batch on the stage and from there to the readings."""
        if not self._staged:
            ingest.make_stage(self.connection)
            self._staged = True
        series = self._series
        staged: list[Staged] = [
            (series[row.device, row.quantity], row.time, row.value, item.message.received_at)
            for item in judged
            for row in item.rows
        ]
        ingest.stage(self.connection, staged)
        moved = ingest.move_staged(self.connection)
        done.new_rows = moved
        if moved:
            ingest.note_due(self.connection)
        if again := len(staged) - moved:
            done.conflicts = ingest.keep_conflicts(self.connection)
            done.duplicates = again - done.conflicts

    def _heard(self, judged: Sequence[JudgedMessage]) -> None:
        times: dict[str, datetime] = {}
        for row in (row for item in judged for row in item.rows):
            times[row.device] = max(row.time, times.get(row.device, row.time))
        ingest.note_heard(self.connection, times, max(item.message.received_at for item in judged if item.rows))

    def _of_known_devices(self, taken: Sequence[JudgedMessage]) -> Sequence[JudgedMessage]:
        """With the ids of devices that are heard by the name of their radio, and without the readings of devices that
        nobody has taken in or that were retired, which are the fault of their message."""
        heard = {row.device for item in taken for row in item.rows}
        if not heard:
            return taken
        owners = ingest.owners(self.connection, heard)
        if all(owners.taken_in.get(name) == name for name in heard):
            return taken
        return [_owned(item, owners) for item in taken]

    def _within_series(self, judged: Sequence[JudgedMessage]) -> Sequence[JudgedMessage]:
        """Makes new series, and takes out the readings of those that a device may not have any more."""
        new = dict.fromkeys(
            key for item in judged for row in item.rows if (key := (row.device, row.quantity)) not in self._series
        )
        if not new:
            return judged
        there = ingest.series_of(self.connection, {device for device, _ in new})
        self._series |= there
        wanted = self._allowed([key for key in new if key not in there], there)
        if wanted:
            units = {key: quantity(key[1]).unit for key in wanted}
            self._series |= ingest.make_series(self.connection, units)
        refused = new.keys() - self._series.keys()
        if not refused:
            return judged
        return [self._without_series(item, refused) for item in judged]

    def _allowed(self, new: Iterable[SeriesKey], there: Mapping[SeriesKey, int]) -> list[SeriesKey]:
        """The series that may be made, first come first served; a quantity that we know always may."""
        count = Counter(device for device, name in there if name not in KNOWN)
        allowed = []
        for device, name in new:
            if name in KNOWN or count[device] < self.limits.series_per_device:
                count[device] += 1
                allowed.append((device, name))
        return allowed

    def _without_series(self, item: JudgedMessage, refused: set[SeriesKey]) -> JudgedMessage:
        good = [row for row in item.rows if (row.device, row.quantity) not in refused]
        if len(good) == len(item.rows):
            return item
        names = [row for row in item.rows if (row.device, row.quantity) in refused]
        fault = too_many_series(names[0].device, names[0].quantity, self.limits.series_per_device)
        return msgspec.structs.replace(item, rows=good, fault=fault)

    def _set_aside(self, item: JudgedMessage, error: psycopg.Error) -> Tally:
        alone = JudgedMessage(item.message, fault=Fault("database", refusal(error)), sqlstate=error.sqlstate)
        with self.connection.transaction():
            self.keeper.keep([alone])
        return Tally(messages=1, rejected={"database": 1})

    def _forget(self) -> None:
        """After a rollback nothing that was made in the transaction is there."""
        self._series.clear()
        self._staged = False


def _owned(item: JudgedMessage, owners: Owners) -> JudgedMessage:
    """A message without what devices say that nobody has taken in: it waits until somebody does."""
    good = [_named(row, owners.taken_in[row.device]) for row in item.rows if row.device in owners.taken_in]
    if len(good) == len(item.rows):
        return msgspec.structs.replace(item, rows=good)
    theirs = next(row.device for row in item.rows if row.device not in owners.taken_in)
    fault = retired_device(theirs) if theirs in owners.retired else unknown_device(theirs)
    return msgspec.structs.replace(item, rows=good, fault=fault)


def _named(row: ReadingRow, device: str) -> ReadingRow:
    return row if row.device == device else msgspec.structs.replace(row, device=device)


def _of_the_data(error: psycopg.Error) -> bool:
    """Whether a message is to blame, so that it must be found and taken out; a driver's own complaint has no state."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in OF_THE_DATA
