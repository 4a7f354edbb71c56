"""Which of the streets that a route drives it also clears."""

from __future__ import annotations

from city.entities import RouteStep, Segment
from city.matching import Matched
from city.network import StreetNetwork
from city.vocabulary import PLANNED_KEEPERS, Network, RouteClass


def steps(
    network: StreetNetwork, matched: Matched, clears: Network, route_class: RouteClass | None
) -> tuple[RouteStep, ...]:
    """The steps of a route. Where the file says nothing, the first passage of each street that is to be cleared counts
    as work: once in each direction on streets, once in all on cycle ways.

    To be cleared is what the municipality keeps, of the vehicle's network, and of the route's class where it has one.
    """
    done: set[tuple[int, bool]] = set()
    found = []
    for passage in matched.passages:
        index, forward = int(network.arc_segment[passage.arc]), bool(network.arc_forward[passage.arc])
        segment = network.segments[index]
        once = (index, forward or clears == "cycle")
        serve = passage.serve
        if serve is None:
            serve = once not in done and _needed(segment, clears, route_class)
        if serve:
            done.add(once)
        found.append(RouteStep(segment.id, forward, serve))
    return tuple(found)


def _needed(segment: Segment, clears: Network, route_class: RouteClass | None) -> bool:
    kept = segment.keeper in PLANNED_KEEPERS and segment.network == clears
    return kept and route_class in (None, segment.route_class)
