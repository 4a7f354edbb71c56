"""The checker: recomputes a drive from nothing but the network, and says in words what is wrong with it.

It shares no code with the driving rule or any search; every drive of every plan passes through it while it is made, and
what is wrong with one keeps that one out of the plan.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from city.catalogue.message import Figure, Message, message
from city.catalogue.words import words
from city.entities import Point, Segment, TurnBan, Vehicle
from city.geo import local_xy
from city.network import StreetNetwork
from city.vocabulary import CLOSED_TO_SMALL

log = logging.getLogger("dagsplan.checker")


@dataclass(frozen=True)
class Refusal:
    """What stays out of the plan, by its ``target``, and the first thing that is wrong with it. ``run`` counts within
    this plan, from 0."""

    target: str
    why: Message
    run: int = 0


NO_ROUND = message("plan.check.no_round")
"""What is wrong with a round whose solver says itself that it is not feasible."""


def refuse(target: str, wrong: Sequence[Message], run: int = 0) -> Refusal:
    """The refusal of what has one fault at least, told to the log as an error."""
    said = [words("en").say(fault) for fault in wrong]
    log.error("left out of the plan", extra={"target": target, "run": run, "wrong": said})
    return Refusal(target, wrong[0], run)


def refusal(target: str, wrong: Sequence[Message], run: int = 0) -> Refusal | None:
    """The same; None where nothing is wrong."""
    return refuse(target, wrong, run) if wrong else None


def violations(
    network: StreetNetwork,
    start_node: int,
    steps: Sequence[tuple[int, bool]],
    needs: Mapping[int, int],
    left_out: Sequence[int] = (),
    turns: Iterable[TurnBan] = (),
) -> list[Message]:
    """What is wrong with a drive of (arc, serve) steps that must serve ``needs`` (segment -> passes).

    An empty list means: it begins and ends at the start, every arc joins on to the one before, none of the ``turns``
    that are banned is made, every needed segment is served as often as it must be (both ways where it has both) or is
    named in ``left_out``, and nothing else is.
    """
    arcs = [arc for arc, _ in steps]
    working = [arc for arc, serve in steps if serve]
    return [
        *apart(network, start_node, arcs),
        *broken(network, arcs, turns),
        *_badly_served(network, working, needs, left_out),
    ]


def _badly_served(
    network: StreetNetwork, working: Sequence[int], needs: Mapping[int, int], left_out: Sequence[int]
) -> Iterator[Message]:
    """What is served too little, too much, one way only, or without need; ``working`` are the arcs driven with work."""
    served = Counter(int(network.arc_segment[arc]) for arc in working)
    ways = Counter(int(network.arc_segment[arc]) for arc in set(working))
    both_ways = _both_ways(network, needs)
    for segment, passes in needs.items():
        name, times = network.segments[segment].id, served[segment]
        if segment in left_out:
            if times:
                yield message("plan.check.served.left", name=name)
        elif times != passes:
            yield message("plan.check.served.times", name=name, n=times, needed=message("plan.check.needed", n=passes))
        elif segment in both_ways and ways[segment] < 2:
            yield message("plan.check.served.one_way", name=name)
    for name in (network.segments[segment].id for segment in sorted(set(served) - set(needs))):
        yield message("plan.check.served.unneeded", name=name)


def apart(network: StreetNetwork, home: int, arcs: Sequence[int]) -> list[Message]:
    """Where a way from the node ``home`` and back does not begin, end or join up as it should."""
    found = []
    if arcs and int(network.arc_from[arcs[0]]) != home:
        found.append(message("plan.check.way.start"))
    if arcs and int(network.arc_to[arcs[-1]]) != home:
        found.append(message("plan.check.way.home"))
    for arc, following in pairwise(arcs):
        if network.arc_to[arc] != network.arc_from[following]:
            before, after = (network.segments[int(network.arc_segment[one])].id for one in (arc, following))
            found.append(message("plan.check.way.apart", before=before, after=after))
    return found


def broken(network: StreetNetwork, arcs: Sequence[int], turns: Iterable[TurnBan]) -> list[Message]:
    """The banned turns that are made, each in words."""
    banned = {(ban.from_segment, ban.via_node, ban.to_segment) for ban in turns}
    found = []
    for arc, following in pairwise(arcs):
        before, after = (network.segments[int(network.arc_segment[one])].id for one in (arc, following))
        node = int(network.node_ids[network.arc_to[arc]])
        if (before, node, after) in banned:
            found.append(message("plan.check.way.turn", before=before, after=after, node=str(node)))
    return found


def shut(network: StreetNetwork, arcs: Iterable[int], vehicle: Vehicle) -> list[Message]:
    """The segments of a way that are closed to a vehicle, each in words: cycle ways to a lorry, motorways to a small
    plough, and what is too narrow or too weak."""
    driven = dict.fromkeys(int(network.arc_segment[arc]) for arc in arcs)
    return [
        message("plan.check.way.closed", name=segment.id, vehicle=vehicle.id)
        for segment in (network.segments[row] for row in driven)
        if _closed(segment, vehicle)
    ]


def _closed(segment: Segment, vehicle: Vehicle) -> bool:
    if vehicle.network == "street" and segment.network != "street":
        return True
    if vehicle.network == "cycle" and segment.highway in CLOSED_TO_SMALL:
        return True
    wide = vehicle.width_m is not None and segment.max_width_m is not None and vehicle.width_m > segment.max_width_m
    heavy = (
        vehicle.weight_t is not None and segment.max_weight_t is not None and vehicle.weight_t > segment.max_weight_t
    )
    return wide or heavy


def comes_nearer(network: StreetNetwork, nodes: Sequence[int], at: int, place: Point, *, within_m: float = 1.0) -> bool:
    """Whether a way over ``nodes`` comes nearer to a (lon, lat) place than the node ``at`` is, where it is visited."""
    over = np.array([at, *nodes], np.int64)
    away_m = np.hypot(*local_xy(network.lon[over], network.lat[over], place))
    return bool(away_m[0] > away_m.min() + within_m)


def metres_off(network: StreetNetwork, arcs: Sequence[int], said_m: float, *, within_m: float = 1.0) -> list[Message]:
    """Where a way is not as long [m] as it is said to be."""
    metres = float(sum(float(network.arc_m[arc]) for arc in arcs))
    if abs(metres - said_m) <= within_m:
        return []
    return [message("plan.check.way.metres", metres=Figure(metres, 0), said=Figure(said_m, 0))]


def _both_ways(network: StreetNetwork, needs: Mapping[int, int]) -> set[int]:
    """Needed segments that must be driven once in each direction."""
    return {segment for segment, passes in needs.items() if passes == 2 and not network.segments[segment].oneway}
