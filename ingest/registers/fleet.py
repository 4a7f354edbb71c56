"""The fleet: depots, contractors, vehicles, manned turns and call-out lists, in one TOML file."""

from __future__ import annotations

import math
import tomllib
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.clock import aware
from city.entities import Contractor, Depot, Vehicle
from city.errors import BadValue, ImportRefused
from city.manning import CallOut, RosterTurn
from city.tables import unreadable
from city.vocabulary import FRACTIONS
from ingest.registers.asked import Asked
from ingest.registers.cells import bounded, number, text, word
from ingest.registers.difference import ListDifference, ListReport, ask_first, compare, once, store
from ingest.registers.positions import placed, town_of
from ingest.registers.rooms import FRACTION_WORDS
from ingest.registers.sheet import SEE, meant, text_of
from ingest.registers.taking import all_or_nothing
from store import registers
from store.connect import Connection
from store.registers import ListKind

T = TypeVar("T")


@dataclass(frozen=True)
class FleetFile:
    """A fleet file: tables ``[[depot]]``, ``[[contractor]]``, ``[[vehicle]]``, ``[[turn]]``, ``[[call]]``."""

    depot: tuple[Depot, ...] = ()
    contractor: tuple[Contractor, ...] = ()
    vehicle: tuple[Vehicle, ...] = ()
    turn: tuple[RosterTurn, ...] = ()
    call: tuple[CallOut, ...] = ()


TABLES = {name: typing.get_args(hint)[0] for name, hint in typing.get_type_hints(FleetFile).items()}


def import_fleet(connection: Connection, file: Path, asked: Asked) -> ListReport:
    """Takes in a fleet. Raises ImportRefused naming the table, its number and the field."""
    fleet, notes = read_fleet(file)
    town = town_of(registers.town_box(connection), asked.near)
    numbered = [(_where("depot", n), row) for n, row in enumerate(fleet.depot, start=1)]
    fleet = replace(fleet, depot=tuple(row for _, row in placed(numbered, file, asked, town)))
    differences = list(_differences(connection, fleet, file, asked))
    _check_names(connection, fleet, differences, file, asked)
    ask_first(differences, file, asked)
    with all_or_nothing(connection, file, asked):
        _forget_named_lists(connection, fleet, asked)
        store(connection, differences, file.name, asked)
    unlike = sorted({name for vehicle in fleet.vehicle for name in vehicle.fractions} - set(FRACTIONS))
    if unlike:
        notes = (*notes, message("cli.list.own_fractions", names=tuple(unlike)))
    return ListReport(tuple(differences), asked.remove, asked.dry_run, notes)


