"""What an import of routes found: a table, and a line for all that a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from city.catalogue.message import Figure, Message, message
from city.catalogue.words import Words
from city.entities import ExistingRoute
from city.matching import Gap, Matched, Matcher, Reason
from city.vocabulary import Network

GUESSED: Mapping[Network, str] = {
    "street": "cli.route_import.guessed_street",
    "cycle": "cli.route_import.guessed_cycle",
}
WHY: Mapping[Reason, str] = {
    "no street near": "cli.route_import.no_street_near",
    "too long without positions": "cli.route_import.no_positions",
    "no way that fits": "cli.route_import.no_way",
}
HEAD = (
    "cli.route_import.route",
    "cli.route_import.km",
    "cli.route_import.on_streets",
    "cli.route_import.segments",
    "cli.route_import.worked",
    "cli.route_import.gaps",
)


@dataclass(frozen=True)
class RouteFound:
    """One route: lengths [km] of its file, on streets, worked, against one-way streets and driven over without
    positions; ``share_matched`` 0 to 1."""

    name: str
    km: float
    share_matched: float
    segments: int
    worked_km: float
    against_km: float
    against: tuple[str, ...]
    bridged_km: float
    clears: Network
    gaps: tuple[Gap, ...]
    notes: tuple[Message, ...]

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its sentences in a language."""
        gaps = [asdict(gap) | {"why": words.say(message(WHY[gap.why]))} for gap in self.gaps]
        return asdict(replace(self, gaps=(), notes=())) | {"gaps": gaps, "notes": [words.say(n) for n in self.notes]}


@dataclass(frozen=True)
class RoutesReport:
    """The routes of a file that were stored, and a line for each feature or route that was refused."""

    file: str
    routes: tuple[RouteFound, ...]
    refused: tuple[Message, ...]
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: tuple[str, ...] = ()
    removed: bool = False
    looked: bool = False

    def lines(self) -> Iterator[Message]:
        """What it changes among the routes that are there."""
        counts = {"added": self.added, "changed": self.changed, "unchanged": self.unchanged}
        yield message("cli.route_import.counts", **counts)
        if self.gone:
            key = "cli.route_import.removed" if self.removed else "cli.route_import.stay"
            yield message(key, n=len(self.gone), routes=self.gone)
        if self.looked:
            yield message("cli.import.looked")

    def text(self, words: Words) -> str:
        """The report as a table and a few lines for a person."""
        notes = [message("cli.route_import.note", route=r.name, note=note) for r in self.routes for note in _notes(r)]
        refused = [message("cli.route_import.refused", file=self.file, problem=problem) for problem in self.refused]
        rows = [[words.say(cell) for cell in _cells(route)] for route in self.routes]
        table = _table([[words.say(message(key)) for key in HEAD], *rows])
        return "\n".join([*table, *(words.say(line) for line in (*notes, *refused, *self.lines()))])

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its sentences in a language."""
        routes, refused = [route.as_dict(words) for route in self.routes], [words.say(line) for line in self.refused]
        counts = {"added": self.added, "changed": self.changed, "unchanged": self.unchanged}
        gone = {"gone": list(self.gone), "removed": list(self.gone) if self.removed else []}
        return {"file": self.file, "routes": routes, "refused": refused} | counts | gone | {"dry_run": self.looked}


def found(
    route: ExistingRoute, matcher: Matcher, matched: Matched, clears: Network, notes: Sequence[Message], *, said: bool
) -> RouteFound:
    """What is told of a route; ``said``: its vehicle or class says what it clears."""
    network = matcher.network
    against = [passage.arc for passage in matched.passages if passage.arc >= matcher.legal]
    names = dict.fromkeys(network.segments[int(network.arc_segment[arc])].name for arc in against)
    worked = [p.arc for p, step in zip(matched.passages, route.steps, strict=True) if step.serve]
    guess = [] if said else [message(GUESSED[clears])]
    assumed = [message("cli.route_import.assumed")] if route.work_assumed else []
    return RouteFound(
        route.name,
        round(route.length_m / 1000.0, 3),
        route.share_matched,
        len(route.steps),
        round(float(network.arc_m[worked].sum()) / 1000.0, 3),
        round(float(network.arc_m[against].sum()) / 1000.0, 3),
        tuple(name for name in names if name),
        round(matched.bridged_m / 1000.0, 3),
        clears,
        matched.gaps,
        (*notes, *guess, *assumed),
    )


def _cells(route: RouteFound) -> tuple[Message, ...]:
    """A row of the table."""
    figures = Figure(route.km), route.segments, Figure(route.worked_km), len(route.gaps)
    name, km, segments, worked, gaps = (message("format.part", part=part) for part in (route.name, *figures))
    return name, km, message("cli.route_import.percent", share=100.0 * route.share_matched), segments, worked, gaps


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines with the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        rest = (f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([f"{name:<{widths[0]}}", *rest])


def _notes(route: RouteFound, *, most: int = 5) -> Iterator[Message]:
    yield from route.notes
    if route.against:
        yield message("cli.route_import.against_named", km=route.against_km, streets=route.against[:most])
    elif route.against_km:
        yield message("cli.route_import.against", km=route.against_km)
    if route.bridged_km:
        yield message("cli.route_import.bridged", km=route.bridged_km)
    yield from map(_gap, route.gaps[:most])
    if len(route.gaps) > most:
        yield message("cli.route_import.more_gaps", n=len(route.gaps) - most)


def _gap(gap: Gap) -> Message:
    """A stretch that was not matched; its place is written as maps take it."""
    place = {"lat": f"{gap.place[1]:.5f}", "lon": f"{gap.place[0]:.5f}"}
    if gap.after:
        return message(
            "cli.route_import.gap_after", metres=gap.metres, why=message(WHY[gap.why]), street=gap.after, **place
        )
    return message("cli.route_import.gap", metres=gap.metres, why=message(WHY[gap.why]), **place)
