"""The waste plan: which rooms must be emptied, which may, and in what round. A function of the snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import count, pairwise
from typing import Any

import numpy as np

from city.network import StreetNetwork, build
from city.plan import (
    Degradation,
    Intervention,
    Plan,
    Reason,
    RoundStop,
    Text,
    Verdict,
    intervention_id,
    intervention_key,
)
from city.said import clock_en, clock_sv, figure_en, figure_sv
from city.serviceday import local_instant
from city.things import Depot, Vehicle
from city.words import Certainty
from planner.assemble import assemble
from planner.routes.problem import Profile
from planner.routes.profiles import profile
from planner.routes.rounds import TIP_S, Round, StopWish, Truck, plan_rounds
from planner.say import plain, weak
from planner.snapshot import Snapshot, next_run
from planner.thresholds import Limits, limits
from planner.waste_need import RoomNeed, judge

SHIFT_BEGINS = time(6, 0)


@dataclass(frozen=True)
class Site:
    """Where the trucks of one fraction start and tip, and the tables of the way between all places.

    ``metres`` and ``seconds`` (2 + n, 2 + n): depot, disposal, then the rooms in the order of ``needs``.
    """

    needs: tuple[RoomNeed, ...]
    trucks: tuple[Vehicle, ...]
    nodes: tuple[int, ...]
    metres: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    seconds: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    how: Profile


def plan_waste(snapshot: Snapshot) -> Plan:
    """The waste plan of a snapshot."""
    rules = limits(snapshot.thresholds)
    needs = judge(snapshot, rules)
    network = build(snapshot.segments)
    items = list(snapshot.running)
    weaknesses = list(_weak(snapshot, needs))
    for fraction, wanted in _by_fraction(_not_under_way(snapshot, needs)):
        site = _site(snapshot, network, fraction, wanted, {item.vehicle for item in items})
        if site is None:
            weaknesses.append(_no_truck(fraction))
            continue
        rounds = _rounds(snapshot, rules, site)
        taken = {item.target for item in snapshot.running}
        targets = (name for number in count(1) if (name := f"{fraction}-{number}") not in taken)
        shift = _shift(snapshot, items)
        items += [
            _intervention(snapshot, network, site, target, found, rules, shift)
            for target, found in zip(targets, rounds, strict=False)
        ]
        weaknesses += _missed(wanted, site, rounds)
    totals = _totals(needs, items)
    return assemble(snapshot, _verdict(snapshot, needs, items, weaknesses), weaknesses, items, totals)


def _not_under_way(snapshot: Snapshot, needs: Sequence[RoomNeed]) -> list[RoomNeed]:
    """The needs but those that a round which is out already sees to."""
    stops = [stop for item in snapshot.running if isinstance(item.stops, tuple) for stop in item.stops]
    fetched = {vessel for stop in stops for vessel in stop.vessels}
    return [need for need in needs if any(vessel.id not in fetched for vessel in need.vessels)]


def _shift(snapshot: Snapshot, items: Sequence[Intervention]) -> dict[str, datetime]:
    """From when each truck is free of the rounds that it has; a truck without any is free from the shift on."""
    return {item.vehicle: item.ready_by for item in items if item.vehicle and item.ready_by}


def _by_fraction(needs: Sequence[RoomNeed]) -> list[tuple[str, list[RoomNeed]]]:
    """Each fraction goes on its own truck: what must be fetched, and what would be worth a detour.

    Fractions without anything that must be fetched today are left out.
    """
    groups: dict[str, list[RoomNeed]] = defaultdict(list)
    for need in needs:
        if need.must or need.prize >= 1.0:
            groups[need.fraction].append(need)
    return [(name, group) for name, group in sorted(groups.items()) if any(need.must for need in group)]


def _site(
    snapshot: Snapshot, network: StreetNetwork, fraction: str, needs: Sequence[RoomNeed], used: set[str | None]
) -> Site | None:
    """The site of a fraction with the trucks that may fetch it; idle ones where there are any, else those of ``used``
    that are not on a running order, after their rounds. None without truck, depot or street."""
    trucks = tuple(v for v in snapshot.vehicles if not v.fractions or fraction in v.fractions)
    homes = {depot.id: depot for depot in snapshot.depots}
    trucks = tuple(truck for truck in trucks if truck.depot in homes)
    if not trucks:
        return None
    busy = {item.vehicle for item in snapshot.running}
    free = tuple(truck for truck in trucks if truck.id not in busy)
    free = tuple(truck for truck in free if truck.id not in used) or free
    if not free:
        return None
    depot = homes[free[0].depot]
    disposal = next((d for d in snapshot.depots if d.kind == "disposal"), depot)
    how = profile(network, _largest(free))
    if not np.isfinite(how.seconds).any():
        return None
    most = max(truck.capacity_l or np.inf for truck in free)
    fitting = tuple(need for need in needs if need.litres <= most)
    return _tables(network, fitting, free, (depot, disposal), how)


def _largest(trucks: Sequence[Vehicle]) -> Vehicle:
    """The first truck, as wide and heavy as any: rounds of a fraction use streets that are open to all its trucks."""
    width_m = max((truck.width_m for truck in trucks if truck.width_m is not None), default=None)
    weight_t = max((truck.weight_t for truck in trucks if truck.weight_t is not None), default=None)
    return replace(trucks[0], network="street", width_m=width_m, weight_t=weight_t)


def _tables(
    network: StreetNetwork,
    needs: tuple[RoomNeed, ...],
    trucks: tuple[Vehicle, ...],
    ends: tuple[Depot, Depot],
    how: Profile,
) -> Site:
    """Distances over the streets between the nodes nearest to each place."""
    drivable = np.zeros(network.n_nodes, bool)
    open_arcs = np.isfinite(how.seconds)
    main, part = network.arc_from[open_arcs], network.parts(how.seconds)
    drivable[main] = part[main] == np.bincount(part[main]).argmax()
    places = [(end.lon, end.lat) for end in ends] + [(need.room.lon, need.room.lat) for need in needs]
    nodes = tuple(network.nearest_node(place, drivable) for place in places)
    seconds = network.travel(nodes, nodes, how.seconds)
    metres = network.travel(nodes, nodes, np.where(open_arcs, network.arc_m, np.inf))
    return Site(needs, trucks, nodes, metres, seconds, how)


def _rounds(snapshot: Snapshot, rules: Limits, site: Site) -> list[Round]:
    minutes = rules.value("waste.minutes_per_vessel")
    wishes = [
        StopWish(need.litres, 60.0 * minutes * len(need.vessels), None if need.must else need.prize)
        for need in site.needs
    ]
    trucks = [Truck(truck.id, truck.capacity_l) for truck in site.trucks]
    found = plan_rounds(
        wishes,
        trucks,
        site.metres,
        site.seconds,
        iterations=snapshot.knobs.round_iterations,
        seed=snapshot.seed,
    )
    return [item for item in found if any(stop is not None for stop in item.stops)]


def _intervention(
    snapshot: Snapshot,
    network: StreetNetwork,
    site: Site,
    target: str,
    found: Round,
    rules: Limits,
    shift: Mapping[str, datetime],
) -> Intervention:
    key = intervention_key("waste", target, snapshot.service_day, next_run(snapshot, target))
    visited = [site.needs[stop] for stop in found.stops if stop is not None]
    begins = max(snapshot.at, local_instant(snapshot.service_day, SHIFT_BEGINS, snapshot.zone))
    starts_at = max(begins, shift.get(found.truck, begins))
    truck = next(truck for truck in site.trucks if truck.id == found.truck)
    worst = max(visited, key=lambda need: need.score)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="round",
        target=target,
        title=target.replace("-", " "),
        priority=1 if any(need.must for need in visited) else 2,
        score=round(max(need.score for need in visited), 4),
        reasons=(_summary(visited), *worst.reasons[:2]),
        flip=worst.flip.sv,
        flip_en=worst.flip.en,
        depot=truck.depot,
        vehicle=truck.id,
        contractor=truck.contractor,
        starts_at=starts_at,
        ready_by=starts_at + timedelta(seconds=found.seconds),
        minutes=round(found.seconds / 60, 1),
        distance_m=round(found.metres, 1),
        geometry=_geometry(network, site, found),
        simulated=snapshot.simulated,
        stops=tuple(_stops(site, found, starts_at, rules)),
    )


def _summary(visited: Sequence[RoomNeed]) -> Reason:
    must = sum(need.must for need in visited)
    vessels = sum(len(need.vessels) for need in visited)
    return plain(
        f"{len(visited)} rum, {vessels} kärl: {must} måste tömmas, {len(visited) - must} ligger på vägen.",
        f"{len(visited)} rooms, {vessels} vessels: {must} must be emptied, {len(visited) - must} are on the way.",
    )


def _stops(site: Site, found: Round, starts_at: datetime, rules: Limits) -> Iterable[RoundStop]:
    """The stops with the time of arrival, counting work and the drives between."""
    service = 60.0 * rules.value("waste.minutes_per_vessel")
    clock, place = 0.0, 0
    for stop in found.stops:
        row = 1 if stop is None else stop + 2
        clock += float(site.seconds[place, row])
        if stop is not None:
            need = site.needs[stop]
            yield RoundStop(
                room=need.room.id,
                name=need.room.name or need.room.id,
                vessels=tuple(vessel.id for vessel in need.vessels),
                reason="; ".join(reason.text for reason in need.reasons),
                reason_en="; ".join(reason.text_en for reason in need.reasons),
                arrives_at=starts_at + timedelta(seconds=clock),
                lon=need.room.lon,
                lat=need.room.lat,
            )
        clock += TIP_S if stop is None else service * len(site.needs[stop].vessels)
        place = row


def _geometry(network: StreetNetwork, site: Site, found: Round) -> dict[str, Any]:
    """The way of the truck over the streets, from depot to depot."""
    order = [0, *(1 if stop is None else stop + 2 for stop in found.stops), 0]
    points: list[tuple[float, float]] = []
    for origin, target in pairwise(order):
        if np.isfinite(site.seconds[origin, target]):
            for arc in network.path(site.nodes[origin], site.nodes[target], site.how.seconds):
                line = network.arc_points(arc)
                points += line[1:] if points and points[-1] == line[0] else line
    return {"type": "LineString", "coordinates": points}


def _verdict(
    snapshot: Snapshot, needs: Sequence[RoomNeed], items: Sequence[Intervention], weaknesses: Sequence[Degradation]
) -> Verdict:
    rooms = len({stop.room for item in items if isinstance(item.stops, tuple) for stop in item.stops})
    certainty: Certainty = "high" if not weaknesses else "medium"
    if not needs:
        text = Text("Inga miljörum är inlagda: inget att tömma.", "No waste rooms are entered: nothing to empty.")
        return Verdict(go=False, text=text.sv, text_en=text.en, certainty="low", cost=0.0)
    if not items:
        text = _no_round(needs)
        return Verdict(go=False, text=text.sv, text_en=text.en, certainty=certainty, cost=0.0)
    starts = min(item.starts_at for item in items if item.starts_at)
    total = len({need.room.id for need in needs})
    return Verdict(
        go=True,
        text=f"Töm {rooms} av {total} rum från kl. {clock_sv(starts, snapshot.zone)} i {len(items)} "
        + ("rond." if len(items) == 1 else "ronder."),
        text_en=f"Empty {rooms} of {total} rooms from {clock_en(starts, snapshot.zone)} in {len(items)} "
        + ("round." if len(items) == 1 else "rounds."),
        certainty=certainty,
        starts_at=starts,
    )


def _no_round(needs: Sequence[RoomNeed]) -> Text:
    """Why nobody goes out, and which room is nearest to it of those whose levels are known."""
    nearest = max((need for need in needs if not need.blind), key=lambda need: need.probability, default=None)
    if any(need.must for need in needs):
        sv, en = "Rum behöver tömmas, men ingen bil kan skickas.", "Rooms need emptying, but no truck can be sent."
    else:
        sv, en = "Ingen tömning behövs i dag.", "No emptying is needed today."
    if nearest is None:
        return Text(f"{sv} Inga nivåer är kända.", f"{en} No levels are known.")
    p, name = 100 * nearest.probability, nearest.room.name or nearest.room.id
    return Text(
        f"{sv} Närmast: {name}, {figure_sv(p, 0)} % risk före nästa tömning.",
        f"{en} Nearest: {name}, {figure_en(p, 0)} % risk before the next visit.",
    )


def _weak(snapshot: Snapshot, needs: Sequence[RoomNeed]) -> Iterable[Degradation]:
    blind = sum(need.blind for need in needs)
    if blind:
        yield weak(
            "level_sensors",
            f"{blind} av {len(needs)} rum saknar färska nivåer: kalender och ålder styr där.",
            f"{blind} of {len(needs)} rooms have no fresh levels: calendar and age decide there.",
        )
    if not snapshot.segments and needs:
        yield weak(
            "network",
            "Inga gator är inlästa: ronder kan inte läggas.",
            "No streets are imported: rounds cannot be laid.",
        )
    if all(depot.kind != "disposal" for depot in snapshot.depots) and needs:
        yield weak(
            "disposal",
            "Ingen tipp-plats är inlagd: bilarna tippar vid depån.",
            "No disposal site: trucks tip at the depot.",
        )


def _no_truck(fraction: str) -> Degradation:
    return weak(
        "fleet",
        f"Ingen ledig bil med känd depå når {fraction}: dess rum kan inte tömmas.",
        f"No free truck with a known depot reaches {fraction}: its rooms cannot be emptied.",
    )


def _missed(wanted: Sequence[RoomNeed], site: Site, rounds: Sequence[Round]) -> Iterable[Degradation]:
    visited = {site.needs[stop].room.id for item in rounds for stop in item.stops if stop is not None}
    missed = [need.room.name or need.room.id for need in wanted if need.must and need.room.id not in visited]
    if missed:
        yield weak(
            "rounds",
            f"{len(missed)} rum som måste tömmas ryms inte: {', '.join(missed[:3])}.",
            f"{len(missed)} rooms that must be emptied do not fit: {', '.join(missed[:3])}.",
        )


def _totals(needs: Sequence[RoomNeed], items: Sequence[Intervention]) -> dict[str, Any]:
    stops = [stop for item in items if isinstance(item.stops, tuple) for stop in item.stops]
    return {
        "rooms": len({need.room.id for need in needs}),
        "rooms_visited": len({stop.room for stop in stops}),
        "vessels_emptied": sum(len(stop.vessels) for stop in stops),
        "must_go": sum(need.must for need in needs),
        "distance_m": round(sum(item.distance_m for item in items), 1),
        "minutes": round(sum(item.minutes for item in items), 1),
    }
