"""Rules of who keeps which street, from a file of the municipality: stored, applied now and at every import of roads.

The first rule that fits a segment counts; where none does, its source does.
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Figure, Message, message
from city.catalogue.words import Words
from city.entities import Segment
from city.errors import BadValue, ImportRefused
from city.geo import middle
from city.tables import at_line, numbered, unreadable
from city.upkeep import KeeperRule, SegmentOrigin
from city.vocabulary import Keeper
from ingest.coordinates import degrees, system
from store.connect import Connection
from store.keepers import forget_rule, keeper_rules, origins, replace_rules, save_origins, set_keepers
from store.roads import load_segments

HELP = message("error.file.see_imports")
KEPT: Mapping[str, Keeper] = {"municipal": "municipal", "state": "state", "private": "private"}
Fits = Callable[[Segment], bool]


class RuleRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as a file has it: a table of TOML, or a line of CSV. ``bbox`` is west, south, east, north."""

    keeper: str
    id: str = ""
    street: str | None = None
    highway: str | None = None
    number: str | int | None = None
    way: str | int | None = None
    segment: str | None = None
    bbox: tuple[float, ...] = ()
    area: tuple[tuple[float, float], ...] = ()


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules: tables ``[[rule]]``."""

    rule: tuple[RuleRow, ...] = ()


@dataclass(frozen=True)
class RuleHit:
    """What one rule took: segments, and their length [km]."""

    rule: str
    keeper: Keeper
    segments: int
    km: float


@dataclass(frozen=True)
class Taken:
    """What each of the rules took, in their order."""

    hits: tuple[RuleHit, ...] = ()

    def lines(self) -> Iterator[Message]:
        """A sentence for each rule that took something, and one that names the others."""
        for hit in self.hits:
            if hit.segments:
                keeper = message(f"cli.keeper.{hit.keeper}", n=hit.segments)
                yield message("cli.keepers.hit", rule=hit.rule, keeper=keeper, km=Figure(hit.km))
        if idle := tuple(hit.rule for hit in self.hits if not hit.segments):
            yield message("cli.keepers.idle", n=len(idle), rules=idle)


@dataclass(frozen=True)
class KeepersReport:
    """What an import of rules did. ``changed_segments`` have another keeper now; ``stay`` rules are not in the file."""

    file: str
    added: int
    changed: int
    unchanged: int
    gone: tuple[str, ...]
    removed: bool
    taken: Taken
    changed_segments: int
    looked: bool

    def lines(self) -> Iterator[Message]:
        """The report, a sentence a line."""
        counts = {"added": self.added, "changed": self.changed, "unchanged": self.unchanged}
        yield message("cli.keepers.rules", file=self.file, **counts)
        if self.gone:
            key = "cli.keepers.removed" if self.removed else "cli.keepers.stay"
            yield message(key, n=len(self.gone), rules=self.gone)
        yield from self.taken.lines()
        yield message("cli.keepers.changed", n=self.changed_segments)
        if self.looked:
            yield message("cli.import.looked")

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, with its sentences in a language."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in {"taken", "looked", "gone"}}
        hits = [{f.name: getattr(hit, f.name) for f in fields(hit)} for hit in self.taken.hits]
        text = [words.say(line) for line in self.lines()]
        return plain | {"gone": list(self.gone), "rules": hits, "dry_run": self.looked, "text": text}


def import_keepers(
    connection: Connection,
    file: Path,
    at: datetime,
    *,
    crs: str | None = None,
    dry_run: bool = False,
    remove: bool = False,
) -> KeepersReport:
    """Takes rules in and applies all that then are there; those that the file lacks stay but with ``remove``.

    Raises ImportRefused naming the rule; then nothing is changed.
    """
    found = read_rules(file, crs)
    before = {rule.id: rule for rule in keeper_rules(connection)}
    gone = tuple(rule for rule in before if rule not in {new.id for new in found})
    rules = [*found, *(() if remove else (before[rule] for rule in gone))]
    unchanged = sum(before.get(rule.id) == rule for rule in found)
    added = sum(rule.id not in before for rule in found)
    with connection.transaction(force_rollback=dry_run):
        replace_rules(connection, rules, file.name, at)
        taken, changed = apply_rules(connection)
    counts = added, len(found) - added - unchanged, unchanged
    return KeepersReport(file.name, *counts, gone, remove, taken, changed, dry_run)


def apply_rules(connection: Connection) -> tuple[Taken, int]:
    """Gives every segment the keeper of its first rule, else of its source; gives also how many changed."""
    segments, said = load_segments(connection), origins(connection)
    save_origins(connection, [SegmentOrigin(s.id, "", s.keeper) for s in segments if s.id not in said])
    found, taken = ruled(segments, said, keeper_rules(connection))
    return taken, set_keepers(connection, {s.id: s.keeper for s in found})


def forget_keeper_rule(connection: Connection, rule: str) -> bool:
    """Takes one rule away and applies those that are left; False where there is none of that id."""
    with connection.transaction():
        known = forget_rule(connection, rule)
        if known:
            apply_rules(connection)
    return known


def ruled(
    segments: Sequence[Segment], said: Mapping[str, SegmentOrigin], rules: Sequence[KeeperRule]
) -> tuple[list[Segment], Taken]:
    """The segments with the keeper of the first rule that fits, else of their source; and what each rule took."""
    tests = [(rule, _fits(rule, said)) for rule in rules]
    hits: Counter[str] = Counter()
    metres: Counter[str] = Counter()
    out = []
    for segment in segments:
        origin = said.get(segment.id)
        keeper = segment.keeper if origin is None else origin.keeper
        for rule, fits in tests:
            if fits(segment):
                keeper = rule.keeper
                hits[rule.id] += 1
                metres[rule.id] += round(segment.length_m)
                break
        out.append(segment if segment.keeper == keeper else replace(segment, keeper=keeper))
    return out, Taken(tuple(RuleHit(r.id, r.keeper, hits[r.id], round(metres[r.id] / 1000.0, 1)) for r in rules))


def _fits(rule: KeeperRule, said: Mapping[str, SegmentOrigin]) -> Fits:
    """Whether a segment is all that a rule names."""
    tests: list[Fits] = []
    if rule.segment is not None:
        tests.append(lambda s: s.id == rule.segment)
    if rule.way is not None:
        tests.append(lambda s: s.id.split("/")[1:2] == [rule.way])
    if rule.highway is not None:
        tests.append(_like(rule.highway, lambda s: s.highway))
    if rule.street is not None:
        tests.append(_like(rule.street, lambda s: s.name))
    if rule.number is not None:
        wanted = _road_number(rule.number)
        tests.append(lambda s: s.id in said and wanted in map(_road_number, said[s.id].number.split(";")))
    if rule.outline is not None:
        ring = np.array(rule.outline, float).reshape(-1, 2)
        tests.append(lambda s: _inside(ring, *middle(s.geometry)))
    return lambda s: all(test(s) for test in tests)


def _like(pattern: str, of: Callable[[Segment], str]) -> Fits:
    """Whether a text is as the pattern, whatever its capitals; * stands for anything."""
    wanted = " ".join(pattern.casefold().split())
    return lambda s: fnmatch.fnmatchcase(" ".join(of(s).casefold().split()), wanted)


def _road_number(text: str) -> str:
    """A road's number as it can be compared: E 4 is E4."""
    return "".join(text.upper().split())


