"""The snow plan: which turer, in which order, by which vehicle, and why. A function of the snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from city.plan import Intervention, Plan
from city.words import Network
from models.snow import land_effects
from models.weather import HourlyWeather
from planner.assemble import assemble
from planner.fleet import Assignment, fleet_of
from planner.kept import Kept, Shelf, Streets
from planner.routes.profiles import USUAL_WORK_KMH
from planner.routes.sectors import Tur, passes
from planner.routes.tur import Drive
from planner.snapshot import Snapshot
from planner.snow_drives import Drives
from planner.snow_need import Need, judge
from planner.snow_score import plan_score
from planner.snow_state import on_the_ground, road_behind, sites_of, snow_ahead, weather_ahead, weather_behind
from planner.snow_words import deciding, degradations, hourly_price, intervention, verdict
from planner.surface_words import Land, weak_stations
from planner.thresholds import limits

LIVE = frozenset({"decided", "sent", "acknowledged", "started"})


@dataclass(frozen=True)
class DrivenTur:
    """A tur that is needed, with its vehicle and its drive."""

    tur: Tur
    needs: tuple[Need, ...]
    assignment: Assignment
    drive: Drive


def plan_snow(snapshot: Snapshot, executor: Executor | None = None, kept: Kept | None = None) -> Plan:
    """The snow plan of a snapshot; its turer are searched by the workers of ``executor``, else on all cores here.

    What ``kept`` holds of plans before is not worked out again; the plan is the same.
    """
    rules, kept = limits(snapshot.thresholds), kept or Kept()
    streets = kept.streets(snapshot.segments, snapshot.turns)
    network = streets.network
    weather = weather_ahead(snapshot)
    behind = road_behind(snapshot)
    now_cm = on_the_ground(snapshot, rules.value("snow.left_after_plough_cm"), behind)
    ahead = snow_ahead(snapshot, weather, now_cm, behind)
    needs = judge(snapshot, rules, weather, ahead)
    turer = streets.turer(snapshot.knobs.tur_minutes, _work_kmh(snapshot))
    held = {item.target: item for item in snapshot.running}
    due = [tur for tur in turer if tur.id not in held and any(needs[i].needed for i in tur.segments)]
    driven = drive_all(snapshot, streets, due, needs, kept.drives, executor)
    land = _land(snapshot, weather, [deciding(item.needs) for item in driven])
    fresh = [intervention(snapshot, network, item, land) for item in driven if item.drive.traversals]
    weak = [*degradations(snapshot, weather, driven, len(due) - len(driven)), *weak_stations(behind)]
    items = ordered([*held.values(), *fresh])
    full_cost = full_call_out_minutes(snapshot, turer, driven) / 60.0 * hourly_price(snapshot)
    said = verdict(snapshot, turer, items, needs, weak, full_cost, len(due) - len(fresh))
    totals = _totals(snapshot, turer, due, items, driven, needs)
    return assemble(snapshot, said, weak, items, totals)


def _land(snapshot: Snapshot, weather: HourlyWeather, needs: Sequence[Need]) -> Land:
    """What the land round each deciding street does to its surface in the hour that decides [K]."""
    at = {need.segment: need.peak_at for need in needs}
    rows = sorted(at)
    places = sites_of(snapshot).taken(np.array(rows, np.int64))
    effects = land_effects(places, weather_behind(snapshot), weather)
    hours = [round((at[row] - weather.start) / timedelta(hours=1)) - 1 for row in rows]
    return {
        row: {name: float(kelvin[k, hour]) for name, kelvin in effects.items()}
        for k, (row, hour) in enumerate(zip(rows, hours, strict=True))
    }


def full_call_out_minutes(
    snapshot: Snapshot, turer: Sequence[Tur], driven: Sequence[DrivenTur], *, usual_deadhead: float = 0.5
) -> float:
    """Minutes of sending everybody everywhere: what is driven as it is, the rest by its work [min].

    Turer that stay at home, and the untouched part of the others, get the share of deadheading that the driven
    ones have; ``usual_deadhead`` of the work where none is driven.
    """
    by_id = {tur.id: tur for tur in turer}
    work = sum(_minutes(snapshot, by_id[item.tur.id]) for item in driven)
    dead = sum(item.drive.seconds for item in driven) / 60.0 - sum(_worked(snapshot, item) for item in driven)
    share = max(0.0, dead) / work if work > 0 else usual_deadhead
    return sum(_minutes(snapshot, tur) for tur in turer) * (1.0 + share)


def _worked(snapshot: Snapshot, item: DrivenTur) -> float:
    """Minutes of work, without deadheading, on the needed segments of a tur [min]."""
    speed = _work_kmh(snapshot)[item.tur.network]
    wanted = (snapshot.segments[need.segment] for need in item.needs)
    return sum(segment.length_m * passes(segment) for segment in wanted) / (speed / 3.6) / 60.0


def drive_all(
    snapshot: Snapshot,
    streets: Streets,
    due: Sequence[Tur],
    needs: Sequence[Need],
    known: Shelf[Drive],
    executor: Executor | None = None,
) -> list[DrivenTur]:
    """Gives each due tur, most urgent first, to the vehicle that leaves out least of it and can begin first."""
    fleet = fleet_of(snapshot, streets.network)
    work = [
        (tur, tuple(needs[i] for i in tur.segments if needs[i].needed))
        for tur in sorted(due, key=lambda tur: (tur.route_class[1], _first_hour(tur, needs), tur.id))
    ]
    drives = Drives(snapshot, streets, fleet, known, executor)
    drives.ahead(work)
    driven: list[DrivenTur] = []
    for tur, wanted in work:
        earliest = min(need.from_when for need in wanted)
        vehicle = drives.choose(tur, wanted)
        if vehicle is not None:
            drive = drives.of(wanted, vehicle)
            assignment = fleet.assign(vehicle, earliest, timedelta(seconds=drive.seconds))
            driven.append(DrivenTur(tur, wanted, assignment, drive))
    return driven


def ordered(items: Sequence[Intervention]) -> list[Intervention]:
    """Most urgent first: by class, then by start, then by name."""
    return sorted(items, key=lambda item: (item.priority, str(item.starts_at), item.target))


def _first_hour(tur: Tur, needs: Sequence[Need]) -> str:
    return min(needs[i].from_when for i in tur.segments if needs[i].needed).isoformat()


def _work_kmh(snapshot: Snapshot) -> dict[Network, float]:
    """The slowest working speed of the fleet of each network, so that every vehicle can do every tur [km/h]."""
    speeds = dict(USUAL_WORK_KMH)
    for network in speeds:
        own = [v.work_kmh for v in snapshot.vehicles if v.network == network]
        if own:
            speeds[network] = min(own)
    return speeds


def _minutes(snapshot: Snapshot, tur: Tur) -> float:
    speed = _work_kmh(snapshot)[tur.network]
    metres = sum(snapshot.segments[i].length_m * passes(snapshot.segments[i]) for i in tur.segments)
    return metres / (speed / 3.6) / 60.0


def _totals(
    snapshot: Snapshot,
    turer: Sequence[Tur],
    due: Sequence[Tur],
    items: Sequence[Intervention],
    driven: Sequence[DrivenTur],
    needs: Sequence[Need],
) -> dict[str, Any]:
    metres = sum(item.distance_m for item in items)
    deadhead = sum(item.drive.deadhead_m for item in driven)
    return {
        "turer": len(turer),
        "turer_needed": len(items),
        "segments": len(snapshot.segments),
        "segments_needed": sum(need.needed for need in needs),
        "distance_m": round(metres, 1),
        "deadhead_m": round(deadhead, 1),
        "minutes": round(sum(item.minutes for item in items), 1),
        "late": sum(item.ready_by > item.deadline for item in items if item.ready_by and item.deadline),
        "unreachable_segments": sum(not segment.reachable for segment in snapshot.segments),
        "max_depth_cm": round(max((need.depth_cm for need in needs), default=0.0), 2),
        "score": plan_score(driven, [needs[i] for tur in due for i in tur.segments]),
        "without_vehicle": sum(_undriven(needs, tur, items) for tur in turer),
    }


def _undriven(needs: Sequence[Need], tur: Tur, items: Sequence[Intervention]) -> bool:
    return any(needs[i].needed for i in tur.segments) and all(item.target != tur.id for item in items)
