"""The checker: recomputes a drive from nothing but the network, and says in words what is wrong with it.

It shares no code with the driving rule or any search; every drive of every plan passes through it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from city.entities import TurnBan
from city.network import StreetNetwork


def violations(
    network: StreetNetwork,
    start_node: int,
    steps: Sequence[tuple[int, bool]],
    needs: Mapping[int, int],
    left_out: Sequence[int] = (),
    turns: Iterable[TurnBan] = (),
) -> list[str]:
    """What is wrong with a drive of (arc, serve) steps that must serve ``needs`` (segment -> passes).

    An empty list means: it begins and ends at the start, every arc joins on to the one before, none of the ``turns``
    that are banned is made, every needed segment is served as often as it must be (both ways where it has both) or is
    named in ``left_out``, and nothing else is.
    """
    found = []
    if steps and int(network.arc_from[steps[0][0]]) != start_node:
        found.append("the drive does not begin at its start")
    if steps and int(network.arc_to[steps[-1][0]]) != start_node:
        found.append("the drive does not come home to its start")
    for (arc, _), (following, _) in pairwise(steps):
        if network.arc_to[arc] != network.arc_from[following]:
            found.append(f"arc {following} does not join on to arc {arc}")
    found += _broken(network, [arc for arc, _ in steps], turns)
    served = Counter(int(network.arc_segment[arc]) for arc, serve in steps if serve)
    ways = Counter(int(network.arc_segment[arc]) for arc in {arc for arc, serve in steps if serve})
    both_ways = _both_ways(network, needs)
    for segment, passes in needs.items():
        name = network.segments[segment].id
        if segment in left_out:
            if served[segment]:
                found.append(f"segment {name} is served although it is said to be left out")
            continue
        if served[segment] != passes:
            found.append(f"segment {name} is served {served[segment]} times, {passes} are needed")
        elif segment in both_ways and ways[segment] < 2:
            found.append(f"segment {name} is served in one direction only")
    found += [f"segment {network.segments[s].id} is served without need" for s in sorted(set(served) - set(needs))]
    return found


def _broken(network: StreetNetwork, arcs: Sequence[int], turns: Iterable[TurnBan]) -> list[str]:
    """The banned turns that are made, each in words."""
    banned = {(ban.from_segment, ban.via_node, ban.to_segment) for ban in turns}
    found = []
    for arc, following in pairwise(arcs):
        before, after = (network.segments[int(network.arc_segment[one])].id for one in (arc, following))
        node = int(network.node_ids[network.arc_to[arc]])
        if (before, node, after) in banned:
            found.append(f"the turn from segment {before} to {after} at node {node} is banned")
    return found


def _both_ways(network: StreetNetwork, needs: Mapping[int, int]) -> set[int]:
    """Needed segments that must be driven once in each direction."""
    return {segment for segment, passes in needs.items() if passes == 2 and not network.segments[segment].oneway}
