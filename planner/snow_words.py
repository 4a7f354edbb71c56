"""The snow plan in words: interventions with their reasons, the verdict line, and what was weak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from city.geo import local_xy
from city.network import StreetNetwork
from city.plan import Degradation, Intervention, Reason, SegmentAction, Text, Verdict, intervention_id, intervention_key
from city.said import clock_en, clock_sv, figure_en, figure_sv
from city.words import Certainty
from models.weather import HourlyWeather
from planner.routes.check import faults
from planner.routes.sectors import Tur, passes
from planner.say import forecast_age_s, forecast_source, measured, plain, weak, weak_forecast
from planner.snapshot import Snapshot, next_run
from planner.snow_need import Need
from planner.snow_state import LOOK_BACK_H, fresh_depths, weather_behind
from planner.surface_words import Land, surface_reason, weak_air

if TYPE_CHECKING:
    from planner.snow import DrivenTur

CLASS_SV = {"P1": "Gata prio 1", "P2": "Gata prio 2", "P3": "Gata prio 3", "C1": "GC-väg prio 1", "C2": "GC-väg prio 2"}
CLASS_EN = {
    "P1": "Street prio 1",
    "P2": "Street prio 2",
    "P3": "Street prio 3",
    "C1": "Cycle prio 1",
    "C2": "Cycle prio 2",
}


def intervention(snapshot: Snapshot, network: StreetNetwork, item: DrivenTur, land: Land) -> Intervention:
    """One tur as an intervention; ``land`` says what the land does to its deciding street.

    Raises AssertionError where the drive does not pass the checker.
    """
    steps = [(step.arc, step.serve) for step in item.drive.traversals]
    needs = {need.segment: passes(snapshot.segments[need.segment]) for need in item.needs}
    turns = [ban for ban in snapshot.turns if ban.binds(item.tur.network)]
    wrong = faults(network, item.drive.start_node, steps, needs, item.drive.left_out, turns)
    assert not wrong, f"tur {item.tur.id}: {wrong[0]}"
    worst = deciding(item.needs)
    key = intervention_key("snow", item.tur.id, snapshot.service_day, next_run(snapshot, item.tur.id))
    flip = _flip(item.needs, worst)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="plough",
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
        deadline=min(need.deadline for need in item.needs),
        minutes=round(item.drive.seconds / 60, 1),
        distance_m=round(item.drive.metres, 1),
        geometry=_geometry(network, item),
        simulated=snapshot.simulated,
        network=item.tur.network,
        segments=tuple(_actions(snapshot, network, item)),
    )


def deciding(needs: Sequence[Need]) -> Need:
    """The need that is farthest over its limit [cm], so that its margin is that of all; the first of equals."""
    return max(needs, key=lambda need: need.depth_cm - (need.limit.value or 0.0))


def verdict(
    snapshot: Snapshot,
    turer: Sequence[Tur],
    items: Sequence[Intervention],
    needs: Sequence[Need],
    weaknesses: Sequence[Degradation],
    full_cost: float,
    stuck: int,
) -> Verdict:
    """The answer in a sentence. ``stuck`` turer are needed, but no vehicle can drive them."""
    certainty = _certainty(snapshot, items, needs, weaknesses)
    if not items:
        text = _no_call_out(snapshot, turer, needs)
        return Verdict(
            go=False, text=text.sv, text_en=text.en, certainty=certainty, cost=0.0, full_cost=round(full_cost)
        )
    starts = min(item.starts_at for item in items if item.starts_at)
    going = {item.target for item in items}
    rest = _rest(sum(tur.id not in going for tur in turer) - stuck, stuck)
    cost = sum(item.minutes for item in items) / 60.0 * hourly_price(snapshot)
    return Verdict(
        go=True,
        text=f"Kör ut kl. {clock_sv(starts, snapshot.zone)}: {len(items)} av {len(turer)} turer. " + rest.sv,
        text_en=f"Go out at {clock_en(starts, snapshot.zone)}: {len(items)} of {len(turer)} turer. " + rest.en,
        certainty=certainty,
        starts_at=starts,
        cost=round(cost),
        full_cost=round(max(full_cost, cost)),
    )


def _rest(turer: int, stuck: int) -> Text:
    """What is said of the turer that stay at home."""
    if stuck:
        home = _rest(turer, 0) if turer else Text("", "")
        return Text(
            f"{stuck} behövs men kan inte köras. {home.sv}".strip(),
            f"{stuck} are needed but cannot be driven. {home.en}".strip(),
        )
    if turer == 0:
        return Text("Hela nätet behövs.", "The whole network is needed.")
    if turer == 1:
        return Text("1 tur behövs inte.", "1 tur is not needed.")
    return Text(f"{turer} turer behövs inte.", f"{turer} turer are not needed.")


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
    return need.depth_cm / max(0.1, need.limit.value or 0.0)


def _reasons(snapshot: Snapshot, item: DrivenTur, worst: Need, land: Mapping[str, float]) -> Iterable[Reason]:
    zone = snapshot.zone
    segment = snapshot.segments[worst.segment]
    kind = Text("blöt snö", "wet snow") if worst.wet else Text("torr snö", "dry snow")
    where = f"{segment.name}: " if segment.name else ""
    yield measured(
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
    deadline = min(need.deadline for need in item.needs)
    yield plain(
        f"{CLASS_SV[item.tur.route_class]}: klart senast kl. {clock_sv(deadline, zone)}",
        f"{CLASS_EN[item.tur.route_class]}: done by {clock_en(deadline, zone)}",
    )
    if item.assignment.ready_by > deadline:
        late = (item.assignment.ready_by - deadline).total_seconds() / 60
        yield plain(
            f"Blir {figure_sv(late, 0)} min sen: alla fordon är upptagna före",
            f"Will be {figure_en(late, 0)} min late: all vehicles are busy before",
        )
    ends = item.assignment.turn_ends
    if ends is not None and item.assignment.ready_by > ends:
        yield plain(
            f"Passet för {item.assignment.vehicle.id} slutar kl. {clock_sv(ends, zone)}, innan turen är klar",
            f"The turn of {item.assignment.vehicle.id} ends at {clock_en(ends, zone)}, before the tur is done",
            source="roster",
        )


def _flip(needs: Sequence[Need], worst: Need) -> Text:
    """What would take this tur out: every segment under its limit."""
    limit = worst.limit.value or 0.0
    margin, n = worst.depth_cm - limit, len(needs)
    return Text(
        f"Under {figure_sv(limit)} cm utgår turen; marginal {figure_sv(margin)} cm, {n} sträckor över gränsen.",
        f"Under {figure_en(limit)} cm it drops out; margin {figure_en(margin)} cm, {n} segments over the limit.",
    )


def _actions(snapshot: Snapshot, network: StreetNetwork, item: DrivenTur) -> Iterable[SegmentAction]:
    """The segments in driving order, each once."""
    depth = {need.segment: need.depth_cm for need in item.needs}
    seen: dict[int, None] = {}
    for step in item.drive.traversals:
        if step.serve:
            seen.setdefault(int(network.arc_segment[step.arc]))
    for index in seen:
        segment = snapshot.segments[index]
        yield SegmentAction(id=segment.id, action="plough", passes=passes(segment), depth_cm=round(depth[index], 2))


def _geometry(network: StreetNetwork, item: DrivenTur) -> dict[str, Any]:
    """The whole drive as one line."""
    points: list[tuple[float, float]] = []
    for step in item.drive.traversals:
        line = network.arc_points(step.arc)
        points += line[1:] if points and points[-1] == line[0] else line
    return {"type": "LineString", "coordinates": points}


def _certainty(
    snapshot: Snapshot, items: Sequence[Intervention], needs: Sequence[Need], weaknesses: Sequence[Degradation]
) -> Certainty:
    """Low without streets, a fresh forecast or any sight of the ground; medium where the range crosses a limit for
    over a tenth of the streets."""
    blind = not fresh_depths(snapshot) and weather_behind(snapshot).missing_hours > LOOK_BACK_H / 2
    if not needs or blind or any(item.source == "forecast" for item in weaknesses):
        return "low"
    unsure = sum(need.certainty != "high" for need in needs)
    sensors = bool(fresh_depths(snapshot))
    return "high" if unsure <= 0.1 * len(needs) and sensors else "medium"


def _no_call_out(snapshot: Snapshot, turer: Sequence[Tur], needs: Sequence[Need]) -> Text:
    if not needs:
        return Text("Inga gator är inlästa: inget att planera.", "No streets are imported: nothing to plan.")
    if any(need.needed for need in needs):
        return Text(
            "Snö över gränsen, men inget fordon kan skickas.", "Snow over the limit, but no vehicle can be sent."
        )
    if not snapshot.forecasts and not fresh_depths(snapshot):
        return Text(
            "Ingen utkallning kan räknas: varken prognos eller givare. Bedöm på plats.",
            "No call-out can be computed: neither forecast nor sensor. Judge on site.",
        )
    nearest = max(needs, key=_score)
    name = snapshot.segments[nearest.segment].name or CLASS_SV[nearest.route_class]
    limit = nearest.limit.value or 0.0
    return Text(
        f"Ingen utkallning behövs. Närmast: {name}, {figure_sv(nearest.depth_cm)} cm av {figure_sv(limit, 0)}.",
        f"No call-out is needed. Nearest: {name}, {figure_en(nearest.depth_cm)} cm of {figure_en(limit, 0)}.",
    )


def hourly_price(snapshot: Snapshot) -> float:
    """What an hour of a vehicle costs: the mean of the contractors' prices, else the setting."""
    own = [c.cost_per_h for c in snapshot.contractors if c.cost_per_h is not None]
    return sum(own) / len(own) if own else snapshot.knobs.cost_per_h


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
    left = sum(len(item.drive.left_out) for item in driven)
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
    """What a finished tur has done: (segment, action) pairs."""
    return [(action.id, action.action) for action in item.segments] if isinstance(item.segments, tuple) else []
