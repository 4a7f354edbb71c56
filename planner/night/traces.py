"""From a vehicle's positions to the streets that it has driven with work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise

import numpy as np

from city.entities import Position, Segment
from city.geo import local_xy
from city.matching import Matcher
from city.network import build
from city.track import Line
from city.vocabulary import Network

CHUNK = timedelta(minutes=10)
"""What is matched in one step; older stretches are settled and not matched again."""


@dataclass(frozen=True)
class Trace:
    """The streets under an order's positions as far as they are matched: ``settled`` those of ``settled_n`` positions
    up to ``settled_until``, ``tail`` those of the ones from there to ``until``."""

    settled: Mapping[str, int] = field(default_factory=dict)
    settled_n: int = 0
    settled_until: datetime | None = None
    tail: Mapping[str, int] = field(default_factory=dict)
    until: datetime | None = None

    @property
    def passages(self) -> Counter[str]:
        """How often each street was driven with work."""
        return Counter(self.settled) + Counter(self.tail)


def longer(
    trace: Trace, found: Sequence[Position], segments: Sequence[Segment], clears: Network, work_kmh: float
) -> Trace:
    """A trace one step on. ``found`` are the positions after its settled ones, at least one; a ``stretch`` is taken."""
    head = stretch(found)
    driven = passages(head, segments, clears, work_kmh)
    if len(head) == len(found):
        return replace(trace, tail=driven, until=head[-1].time)
    n, until = len(head) - 1, head[-2].time
    return Trace(Counter(trace.settled) + Counter(driven), trace.settled_n + n, until, {}, until)


def stretch(found: Sequence[Position], *, lasts: timedelta = CHUNK) -> Sequence[Position]:
    """The positions of one step: all where they are of less than ``lasts``, else the first ones with the next, so that
    the way between two steps is in the first."""
    ends = found[0].time + lasts
    n = next((i for i, place in enumerate(found) if place.time >= ends), len(found))
    return found if n + 1 >= len(found) else found[: n + 1]


def passages(
    found: Sequence[Position],
    segments: Sequence[Segment],
    clears: Network,
    work_kmh: float,
    *,
    accurate_m: float = 50.0,
    faster: float = 1.75,
) -> Mapping[str, int]:
    """How often each street was driven at a pace at which a plough can work, by the street's id.

    ``segments`` are those round the positions, which stand in the order of their times. A street counts from half of
    its length on (``city.matching``). Where a vehicle goes more than ``faster`` times its working speed it drives to
    somewhere else; a receiver that says more than ``accurate_m`` says nothing. Both are choices of ours.
    """
    good = [place for place in found if place.accuracy_m is None or place.accuracy_m <= accurate_m]
    if not good or not segments:
        return {}
    matcher = Matcher(build(segments), clears)
    matched = matcher.match(list(_lines(good, faster * work_kmh)))
    return Counter(
        segments[int(matcher.network.arc_segment[passage.arc])].id
        for passage in matched.passages
        if passage.serve is not False
    )


def _lines(found: Sequence[Position], fastest_kmh: float) -> Iterator[Line]:
    """The track, cut where the vehicle changes between working and driving on, and where another takes over."""
    pace = _pace_kmh(found)
    legs = [(a, b, pace[i] <= fastest_kmh) for i, (a, b) in enumerate(pairwise(found)) if a.vehicle == b.vehicle]
    for (_, works), group in groupby(legs, key=lambda leg: (leg[0].vehicle, leg[2])):
        ends = list(group)
        points = [(place.lon, place.lat) for place in (ends[0][0], *(leg[1] for leg in ends))]
        yield Line(tuple(points), serve=works, drawn=False)


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
