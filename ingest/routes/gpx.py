"""Routes from GPX 1.0 and 1.1: tracks as they were recorded, routes as they were drawn. Times are not looked at.

A document type is refused before anything of it is read: entities could otherwise make a small file huge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import ImportRefused
from ingest.routes.parts import BadFeature, Part, Read, line_of, named, point_of, sifted

_POINTS = {"trkpt", "rtept"}
_ROUTES = {"trk", "rte"}


@dataclass
class _Track:
    """A ``trk`` with its segments, or a ``rte``; coordinates are still text."""

    kind: str
    name: str = ""
    lines: list[list[tuple[str, str]]] = field(default_factory=list)


def read(file: Path, content: bytes) -> Read:
    """The tracks and routes of a file. Raises ImportRefused naming the line where it is broken."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = partial(_refuse_doctype, file)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        problem = message("error.routes.no_xml", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.routes.export_track")) from error
    if reader.root != "gpx":
        problem = message("error.routes.no_gpx", root=reader.root)
        raise ImportRefused(file, problem, message("error.routes.export_gpx"))
    if not reader.tracks:
        raise ImportRefused(file, message("error.routes.no_track"), message("error.routes.waypoints"))
    return sifted(reader.tracks, _part, lambda n, problem: message("error.routes.track", number=n, problem=problem))


def _refuse_doctype(file: Path, *_: object) -> NoReturn:
    raise ImportRefused(file, message("error.routes.doctype"), message("error.routes.remove_doctype"))


class _Reader:
    """Takes the elements as they come; the name of a track is that of its own ``name`` alone."""

    def __init__(self) -> None:
        self.root, self.open, self.tracks = "", list[str](), list[_Track]()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        self.root = self.root or tag
        self.open.append(tag)
        if tag in _ROUTES:
            self.tracks.append(_Track(tag, lines=[[]] if tag == "rte" else []))
        elif tag == "trkseg" and self.tracks:
            self.tracks[-1].lines.append([])
        elif tag in _POINTS and self.tracks and self.tracks[-1].lines:
            self.tracks[-1].lines[-1].append((attributes.get("lon", ""), attributes.get("lat", "")))

    def text(self, text: str) -> None:
        if len(self.open) > 1 and self.open[-1] == "name" and self.open[-2] in _ROUTES:
            self.tracks[-1].name += text

    def end(self, _: str) -> None:
        self.open.pop()


def _part(raw: object) -> Part:
    assert isinstance(raw, _Track)
    lines = []
    for number, points in enumerate(raw.lines, start=1):
        where = f"trkseg {number}" if raw.kind == "trk" else "rte"
        if len(points) > 1:  # a receiver that is switched on and off leaves segments of one point
            numbers = [_point(point, point_of(where, at)) for at, point in enumerate(points, start=1)]
            lines.append(line_of(numbers, None, where, drawn=raw.kind == "rte"))
    if not lines:
        raise BadFeature(message("error.routes.no_points"))
    return Part(tuple(lines), named(raw.name))


def _point(texts: tuple[str, str], where: Message) -> tuple[float, float]:
    try:
        return float(texts[0]), float(texts[1])
    except ValueError as error:
        said = message("error.routes.no_numbers", where=where, lon=texts[0], lat=texts[1])
        raise BadFeature(said) from error
