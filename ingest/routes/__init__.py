"""A city's existing routes, matched to its streets and stored. Times in a file are not kept: no driver is followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from city.catalogue.message import Message, message
from city.entities import ExistingRoute, Vehicle
from city.errors import ImportRefused, NeedsYes
from city.matching import Matched, Matcher
from city.network import StreetNetwork, build
from city.track import Line
from city.vocabulary import Network, RouteClass
from ingest.routes.parts import Part, Read
from ingest.routes.read import read
from ingest.routes.report import RouteFound, RoutesReport, found
from ingest.routes.work import steps
from store.connect import Connection
from store.facts import vehicles
from store.roads import load_segments
from store.routes import forget_route, load_routes, save_routes

__all__ = ["RoutesReport", "import_routes"]


def import_routes(
    connection: Connection,
    file: Path,
    at: datetime,
    name: str | None = None,
    *,
    crs: str | None = None,
    dry_run: bool = False,
    remove: bool = False,
    yes: bool = False,
) -> RoutesReport:
    """Takes the routes of a GeoJSON or GPX file in; one of a name that is there already replaces it.

    ``name`` makes one route of all features, ``crs`` is the reference system of GeoJSON that is not in degrees. Routes
    that came from a file of this name and are not in it any more stay but with ``remove``. Raises ImportRefused where
    no route of the file can be used, NeedsYes where ``remove`` would take routes away that may be among the refused
    ones; then nothing is changed.
    """
    content = read(file, crs)
    segments = load_segments(connection)
    if not segments:
        raise ImportRefused(file, message("error.routes.no_streets"), message("error.routes.roads_first"))
    town = _Town(build(segments), {vehicle.id: vehicle for vehicle in vehicles(connection, "snow")})
    wanted = _wanted(content, file, name)
    made = [_Made(route, town, file.name, at) for route in wanted]
    stored = [one for one in made if one.matched.passages]
    refused = [
        *content.refused,
        *(_refusal(one.wanted.name, town.astray(one)) for one in made if one not in stored),
    ]
    if not stored:
        more = len(refused) - 1
        problem = message("error.routes.and_more", n=more, first=refused[0]) if more else refused[0]
        raise ImportRefused(file, problem, message("error.routes.none_taken"))
    before = {route.name: route for route in load_routes(connection)}
    inside = {route.name for route in wanted}
    gone = tuple(n for n, route in before.items() if route.source == file.name and n not in inside)
    if gone and remove and content.refused and not (yes or dry_run):
        raise NeedsYes(file, message("error.routes.unsure", routes=gone, n=len(content.refused)))
    fresh = [one.route for one in stored if not _same(before.get(one.wanted.name), one.route)]
    if not dry_run:
        with connection.transaction():
            save_routes(connection, fresh)
            for route in gone if remove else ():
                forget_route(connection, route)
    added = sum(route.name not in before for route in fresh)
    counts = added, len(fresh) - added, len(stored) - len(fresh)
    told = tuple(one.told for one in stored)
    return RoutesReport(file.name, told, tuple(refused), *counts, gone, removed=remove, looked=dry_run)


def _same(before: ExistingRoute | None, now: ExistingRoute) -> bool:
    """Whether an import changes nothing of a route but when it was."""
    return before is not None and replace(before, imported_at=now.imported_at) == now


def _refusal(name: str, problem: Message) -> Message:
    return message("error.routes.route", name=name, problem=problem)


@dataclass(frozen=True)
class _Wanted:
    """One route of a file: its lines in driving order, and what its features say of it, where they agree."""

    name: str
    lines: tuple[Line, ...]
    vehicle: str | None
    route_class: RouteClass | None
    notes: tuple[Message, ...]


@dataclass
class _Town:
    """What routes are matched to; a matcher is made for each kind of vehicle when it is first wanted."""

    network: StreetNetwork
    fleet: Mapping[str, Vehicle]
    matchers: dict[Network, Matcher] = field(default_factory=dict)

    def matcher(self, clears: Network) -> Matcher:
        if clears not in self.matchers:
            self.matchers[clears] = Matcher(self.network, clears)
        return self.matchers[clears]

    def astray(self, made: _Made, *, near_m: float = 5000.0) -> Message:
        """Why nothing of a route lies on the streets, and the way out."""
        lon, lat = made.wanted.lines[0].points[0]
        away, swapped = self.network.nearest_m((lon, lat)), self.network.nearest_m((lat, lon))
        if swapped < near_m < away:
            return message("error.routes.swapped")
        if away > near_m:
            return message("error.routes.far", km=away / 1000.0)
        return message("error.routes.astray")


class _Made:
    """A route as it was matched. Where nobody says what it clears, streets are tried first and cycle ways if these do
    not fit."""

    def __init__(self, wanted: _Wanted, town: _Town, source: str, at: datetime) -> None:
        self.wanted, self.town, self.source, self.at = wanted, town, source, at
        self.clears, self.matched = self._matched()

    def _matched(self, *, fits: float = 0.9, better: float = 0.05) -> tuple[Network, Matched]:
        said = self._said()
        clears: Network = said or "street"
        matched = self.town.matcher(clears).match(self.wanted.lines)
        if said is None and matched.share < fits:
            other = self.town.matcher("cycle").match(self.wanted.lines)
            if other.share > matched.share + better:
                return "cycle", other
        return clears, matched

    def _said(self) -> Network | None:
        """What the vehicle or the class says of where it drives."""
        vehicle = self.town.fleet.get(self.wanted.vehicle or "")
        if vehicle is not None:
            return vehicle.network
        if self.wanted.route_class is None:
            return None
        return "cycle" if self.wanted.route_class.startswith("C") else "street"

    @cached_property
    def route(self) -> ExistingRoute:
        wanted, matcher = self.wanted, self.town.matcher(self.clears)
        return ExistingRoute(
            wanted.name,
            wanted.vehicle,
            wanted.route_class,
            self.source,
            self.at,
            round(self.matched.metres, 1),
            round(self.matched.share, 4),
            any(line.serve is None for line in wanted.lines),
            steps(matcher.network, self.matched, self.clears, wanted.route_class),
        )

    @cached_property
    def told(self) -> RouteFound:
        matcher, notes = self.town.matcher(self.clears), list(self.wanted.notes)
        if self.wanted.vehicle is not None and self.wanted.vehicle not in self.town.fleet:
            notes.append(message("cli.route_import.no_vehicle", vehicle=self.wanted.vehicle))
        return found(self.route, matcher, self.matched, self.clears, notes, said=self._said() is not None)


def _wanted(content: Read, file: Path, name: str | None) -> list[_Wanted]:
    """The routes of a file. Features without a name belong to the route that is named as the file."""
    parts: dict[str, list[Part]] = {}
    for part in content.parts:
        parts.setdefault(name or part.route or file.stem, []).append(part)
    return [_joined(title, of) for title, of in parts.items()]


def _joined(name: str, parts: Sequence[Part]) -> _Wanted:
    """One route of its features: by their ``order`` where they have one, else as they stand in the file."""
    ordered = sorted(parts, key=lambda part: float("inf") if part.order is None else part.order)
    lines = tuple(line for part in ordered for line in part.lines)
    trucks = {part.vehicle for part in parts} - {None}
    classes = {part.route_class for part in parts} - {None}
    several = (("cli.route_import.several_vehicles", trucks), ("cli.route_import.several_classes", classes))
    notes = [message(key) for key, of in several if len(of) > 1]
    vehicle = next(iter(trucks)) if len(trucks) == 1 else None
    return _Wanted(name, lines, vehicle, next(iter(classes)) if len(classes) == 1 else None, tuple(notes))
