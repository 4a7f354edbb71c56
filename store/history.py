"""Readings that came from files, not from the air: each carries the moment of its import as its mark, so that the file
can correct it and take it away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from store import ingest
from store.connect import Connection
from store.ingest import Staged
from store.rows import only_row, select
from store.sql import query


@dataclass(frozen=True)
class ReadingFile:
    """One import: the file, its mark, the series that it has readings of, and their first and last time."""

    file: str
    imported_at: datetime
    series_ids: tuple[int, ...]
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Moved:
    """What became of readings: new ones, corrected ones, those that were there, and those that a device said
    differently, which are kept beside."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    differs: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.differs + other.differs,
        )


def stamp(connection: Connection, at: datetime) -> datetime:
    """The mark of a new import: now, or the first moment after it that none has."""
    mark: datetime = only_row(connection.execute(query("history", "stamp"), {"at": at}))[0]
    return mark


def move(connection: Connection, rows: Sequence[Staged]) -> Moved:
    """Stores a batch of a file's readings, whose ``received_at`` is the mark. Expects an empty stage."""
    ingest.stage(connection, rows)
    changed = int(only_row(connection.execute(query("history", "correct"), {}))[0])
    added = ingest.move_staged(connection)
    differs = ingest.keep_conflicts(connection)
    ingest.note_due(connection)
    connection.execute(query("history", "empty_stage"))
    return Moved(added, changed, len(rows) - added - changed - differs, differs)


def note_file(connection: Connection, file: ReadingFile) -> None:
    """Notes an import."""
    parameters = {"file": file.file, "stamp": file.imported_at, "series": list(file.series_ids)}
    connection.execute(query("history", "note_file"), parameters | {"first": file.first, "last": file.last})


def files(connection: Connection, file: str | None = None) -> tuple[ReadingFile, ...]:
    """The imports of a file, or all."""
    return select(connection, query("history", "files"), {"file": file}, ReadingFile)


def count_left(connection: Connection, imports: Iterable[ReadingFile]) -> int:
    """How many readings of some imports are there."""
    return sum(int(only_row(connection.execute(query("history", "count_left"), _of(one)))[0]) for one in imports)


def drop_left(connection: Connection, imports: Sequence[ReadingFile]) -> int:
    """Takes the readings of some imports away, and forgets these; gives how many readings."""
    gone = sum(int(only_row(connection.execute(query("history", "drop_left"), _of(one)))[0]) for one in imports)
    connection.execute(query("history", "forget_files"), {"stamps": [one.imported_at for one in imports]})
    return gone


def _of(one: ReadingFile) -> dict[str, object]:
    return {
        "series": list(one.series_ids),
        "first": one.first,
        "last": one.last,
        "stamps": [one.imported_at],
    }


def all_readings(connection: Connection, batch: int = 10_000) -> Iterator[list[tuple[str, str, str, datetime, float]]]:
    """Device, quantity, unit, time and value of every reading, some at a time, however many there are."""
    with connection.transaction(), connection.cursor("readings") as cursor:
        cursor.execute(query("history", "all_readings"))
        while rows := cursor.fetchmany(batch):
            yield list(rows)
