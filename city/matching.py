"""From a line to the arcs that were driven: hidden-Markov map matching over arc states.

How far a position lies from a street says how unlikely that street is, how much longer the way between two places is
than the straight line how unlikely that way is (Newson & Krumm 2009, "Hidden Markov map matching through noise and
sparseness"). One-way streets may be driven the forbidden way at three times the length; that is then said.
Nothing is made up: where no street is near, or where too much is missing, the drive breaks off and the gap is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from city.arcstates import ArcGraph, from_network
from city.entities import Point
from city.nearby import Near, Nearby
from city.network import Floats, StreetNetwork, open_to, with_forbidden
from city.track import Line, Positions, positions
from city.viterbi import Roads, Rules, Seen, between, follow, scratch
from city.vocabulary import Network

Reason = Literal["no street near", "too long without positions", "no way that fits"]


@dataclass(frozen=True)
class Gap:
    """A stretch that was not matched: how long it is [m], where it begins, after which street, and why."""

    metres: float
    place: Point
    after: str
    why: Reason


@dataclass(frozen=True)
class ArcPassage:
    """One arc driven, whole. ``serve`` is what the line under it says, None where it says nothing. ``line`` and
    ``point`` of it tell the last place on it, or before it where none is on it."""

    arc: int
    serve: bool | None
    line: int
    point: int


@dataclass(frozen=True)
class Matched:
    """What a line became. Arcs are those of ``Matcher.network``; from ``Matcher.legal`` on they are against a one-way
    street. ``metres`` of the line, ``matched_m`` of them on streets, ``bridged_m`` driven over without positions."""

    passages: tuple[ArcPassage, ...]
    metres: float
    matched_m: float
    bridged_m: float
    gaps: tuple[Gap, ...]

    @property
    def share(self) -> float:
        """Share of the line that lies on streets."""
        return self.matched_m / self.metres if self.metres > 0 else 0.0


@dataclass
class _Run:
    """A stay on an arc from ``low`` to ``high`` [m], up to a ``position``; ``said``: how many of these metres are said
    to be work, or not."""

    arc: int
    low: float
    high: float
    position: int
    said: dict[bool | None, float] = field(default_factory=lambda: defaultdict(float))

    def on(self, place: float, word: bool | None) -> None:
        """Goes on to a place on the same arc; back is noise."""
        self.said[word] += max(0.0, place - self.high)
        self.high = max(self.high, place)


class Matcher:
    """Matches lines to the streets that a kind of vehicle uses; made once for many lines.

    ``sigma_m``: noise of a recorded position, ``drawn_m``: of a drawn one; ``reach_m``: beyond that from any street a
    position has no street; ``against``: what a metre against a one-way street weighs; ``astray``: nats that a street
    costs a cycle-way plough at each position, so that of two that lie side by side it takes the cycle way; ``turn_m``:
    what turning round in a dead end counts as [m], ``turn_elsewhere_m`` elsewhere.
    """

    def __init__(
        self,
        network: StreetNetwork,
        clears: Network = "street",
        *,
        sigma_m: float = 8.0,
        drawn_m: float = 5.0,
        reach_m: float = 50.0,
        against: float = 3.0,
        astray: float = 0.3,
        turn_m: float = 10.0,
        turn_elsewhere_m: float = 40.0,
        rules: Rules | None = None,
    ) -> None:
        self.legal, self.network = network.n_arcs, with_forbidden(network)
        self._sigma_m, self._reach_m, self._rules = (sigma_m, drawn_m), reach_m, rules or Rules()
        self._astray = np.array([astray * (clears == "cycle" and s.network == "street") for s in network.segments])
        wanted = open_to(network.segments, clears)
        self.origin = (float(network.lon.mean()), float(network.lat.mean())) if network.n_nodes else (0.0, 0.0)
        self._nearby = Nearby(network.segments, wanted, self.origin)
        self._arcs_of = _arcs_of(self.network)
        weight = np.where(wanted[self.network.arc_segment], 1.0, np.inf)
        weight[self.legal :] *= against
        graph = from_network(self.network, turning=range(network.n_nodes))
        turning = np.where(_dead_ends(graph, np.isfinite(weight)), turn_m, turn_elsewhere_m)
        self._roads = Roads(graph.follows_at, graph.follows, graph.reverse, self.network.arc_m, weight, turning)
        self._work = scratch(self._roads)

    def match(self, lines: Sequence[Line]) -> Matched:
        """The arcs under the lines, which were driven one after the other."""
        found = positions(lines, self.origin)
        sigma_m = np.array([self._sigma_m[line.drawn] for line in lines])[found.line]
        seen = self._seen(found, self._nearby.near(found.xy, self._reach_m), sigma_m)
        chosen, piece = follow(self._roads, seen, self._rules, self._work)
        passages: list[ArcPassage] = []
        for number in range(int(piece.max(initial=-1)) + 1):
            at = np.flatnonzero(piece == number).tolist()
            runs = _settled(self._runs(lines, found, seen, chosen, at), self._roads, self.network.arc_m)
            passages += [_passage(run, found) for run in runs]
        matched, bridged = _lengths(found, piece, self._rules)
        gaps = tuple(self._gaps(found, seen, chosen, piece))
        return Matched(tuple(passages), float(found.gone[-1]) if len(piece) else 0.0, matched, bridged, gaps)

    def _seen(self, found: Positions, near: Near, sigma_m: Floats) -> Seen:
        """Every nearby segment as one state for each direction; ``sigma_m`` (n,) is the noise of each position."""
        arcs = self._arcs_of[near.segment]
        forward = self.network.arc_forward[arcs]
        length = self.network.arc_m[arcs]
        share = near.share[:, None]
        place = np.where(forward, share, 1.0 - share) * length
        unlikely = 0.5 * (near.away_m / np.repeat(sigma_m, np.diff(near.at))) ** 2 + self._astray[near.segment]
        return Seen(
            np.ascontiguousarray(found.xy[:, 0]),
            np.ascontiguousarray(found.xy[:, 1]),
            found.gone,
            2 * near.at,
            arcs.ravel(),
            place.ravel(),
            np.repeat(unlikely, 2),
        )

    def _runs(
        self, lines: Sequence[Line], found: Positions, seen: Seen, chosen: npt.NDArray[np.int64], at: Sequence[int]
    ) -> list[_Run]:
        """The stays on arcs of one piece, in order."""
        runs: list[_Run] = []
        for before, position in zip([-1, *at[:-1]], at, strict=True):
            if runs:
                straight = float(np.hypot(*(found.xy[position] - found.xy[before])))
                word = _between(lines, int(found.line[before]), int(found.line[position]))
                self._drive_on(runs, seen, int(chosen[before]), int(chosen[position]), straight, word)
                runs[-1].position = position
            else:
                place = float(seen.place[chosen[position]])
                runs.append(_Run(int(seen.arc[chosen[position]]), place, place, position))
        return runs

    def _drive_on(
        self, runs: list[_Run], seen: Seen, before: int, state: int, straight: float, word: bool | None
    ) -> None:
        """Adds the way between two states ``straight`` metres apart; ``word`` is said of it."""
        run, length = runs[-1], self.network.arc_m
        arc, place = int(seen.arc[state]), float(seen.place[state])
        start = float(seen.place[before])
        how, arcs = between(self._roads, self._rules, self._work, straight, run.arc, start, arc, place)
        if how == 1:
            back = float(length[arc]) - run.high
            runs.append(_Run(arc, back, back, run.position))
        elif how == 2:
            run.on(float(length[run.arc]), word)
            for one in arcs.tolist():
                runs.append(_Run(one, 0.0, 0.0, run.position))
                runs[-1].on(float(length[one]), word)
            runs.append(_Run(arc, 0.0, 0.0, run.position))
        runs[-1].on(place, word)

    def _gaps(
        self, found: Positions, seen: Seen, chosen: npt.NDArray[np.int64], piece: npt.NDArray[np.int64]
    ) -> Iterator[Gap]:
        """The stretches between pieces, and before the first and after the last."""
        used = np.flatnonzero(piece >= 0)
        ends = [-1, *used.tolist(), len(piece)]
        for before, after in pairwise(ends):
            inner = before >= 0 and after < len(piece)
            if (inner and piece[before] == piece[after]) or (not inner and after - before < 2):
                continue
            first, last = max(before, 0), min(after, len(piece) - 1)
            metres = float(found.gone[last] - found.gone[first])
            leap = float(np.hypot(*(found.xy[last] - found.xy[first])))
            if metres <= 0.0 or len(piece) == 0:
                continue  # from line to line: nobody drew anything there
            blind = bool((seen.at[first + 1 : last] == seen.at[first + 2 : last + 1]).any()) or not inner
            why: Reason = "no way that fits"
            if blind:
                why = "no street near"
            elif leap > self._rules.gap_m:
                why = "too long without positions"
            segment = self.network.arc_segment[seen.arc[chosen[before]]] if before >= 0 else -1
            after_street = self.network.segments[int(segment)].name if segment >= 0 else ""
            yield Gap(metres, (float(found.lon[first]), float(found.lat[first])), after_street, why)


def _arcs_of(network: StreetNetwork) -> npt.NDArray[np.int64]:
    """(n_segments, 2) both arcs of each segment."""
    order = np.argsort(network.arc_segment, kind="stable")
    return order.reshape(-1, 2).astype(np.int64)


def _dead_ends(graph: ArcGraph, usable: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(n_arcs,) whether turning round is all that one can do at the end of an arc."""
    arc = np.repeat(np.arange(graph.n_arcs), np.diff(graph.follows_at))
    onward = usable[graph.follows] & (graph.follows != graph.reverse[arc])
    return np.asarray(np.bincount(arc[onward], minlength=graph.n_arcs) == 0)


