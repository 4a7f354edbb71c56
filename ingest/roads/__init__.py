"""Roads, terrain and places of a municipality from open data, into the store in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from city.catalogue.message import Message, message
from city.catalogue.words import Words, words
from city.clock import stopwatch
from city.entities import Building, Dataset, Room, Segment, SegmentRelief, TurnBan
from city.geo import bbox
from city.network import build
from city.settings import Municipality, StreetRules
from city.upkeep import Place
from city.vocabulary import CLOSED_TO_SMALL
from ingest.roads.barriers import ended_at_barriers
from ingest.roads.cleared import places as places_of
from ingest.roads.cut import cut
from ingest.roads.extract import Extract
from ingest.roads.networks import AS_USUAL
from ingest.roads.osm import read_extract
from ingest.roads.places import rooms as rooms_of
from ingest.roads.places import schools as schools_of
from ingest.roads.relief import relief, relief_rows
from ingest.roads.report import ImportReport, report
from ingest.roads.slope import with_terrain
from ingest.roads.terrain import ElevationSource, open_raster, spot_height_source
from ingest.roads.turns import turn_bans
from store.connect import Connection
from store.roads import (
    replace_places,
    replace_relief,
    replace_segments,
    replace_turns,
    save_buildings,
    save_dataset,
    save_rooms,
)

__all__ = ["ImportReport", "elevation_sources", "import_roads", "with_reachable"]


def _silent(step: Message) -> None:
    """Says nothing."""


def import_roads(
    connection: Connection,
    file: Path,
    terrain: Sequence[Path],
    at: datetime,
    *,
    dataset: str = "OpenStreetMap",
    licence: str = "ODbL 1.0",
    attribution: str = "© OpenStreetMap contributors",
    rules: StreetRules = AS_USUAL,
    spoken: Words | None = None,
    progress: Callable[[Message], None] = _silent,
) -> ImportReport:
    """Takes an extract in and commits it: the segments of ``dataset`` become those of the file.

    Ids stay from import to import, vanished segments are removed, rooms and schools are added or brought up to
    date, the places to clear become those of the file. ``terrain`` are raster files, the first that has a value
    counts; spot heights of the extract serve where none does. ``at`` is the time of the import, ``progress`` is told
    each step, ``rules`` say where pedestrian, car-free and bus streets belong, and schools without a name get one in
    ``spoken``. The connection must not be inside a transaction block. Raises ImportRefused where a file cannot be used;
    then nothing is changed.
    """
    began, spoken = stopwatch(), spoken or words(Municipality().language)
    progress(message("cli.roads.reading", file=file.name))
    extract = read_extract(file, rules)
    made = cut(extract)
    progress(message("cli.roads.elevation", n=len(made.segments)))
    heights = elevation_sources(extract, made.segments, terrain)
    sloped = with_terrain(made.segments, heights, made.inclines)
    segments = with_reachable(sloped.segments, extract.barriers)
    before = stopwatch()
    land = relief_rows(segments, relief(segments, heights))
    looked = stopwatch() - before
    turns = turn_bans(extract.restrictions, segments, extract.barriers)
    places = rooms_of(extract, segments), schools_of(extract, segments, spoken), places_of(extract, segments)
    progress(message("cli.roads.writing"))
    origin = Dataset(dataset, f"OpenStreetMap extract {file.name}", licence, attribution, extract.data_date)
    vanished = _store(connection, origin, segments, turns.bans, land, places, at)
    counts = len(places[0]), len(places[1]), places[2]
    seconds = looked, stopwatch() - began
    return report(extract, made, replace(sloped, segments=segments), turns, *counts, vanished, len(land), seconds)


def elevation_sources(extract: Extract, segments: Sequence[Segment], terrain: Sequence[Path]) -> list[ElevationSource]:
    """The terrain files in the order given, then the extract's spot heights. Raises ImportRefused."""
    roads = bbox(point for segment in segments for point in segment.geometry)
    sources: list[ElevationSource] = [open_raster(file, roads) for file in terrain]
    heights = spot_height_source(extract.spot_heights)
    return sources if heights is None else [*sources, heights]


def with_reachable(segments: Sequence[Segment], barriers: Collection[int] = ()) -> list[Segment]:
    """Marks what lies in the largest part of the network in which every point can be driven to from every other.

    Lorries drive the streets, and pass no ``barriers`` (nodes); a cycle plough drives cycle ways and streets, but no
    motorway.
    """
    streets = [s for s in segments if s.network == "street"]
    lorry = _largest_part(ended_at_barriers(streets, barriers))
    plough = _largest_part([s for s in segments if s.highway not in CLOSED_TO_SMALL])
    reached = [s.id in (lorry if s.network == "street" else plough) for s in segments]
    return [s if s.reachable == r else replace(s, reachable=r) for s, r in zip(segments, reached, strict=True)]


def _largest_part(segments: Sequence[Segment]) -> frozenset[str]:
    """Ids of the segments whose two ends both lie in the largest strongly connected part."""
    if not segments:
        return frozenset()
    network = build(segments)
    part = dict(zip(network.node_ids.tolist(), network.strong_part.tolist(), strict=True))
    return frozenset(s.id for s in segments if part[s.from_node] == 0 == part[s.to_node])


def _store(
    connection: Connection,
    dataset: Dataset,
    segments: Sequence[Segment],
    turns: Sequence[TurnBan],
    land: Sequence[SegmentRelief],
    places: tuple[list[Room], list[Building], list[Place]],
    at: datetime,
) -> int:
    with connection.transaction():
        save_dataset(connection, dataset, at)
        vanished = replace_segments(connection, dataset.name, segments)
        replace_turns(connection, dataset.name, turns)
        replace_relief(connection, dataset.name, land)
        save_rooms(connection, dataset.name, places[0])
        save_buildings(connection, dataset.name, places[1])
        replace_places(connection, dataset.name, places[2])
    # Where the caller has read something before, the block above was only a savepoint.
    connection.commit()
    return vanished
