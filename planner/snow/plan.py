"""The snow plan: which turer, in which order, by which vehicle, and why. A function of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import get_args

import msgspec
import numpy as np

from city.plan import Degradation, Intervention, Plan
from city.totals import SnowTotals
from city.vocabulary import AGAINST_SLIP, NON_ROUTE_KINDS, Network
from models.snow import Hindcast, land_effects
from planner.assemble import assemble
from planner.fleet import Assignment, Fleet, absent_in, fleet_of
from planner.routes.profiles import USUAL_WORK_KMH
from planner.routes.sectors import Tur
from planner.snow.assess import assess
from planner.snow.beside.extra import DrivenExtra, ExtraWork, extra_asked
from planner.snow.beside.places import places_asked
from planner.snow.beside.rounds import DrivenRound, PlaceRounds
from planner.snow.cache import PlanCache, Streets
from planner.snow.cost import cost_of
from planner.snow.curve import deciding_curve
from planner.snow.drift import DriftRisk, drift_risk
from planner.snow.full import full_cost, full_minutes
from planner.snow.need import Need, Needs, deciding
from planner.snow.runs import runs_out
from planner.snow.score import plan_score
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import (
    Floats,
    on_the_ground,
    road_hindcast,
    sites_of,
    snow_ahead,
    weather_forecast,
    weather_hindcast,
)
from planner.snow.uncared import Uncared, turer_of, uncared
from planner.snow.usage import full_usage, usage_of
from planner.snow.words.depth import TurBasis
from planner.snow.words.drift import drift_reason, weak_drift
from planner.snow.words.extra import extra_intervention, weak_extra
from planner.snow.words.held import as_held
from planner.snow.words.places import place_intervention, weak_places
from planner.snow.words.surface import Land, weak_stations
from planner.snow.words.turer import intervention
from planner.snow.words.uncared import not_cared
from planner.snow.words.verdict import VerdictBasis, this_shift, verdict
from planner.snow.words.weak import degradations, weak_rest
from planner.snow.work import DrivenTur, NightWork, drive_all
from planner.thresholds.limits import limits
from planner.words.absence import unmanned_for_absence, weak_absences


@dataclass(frozen=True)
class Assessment:
    """What is known of the streets before anybody is sent: the turer of the town, what each street needs, what was weak
    about the sensors in the roads, and what lies now (n,) [cm]."""

    streets: Streets
    turer: tuple[Tur, ...]
    needs: Needs
    weak: tuple[Degradation, ...]
    behind: Hindcast
    now_cm: Floats


def assess_streets(snapshot: SnowSnapshot, cache: PlanCache | None = None) -> Assessment:
    """The decision alone: what each street needs and which turer are asked for, without any routes."""
    streets = (cache or PlanCache()).streets(snapshot.segments, snapshot.turns)
    rules = limits(snapshot.thresholds)
    weather, behind = weather_forecast(snapshot), road_hindcast(snapshot)
    now_cm = on_the_ground(snapshot, rules.value("snow.left_after_plough_cm"), behind)
    ahead = snow_ahead(snapshot, weather, now_cm, behind)
    work_kmh = work_speeds(snapshot)
    turer = streets.turer(snapshot.params.tur_minutes, work_kmh)
    needs = assess(snapshot, rules, weather, (behind, ahead), turer, work_kmh)
    return Assessment(streets, tuple(turer), needs, tuple(weak_stations(behind)), behind, now_cm)


def snow_plan(
    snapshot: SnowSnapshot, assessed: Assessment, executor: Executor | None = None, cache: PlanCache | None = None
) -> Plan:
    """The plan of a judgement."""
    needs, network = assessed.needs, assessed.streets.network
    held = _held(snapshot)
    treated = _treated_until(held)
    due = [tur for tur in assessed.turer if (tur.id not in held or tur.id in treated) and needs.asks(tur)]
    drives, fleet = (cache or PlanCache()).drives, fleet_of(snapshot, network)
    places = PlaceRounds(snapshot, assessed.streets, fleet, places_asked(snapshot, needs, assessed.behind))
    out = runs_out(snapshot, assessed.turer)
    night = drive_all(snapshot, assessed.streets, fleet, due, needs, drives, executor, places.drive, treated, out)
    extra = ExtraWork(snapshot, assessed.streets, fleet, extra_asked(snapshot, assessed.turer, needs), needs)
    extra.drive(drives, executor)
    driven = night.driven
    booked: list[DrivenTur | DrivenRound | DrivenExtra] = [*driven, *places.driven, *extra.driven]
    latest = fleet.latest_starts({item.assignment: item.deadline for item in booked})
    drift = drift_risk(snapshot, needs, assessed.behind, assessed.now_cm)
    fresh = list(_lines(snapshot, assessed, night, latest, drift))
    rounds = [place_intervention(snapshot, network, item, latest[item.assignment]) for item in places.driven]
    more = [extra_intervention(snapshot, network, needs, item, latest[item.assignment]) for item in extra.driven]
    going = [as_held(snapshot, needs, assessed.now_cm, item) for item in snapshot.running]
    items = ordered([*going, *(_called(item, fleet) for item in (*fresh, *rounds, *more))])
    left = uncared(snapshot, assessed.turer, needs, held, night)
    weak = [*degradations(snapshot, needs.weather, night, night.without_vehicle(due)), *assessed.weak]
    weak += [*weak_drift(snapshot, drift), *weak_places(places), *weak_extra(extra), *weak_rest(snapshot, items)]
    minutes = full_minutes(snapshot, assessed.streets, assessed.turer, work_speeds(snapshot))
    full, used = full_cost(snapshot, minutes), _used(snapshot, assessed, items, minutes)
    weak += _weak_absences(snapshot, [tur for tur in due if night.has_no_vehicle(tur)])
    answer = VerdictBasis(assessed.turer, items, needs, cost_of(snapshot, items), full, left)
    totals = msgspec.structs.replace(_totals(snapshot, assessed.turer, due, items, driven, needs, left), **used)
    said = [not_cared(snapshot, fleet, one) for one in left]
    return assemble(snapshot, verdict(snapshot, answer, weak), weak, items, totals, said)


def _held(snapshot: SnowSnapshot) -> dict[str, list[Intervention]]:
    """The orders that are under way, by tur."""
    held: dict[str, list[Intervention]] = {}
    for item in snapshot.running:
        held.setdefault(item.target, []).append(item)
    return held


def _treated_until(held: Mapping[str, Sequence[Intervention]]) -> dict[str, datetime]:
    """The turer on which all that is out only spreads, with until when: a plough may still have to follow."""
    return {
        target: max(item.ready_by for item in items if item.ready_by)
        for target, items in held.items()
        if all(item.kind in AGAINST_SLIP and item.ready_by for item in items)
    }


def _lines(
    snapshot: SnowSnapshot,
    assessed: Assessment,
    night: NightWork,
    latest: Mapping[Assignment, datetime],
    drift: DriftRisk,
) -> Iterator[Intervention]:
    """The turer that are driven as interventions, each with the curves of the street that decides it and the risk of
    drifting snow on its streets."""
    needs, drivable = assessed.needs, [item for item in night.driven if item.drive.traversals]
    land = _land(needs, [deciding(item.needs) for item in drivable])
    for item in drivable:
        others = [one for one in drivable if one.tur.id == item.tur.id and one.run != item.run and not one.again]
        last = item.run == max(one.run for one in drivable if one.tur.id == item.tur.id)
        short = [one for one in night.lost if one.again and not one.later and one.tur.id == item.tur.id and last]
        not_again = [need for one in short for need in one.needs]
        before = night.ploughed_before(item, deciding(item.needs).segment) if item.again else None
        basis = TurBasis(needs, land, assessed.now_cm, [] if item.again else others, not_again, before)
        line = intervention(snapshot, assessed.streets.network, item, basis, latest[item.assignment])
        curve = deciding_curve(needs, assessed.now_cm, deciding(item.needs).segment)
        risk = drift_reason(snapshot, drift, item.needs)
        yield msgspec.structs.replace(line, curve=curve, reasons=(*line.reasons, *risk))


def _weak_absences(snapshot: SnowSnapshot, unmanned: Sequence[Tur]) -> Iterator[Degradation]:
    """Which vehicles are out of service, and which turer have none because of it."""
    horizon = snapshot.at + timedelta(hours=snapshot.params.horizon_h)
    yield from weak_absences(snapshot.absences, snapshot.vehicles, snapshot.at, horizon, snapshot.zone)
    for network in get_args(Network):
        targets = [tur.id for tur in unmanned if tur.network == network]
        yield from unmanned_for_absence(targets, network, absent_in(snapshot), snapshot.vehicles)


def _land(needs: Needs, wanted: Sequence[Need]) -> Land:
    """What the land round each deciding street does to its surface in the hour that decides [K]."""
    snapshot, weather = needs.snapshot, needs.weather
    at = {need.segment: need.peak_at for need in wanted}
    rows = sorted(at)
    places = sites_of(snapshot).taken(np.array(rows, np.int64))
    effects = land_effects(places, weather_hindcast(snapshot), weather)
    hours = [round((at[row] - weather.start) / timedelta(hours=1)) - 1 for row in rows]
    return {
        row: {name: float(kelvin[k, hour]) for name, kelvin in effects.items()}
        for k, (row, hour) in enumerate(zip(rows, hours, strict=True))
    }


def _called(item: Intervention, fleet: Fleet) -> Intervention:
    """An intervention with when its vehicle must be called at the latest."""
    if item.latest_start is None:
        return item
    return msgspec.structs.replace(item, call_by=item.latest_start - fleet.lead_of(item.vehicle))


def ordered(items: Sequence[Intervention]) -> list[Intervention]:
    """Most urgent first: by class, then by start, then by name."""
    return sorted(items, key=lambda item: (item.priority, str(item.starts_at), item.target))


def work_speeds(snapshot: SnowSnapshot) -> dict[Network, float]:
    """The slowest working speed of the fleet of each network, so that every vehicle can do every tur [km/h]."""
    speeds = dict(USUAL_WORK_KMH)
    for network in speeds:
        own = [v.work_kmh for v in snapshot.vehicles if v.network == network]
        if own:
            speeds[network] = min(own)
    return speeds


def _used(
    snapshot: SnowSnapshot, assessed: Assessment, items: Sequence[Intervention], minutes: Mapping[Network, float]
) -> dict[str, float | None]:
    """What is spread and which hours are overtime, and the same of a full call-out of these ``minutes`` by network that
    begins with the plan's first tur; as they stand in the totals."""
    own = usage_of(snapshot, assessed.needs.service.rules, items)
    full = full_usage(snapshot, assessed.needs, assessed.turer, minutes, items)
    every = {"": own, "full_": full}
    sums = {f"{who}{name}": sum_ for who, usage in every.items() for name, sum_ in asdict(usage).items()}
    return {name: None if sum_ is None else round(sum_, 1) for name, sum_ in sums.items()}


