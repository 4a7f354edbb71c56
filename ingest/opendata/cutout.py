"""One extract of a municipality from the answers of its tiles: each object once, and only what its border holds.

A way that crosses the border comes whole; one that begins where such a way ends comes with that end alone, so that
the importer sees that the street goes on. The extract has no names of mappers and no times of edits; its date is that
of the oldest answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import SourceUnavailable
from ingest.opendata.border import Rings, inside
from ingest.opendata.fetch import settle
from ingest.opendata.streets import SOURCE

_DATE = re.compile(rb'osm_base="([0-9TZ:.+-]+)"')


@dataclass
class Cutout:
    """What stays: the ids of nodes inside, of ways and relations with something inside, and of nodes that ways need."""

    inside: set[int] = field(default_factory=set)
    ways: set[int] = field(default_factory=set)
    relations: set[int] = field(default_factory=set)
    needed: set[int] = field(default_factory=set)


def cut_out(answers: Sequence[Path], rings: Rings, to: Path) -> int:
    """Writes the extract and gives how many ways it has. Raises SourceUnavailable where an answer cannot be read."""
    part = to.with_name(f"{to.name}.part.osm.pbf")
    part.unlink(missing_ok=True)
    try:
        kept = _choose(answers, rings)
        _write(answers, kept, part)
    except (RuntimeError, ValueError) as error:
        said = message("error.opendata.unreadable", folder=str(answers[0].parent), problem=in_our_words(str(error)))
        raise SourceUnavailable(SOURCE, said) from error
    settle(part, to)
    return len(kept.ways)


def _choose(answers: Sequence[Path], rings: Rings) -> Cutout:
    kept = Cutout()
    for file in answers:
        kept.inside |= _nodes_inside(file, rings)
    for file in answers:
        for way in _ways(file):
            nodes = [node.ref for node in way.nodes]
            if not kept.inside.isdisjoint(nodes):
                kept.ways.add(way.id)
                kept.needed.update(nodes)
    for file in answers:
        kept.ways |= {way.id for way in _ways(file) if "highway" in way.tags and _goes_on(way, kept)}
    for file in answers:
        kept.relations |= {one.id for one in _relations(file) if _concerned(one, kept)}
    return kept


def _goes_on(way: osmium.osm.Way, kept: Cutout) -> bool:
    """Whether a way begins or ends at a way that is kept."""
    return len(way.nodes) > 1 and not kept.needed.isdisjoint((way.nodes[0].ref, way.nodes[-1].ref))


def _concerned(relation: osmium.osm.Relation, kept: Cutout) -> bool:
    of = {"n": kept.inside, "w": kept.ways}
    return any(member.ref in of[member.type] for member in relation.members if member.type in of)


def _nodes_inside(file: Path, rings: Rings) -> set[int]:
    rows = [(n.id, n.location.lon, n.location.lat) for n in _nodes(file) if n.location.valid()]
    if not rows:
        return set()
    ids, lon, lat = np.array([row[0] for row in rows], np.int64), *np.array([row[1:] for row in rows], float).T
    return set(ids[inside(rings, lon, lat)].tolist())


def _write(answers: Sequence[Path], kept: Cutout, to: Path) -> None:
    """Nodes, then ways, then relations: the order that readers expect."""
    header = osmium.io.Header()
    stamp = data_time(answers)
    if stamp:
        header.set("osmosis_replication_timestamp", stamp)
    writer = osmium.SimpleWriter(str(to), header=header)
    try:
        for of_file, ids in (
            (_nodes, kept.inside | kept.needed),
            (_ways, kept.ways),
            (_relations, kept.relations),
        ):
            left = set(ids)
            for file in answers:
                for one in of_file(file):
                    if one.id in left:
                        left.discard(one.id)
                        writer.add(one)
    finally:
        writer.close()


def data_time(answers: Sequence[Path]) -> str:
    """The time of the data as the answers say it, the oldest of several; '' where none does."""
    found = []
    for file in answers:
        with file.open("rb") as opened:
            said = _DATE.search(opened.read(2000))
        if said:
            found.append(said.group(1).decode("ascii"))
    return min(found, default="")


def _nodes(file: Path) -> Iterator[osmium.osm.Node]:
    return (one for one in osmium.FileProcessor(str(file), osmium.osm.NODE) if isinstance(one, osmium.osm.Node))


def _ways(file: Path) -> Iterator[osmium.osm.Way]:
    return (one for one in osmium.FileProcessor(str(file), osmium.osm.WAY) if isinstance(one, osmium.osm.Way))


def _relations(file: Path) -> Iterator[osmium.osm.Relation]:
    found = osmium.FileProcessor(str(file), osmium.osm.RELATION)
    return (one for one in found if isinstance(one, osmium.osm.Relation))
