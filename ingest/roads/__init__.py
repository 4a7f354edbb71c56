"""Roads, terrain and places of a municipality from open data, into the store in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from city.catalogue.message import Message, message
from city.catalogue.words import Words, words
from city.clock import stopwatch
from city.entities import Building, ExistingRoute, Room, Segment, SegmentRelief, TurnBan
from city.errors import NeedsYes
from city.network import build
from city.settings import Municipality, StreetRules
from city.upkeep import KeeperRule, Place, SegmentOrigin
from city.vocabulary import CLOSED_TO_SMALL
from ingest.roads.barriers import ended_at_barriers
from ingest.roads.cleared import places as places_of
from ingest.roads.ground import read_ground
from ingest.roads.heights import elevation_sources
from ingest.roads.keepers import Taken, ruled
from ingest.roads.kept import bans_kept, joined
from ingest.roads.networks import AS_USUAL
from ingest.roads.places import rooms as rooms_of
from ingest.roads.places import schools as schools_of
from ingest.roads.read import read_source
from ingest.roads.relief import relief, relief_rows
from ingest.roads.renewal import Parted, Renewal, compared, losses, names_of, parted, with_heights_kept
from ingest.roads.report import ImportReport, report
from ingest.roads.slope import Sloped, with_terrain
from ingest.roads.source import RoadSource
from ingest.roads.terrain import ElevationSource
from ingest.roads.turns import Turns, turn_bans
from store.connect import Connection
from store.keepers import keeper_rules, origins, save_origins
from store.roads import (
    count_by_dataset,
    load_relief,
    load_segments,
    load_turns,
    remove_other_datasets,
    replace_base_map,
    replace_places,
    replace_relief,
    replace_segments,
    replace_turns,
    save_buildings,
    save_dataset,
    save_rooms,
)
from store.routes import load_routes

__all__ = ["ImportReport", "elevation_sources", "import_roads", "with_reachable"]


def _silent(step: Message) -> None:
    """Says nothing."""


def import_roads(
    connection: Connection,
    file: Path,
    terrain: Sequence[Path],
    at: datetime,
    *,
    rules: StreetRules = AS_USUAL,
    spoken: Words | None = None,
    crs: str | None = None,
    dry_run: bool = False,
    remove: bool = False,
    yes: bool = False,
    progress: Callable[[Message], None] = _silent,
) -> ImportReport:
    """Takes roads in and commits them: the segments that are there become those of the file.

    Ids stay from import to import. Streets that are only drawn anew are replaced; those that are gone stay, as parts of
    the new network, but with ``remove`` and where they are most of the town. Rooms and schools are added or brought up
    to date, the places to clear become those of the file. ``terrain`` are files of heights, the first that has a value
    counts; spot heights of the extract serve where none does; without any, heights stay where the course did. ``crs``
    is that of files that name none, ``at`` the time of the import; ``dry_run`` stores nothing; ``progress`` is told
    each step; ``rules`` say where pedestrian, car-free and bus streets belong, and schools without a name get one in
    ``spoken``. The connection must not be inside a transaction block. Raises ImportRefused where a file cannot be used,
    NeedsYes where much would be lost and ``yes`` is not said; then nothing is changed.
    """
    began, spoken = stopwatch(), spoken or words(Municipality().language)
    progress(message("cli.roads.reading", file=file.name))
    source = read_source(file, crs, at, rules)
    before = _Before.of(connection, source.dataset.name)
    split = parted(before.segments, source.cut.segments, source.left_out)
    stays = () if remove or before.others or 2 * len(split.gone) > len(before.segments) else split.gone
    union = joined(source.cut.segments, stays)
    progress(message("cli.roads.elevation", n=len(union.segments)))
    heights = elevation_sources(source.extract, union.segments, terrain, crs)
    inclines = source.cut.inclines
    tagged = inclines | {piece: inclines[whole] for piece, whole in union.pieces.items() if whole in inclines}
    sloped = heights.checked(with_terrain(union.segments, heights.sources, tagged))
    found = _found(source, before, sloped, heights.sources, union.pieces)
    asks = tuple(losses(before.segments, found.segments, len(split.gone), before.others))
    if asks and not yes and not dry_run:
        raise NeedsYes(file, message("error.renewal.would", losses=asks))
    turns = _turns(source, before, found.segments, stays)
    places = rooms_of(source.extract, found.segments), schools_of(source.extract, found.segments, spoken)
    cleared = places_of(source.extract, found.segments)
    renewal = _renewal(before, found, split, stays, asks, looked=dry_run)
    if not dry_run:
        progress(message("cli.roads.ground"))
        ground = read_ground(file, found.segments, spoken.language) if source.drawn else None
        progress(message("cli.roads.writing"))
        _store(connection, source, found, turns.bans, (*places, cleared), ground.packed() if ground else None, at)
    counts = len(places[0]), len(places[1]), cleared
    sloped = replace(sloped, segments=found.segments, cover=found.cover or sloped.cover)
    seconds = found.looked_s, stopwatch() - began
    told = report(source.extract, source.cut, sloped, turns, *counts, renewal.removed, len(found.land), seconds)
    notes = (*source.notes, *heights.notes(sloped), *found.taken.lines())
    return replace(told, renewal=renewal, notes=notes)


@dataclass(frozen=True)
class _Before:
    """What is there: segments of any source, banned turns, what sources say of keepers, and the rules."""

    segments: tuple[Segment, ...]
    others: Mapping[str, int]
    turns: tuple[TurnBan, ...]
    land: Mapping[str, SegmentRelief]
    origins: Mapping[str, SegmentOrigin]
    rules: tuple[KeeperRule, ...]
    routes: tuple[ExistingRoute, ...]

    @classmethod
    def of(cls, connection: Connection, dataset: str) -> _Before:
        """Reads it."""
        others = {name: n for name, n in count_by_dataset(connection).items() if name != dataset}
        land = {row.segment: row for row in load_relief(connection)}
        said, rules = origins(connection), keeper_rules(connection)
        routes = load_routes(connection)
        return cls(load_segments(connection), others, load_turns(connection), land, said, rules, routes)


@dataclass(frozen=True)
class _Found:
    """The segments as they will stand, with the land round them and what their sources say of them.

    ``cover`` is the share of their length with a height where some kept theirs, else None.
    """

    segments: list[Segment]
    land: list[SegmentRelief]
    origins: list[SegmentOrigin]
    taken: Taken
    heights_kept: frozenset[str]
    cover: float | None
    looked_s: float


def _found(
    source: RoadSource, before: _Before, sloped: Sloped, heights: Sequence[ElevationSource], pieces: Mapping[str, str]
) -> _Found:
    """Keepers by the rules, heights that stay, reach, and the land round the streets."""
    segments, kept = with_heights_kept(sloped.segments, {s.id: s for s in before.segments})
    said = source.origins(segments, before.origins, pieces)
    segments, taken = ruled(segments, {row.segment: row for row in said}, before.rules)
    segments = with_reachable(segments, source.extract.barriers)
    began = stopwatch()
    land = relief_rows(segments, relief(segments, heights))
    looked = stopwatch() - began
    old = {s: before.land[s] for s in kept if s in before.land}
    land = sorted((old | {row.segment: row for row in land}).values(), key=lambda row: row.segment)
    known = sum(s.length_m for s in segments if s.elevation_m is not None)
    cover = known / sum(s.length_m for s in segments) if kept else None
    return _Found(segments, land, said, taken, kept, cover, looked)


def _turns(source: RoadSource, before: _Before, segments: Sequence[Segment], stays: Sequence[Segment]) -> Turns:
    """The banned turns of the file, and those that streets which stay had."""
    turns = turn_bans(source.extract.restrictions, segments, source.extract.barriers)
    known = {(ban.from_segment, ban.via_node, ban.to_segment) for ban in turns.bans}
    old = bans_kept(before.turns, segments, [s.id for s in stays])
    fresh = [ban for ban in old if (ban.from_segment, ban.via_node, ban.to_segment) not in known]
    return Turns((*turns.bans, *fresh), turns.taken, turns.left_out, turns.barred)


def _renewal(
    before: _Before,
    found: _Found,
    split: Parted,
    stays: Sequence[Segment],
    asks: tuple[Message, ...],
    *,
    looked: bool,
) -> Renewal:
    final = {s.id for s in found.segments}
    added, changed, unchanged = compared({s.id: s for s in before.segments}, found.segments)
    redrawn = sum(s.id not in final for s in split.redrawn)
    gone, names = len(split.gone), names_of(split.gone)
    others = sum(before.others.values())
    if others:
        redrawn, gone, names = 0, 0, ()
    lost = {s.id for s in before.segments} - final
    routes = tuple(r.name for r in before.routes if any(step.segment in lost for step in r.steps))
    kept = len(found.heights_kept)
    return Renewal(added, changed, unchanged, redrawn, gone, len(stays), names, others, kept, routes, asks, looked)


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
    source: RoadSource,
    found: _Found,
    turns: Sequence[TurnBan],
    places: tuple[list[Room], list[Building], list[Place]],
    ground: bytes | None,
    at: datetime,
) -> None:
    dataset = source.dataset
    with connection.transaction():
        save_dataset(connection, dataset, at)
        remove_other_datasets(connection, dataset.name)
        replace_segments(connection, dataset.name, found.segments)
        save_origins(connection, found.origins)
        replace_turns(connection, dataset.name, turns)
        replace_relief(connection, dataset.name, found.land)
        save_rooms(connection, dataset.name, places[0])
        save_buildings(connection, dataset.name, places[1])
        replace_places(connection, dataset.name, places[2])
        replace_base_map(connection, dataset.name, ground)
    # Where the caller has read something before, the block above was only a savepoint.
    connection.commit()
