"""The snow plan in words: interventions with their reasons, the verdict line, and what was weak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from city.geo import local_xy
from city.network import StreetNetwork
from city.plan import Degradation, Intervention, Reason, SegmentAction, Text, intervention_id, intervention_key
from city.said import clock_en, clock_sv, figure_en, figure_sv, span_en, span_sv
from models.weather import HourlyWeather
from planner.fleet import Assignment
from planner.grip_words import grip_flip, grip_reason, kind_of, seen_by
from planner.routes.check import faults
from planner.routes.tur import Drive
from planner.say import forecast_age_s, forecast_source, measured, plain, weak, weak_forecast
from planner.snapshot import Snapshot, next_run
from planner.snow_action import CLEAR, KINDS_EN, KINDS_SV
from planner.snow_need import Need
from planner.snow_state import LOOK_BACK_H, fresh_depths, weather_behind
from planner.surface_words import Land, surface_reason, weak_air

if TYPE_CHECKING:
    from planner.snow_work import DrivenTur

CLASS_SV = {"P1": "Gata prio 1", "P2": "Gata prio 2", "P3": "Gata prio 3", "C1": "GC-väg prio 1", "C2": "GC-väg prio 2"}
CLASS_EN = {
    "P1": "Street prio 1",
    "P2": "Street prio 2",
    "P3": "Street prio 3",
    "C1": "Cycle prio 1",
    "C2": "Cycle prio 2",
}


def intervention(
    snapshot: Snapshot, network: StreetNetwork, item: DrivenTur, land: Land, latest_start: datetime
) -> Intervention:
    """One tur as an intervention; ``land`` says what the land does to its deciding street.

    Raises AssertionError where the drive does not pass the checker.
    """
    steps = [(step.arc, step.serve) for step in item.drive.traversals]
    needs = {need.segment: need.passes for need in item.needs}
    turns = [ban for ban in snapshot.turns if ban.binds(item.tur.network)]
    wrong = faults(network, item.drive.start_node, steps, needs, item.drive.left_out, turns)
    assert not wrong, f"tur {item.tur.id}: {wrong[0]}"
    worst = deciding(item.needs)
    run = next_run(snapshot, item.tur.id) + item.run
    key = intervention_key("snow", item.tur.id, snapshot.service_day, run)
    flip = _flip(item.needs, worst)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind=kind_of(item.needs),
        target=item.tur.id,
        title=f"{item.tur.id} {item.tur.title}".strip(),
        priority=int(item.tur.route_class[1]),
        score=round(_score(worst), 3),
        reasons=tuple(_reasons(snapshot, item, worst, land.get(worst.segment, {}))),
        flip=flip.sv,
        flip_en=flip.en,
        depot=item.assignment.vehicle.depot,
        vehicle=item.assignment.vehicle.id,
        contractor=item.assignment.vehicle.contractor,
        starts_at=item.assignment.starts_at,
        ready_by=item.assignment.ready_by,
        deadline=item.deadline,
        asked_from=item.asked_from,
        latest_start=latest_start,
        minutes=round(item.drive.seconds / 60, 1),
        distance_m=round(item.drive.metres, 1),
        geometry=geometry_of(network, item.drive),
        simulated=snapshot.simulated,
        network=item.tur.network,
        segments=tuple(_actions(snapshot, network, item)),
    )


def deciding(needs: Sequence[Need]) -> Need:
    """The need that is farthest over its limit [cm], so that its margin is that of all; the first of equals. Where
    slipperiness alone asks: the slipperiest."""
    ploughed = [need for need in needs if not need.by_grip]
    return max(ploughed, key=lambda need: need.over_cm) if ploughed else min(needs, key=lambda need: need.grip)


def degradations(
    snapshot: Snapshot, weather: HourlyWeather, driven: Sequence[DrivenTur], unmanned: int
) -> list[Degradation]:
    """What was missing or old, and what that did. ``unmanned`` turer are needed and have no vehicle."""
    return [
        *weak_forecast(snapshot.forecasts, snapshot.at, weather.missing_hours),
        *weak_air(weather),
        *_weak_sensors(snapshot),
        *_weak_streets(snapshot),
        *_weak_fleet(snapshot, driven, unmanned),
    ]


def _score(need: Need) -> float:
    """How many times its limit lies there; of slipperiness, how far under its target the grip is."""
    if need.by_grip:
        return (need.grip_limit.value or 0.0) / max(0.01, need.grip) if need.grip_limit else 0.0
    return need.depth_cm / max(0.1, need.limit_cm)


def _reasons(snapshot: Snapshot, item: DrivenTur, worst: Need, land: Mapping[str, float]) -> Iterable[Reason]:
    zone = snapshot.zone
    yield grip_reason(snapshot, item.needs, worst) if worst.by_grip else _depth_reason(snapshot, worst)
    if item.run:
        yield plain(
            "Det fortsätter snöa: körs en gång till innan lägre klasser",
            "Snow goes on: driven again before lower classes",
        )
    for reading, _, _ in fresh_depths(snapshot)[:3]:
        yield measured(
            Text(f"givare {reading.device}", f"sensor {reading.device}"),
            reading.value,
            "cm",
            source=reading.device,
            age_s=(snapshot.at - reading.time).total_seconds(),
        )
    if np.isfinite(worst.surface_c[0]):
        yield surface_reason(snapshot, worst, land)
    yield from _spread(item.needs)
    yield from _as_judged(snapshot, item.needs)
    deadline = item.deadline
    yield plain(
        f"{CLASS_SV[item.tur.route_class]}: klart senast kl. {clock_sv(deadline, zone)}",
        f"{CLASS_EN[item.tur.route_class]}: done by {clock_en(deadline, zone)}",
    )
    yield from late(item.assignment, deadline, zone)


def late(assignment: Assignment, deadline: datetime, zone: ZoneInfo) -> Iterable[Reason]:
    """What is said where a vehicle is not ready in time, or not before its turn ends."""
    if assignment.ready_by > deadline:
        over = (assignment.ready_by - deadline).total_seconds() / 60
        yield plain(
            f"Blir {figure_sv(over, 0)} min sen: alla fordon är upptagna före",
            f"Will be {figure_en(over, 0)} min late: all vehicles are busy before",
        )
    ends = assignment.turn_ends
    if ends is not None and assignment.ready_by > ends:
        yield plain(
            f"Passet för {assignment.vehicle.id} slutar kl. {clock_sv(ends, zone)}, innan turen är klar",
            f"The turn of {assignment.vehicle.id} ends at {clock_en(ends, zone)}, before the tur is done",
            source="roster",
        )


def _depth_reason(snapshot: Snapshot, worst: Need) -> Reason:
    """The snow of the street that decides, with its range and limit."""
    zone, segment = snapshot.zone, snapshot.segments[worst.segment]
    kind = Text("blöt snö", "wet snow") if worst.wet else Text("torr snö", "dry snow")
    where = f"{segment.name}: " if segment.name else ""
    return measured(
        Text(
            f"{where}{kind.sv} kl. {clock_sv(worst.peak_at, zone)}",
            f"{where}{kind.en} at {clock_en(worst.peak_at, zone)}",
        ),
        worst.depth_cm,
        "cm",
        low=worst.low_cm,
        high=worst.high_cm,
        limit=worst.limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
    )


def _spread(needs: Sequence[Need]) -> Iterable[Reason]:
    """What is spread on the way: each kind with its streets and doses."""
    doses: dict[str, list[float]] = {}
    for need in needs:
        if need.action.dose_g_m2:
            doses.setdefault(need.action.kind, []).append(need.action.dose_g_m2)
    for kind, each in sorted(doses.items()):
        low, high = min(each), max(each)
        sv = figure_sv(low, 0) if round(low) == round(high) else span_sv(low, high, 0)
        en = figure_en(low, 0) if round(low) == round(high) else span_en(low, high, 0)
        yield plain(
            f"{KINDS_SV[kind].capitalize()} på {len(each)} sträckor: {sv} g/m²",
            f"{KINDS_EN[kind].capitalize()} on {len(each)} segments: {en} g/m²",
        )


def _as_judged(snapshot: Snapshot, needs: Sequence[Need]) -> Iterable[Reason]:
    """What people saw on these streets, which goes before the model."""
    here = {snapshot.segments[need.segment].id for need in needs}
    for truth in snapshot.truths:
        if here & set(truth.segments) and truth.holds(snapshot.at):
            yield seen_by(snapshot, truth)


def _flip(needs: Sequence[Need], worst: Need) -> Text:
    """What would take this tur out: every segment under its limit."""
    if worst.by_grip:
        return grip_flip(needs, worst)
    limit = worst.limit_cm
    margin, n = worst.over_cm, len(needs)
    return Text(
        f"Under {figure_sv(limit)} cm utgår turen; marginal {figure_sv(margin)} cm, {n} sträckor över gränsen.",
        f"Under {figure_en(limit)} cm it drops out; margin {figure_en(margin)} cm, {n} segments over the limit.",
    )


def _actions(snapshot: Snapshot, network: StreetNetwork, item: DrivenTur) -> Iterable[SegmentAction]:
    """The segments in driving order, each once."""
    needs = {need.segment: need for need in item.needs}
    for index in served(network, item.drive):
        need = needs[index]
        yield SegmentAction(
            id=snapshot.segments[index].id,
            action=need.action.kind,
            dose_g_m2=need.action.dose_g_m2,
            passes=need.passes,
            depth_cm=round(need.depth_cm, 2),
        )


def served(network: StreetNetwork, drive: Drive) -> Iterable[int]:
    """The rows of the segments that a drive works on, in driving order, each once."""
    return dict.fromkeys(int(network.arc_segment[step.arc]) for step in drive.traversals if step.serve)


def geometry_of(network: StreetNetwork, drive: Drive) -> dict[str, Any]:
    """A whole drive as one line."""
    points: list[tuple[float, float]] = []
    for step in drive.traversals:
        line = network.arc_points(step.arc)
        points += line[1:] if points and points[-1] == line[0] else line
    return {"type": "LineString", "coordinates": points}


def _weak_sensors(snapshot: Snapshot) -> Iterable[Degradation]:
    if not fresh_depths(snapshot):
        holes = _unseen(weather_behind(snapshot).missing_hours)
        yield weak(
            "snow_sensors",
            "Ingen snödjupsgivare svarar: läget räknas från prognosen, från bar mark för ett dygn sedan." + holes.sv,
            "No snow-depth sensor answers: the state is computed from the forecast, from bare ground a day ago."
            + holes.en,
        )
    silent = [d for d in snapshot.devices if d.interval_s and _silent_s(snapshot, d.last_time) > 2 * d.interval_s]
    for device in silent[:5]:
        age = _silent_s(snapshot, device.last_time)
        said = None if not np.isfinite(age) else age
        minutes = "sedan start" if said is None else f"{figure_sv(age / 60, 0)} min"
        minutes_en = "since the start" if said is None else f"{figure_en(age / 60, 0)} min"
        yield weak(
            device.id,
            f"Givare {device.name} tyst {minutes}: prognos används.",
            f"Sensor {device.name} silent {minutes_en}: the forecast is used.",
            said,
        )


def _unseen(hours: int) -> Text:
    """What is said of hours of the last day that no forecast covers."""
    if not hours:
        return Text("", "")
    return Text(
        f" För {hours} av de {LOOK_BACK_H} timmarna finns ingen prognos: snö som föll då är okänd.",
        f" For {hours} of those {LOOK_BACK_H} hours there is no forecast: snow that fell then is not known.",
    )


def _silent_s(snapshot: Snapshot, last: Any) -> float:  # noqa: ANN401 - datetime or None
    return float("inf") if last is None else float((snapshot.at - last).total_seconds())


def _weak_streets(snapshot: Snapshot) -> Iterable[Degradation]:
    unknown = sum(segment.keeper == "unknown" for segment in snapshot.segments)
    if unknown:
        yield weak(
            "keeper",
            f"Väghållaren är okänd för {unknown} av {len(snapshot.segments)} sträckor: de planeras som kommunens.",
            f"The keeper of {unknown} of {len(snapshot.segments)} segments is unknown: planned as municipal.",
        )
    lost = [segment for segment in snapshot.segments if not segment.reachable]
    if lost:
        names = ", ".join(sorted({segment.name for segment in lost if segment.name})[:3])
        yield weak(
            "network",
            f"{len(lost)} sträckor nås inte från resten av nätet och planeras inte{': ' + names if names else ''}.",
            f"{len(lost)} segments cannot be reached from the rest and are not planned{': ' + names if names else ''}.",
        )
    flat = sum(segment.elevation_m is None for segment in snapshot.segments)
    if flat:
        yield weak(
            "terrain",
            f"Höjd saknas för {flat} av {len(snapshot.segments)} sträckor: prognosens höjd används där.",
            f"{flat} of {len(snapshot.segments)} segments have no elevation: the forecast's height is used there.",
        )
    shaped = {row.segment for row in snapshot.relief}
    open_ = sum(segment.id not in shaped for segment in snapshot.segments)
    if open_:
        yield weak(
            "relief",
            f"Terrängen runt {open_} av {len(snapshot.segments)} sträckor är okänd: de räknas som öppna och plana.",
            f"The land round {open_} of {len(snapshot.segments)} segments is unknown: they count as open and flat.",
        )


def _weak_fleet(snapshot: Snapshot, driven: Sequence[DrivenTur], unmanned: int) -> Iterable[Degradation]:
    for network, sv, en in (("street", "gatorna", "the streets"), ("cycle", "GC-vägarna", "the cycle ways")):
        if any(s.network == network for s in snapshot.segments) and all(
            v.network != network for v in snapshot.vehicles
        ):
            yield weak("fleet", f"Inget fordon för {sv} är inlagt.", f"No vehicle for {en} is entered.")
    yield from _astray(snapshot)
    if unmanned:
        yield weak(
            "fleet",
            f"Turer som behövs men saknar bemannat fordon med känd depå: {unmanned}.",
            f"Turer that are needed but have no manned vehicle with a known depot: {unmanned}.",
        )
    if snapshot.vehicles and not snapshot.roster:
        yield weak(
            "roster",
            "Bemanning är inte inlagd: alla fordon räknas som bemannade.",
            "No roster is entered: every vehicle is taken as manned.",
        )
    left = sum(len(item.drive.left_out) for item in driven if not item.run)
    if left:
        yield weak(
            "network",
            f"{left} sträckor nås inte från depån och lämnas.",
            f"{left} segments cannot be reached from the depot.",
        )


def _astray(snapshot: Snapshot, *, near_m: float = 2000.0) -> Iterable[Degradation]:
    """Depots of the snow fleet that lie far from every street: their vehicles are planned from the nearest one."""
    used = {vehicle.depot for vehicle in snapshot.vehicles}
    ends = np.array([s.geometry[0] for s in snapshot.segments if s.reachable], float).reshape(-1, 2)
    for depot in snapshot.depots:
        away = np.hypot(*local_xy(ends[:, 0], ends[:, 1], (depot.lon, depot.lat))).min(initial=np.inf)
        if depot.id in used and near_m < away < np.inf:
            yield weak(
                "fleet",
                f"Depån {depot.name} ligger {away / 1000.0:.0f} km från närmaste gata i nätet: pröva dess läge. "
                "Fordonen räknas från den gatan.",
                f"Depot {depot.name} lies {away / 1000.0:.0f} km from the nearest street of the network: check its "
                "place. Its vehicles are planned from that street.",
            )


def treatments_of(item: Intervention) -> list[tuple[str, str]]:
    """What a finished tur has done: (segment, action) pairs; of a round of places (place, ``clear``)."""
    done = [(action.id, action.action) for action in item.segments] if isinstance(item.segments, tuple) else []
    return done + ([(place.id, CLEAR) for place in item.places] if isinstance(item.places, tuple) else [])
