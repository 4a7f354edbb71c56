"""The checker of waste rounds: recomputes one from the places, the tables and the streets, and says what is wrong.

It shares no code with what searches rounds; every round of every plan passes through it while it is made, and what is
wrong with one keeps that one out of the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from city.catalogue.message import Figure, Message, message
from city.entities import Depot
from city.network import StreetNetwork
from planner.routes.check import apart, comes_nearer, shut
from planner.waste.room import RoomNeed
from planner.waste.site import Site
from planner.waste.walk import WalkedRound


def violations(
    depots: Sequence[Depot],
    network: StreetNetwork,
    site: Site,
    found: WalkedRound,
    vessel_s: float,
    tip_s: float,
    kg_per_l: float = 0.0,
) -> list[Message]:
    """What is wrong with a round; ``vessel_s`` is the work at each vessel and ``tip_s`` that of tipping [s], and
    ``kg_per_l`` what a litre weighs.

    An empty list means: its truck is one of the site's, begins at its depot and comes home to it, has tipped last; each
    stop is a room that was asked for, none is visited twice, no load is over the capacity; its way joins up from place
    to place, each where it comes nearest to it, on streets that are open to it; and its metres and seconds are those of
    the tables.
    """
    if found.truck not in site.trucks or found.truck.depot not in site.depots:
        return [message("plan.check.round.truck", truck=found.truck.id)]
    unknown = [stop for stop in found.stops if stop is not None and not 0 <= stop < len(site.needs)]
    if unknown:
        return [message("plan.check.round.stop")]
    return [
        *apart(network, site.nodes[site.depots.index(found.truck.depot)], found.arcs),
        *_off_the_way(network, site, found),
        *_elsewhere(depots, network, site, found),
        *_not_tipped(found),
        *_twice(site, found),
        *_overloaded(site, found),
        *_too_heavy(site, found, kg_per_l),
        *shut(network, found.arcs, replace(found.truck, network="street")),
        *_miscounted(site, found, vessel_s, tip_s),
    ]


def _rows(site: Site, found: WalkedRound) -> list[int]:
    """The rows of the tables from the depot through all stops and home."""
    first = len(site.depots)
    home = site.depots.index(found.truck.depot)
    return [home, *(first if stop is None else first + 1 + stop for stop in found.stops), home]


def _off_the_way(network: StreetNetwork, site: Site, found: WalkedRound) -> Iterator[Message]:
    """Legs that do not lead from one place to the next."""
    nodes = [site.nodes[row] for row in _rows(site, found)]
    if len(found.legs) != len(nodes) - 1:
        yield message("plan.check.round.legs")
        return
    for number, ((begin, end), leg) in enumerate(zip(pairwise(nodes), found.legs, strict=True), start=1):
        ends = (int(network.arc_from[leg[0]]), int(network.arc_to[leg[-1]])) if leg else (begin, begin)
        if ends != (begin, end):
            yield message("plan.check.round.leg", number=number)


def _elsewhere(depots: Sequence[Depot], network: StreetNetwork, site: Site, found: WalkedRound) -> Iterator[Message]:
    """Places that are not visited where the way comes nearest to them: its depot, the disposal site, the rooms."""
    own = next(depot for depot in depots if depot.id == found.truck.depot)
    first = next(depot for depot in depots if depot.id == site.depots[0])
    tip = next((depot for depot in depots if depot.kind == "disposal"), first)
    nodes = [site.nodes[row] for row in _rows(site, found)]
    over = network.arc_to[found.arcs].tolist()
    places = [own, *(tip if stop is None else site.needs[stop].room for stop in found.stops), own]
    for place, at in zip(places, nodes, strict=True):
        if comes_nearer(network, over, at, (place.lon, place.lat)):
            yield message("plan.check.round.nearest", name=place.name or place.id)


def _not_tipped(found: WalkedRound) -> Iterator[Message]:
    if not found.stops or found.stops[-1] is not None:
        yield message("plan.check.round.tip")


def _twice(site: Site, found: WalkedRound) -> Iterator[Message]:
    times = Counter(need.room.id for need in _visited(site, found))
    for room, n in times.items():
        if n > 1:
            yield message("plan.check.round.twice", room=room, n=n)


def _overloaded(site: Site, found: WalkedRound) -> Iterator[Message]:
    """Loads that are over the truck's capacity, counted from each tipping to the next."""
    most, load = found.truck.capacity_l, 0.0
    for stop in found.stops:
        load = 0.0 if stop is None else load + site.needs[stop].litres
        if most and load > most:
            yield message("plan.check.round.load", load=Figure(load, 0), most=Figure(most, 0))
            return


def _too_heavy(site: Site, found: WalkedRound, kg_per_l: float) -> Iterator[Message]:
    """Loads that weigh more than the truck carries, counted from each tipping to the next."""
    most, load = found.truck.capacity_kg, 0.0
    for stop in found.stops:
        load = 0.0 if stop is None else load + site.needs[stop].litres * kg_per_l
        if most and load > most:
            yield message("plan.check.round.weight", load=Figure(load, 0), most=Figure(most, 0))
            return


def _miscounted(site: Site, found: WalkedRound, vessel_s: float, tip_s: float) -> Iterator[Message]:
    """Metres and seconds that are not those of the tables, but for what whole numbers of each leg may make."""
    legs = list(pairwise(_rows(site, found)))
    metres = float(sum(float(site.metres[leg]) for leg in legs))
    driving = float(sum(float(site.seconds[leg]) for leg in legs))
    work = vessel_s * sum(len(need.vessels) for need in _visited(site, found))
    seconds = driving + work + tip_s * found.stops.count(None)
    if not abs(found.metres - metres) <= len(legs):
        yield message("plan.check.round.metres", metres=Figure(metres, 0), said=Figure(found.metres, 0))
    if not abs(found.seconds - seconds) <= 2 * len(legs):
        yield message("plan.check.round.seconds", seconds=Figure(seconds, 0), said=Figure(found.seconds, 0))
    if not abs(float(site.how.seconds[found.arcs].sum()) - driving) <= 1.0:
        yield message("plan.check.round.uncounted")


def _visited(site: Site, found: WalkedRound) -> list[RoomNeed]:
    return [site.needs[stop] for stop in found.stops if stop is not None]
