"""Cuts a network into turer: pieces of one class that one vehicle can do in a set time.

The cut depends on the streets and the time limit alone, never on the weather, so a tur is the same every night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from city.entities import Segment
from city.geo import local_xy, middle
from city.vocabulary import PLANNED_KEEPERS, Network, RouteClass


@dataclass(frozen=True)
class Tur:
    """A named piece of work: ``segments`` are indices into the snapshot's segments."""

    id: str
    title: str
    network: Network
    route_class: RouteClass
    segments: tuple[int, ...]


def plannable(segment: Segment) -> bool:
    """Whether a segment can ever ask for a plough: ours to keep, to be got to, and under the sky."""
    return segment.keeper in PLANNED_KEEPERS and segment.reachable and not segment.tunnel


def service_minutes(segment: Segment, work_kmh: float) -> float:
    """Minutes of work on a segment, all passes [min]."""
    return passes(segment) * segment.length_m / (work_kmh / 3.6) / 60.0


def passes(segment: Segment) -> int:
    """How often a segment is driven: once for a cycle way, once a lane for a one-way street, else both ways."""
    if segment.network == "cycle":
        return 1
    if segment.oneway:
        return max(1, min(3, segment.lanes or 1))
    return 2


def cut(segments: Sequence[Segment], minutes: float, work_kmh: dict[Network, float]) -> list[Tur]:
    """All turer of the plannable, reachable segments, each of at most about ``minutes`` of work."""
    groups: dict[tuple[Network, RouteClass], list[int]] = defaultdict(list)
    for index, segment in enumerate(segments):
        if plannable(segment):
            groups[segment.network, segment.route_class].append(index)
    turer = []
    for network, route_class in sorted(groups):
        members = groups[network, route_class]
        work = np.array([service_minutes(segments[i], work_kmh[network]) for i in members])
        pieces = bisect(np.array(members), work, _places(segments, members), minutes)
        turer += [
            Tur(f"{route_class}-{number}", _title(segments, piece), network, route_class, tuple(int(i) for i in piece))
            for number, piece in enumerate(pieces, start=1)
        ]
    return turer


def _places(segments: Sequence[Segment], members: Sequence[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(n, 2) middles in metres."""
    points = np.array([middle(segments[i].geometry) for i in members])
    origin = (float(points[:, 0].mean()), float(points[:, 1].mean()))
    return np.column_stack(local_xy(points[:, 0], points[:, 1], origin))


def bisect(
    members: np.ndarray[tuple[int], np.dtype[np.int64]],
    work: np.ndarray[tuple[int], np.dtype[np.float64]],
    places: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    minutes: float,
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Halves the work along the longer side until each piece fits; ties go by index, so it is always the same."""
    if work.sum() <= minutes or len(members) < 2:
        return [np.sort(members)]
    side = int(np.ptp(places[:, 0]) < np.ptp(places[:, 1]))
    order = np.lexsort((members, places[:, side]))
    at = int(np.searchsorted(np.cumsum(work[order]), work.sum() / 2)) + 1
    at = min(max(at, 1), len(members) - 1)
    halves = order[:at], order[at:]
    return [piece for half in halves for piece in bisect(members[half], work[half], places[half], minutes)]


def _title(segments: Sequence[Segment], piece: Iterable[int]) -> str:
    """The street of the tur with the most metres; empty where nothing has a name."""
    metres: dict[str, float] = defaultdict(float)
    for index in piece:
        metres[segments[int(index)].name] += segments[int(index)].length_m
    metres.pop("", None)
    return max(sorted(metres), key=metres.__getitem__) if metres else ""
