"""The Swedish road database NVDB as Trafikverket delivers it: a GeoPackage, as layers or made homogeneous.

*Layers*: one of the network (``…_Vagtrafiknat``) and one for each thing that is said of it; what belongs together has
the same ELEMENT_ID and measures that overlap. The network is cut where what is said of it changes. *Homogeneous*: one
layer that is cut so already, with a column for each thing. Written after what others publish of such files; not tried
on a delivered one, which every answer says.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, message
from city.entities import Dataset
from city.errors import ImportRefused
from ingest.coordinates import degrees, system
from ingest.roads.cut import Cut, cut
from ingest.roads.extract import Extract, Way
from ingest.roads.geopackage import GeoPackage, Layer, lines_of, opened
from ingest.roads.nvdb_links import LinkValue, Stretch, nodes_of, stretches
from ingest.roads.nvdb_words import TOPICS, Facts, Topic, plain, tags_of
from ingest.roads.source import RoadSource

Floats = npt.NDArray[np.float64]
ELEMENT = ("elementid", "rlid", "routeid", "roadlinkid")
FROM = ("startmeasure", "frommeasure", "frommeasu", "startavst")
TO = ("endmeasure", "tomeasure", "slutavst")
VALID_TO = ("validto", "tilldatum", "todate")


@dataclass(frozen=True)
class _Read:
    """The network with what is said of it, which topics the file lacks, and rows that are left out, by reason."""

    links: list[Stretch]
    missing: tuple[str, ...]
    left_out: Counter[str]
    crs: str


def read_nvdb(file: Path, crs: str | None, at: datetime) -> RoadSource:
    """Reads a GeoPackage, or the one in a zip. ``crs`` counts where it states none; what was valid before ``at`` alone
    is left out. Raises ImportRefused."""
    with opened(file) as package:
        read = _homogeneous(package, crs, at) or _by_layers(package, crs, at)
        changed = package.changed()
    if read is None:
        raise ImportRefused(file, message("error.nvdb.no_network"), message("error.nvdb.give"))
    extract = _extract(file, read)
    if not any(way.network == "street" for way in extract.ways):
        raise ImportRefused(file, message("error.nvdb.no_street"), message("error.nvdb.give"))
    extract.data_date = changed
    origin = Dataset("NVDB", f"NVDB GeoPackage {file.name}", "CC0 1.0", "Trafikverket, NVDB", changed)
    return RoadSource(extract, _renamed(cut(extract)), origin, tuple(_notes(read)), _left_out(read))


def _left_out(read: _Read) -> frozenset[str]:
    """The stretches that the file has and that are in no network."""
    return frozenset(f"nvdb/{_way(link)}" for link in read.links if tags_of(link.said).left_out)


def _notes(read: _Read) -> Iterator[Message]:
    yield message("cli.nvdb.untried")
    if read.missing:
        yield message("cli.nvdb.missing", topics=tuple(message(f"cli.nvdb.topic.{topic}") for topic in read.missing))
    for reason, n in sorted(read.left_out.items()):
        yield message(f"cli.nvdb.left_out.{reason}", n=n)
    yield message("cli.nvdb.streets_alone")


def _homogeneous(package: GeoPackage, crs: str | None, at: datetime) -> _Read | None:
    """The one layer that holds all; None where there is none."""
    net = TOPICS["net"]
    for layer in package.layers:
        if _column(layer, net.whole) is None:
            continue
        columns = {
            (name, place): found
            for name, topic in TOPICS.items()
            for place, names in enumerate((topic.whole, topic.back))
            if (found := _column(layer, names)) is not None
        }
        keys = [_column(layer, names) for names in (ELEMENT, FROM, TO, VALID_TO)]
        links, left_out = list[Stretch](), Counter[str]()
        wanted = list(columns.values())
        for number, row in enumerate(package.rows(layer, [layer.geometry, *wanted, *(k for k in keys if k)])):
            rest = iter(row[1 + len(wanted) :])
            element, start, end, valid = (next(rest) if key else None for key in keys)
            if _over(valid, at):
                left_out["over"] += 1
                continue
            said = {
                key: value
                for key, value in zip(columns, row[1 : 1 + len(wanted)], strict=True)
                if value is not None and value != ""
            }
            for line in _lines(package.file, row[0]):
                links.append(Stretch(str(element or number), _measure(start, 0.0), _measure(end, 1.0), line, said))
        missing = tuple(name for name in TOPICS if TOPICS[name].told and (name, 0) not in columns)
        return _Read(links, missing, left_out, _crs(package.file, layer, crs))
    return None


def _by_layers(package: GeoPackage, crs: str | None, at: datetime) -> _Read | None:
    """The network layer, with what the other layers say of it; None where there is none."""
    found = {name: _layer(package, topic) for name, topic in TOPICS.items()}
    net = found["net"]
    if net is None:
        return None
    left_out: Counter[str] = Counter()
    base = [
        Stretch(element, start, end, line, {("net", 0): value})
        for element, start, end, value, geometry in _rows(package, net, TOPICS["net"], at, left_out, geometry=True)
        for line in _lines(package.file, geometry)
    ]
    said = list[LinkValue]()
    missing = []
    for name, topic in TOPICS.items():
        layer = found[name]
        if name == "net":
            continue
        direction = _column(layer, topic.direction) if layer and topic.direction else None
        if layer is None or (topic.direction and direction is None):
            missing += [name] if topic.told else []
            continue
        for element, start, end, value, _ in _rows(package, layer, topic, at, Counter(), geometry=False):
            said.append(LinkValue(element, start, end, name, value))
    return _Read(stretches(base, said), tuple(missing), left_out, _crs(package.file, net, crs))


def _rows(
    package: GeoPackage, layer: Layer, topic: Topic, at: datetime, left_out: Counter[str], *, geometry: bool
) -> Iterator[tuple[str, float, float, Any, bytes | None]]:
    """Element, measures and value of each row of a layer that is valid; a topic without a column is simply there."""
    element, start, end, valid = (_column(layer, names) for names in (ELEMENT, FROM, TO, VALID_TO))
    value = _column(layer, topic.direction or topic.columns)
    wanted = [name for name in (element, start, end, valid, value) if name]
    for number, row in enumerate(package.rows(layer, [*wanted, *([layer.geometry] if geometry else [])])):
        cells = dict(zip(wanted, row, strict=False))
        if valid and _over(cells[valid], at):
            left_out["over"] += 1
            continue
        said = cells[value] if value else True
        measures = _measure(cells.get(start or ""), 0.0), _measure(cells.get(end or ""), 1.0)
        yield str(cells[element] if element else number), *measures, said, row[-1] if geometry else None


def _layer(package: GeoPackage, topic: Topic) -> Layer | None:
    """The layer of a topic, by the end of its name, that has the topic's column."""
    for layer in package.layers:
        fits = plain(layer.table).endswith(topic.layer) or plain(layer.table) == topic.layer
        if fits and (not topic.columns or _column(layer, topic.columns) or topic.direction):
            return layer
    return None