def _totals(
    snapshot: SnowSnapshot,
    turer: Sequence[Tur],
    due: Sequence[Tur],
    items: Sequence[Intervention],
    driven: Sequence[DrivenTur],
    needs: Needs,
    left: Sequence[Uncared],
) -> SnowTotals:
    metres = sum(item.distance_m for item in items)
    deadhead = sum(item.drive.deadhead_m for item in driven)
    going = {item.target for item in items if item.kind not in NON_ROUTE_KINDS}
    return SnowTotals(
        turer=len(turer),
        turer_needed=len(going),
        turer_later=len(this_shift(snapshot, items)[2]),
        runs=len(items),
        segments=len(snapshot.segments),
        segments_needed=int(needs.needed.sum()),
        distance_m=round(metres, 1),
        deadhead_m=round(deadhead, 1),
        minutes=round(sum(item.minutes for item in items), 1),
        late=sum(item.ready_by > item.deadline for item in items if item.ready_by and item.deadline),
        unreachable_segments=sum(not segment.reachable for segment in snapshot.segments),
        max_depth_cm=round(needs.max_depth_cm, 2),
        score=plan_score(driven, [need for tur in due for need in needs.of(tur)]),
        without_vehicle=len(turer_of(one for one in left if one.stuck)),
        unreachable_needed_segments=sum(
            len(one.needs) for one in left if one.tur is None and one.kind == "unreachable"
        ),
    )