def _inside(ring: npt.NDArray[np.float64], lon: float, lat: float) -> bool:
    """Whether a point lies in a polygon, by how often a ray to the east crosses it."""
    a, b = ring, np.roll(ring, -1, axis=0)
    crosses = (a[:, 1] > lat) != (b[:, 1] > lat)
    if not crosses.any():
        return False
    a, b = a[crosses], b[crosses]
    at = a[:, 0] + (lat - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return bool(np.sum(at > lon) % 2)


def read_rules(file: Path, crs: str | None = None) -> list[KeeperRule]:
    """The rules of a TOML or CSV file. Raises ImportRefused naming the rule and what is wrong with it."""
    rows = _csv(file) if file.suffix.lower() == ".csv" else _toml(file)
    rules, seen = [], set[str]()
    for where, raw in rows:
        try:
            rule = _rule(file, msgspec.convert(raw, RuleRow, strict=False), crs)
        except msgspec.ValidationError as error:
            raise _refused(file, where, in_our_words(error)) from error
        except ValueError as error:
            raise _refused(file, where, in_our_words(error)) from error
        if rule.id in seen:
            raise _refused(file, where, message("error.keepers.twice", rule=rule.id))
        seen.add(rule.id)
        rules.append(rule)
    if not rules:
        raise ImportRefused(file, message("error.keepers.none"), HELP)
    return rules


def _refused(file: Path, where: Message, problem: Message) -> ImportRefused:
    return ImportRefused(file, message("error.file.placed", where=where, problem=problem), HELP)


def _toml(file: Path) -> Iterator[tuple[Message, Any]]:
    try:
        tree = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise unreadable(file, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(file, message("error.file.no_toml", problem=in_our_words(error)), HELP) from error
    if unknown := set(tree) - {"rule"}:
        raise ImportRefused(file, message("error.file.unknown_table", table=min(unknown)), HELP)
    rows = tree.get("rule", [])
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        yield message("error.file.in_table", table="rule", number=str(number)), row


def _csv(file: Path) -> Iterator[tuple[Message, Any]]:
    for number, cells in numbered(file):
        row: dict[str, Any] = {name: cell for name, cell in cells.items() if cell not in ("", None)}
        for name in ("number", "way", "id", "street", "segment"):
            if name in row:
                row[name] = str(row[name])
        if "bbox" in row:
            row["bbox"] = str(row["bbox"]).replace(",", ".").split("|")
        yield at_line(number), row


def _rule(file: Path, row: RuleRow, crs: str | None) -> KeeperRule:
    """A row as a rule. Raises BadValue, which is a ValueError."""
    if row.keeper not in KEPT:
        raise BadValue(message("error.keepers.keeper", keeper=row.keeper))
    named = {name: getattr(row, name) for name in ("street", "highway", "number", "way", "segment")}
    named = {name: str(value).strip() for name, value in named.items() if value not in (None, "")}
    outline = _outline(file, row, crs)
    if not named and outline is None:
        raise BadValue(message("error.keepers.names_nothing"))
    title = row.id.strip() or ", ".join([*(f"{k}={v}" for k, v in named.items()), *(["area"] if outline else [])])
    keeper = KEPT[row.keeper]
    return KeeperRule(title, keeper, **named, outline=outline)


def _outline(file: Path, row: RuleRow, crs: str | None) -> tuple[float, ...] | None:
    """The polygon of a rule in degrees. Raises BadValue."""
    if row.bbox and len(row.bbox) != 4:
        raise BadValue(message("error.keepers.bbox"))
    points = list(row.area)
    if row.bbox:
        west, south, east, north = row.bbox
        if points or west >= east or south >= north:
            raise BadValue(message("error.keepers.bbox"))
        points = [(west, south), (east, south), (east, north), (west, north)]
    if not points:
        return None
    if len(points) < 3:
        raise BadValue(message("error.keepers.corners"))
    x, y = np.array(points, float).T
    lon, lat = degrees(x, y, system(file, crs)) if crs else (x, y)
    if not (np.all(np.abs(lon) <= 180.0) and np.all(np.abs(lat) <= 90.0)):
        raise BadValue(message("error.keepers.degrees"))
    return tuple(np.round(np.column_stack([lon, lat]), 7).ravel().tolist())