def _column(layer: Layer, names: tuple[str, ...]) -> str | None:
    """The column of a layer that is called one of these, however it is written."""
    known = {plain(column): column for column in layer.columns}
    return next((known[name] for name in names if name in known), None)


def _crs(file: Path, layer: Layer, crs: str | None) -> str:
    if layer.crs is None and crs is None:
        raise ImportRefused(file, message("error.terrain.no_system"), message("error.crs.give"))
    return layer.crs or crs or ""


def _lines(file: Path, blob: bytes | None) -> list[Floats]:
    try:
        return lines_of(blob)
    except ValueError as error:
        raise ImportRefused(file, message("error.nvdb.geometry"), message("error.file.fetch_again")) from error


def _measure(value: object, usual: float) -> float:
    return float(value) if isinstance(value, int | float) else usual


def _over(valid_to: object, at: datetime) -> bool:
    """Whether something was valid before the day of the import alone: 99991231, or nothing, means that it goes on."""
    digits = "".join(sign for sign in str(valid_to if valid_to is not None else "")[:10] if sign.isdigit())
    return len(digits) == 8 and digits < f"{at:%Y%m%d}"


def _extract(file: Path, read: _Read) -> Extract:
    """The network as ways with OpenStreetMap's tags, which one reader understands."""
    extract = Extract(file)
    kept: list[tuple[Stretch, Facts]] = []
    for link in read.links:
        facts = tags_of(link.said)
        if facts.left_out:
            read.left_out[facts.left_out] += 1
        elif facts.network is not None and len(link.line) > 1:
            kept.append((link, facts))
    crs = system(file, read.crs)
    to_degrees: Callable[[Floats, Floats], tuple[Floats, Floats]] = lambda x, y: degrees(x, y, crs)  # noqa: E731
    nodes = nodes_of([link.line for link, _ in kept], to_degrees, file)
    extract.positions.update(nodes.positions)
    for (link, facts), line in zip(kept, nodes.lines, strict=True):
        if facts.network is not None and len(set(line)) > 1:
            extract.ways.append(Way(_way(link), facts.network, facts.tags, line))
    return extract


def _way(link: Stretch) -> int:
    """A number for a stretch of an element, from where it begins: the same at every import."""
    name = f"{link.element} {link.start:.4f}"
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest(), "big")


def _renamed(made: Cut) -> Cut:
    """Ids that say where they are from."""
    names = {s.id: "nvdb/" + s.id.removeprefix("osm/") for s in made.segments}
    segments = [replace(s, id=names[s.id]) for s in made.segments]
    return replace(made, segments=segments, inclines={names[k]: v for k, v in made.inclines.items()})
