"""What an import of routes found: a table, and a line for all that a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from city.entities import ExistingRoute
from city.matching import Gap, Matched, Matcher
from city.vocabulary import Network

ASSUMED = "what it clears is assumed: the first passage of each street that the municipality keeps"


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
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RoutesReport:
    """The routes of a file that were stored, and a line for each feature or route that was refused."""

    file: str
    routes: tuple[RouteFound, ...]
    refused: tuple[str, ...]

    def text(self) -> str:
        """The report as a table and a few lines for a person."""
        width = max(5, *(len(route.name) for route in self.routes))
        head = f"{'route':<{width}} {'km':>7} {'on streets':>10} {'segments':>8} {'worked km':>9} {'gaps':>4}"
        rows = [
            f"{route.name:<{width}} {route.km:>7.1f} {route.share_matched:>10.1%} {route.segments:>8} "
            f"{route.worked_km:>9.1f} {len(route.gaps):>4}"
            for route in self.routes
        ]
        notes = [f"  {route.name}: {note}" for route in self.routes for note in _notes(route)]
        return "\n".join([head, *rows, *notes, *(f"refused: {self.file}: {line}" for line in self.refused)])


def found(
    route: ExistingRoute, matcher: Matcher, matched: Matched, clears: Network, notes: Sequence[str], *, said: bool
) -> RouteFound:
    """What is told of a route; ``said``: its vehicle or class says what it clears."""
    network = matcher.network
    against = [passage.arc for passage in matched.passages if passage.arc >= matcher.legal]
    names = dict.fromkeys(network.segments[int(network.arc_segment[arc])].name for arc in against)
    worked = [p.arc for p, step in zip(matched.passages, route.steps, strict=True) if step.serve]
    guess = [] if said else [f"neither vehicle nor class is known: taken as one that clears {clears} segments"]
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
        (*notes, *guess, *([ASSUMED] if route.work_assumed else [])),
    )


def _notes(route: RouteFound, *, most: int = 5) -> Iterator[str]:
    yield from route.notes
    if route.against_km:
        where = f" ({', '.join(route.against[:most])})" if route.against else ""
        yield f"drives {route.against_km:.2f} km against one-way streets{where}"
    if route.bridged_km:
        yield f"{route.bridged_km:.2f} km lie between positions that are far apart: the likeliest way is taken"
    for gap in route.gaps[:most]:
        after = f", after {gap.after}" if gap.after else ""
        place = f"{gap.place[1]:.5f}, {gap.place[0]:.5f} (lat, lon)"
        yield f"not matched: {gap.metres:.0f} m from {place}{after}: {gap.why}"
    if len(route.gaps) > most:
        yield f"and {len(route.gaps) - most} more stretches that were not matched"
