"""From a vehicle's positions to the streets that it has driven with work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np

from city.entities import Position, Segment
from city.geo import local_xy
from city.matching import Matcher
from city.network import build
from city.passage import Passage
from city.track import Line
from city.vocabulary import Network


def passages(
    found: Sequence[Position],
    segments: Sequence[Segment],
    clears: Network,
    work_kmh: float,
    *,
    accurate_m: float = 50.0,
    faster: float = 1.75,
) -> tuple[Passage, ...]:
    """The streets that were driven at a pace at which a plough can work, in driving order, each as often as it was.

    ``segments`` are those round the positions, which stand in the order of their times. A street counts from half of
    its length on (``city.matching``). Where a vehicle goes more than ``faster`` times its working speed it drives to
    somewhere else; a receiver that says more than ``accurate_m`` says nothing. Both are choices of ours.
    """
    good = [place for place in found if place.accuracy_m is None or place.accuracy_m <= accurate_m]
    if not good or not segments:
        return ()
    matcher, drives = Matcher(build(segments), clears), list(_drives(good, faster * work_kmh))
    matched = matcher.match([_line(places, works) for places, works in drives])
    return tuple(
        Passage(segments[int(matcher.network.arc_segment[passage.arc])].id, left.vehicle, left.time)
        for passage in matched.passages
        if passage.serve is not False
        for left in (drives[passage.line][0][passage.point],)
    )


def _line(places: Sequence[Position], works: bool) -> Line:
    return Line(tuple((place.lon, place.lat) for place in places), serve=works, drawn=False)


def _drives(found: Sequence[Position], fastest_kmh: float) -> Iterator[tuple[list[Position], bool]]:
    """The track with whether it is work, cut where the vehicle changes between working and driving on, and where
    another takes over."""
    pace = _pace_kmh(found)
    legs = [(a, b, pace[i] <= fastest_kmh) for i, (a, b) in enumerate(pairwise(found)) if a.vehicle == b.vehicle]
    for (_, works), group in groupby(legs, key=lambda leg: (leg[0].vehicle, leg[2])):
        ends = list(group)
        yield [ends[0][0], *(leg[1] for leg in ends)], works


def _pace_kmh(found: Sequence[Position]) -> list[float]:
    """The pace between each position and the next [km/h]."""
    x, y = local_xy(
        np.array([place.lon for place in found]),
        np.array([place.lat for place in found]),
        (found[0].lon, found[0].lat),
    )
    metres = np.hypot(np.diff(x), np.diff(y)).tolist()
    seconds = [max(1e-3, (b.time - a.time).total_seconds()) for a, b in pairwise(found)]
    return [3.6 * m / s for m, s in zip(metres, seconds, strict=True)]
