"""What is wrong with a drive or a round of a snow night, recomputed from the streets, the needs and the vehicle.

It shares no code with what searched them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from city.catalogue.message import Figure, Message, message
from city.entities import Vehicle
from city.network import StreetNetwork
from city.upkeep import Place
from planner.routes.check import apart, broken, comes_nearer, metres_off, shut, violations
from planner.routes.tur import Drive
from planner.routes.visits import Visit
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot


def drive_violations(
    snapshot: SnowSnapshot, network: StreetNetwork, home: int, vehicle: Vehicle, needs: Sequence[Need], drive: Drive
) -> list[Message]:
    """What is wrong with a drive that does ``needs`` from the node ``home`` and back; empty where nothing is."""
    steps = [(step.arc, step.serve) for step in drive.traversals]
    arcs = [arc for arc, _ in steps]
    passes = {need.segment: need.passes for need in needs}
    turns = [ban for ban in snapshot.turns if ban.binds(vehicle.network)]
    return [
        *violations(network, home, steps, passes, drive.left_out, turns),
        *shut(network, arcs, vehicle),
        *metres_off(network, arcs, drive.metres),
    ]


def round_violations(
    snapshot: SnowSnapshot, network: StreetNetwork, home: int, vehicle: Vehicle, places: Sequence[Place], visit: Visit
) -> list[Message]:
    """What is wrong with a round to ``places`` from the node ``home`` and back; empty where nothing is."""
    turns = [ban for ban in snapshot.turns if ban.binds(vehicle.network)]
    return [
        *apart(network, home, visit.arcs),
        *broken(network, visit.arcs, turns),
        *shut(network, visit.arcs, vehicle),
        *_unvisited(network, home, places, visit),
        *metres_off(network, visit.arcs, visit.metres),
        *_too_fast(network, vehicle, visit),
    ]


def _unvisited(network: StreetNetwork, home: int, places: Sequence[Place], visit: Visit) -> Iterator[Message]:
    """Places that are not visited just once, in the order of the way, where the way comes nearest to them."""
    times = Counter(visit.order)
    for i, place in enumerate(places):
        if times[i] != 1:
            yield message("plan.check.places.times", name=place.name or place.id, n=times[i])
    if any(not 0 <= i < len(places) for i in visit.order):
        yield message("plan.check.places.unknown")
        return
    at = visit.after
    if len(at) != len(visit.order) or any(not 0 <= n <= len(visit.arcs) for n in at) or list(at) != sorted(at):
        yield message("plan.check.places.order")
        return
    nodes = [home, *network.arc_to[list(visit.arcs)].tolist()]
    for i, n in zip(visit.order, at, strict=True):
        if comes_nearer(network, nodes, nodes[n], (places[i].lon, places[i].lat)):
            yield message("plan.check.places.nearest", name=places[i].name or places[i].id)


def _too_fast(network: StreetNetwork, vehicle: Vehicle, visit: Visit) -> Iterator[Message]:
    """Where less time is said than driving alone takes at the posted speeds."""
    arcs = list(visit.arcs)
    kmh = np.minimum(network.arc_speed[arcs], vehicle.drive_kmh)
    least_s = float((3.6 * network.arc_m[arcs] / kmh).sum())
    if visit.seconds < least_s - 1.0:
        yield message("plan.check.places.seconds", least=Figure(least_s, 0), said=Figure(visit.seconds, 0))
