"""The waste plan: which rooms must be emptied, which may, and in what round. A function of the snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import numpy as np

from city.absence import first_gap
from city.catalogue.message import message
from city.catalogue.stored import clauses_of, in_all_languages
from city.catalogue.words import name_of
from city.entities import Vehicle
from city.network import StreetNetwork, build
from city.plan import (
    Degradation,
    Intervention,
    Plan,
    RoundStop,
    intervention_id,
    intervention_key,
)
from city.totals import WasteTotals
from planner.assemble import assemble
from planner.routes.check import NO_ROUND, refusal, refuse
from planner.snapshot import next_run
from planner.thresholds.limits import Limits, limits
from planner.waste.check import violations
from planner.waste.decide import RoomVisit, VesselsAsked, visits
from planner.waste.price import Worths, kg_per_l, prices_of, room_shares, worth_by_vessel
from planner.waste.room import RoomNeed, VesselView
from planner.waste.rounds import TIP_S, Pickup, Round, Truck, plan_rounds
from planner.waste.site import Site, absent_trucks, shift_begins, shift_ends, site_of
from planner.waste.snapshot import WasteSnapshot
from planner.waste.walk import WalkedRound, walked
from planner.waste.words import degradations, missed_rooms, no_truck, saves, summary_of, verdict
from planner.words.sentences import left_out

LONG_BACK = timedelta(hours=6)
"""So long after its end a round that nobody ended keeps its rooms from no other."""


def plan_waste(snapshot: WasteSnapshot, needs: Sequence[RoomNeed]) -> Plan:
    """The waste plan of what the rooms of a snapshot need."""
    rules = limits(snapshot.thresholds)
    network = build(snapshot.segments)
    items = list(snapshot.running)
    weaknesses, worths = list(degradations(snapshot, needs, rules.value("waste.shift_h"))), Worths()
    for fraction, rooms in _by_fraction(_not_under_way(snapshot, needs)):
        every = site_of(snapshot, network, fraction, rooms, {item.vehicle for item in items})
        if every is None:
            weaknesses += [no_truck(fraction)] * any(need.must for need in rooms)
            continue
        site = _worth_coming(snapshot, rules, every, worths)
        if site.needs:
            busy = _shift(snapshot, items)
            rounds = _rounds(snapshot, rules, site, busy)
            driven, weak = _driven(snapshot, network, rules, fraction, site, rounds, items)
            items += driven
            weaknesses += weak
            late = any(need.must for need in _left(site, rounds or []))
            more = _would_do(snapshot, rules, site, busy) if late and rounds else None
            weaknesses += missed_rooms(rooms, site, rounds or [], more, site.trucks[0].id if late and rounds else "")
        else:
            weaknesses += missed_rooms(rooms, site, [])
    totals = _totals(needs, items)
    return assemble(snapshot, verdict(snapshot, needs, items, weaknesses, prices_of(rules)), weaknesses, items, totals)


def _left(site: Site, rounds: Sequence[Round]) -> list[RoomNeed]:
    """The rooms of a site that are on no round."""
    visited = {stop for item in rounds for stop in item.stops if stop is not None}
    return [need for number, need in enumerate(site.needs) if number not in visited]


def _driven(
    snapshot: WasteSnapshot,
    network: StreetNetwork,
    rules: Limits,
    fraction: str,
    site: Site,
    rounds: Sequence[Round] | None,
    items: Sequence[Intervention],
) -> tuple[list[Intervention], list[Degradation]]:
    """The rounds of a fraction beside the ``items`` that are there, and what is kept out of the plan."""
    if rounds is None:
        what = message("plan.left_out.emptying", fraction=name_of(f"fraction.{fraction}", fraction))
        return [], [left_out(what, refuse(fraction, [NO_ROUND]).why)]
    taken, made, weak = {item.target for item in snapshot.running}, [], []
    targets = (name for number in count(1) if (name := f"{fraction}-{number}") not in taken)
    shift = _shift(snapshot, items)
    for target, found in zip(targets, rounds, strict=False):
        drive = walked(network, site, found)
        starts_at = _starts(snapshot, drive, shift)
        if starts_at is None:
            weak.append(_no_time(target, drive.truck))
            continue
        wrong = violations(snapshot.depots, network, site, drive, _vessel_s(rules), TIP_S, kg_per_l(rules, fraction))
        refused = refusal(target, wrong)
        if refused is None:
            made.append(_intervention(snapshot, network, site, target, drive, rules, starts_at))
        else:
            weak.append(left_out(message("plan.left_out.round", target=target), refused.why))
    return made, weak


def _not_under_way(snapshot: WasteSnapshot, needs: Sequence[RoomNeed]) -> list[RoomNeed]:
    """The needs without the vessels that a round which is out already sees to. A round that should have been back long
    ago sees to nothing any more, whatever its order says."""
    out = [item for item in snapshot.running if item.ready_by is None or snapshot.at - item.ready_by < LONG_BACK]
    stops = [stop for item in out if isinstance(item.stops, tuple) for stop in item.stops]
    fetched = {vessel for stop in stops for vessel in stop.vessels}
    return [left for need in needs if (left := _without(need, fetched)).views]


def _without(need: RoomNeed, fetched: Set[str]) -> RoomNeed:
    """A need of the vessels that are not fetched."""
    views = tuple(view for view in need.views if view.vessel.id not in fetched)
    if len(views) == len(need.views):
        return need
    vessels = tuple(vessel for vessel in need.vessels if vessel.id not in fetched)
    return replace(need, views=views, vessels=vessels, must=bool(vessels))


def _shift(snapshot: WasteSnapshot, items: Sequence[Intervention]) -> dict[str, datetime]:
    """From when each truck is free of the rounds that it has; a truck without any is free from the shift on."""
    return {item.vehicle: item.ready_by for item in items if item.vehicle and item.ready_by}


def _starts(snapshot: WasteSnapshot, found: WalkedRound, shift: Mapping[str, datetime]) -> datetime | None:
    """When a round begins: in the shift, after what its truck drives before, and while that is in service; None where
    the day is over before."""
    begins = shift_begins(snapshot)
    earliest = max(begins, shift.get(found.truck.id, begins))
    return first_gap(absent_trucks(snapshot).get(found.truck.id, []), earliest, timedelta(seconds=found.seconds))


def _no_time(target: str, truck: Vehicle) -> Degradation:
    """That the truck of a round is out of service for too long."""
    why = message("plan.waste.weak.truck_out", vehicle=truck.id)
    return left_out(message("plan.left_out.round", target=target), why)


def _by_fraction(needs: Sequence[RoomNeed]) -> list[tuple[str, list[RoomNeed]]]:
    """Each fraction goes on its own truck; the one with most rooms that must be emptied has the first choice of them.

    Fractions of which no room can be emptied on this day are left out.
    """
    groups: dict[str, list[RoomNeed]] = defaultdict(list)
    for need in needs:
        if need.must or any(view.state is not None and not view.doubt and not view.shut for view in need.views):
            groups[need.fraction].append(need)
    return sorted(groups.items(), key=lambda group: (-sum(need.must for need in group[1]), group[0]))


def _worth_coming(snapshot: WasteSnapshot, rules: Limits, site: Site, worths: Worths) -> Site:
    """The rooms that are looked at today, each with what a visit empties."""
    prices = prices_of(rules)
    rows = [0, site.disposal, *range(site.disposal + 1, len(site.metres))]
    costs = prices.ways(site.metres[np.ix_(rows, rows)], site.seconds[np.ix_(rows, rows)])
    most_l = site.most_l(kg_per_l(rules, site.needs[0].fraction))
    drive = room_shares(site.needs, rules, costs, min(most_l, 1e9), prices.hour * TIP_S / 3600.0)
    weekday = snapshot.service_day.weekday()
    worth = worth_by_vessel(site.needs, snapshot.at, rules, prices, drive, weekday, worths)
    views = [(number, need, view) for number, need in enumerate(site.needs) for view in need.views]
    asked = VesselsAsked(
        np.array([number for number, _, _ in views]),
        np.array([view.vessel in need.vessels for _, need, view in views]),
        np.array([worth.get(view.vessel.id, 0.0) for _, _, view in views]),
        np.array([view.litres for _, _, view in views]),
        np.array([need.score for _, need, _ in views]),
    )
    found = visits(asked, drive, prices, most_l)
    return site.only({visit.room: _visited(snapshot, site.needs[visit.room], visit, views) for visit in found})


def _visited(
    snapshot: WasteSnapshot, need: RoomNeed, visit: RoomVisit, views: Sequence[tuple[int, RoomNeed, VesselView]]
) -> RoomNeed:
    """The room as a visit finds it, with what it saves among its reasons where it need not be today."""
    vessels = tuple(views[row][2].vessel for row in visit.vessels)
    reasons = need.reasons
    if not visit.must:
        reasons = (*reasons[:2], saves(visit.left, snapshot.params.currency), *reasons[2:])
    return replace(need, vessels=vessels, litres=visit.litres, prize=visit.prize, reasons=reasons)


def _vessel_s(rules: Limits) -> float:
    """How long the work at a vessel takes [s]."""
    return 60.0 * rules.value("waste.minutes_per_vessel")


def _rounds(
    snapshot: WasteSnapshot, rules: Limits, site: Site, busy_until: Mapping[str, datetime]
) -> list[Round] | None:
    """The rounds of a fraction, each truck within what is left of its shift."""
    found = _searched(snapshot, rules, site, _trucks(snapshot, rules, site, busy_until))
    return None if found is None else [item for item in found if any(stop is not None for stop in item.stops)]


def _searched(snapshot: WasteSnapshot, rules: Limits, site: Site, trucks: Sequence[Truck]) -> list[Round] | None:
    """What the search of rounds finds for these trucks."""
    prices, weighs = prices_of(rules), kg_per_l(rules, site.needs[0].fraction)
    wishes = [
        Pickup(
            need.litres,
            prices.vessel_s * len(need.vessels),
            None if need.must else need.prize,
            need.score,
            need.litres * weighs,
        )
        for need in site.needs
    ]
    return plan_rounds(
        wishes,
        trucks,
        site.metres,
        site.seconds,
        iterations=snapshot.params.round_iterations,
        seed=snapshot.seed,
        kr_per_km=prices.km,
        kr_per_h=prices.hour,
    )


def _trucks(snapshot: WasteSnapshot, rules: Limits, site: Site, busy_until: Mapping[str, datetime]) -> list[Truck]:
    """The trucks of a site, each with what is left of its shift."""
    begins, ends = shift_begins(snapshot), shift_ends(snapshot, rules.value("waste.shift_h"))
    return [
        Truck(
            truck.id,
            truck.capacity_l,
            site.depots.index(truck.depot),
            (ends - max(begins, busy_until.get(truck.id, begins))).total_seconds(),
            truck.capacity_kg,
        )
        for truck in site.trucks
    ]


def _would_do(
    snapshot: WasteSnapshot, rules: Limits, site: Site, busy_until: Mapping[str, datetime], *, most: int = 2
) -> int | None:
    """How many more trucks, as the first of the site and free from now on, would have time for all that must be
    emptied; None where not even ``most`` would."""
    musts = site.only({number: need for number, need in enumerate(site.needs) if need.must})
    trucks = _trucks(snapshot, rules, site, busy_until)
    whole_s = (shift_ends(snapshot, rules.value("waste.shift_h")) - shift_begins(snapshot)).total_seconds()
    for more in range(1, most + 1):
        spare = [replace(trucks[0], id=f"+{n}", left_s=whole_s) for n in range(more)]
        found = _searched(snapshot, rules, musts, [*trucks, *spare])
        visited = {stop for item in found or [] for stop in item.stops if stop is not None}
        if len(visited) == len(musts.needs):
            return more
    return None


def _intervention(
    snapshot: WasteSnapshot,
    network: StreetNetwork,
    site: Site,
    target: str,
    found: WalkedRound,
    rules: Limits,
    starts_at: datetime,
) -> Intervention:
    key = intervention_key("waste", target, snapshot.service_day, next_run(snapshot, target))
    visited = [site.needs[stop] for stop in found.stops if stop is not None]
    truck = found.truck
    worst = max(visited, key=lambda need: need.score)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="round",
        target=target,
        title=target.replace("-", " "),
        priority=1 if any(need.must for need in visited) else 2,
        score=round(max(need.score for need in visited), 4),
        reasons=(summary_of(visited), *worst.reasons[:2]),
        **in_all_languages(flip=worst.flip),
        depot=truck.depot,
        vehicle=truck.id,
        contractor=truck.contractor,
        starts_at=starts_at,
        ready_by=starts_at + timedelta(seconds=found.seconds),
        minutes=round(found.seconds / 60, 1),
        distance_m=round(found.metres, 1),
        geometry={"type": "LineString", "coordinates": network.along(found.arcs)},
        simulated=snapshot.simulated,
        stops=tuple(_stops(site, found, starts_at, rules)),
    )


def _stops(site: Site, found: WalkedRound, starts_at: datetime, rules: Limits) -> Iterable[RoundStop]:
    """The stops with the time of arrival, counting work and the drives between."""
    clock, place = 0.0, site.depots.index(found.truck.depot)
    for stop in found.stops:
        row = site.row(stop)
        clock += float(site.seconds[place, row])
        if stop is not None:
            need = site.needs[stop]
            yield RoundStop(
                room=need.room.id,
                name=need.room.name or need.room.id,
                vessels=tuple(vessel.id for vessel in need.vessels),
                **clauses_of(need.reasons, "text", into="reason"),
                arrives_at=starts_at + timedelta(seconds=clock),
                lon=need.room.lon,
                lat=need.room.lat,
                basis=need.basis,
            )
        clock += TIP_S if stop is None else _vessel_s(rules) * len(site.needs[stop].vessels)
        place = row


def _totals(needs: Sequence[RoomNeed], items: Sequence[Intervention]) -> WasteTotals:
    stops = [stop for item in items if isinstance(item.stops, tuple) for stop in item.stops]
    return WasteTotals(
        rooms=len({need.room.id for need in needs}),
        rooms_visited=len({stop.room for stop in stops}),
        vessels_emptied=sum(len(stop.vessels) for stop in stops),
        must_go=sum(need.must for need in needs),
        distance_m=round(sum(item.distance_m for item in items), 1),
        minutes=round(sum(item.minutes for item in items), 1),
    )