def _settled(runs: Sequence[_Run], roads: Roads, metres: Floats) -> list[_Run]:
    """The arcs that count as driven: those of which at least half was. Turning to and fro on the spot is noise."""
    kept: list[_Run] = []
    for run in runs:
        short = len(kept) > 1 and _share(kept[-1], metres) < 0.5 and roads.reverse[kept[-1].arc] == run.arc
        if short and kept[-2].arc == run.arc:
            kept.pop()
        if kept and kept[-1].arc == run.arc:
            kept[-1].high, kept[-1].position = max(kept[-1].high, run.high), run.position
            for word, metres_said in run.said.items():
                kept[-1].said[word] += metres_said
        else:
            kept.append(run)
    return [run for run in kept if _share(run, metres) >= 0.5]


def _passage(run: _Run, found: Positions) -> ArcPassage:
    return ArcPassage(run.arc, _word(run), int(found.line[run.position]), int(found.point[run.position]))


def _share(run: _Run, metres: Floats) -> float:
    return (run.high - run.low) / max(1e-9, float(metres[run.arc]))


def _between(lines: Sequence[Line], before: int, after: int) -> bool | None:
    """What is said of work between two positions: the word of their line, and of what nobody drew that it is none."""
    words = {lines[before].serve, lines[after].serve}
    return lines[after].serve if before == after or words == {None} else False


def _word(run: _Run) -> bool | None:
    """What is said of most metres of a stay."""
    return max(run.said, key=lambda word: run.said[word], default=None)


def _lengths(
    found: Positions, piece: npt.NDArray[np.int64], rules: Rules, *, seldom_m: float = 60.0
) -> tuple[float, float]:
    """Metres of line that lie within pieces, and those of them where positions are ``seldom_m`` apart or more."""
    used = np.flatnonzero(piece >= 0)
    inside = piece[used[1:]] == piece[used[:-1]]
    metres = found.gone[used[1:]] - found.gone[used[:-1]]
    leap = np.hypot(*(found.xy[used[1:]] - found.xy[used[:-1]]).T) if len(used) > 1 else metres
    return float(metres[inside].sum()), float(leap[inside & (leap >= seldom_m)].sum())