def read_fleet(file: Path) -> tuple[FleetFile, tuple[Message, ...]]:
    """A fleet file, and how it was read where that is not UTF-8. Raises ImportRefused."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    said, notes = text_of(file, content) if content else ("", ())
    try:
        tree = tomllib.loads(said)
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused(file, message("error.file.no_toml", problem=in_our_words(error)), SEE) from error
    if not tree:
        raise ImportRefused(file, message("error.file.empty"), SEE)
    for name, table in tree.items():
        if name not in TABLES:
            raise ImportRefused(file, message("error.file.unknown_table", table=name), meant(name, TABLES))
        if not isinstance(table, list) or not all(isinstance(row, dict) for row in table):
            raise ImportRefused(file, message("error.file.no_table", table=name), SEE)
    parts = {name: tuple(_rows(tree[name], name, file)) for name in tree}
    return FleetFile(**parts), notes


def _rows(table: Sequence[dict[str, Any]], name: str, file: Path) -> Iterator[Any]:
    for n, row in enumerate(table, start=1):
        yield _row(row, TABLES[name], file, _where(name, n))


def _where(table: str, n: int) -> Message:
    return message("error.file.in_table", table=table, number=str(n))


def _row(row: dict[str, Any], kind: type[T], file: Path, where: Message) -> T:
    known = [column.name for column in fields(kind)]  # type: ignore[arg-type]
    for name in row:
        if name not in known:
            raise ImportRefused(file, message("error.file.unknown_key", where=where, name=name), meant(name, known))
    hints = typing.get_type_hints(kind)
    try:
        made = msgspec.convert({n: _plain(value, hints[n], n, file, where) for n, value in row.items()}, kind)
    except msgspec.ValidationError as error:
        problem = in_our_words(error)
        raise ImportRefused(file, message("error.file.placed", where=where, problem=problem), SEE) from error
    values = {}
    for name in row:
        try:
            values[name] = _checked(getattr(made, name), name)
        except BadValue as error:
            cell = message("error.file.in_cell", where=where, column=name, problem=error.message)
            raise ImportRefused(file, cell, SEE) from error
    return replace(made, **values)  # type: ignore[type-var]


def _plain(value: object, hint: object, name: str, file: Path, where: Message) -> object:
    """A number that was written as a text with a decimal comma is one. Raises ImportRefused naming the key."""
    kinds = set(typing.get_args(hint)) if isinstance(hint, types.UnionType) else {hint}
    try:
        return number(value) if float in kinds and isinstance(value, str) else value
    except BadValue as error:
        cell = message("error.file.in_cell", where=where, column=name, problem=error.message)
        raise ImportRefused(file, cell, SEE) from error


def _checked(value: object, name: str) -> object:
    """A value that its column may hold. Raises BadValue."""
    match value:
        case datetime():
            return aware(value, name)
        case bool():
            return value
        case float() | int():
            if not math.isfinite(value):
                raise BadValue(message("error.cell.no_number", value=str(value)))
            return bounded(value, name)
        case str():
            if name in {"id", "vehicle", "depot", "who"} and not value.strip():
                raise BadValue(message("error.cell.empty"))
            return text(value)
        case tuple() if name == "fractions":
            return tuple(word(part, FRACTION_WORDS) for part in value)
    return value


def _differences(connection: Connection, fleet: FleetFile, file: Path, asked: Asked) -> Iterator[ListDifference[Any]]:
    names: dict[ListKind, Any] = {
        "depot": lambda row: row.id,
        "contractor": lambda row: row.id,
        "vehicle": lambda row: row.id,
        "turn": lambda row: f"{row.vehicle} {row.starts_at.astimezone(asked.zone):%Y-%m-%d %H:%M}",
        "call": lambda row: " ".join(filter(None, (row.network, row.contractor, str(row.place)))),
    }
    for kind, name in names.items():
        rows = [(_where(kind, n), row) for n, row in enumerate(getattr(fleet, kind), start=1)]
        stored = registers.held(connection, kind, TABLES[kind], asked.at)
        found = [row for row in once(rows, name, file) if kind != "turn" or row.ends_at > asked.at]
        yield compare(kind, name, found, stored, file.name)


def _check_names(
    connection: Connection, fleet: FleetFile, differences: Sequence[ListDifference[Any]], file: Path, asked: Asked
) -> None:
    """Raises ImportRefused where a row names a depot, contractor or vehicle that is not there, or will not be."""
    left: dict[str, set[str]] = {}
    for one in differences[:3]:
        stored = {held.row.id for held in registers.held(connection, one.kind, TABLES[one.kind], asked.at)}
        gone = {row.id for row in one.gone} if asked.remove else set()
        left[one.kind] = (stored | {row.id for row in one.rows}) - gone
    for table, column, kind in (
        ("vehicle", "depot", "depot"),
        ("vehicle", "contractor", "contractor"),
        ("turn", "vehicle", "vehicle"),
        ("call", "vehicle", "vehicle"),
        ("call", "contractor", "contractor"),
    ):
        for n, row in enumerate(getattr(fleet, table), start=1):
            named = getattr(row, column)
            if named is not None and named not in left[kind]:
                problem = message("error.file.not_there", where=_where(table, n), column=column, name=named)
                raise ImportRefused(file, problem, meant(named, left[kind]))
    for n, turn in enumerate(fleet.turn, start=1):
        if turn.ends_at <= turn.starts_at:
            raise ImportRefused(file, message("error.file.ends_first", where=_where("turn", n)), SEE)
    _check_left(connection, left, differences, file, asked)


def _check_left(
    connection: Connection,
    left: dict[str, set[str]],
    differences: Sequence[ListDifference[Any]],
    file: Path,
    asked: Asked,
) -> None:
    """Raises ImportRefused where a vehicle that stays would lose its depot or contractor, or goes while it is out."""
    vehicles = {held.row.id: held.row for held in registers.held(connection, "vehicle", Vehicle, asked.at)}
    vehicles |= {row.id: row for row in differences[2].rows}
    for vehicle in vehicles.values():
        if vehicle.id not in left["vehicle"]:
            continue
        for kind, named in (("depot", vehicle.depot), ("contractor", vehicle.contractor)):
            if named is not None and named not in left[kind]:
                problem = message("error.list.still_used", name=named, vehicle=vehicle.id)
                raise ImportRefused(file, problem, message("error.list.change_first"))
    out = registers.out_now(connection, asked.at) - left["vehicle"]
    if out:
        problem = message("error.list.is_out", vehicle=min(out))
        raise ImportRefused(file, problem, message("error.list.end_order_first"))


def _forget_named_lists(connection: Connection, fleet: FleetFile, asked: Asked) -> None:
    """A call-out list is one thing: a file that names it says the whole of it."""
    lists = {(row.network, row.contractor) for row in fleet.call}
    stored = registers.held(connection, "call", CallOut, asked.at)
    registers.drop(connection, "call", [one.row for one in stored if (one.row.network, one.row.contractor) in lists])
