"""A file beside what is stored: added, changed, unchanged, gone. What is gone stays until a person takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from city.catalogue.message import Message, message
from city.catalogue.words import Words
from city.errors import ImportRefused, NeedsYes
from city.geo import distance_m
from ingest.registers.asked import Asked
from ingest.registers.sheet import SEE
from store import registers
from store.connect import Connection
from store.registers import Held, ListKind

T = TypeVar("T")
SHOWN = 5
"""Names in a sentence; all are in the JSON."""


@dataclass(frozen=True)
class Changed(Generic[T]):
    """A row that a file corrects, as it was, and the columns that differ."""

    row: T
    before: T
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ListDifference(Generic[T]):
    """What a file says of one list, beside what is stored."""

    kind: ListKind
    name: Callable[[T], str]
    rows: tuple[T, ...]
    added: tuple[T, ...]
    changed: tuple[Changed[T], ...]
    unchanged: int
    gone: tuple[T, ...]

    @property
    def before(self) -> int:
        """How many rows of the file's were stored before it."""
        return len(self.changed) + self.unchanged + len(self.gone)


def compare(
    kind: ListKind,
    name: Callable[[T], str],
    rows: Sequence[T],
    stored: Sequence[Held[T]],
    source: str,
    *,
    silent: frozenset[str] = frozenset(),
) -> ListDifference[T]:
    """A file's rows beside the stored ones. Of a column in ``silent`` the file says nothing: the stored value stays.

    Gone is what came from this file, or from a file that held some of the same rows (one that was renamed), and is not
    in it any more.
    """
    before = {name(one.row): one for one in stored}
    kept = [_silent(row, before.get(name(row)), silent) for row in rows]
    named = {name(row) for row in kept}
    files = {source} | {before[key].source for key in named if key in before and before[key].own}
    gone = [one.row for key, one in before.items() if key not in named and one.own and one.source in files]
    changed = [
        Changed(row, before[name(row)].row, columns)
        for row in kept
        if name(row) in before and (columns := differing(before[name(row)].row, row))
    ]
    added = tuple(row for row in kept if name(row) not in before)
    unchanged = len(kept) - len(added) - len(changed)
    return ListDifference(kind, name, tuple(kept), added, tuple(changed), unchanged, tuple(gone))


def _silent(row: T, before: Held[T] | None, silent: frozenset[str]) -> T:
    if before is None or not silent:
        return row
    stays = {column: getattr(before.row, column) for column in silent if getattr(before.row, column, None) is not None}
    return cast(T, replace(cast(Any, row), **stays))


def differing(before: object, after: object) -> tuple[str, ...]:
    """The columns in which two rows of a kind differ."""
    return tuple(
        column.name
        for column in fields(cast(Any, after))
        if getattr(before, column.name) != getattr(after, column.name)
    )


def once(rows: Sequence[tuple[Message, T]], name: Callable[[T], str], file: Path) -> list[T]:
    """Rows whose names are all different. Raises ImportRefused where one stands twice."""
    seen: dict[str, Message] = {}
    for where, row in rows:
        if name(row) in seen:
            first = seen[name(row)]
            raise ImportRefused(file, message("error.file.twice", where=where, name=name(row), first=first), SEE)
        seen[name(row)] = where
    return [row for _, row in rows]


def ask_first(differences: Sequence[ListDifference[Any]], file: Path, asked: Asked, *, least: int = 3) -> None:
    """Raises NeedsYes where most of a list would go, or most of it would move by kilometres."""
    if asked.yes:
        return
    for one in differences:
        many = max(least, one.before // 2 + 1)
        if asked.remove and len(one.gone) >= many:
            raise NeedsYes(file, message("error.list.most_gone", kind=_many(one), n=len(one.gone), all=one.before))
        moved = [change for change in one.changed if _moved_km(change) > 1.0]
        if len(moved) >= many:
            raise NeedsYes(file, message("error.list.most_moved", kind=_many(one), n=len(moved), all=one.before))


def _many(one: ListDifference[Any]) -> Message:
    return message(f"cli.list.kind.{one.kind}")


def _moved_km(change: Changed[Any]) -> float:
    if not {"lon", "lat"} & set(change.columns):
        return 0.0
    old, new = ((row.lon, row.lat) for row in (change.before, change.row))
    return 0.0 if None in (*old, *new) else distance_m(old, new) / 1000


def store(connection: Connection, differences: Sequence[ListDifference[Any]], source: str, asked: Asked) -> None:
    """Writes a file's rows in the order of the lists, then takes away what is gone in the other order."""
    for one in differences:
        registers.put(connection, one.kind, one.rows, source)
    if asked.remove:
        for one in reversed(differences):
            registers.drop(connection, one.kind, one.gone)


@dataclass(frozen=True)
class ListReport:
    """What an import did, or would do; ``adopted`` are the names under which sensors that it took in are heard."""

    differences: tuple[ListDifference[Any], ...]
    removed: bool
    dry_run: bool
    notes: tuple[Message, ...] = ()
    adopted: tuple[str, ...] = ()

    def said(self) -> Iterator[Message]:
        """Line by line, for a person."""
        for one in self.differences:
            yield from _lines(one, removed=self.removed)
        yield from self.notes
        if self.dry_run:
            yield message("cli.list.nothing_stored")

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its notes in a language."""
        lists = {one.kind: _counts(one, removed=self.removed) for one in self.differences}
        return {"lists": lists, "notes": [words.say(note) for note in self.notes], "dry_run": self.dry_run}


def _counts(one: ListDifference[Any], *, removed: bool) -> dict[str, Any]:
    gone = sorted(one.name(row) for row in one.gone)
    return {
        "added": sorted(one.name(row) for row in one.added),
        "changed": {one.name(change.row): list(change.columns) for change in one.changed},
        "unchanged": one.unchanged,
        "gone": [] if removed else gone,
        "removed": gone if removed else [],
    }


def _lines(one: ListDifference[Any], *, removed: bool) -> Iterator[Message]:
    counts = [
        message(f"cli.list.{what}", n=n)
        for what, n in (("added", len(one.added)), ("changed", len(one.changed)), ("unchanged", one.unchanged))
        if n
    ]
    if one.gone:
        counts.append(message("cli.list.removed" if removed else "cli.list.gone", n=len(one.gone)))
    if not counts:
        return
    yield message("cli.list.line", kind=_many(one), counts=tuple(counts))
    if one.changed:
        named = [
            message("cli.list.one_changed", name=one.name(change.row), columns=change.columns)
            for change in one.changed[:SHOWN]
        ]
        yield message("cli.list.which_changed", names=(*named, *(["…"] if len(one.changed) > SHOWN else [])))
    if one.gone:
        names = [one.name(row) for row in one.gone[:SHOWN]] + (["…"] if len(one.gone) > SHOWN else [])
        yield message("cli.list.which_removed" if removed else "cli.list.which_gone", names=tuple(names))
