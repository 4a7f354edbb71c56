"""What an import left out of the networks, or could not reach, counted with its length and said in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from city.catalogue.message import Figure, Message, message
from ingest.roads.cut import line_lengths_m
from ingest.roads.cutoff import CutOffPart, OpeningWay
from ingest.roads.extract import Extract, LeftWay
from ingest.roads.networks import LeftBecause

TOLD_PARTS = 5
"""So many parts that are cut off are said, the longest; the others are summed up, and stand in the JSON."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many ways are left out for one reason, and how long they are."""

    ways: int
    km: float


@dataclass(frozen=True, slots=True)
class LeftWayTold:
    """A way of the town that is in no network, with the tag that leaves it out."""

    way: int
    name: str
    because: LeftBecause
    by: str
    km: float


def left_ways(extract: Extract) -> tuple[LeftWayTold, ...]:
    """The streets and cycle ways of an extract that are in no network, longest first; such as it has no part of are
    none."""
    drawn = [
        (way, way.because, line)
        for way in extract.left
        if way.because is not None and len(line := _line(way, extract)) > 1
    ]
    lengths = line_lengths_m([line for _, _, line in drawn]).tolist()
    told = [
        LeftWayTold(way.id, way.name, because, way.by, round(metres / 1000.0, 3))
        for (way, because, _), metres in zip(drawn, lengths, strict=True)
    ]
    return tuple(sorted(told, key=lambda way: (-way.km, way.way)))


def _line(way: LeftWay, extract: Extract) -> list[tuple[float, float]]:
    return [extract.positions[node] for node in way.nodes if node in extract.positions]


def left_out(ways: Sequence[LeftWayTold]) -> dict[str, LeftOut]:
    """Number and length of ways by the reason why they are left out."""
    found: dict[str, LeftOut] = {}
    for way in ways:
        so_far = found.get(way.because, LeftOut(0, 0.0))
        found[way.because] = LeftOut(so_far.ways + 1, round(so_far.km + way.km, 3))
    return dict(sorted(found.items(), key=lambda one: -one[1].km))


def left_line(because: str, left: LeftOut, ways: Sequence[LeftWayTold]) -> Message:
    """One reason with what it leaves out, and the longest streets of it by name."""
    said = message(f"cli.left.{because}", n=left.ways, km=Figure(left.km))
    names = tuple(dict.fromkeys(way.name for way in ways if way.because == because and way.name))[:2]
    return message("cli.roads.left_named", left=said, names=names) if names else said


def part_lines(parts: Sequence[CutOffPart]) -> Iterator[Message]:
    """The longest parts that are cut off, a line each, and how much the others are."""
    for part in parts[:TOLD_PARTS]:
        yield _part_line(part)
    rest = parts[TOLD_PARTS:]
    if rest:
        yield message("cli.cut_off_part.more", n=len(rest), km=Figure(sum(part.km for part in rest)))


def _part_line(part: CutOffPart) -> Message:
    lon, lat = part.place
    where = part.names or (message("cli.cut_off_part.place", lat=lat, lon=lon),)
    why = message(f"cli.cut_off_part.{part.cause}", ways=_ways(part.ways))
    what = message(f"cli.cut_off.{part.network}", n=part.segments, km=Figure(part.km))
    return message("cli.cut_off_part.line", what=what, where=where, why=why)


def _ways(ways: Sequence[OpeningWay], most: int = 3) -> tuple[Message, ...]:
    """The first ways by name, id and tag, and how many more there are."""
    told = tuple(_way(way) for way in ways[:most])
    return (*told, message("cli.cut_off_part.more_ways", n=len(ways) - most)) if len(ways) > most else told


def _way(way: OpeningWay) -> Message:
    parts = {"id": way.way, "by": way.by}
    if way.by.startswith("barrier="):
        return message("cli.cut_off_part.node", **parts)
    if way.name:
        return message("cli.cut_off_part.way", name=way.name, **parts)
    return message("cli.cut_off_part.unnamed_way", **parts)
