"""The snow plan in words: interventions with their reasons, the verdict line, and what was weak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from city.catalogue.message import Figure, Message, Span, message
from city.catalogue.stored import in_all_languages
from city.network import StreetNetwork
from city.plan import Intervention, Reason, SegmentAction, intervention_id, intervention_key
from planner.routes.tur import geometry_of, served
from planner.snapshot import next_run
from planner.snow.need import Need, deciding
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import fresh_depths
from planner.snow.words.classes import class_name, late
from planner.snow.words.friction import friction_flip, friction_reason, kind_of, seen_by
from planner.snow.words.surface import Land, surface_reason
from planner.words.sentences import forecast_age_s, forecast_source, text_reason, value_reason

if TYPE_CHECKING:
    from planner.snow.work import DrivenTur


def intervention(
    snapshot: SnowSnapshot, network: StreetNetwork, item: DrivenTur, land: Land, latest_start: datetime
) -> Intervention:
    """One tur as an intervention; ``land`` says what the land does to its deciding street."""
    worst = deciding(item.needs)
    run = next_run(snapshot, item.tur.id) + item.run
    key = intervention_key("snow", item.tur.id, snapshot.service_day, run)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind=kind_of(item.needs),
        target=item.tur.id,
        title=f"{item.tur.id} {item.tur.title}".strip(),
        priority=int(item.tur.route_class[1]),
        score=round(_score(worst), 3),
        reasons=tuple(_reasons(snapshot, item, worst, land.get(worst.segment, {}))),
        **in_all_languages(flip=_flip(item.needs, worst)),
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


def _score(need: Need) -> float:
    """How many times its limit lies there; of slipperiness, how far under its target the friction is."""
    if need.by_friction:
        return (need.friction_limit.value or 0.0) / max(0.01, need.friction) if need.friction_limit else 0.0
    return need.depth_cm / max(0.1, need.limit_cm)


def _reasons(snapshot: SnowSnapshot, item: DrivenTur, worst: Need, land: Mapping[str, float]) -> Iterable[Reason]:
    zone = snapshot.zone
    yield friction_reason(snapshot, item.needs, worst) if worst.by_friction else _depth_reason(snapshot, worst)
    if item.run:
        yield text_reason(message("plan.snow.reason.again"))
    names = {device.id: device.name for device in snapshot.devices}
    for reading, _, _ in fresh_depths(snapshot)[:3]:
        name = names.get(reading.device) or reading.device
        yield value_reason(
            message("plan.snow.reason.sensor", device=name, at=reading.time.astimezone(zone)),
            reading.value,
            "cm",
            source=reading.device,
            age_s=(snapshot.at - reading.time).total_seconds(),
        )
    if np.isfinite(worst.surface_c[0]):
        yield surface_reason(snapshot, worst, land)
    yield from _spread(item.needs)
    yield from _as_judged(snapshot, item.needs)
    own, deadline = class_name(item.tur.route_class), item.deadline.astimezone(zone)
    yield text_reason(message("plan.snow.reason.done_by", class_name=own, at=deadline))
    yield from late(item.assignment, deadline, zone)


def _depth_reason(snapshot: SnowSnapshot, worst: Need) -> Reason:
    """The snow of the street that decides, with its range and limit."""
    at = worst.peak_at.astimezone(snapshot.zone)
    return value_reason(
        message("plan.snow.reason.wet" if worst.wet else "plan.snow.reason.dry", at=at),
        worst.depth_cm,
        "cm",
        low=worst.low_cm,
        high=worst.high_cm,
        limit=worst.limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        where=snapshot.segments[worst.segment].name,
        hour=at,
    )


def _spread(needs: Sequence[Need]) -> Iterable[Reason]:
    """What is spread on the way: each kind with its streets and doses."""
    doses: dict[str, list[float]] = {}
    for need in needs:
        if need.action.dose_g_m2:
            doses.setdefault(need.action.kind, []).append(need.action.dose_g_m2)
    for kind, each in sorted(doses.items()):
        low, high = min(each), max(each)
        dose = Figure(low, 0) if round(low) == round(high) else Span(low, high, 0)
        name = message(f"plan.snow.kind.{kind}")
        yield text_reason(message("plan.snow.reason.spread", kind=name, n=len(each), dose=dose))


def _as_judged(snapshot: SnowSnapshot, needs: Sequence[Need]) -> Iterable[Reason]:
    """What people saw on these streets, which goes before the model."""
    here = {snapshot.segments[need.segment].id for need in needs}
    for observation in snapshot.observations:
        if here & set(observation.segments) and observation.holds(snapshot.at):
            yield seen_by(snapshot, observation)


def _flip(needs: Sequence[Need], worst: Need) -> Message:
    """What would take this tur out: every segment under its limit."""
    if worst.by_friction:
        return friction_flip(needs, worst)
    limit, margin = Figure(worst.limit_cm), Figure(worst.over_cm)
    return message("plan.snow.flip.depth", limit=limit, margin=margin, n=len(needs))


def _actions(snapshot: SnowSnapshot, network: StreetNetwork, item: DrivenTur) -> Iterable[SegmentAction]:
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
