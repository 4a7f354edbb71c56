"""Haulage and sweeping in words: by which rule or person, on which streets, and what would take it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from city.catalogue.message import Figure, Message, message
from city.catalogue.stored import in_all_languages
from city.network import StreetNetwork
from city.plan import Degradation, Intervention, Reason, SegmentAction, intervention_id, intervention_key
from city.upkeep import WorkRequest
from planner.routes.tur import geometry_of, served
from planner.snapshot import next_run
from planner.snow.beside.extra import DrivenExtra, Extra, ExtraWork, lowest_c, piled_cm
from planner.snow.need import Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.late import Booked, late
from planner.words.sentences import (
    degradation,
    forecast_age_s,
    forecast_source,
    left_out,
    role,
    text_reason,
    value_reason,
)

PRIORITY = 3


def extra_intervention(
    snapshot: SnowSnapshot, network: StreetNetwork, needs: Needs, item: DrivenExtra, latest_start: datetime
) -> Intervention:
    """One piece of haulage or sweeping as an intervention."""
    extra, vehicle = item.extra, item.assignment.vehicle
    key = intervention_key("snow", extra.id, snapshot.service_day, next_run(snapshot, extra.id))
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind=extra.kind,
        target=extra.id,
        title=f"{extra.id} {extra.tur.title}".strip(),
        priority=PRIORITY,
        score=0.0,
        reasons=tuple(_reasons(snapshot, needs, item)),
        **in_all_languages(flip=_flip(snapshot, needs, extra)),
        depot=vehicle.depot,
        vehicle=vehicle.id,
        contractor=vehicle.contractor,
        starts_at=item.assignment.starts_at,
        ready_by=item.assignment.ready_by,
        deadline=item.deadline,
        latest_start=latest_start,
        minutes=round(item.drive.seconds / 60, 1),
        distance_m=round(item.drive.metres, 1),
        geometry=geometry_of(network, item.drive),
        simulated=snapshot.simulated,
        network=extra.tur.network,
        segments=tuple(_actions(snapshot, network, item)),
    )


def weak_extra(work: ExtraWork) -> Iterable[Degradation]:
    """Haulage and sweeping that nobody can drive or that did not pass the checker, and what was asked for on streets
    that are not planned."""
    for refused in work.refused:
        yield left_out(message("plan.left_out.extra", target=refused.target), refused.why)
    if work.unmanned:
        yield degradation("fleet", message("plan.snow.weak.extra_unmanned", n=work.unmanned))
    if work.asked.astray:
        yield degradation("requests", message("plan.snow.weak.extra_astray", n=work.asked.astray))


def _actions(snapshot: SnowSnapshot, network: StreetNetwork, item: DrivenExtra) -> Iterable[SegmentAction]:
    passes = {need.segment: need.passes for need in item.needs}
    for row in served(network, item.drive):
        yield SegmentAction(id=snapshot.segments[row].id, action=item.extra.kind, passes=passes[row])


def _reasons(snapshot: SnowSnapshot, needs: Needs, item: DrivenExtra) -> Iterable[Reason]:
    extra, zone = item.extra, snapshot.zone
    if extra.by_rule:
        yield _haul_rule(snapshot, needs, extra) if extra.kind == "haul" else _sweep_rule(snapshot, needs, extra)
    for request in extra.requests:
        yield text_reason(_asked(request, zone), source=request.who, age_s=(snapshot.at - request.at).total_seconds())
    yield text_reason(message("plan.snow.extra.after"))
    yield from late(snapshot, Booked(item.assignment, item.begins, item.deadline, item.delay))


def _asked(request: WorkRequest, zone: ZoneInfo) -> Message:
    """'Begärt kl. 02.10 av arbetsledare: bortforsling (trångt)'."""
    work = message(f"plan.snow.work.{request.kind}")
    asked = message("plan.snow.extra.asked", at=request.at.astimezone(zone), who=role(request.who), work=work)
    return message("plan.snow.because", said=asked, why=request.why) if request.why else asked


def _haul_rule(snapshot: SnowSnapshot, needs: Needs, extra: Extra) -> Reason:
    row = max(extra.by_rule, key=lambda i: piled_cm(snapshot, needs, i))
    segment = snapshot.segments[row]
    rule = message("plan.snow.extra.rule_at", name=segment.name) if segment.name else message("plan.snow.extra.rule")
    return value_reason(
        message("plan.snow.extra.piled"),
        piled_cm(snapshot, needs, row),
        "cm",
        limit=needs.service.rules.usual_row("snow.haul_at_cm", segment.route_class),
        digits=0,
        where=rule,
    )


def _sweep_rule(snapshot: SnowSnapshot, needs: Needs, extra: Extra) -> Reason:
    row, n = needs.service.rules.usual_row("snow.sweep_from"), len(extra.by_rule)
    reason = value_reason(
        message("plan.snow.extra.sanded", n=n, day=row.text or ""),
        lowest_c(needs),
        "°C",
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        where=message("plan.snow.extra.rule"),
    )
    return msgspec.structs.replace(reason, threshold_version=row.version)


def _flip(snapshot: SnowSnapshot, needs: Needs, extra: Extra) -> Message:
    """What would take it out."""
    if extra.requests:
        until = max(request.until for request in extra.requests)
        return message("plan.snow.flip.requests", until=until.astimezone(snapshot.zone))
    if extra.kind == "sweep":
        return message("plan.snow.flip.frost")
    limit = needs.service.rules.usual("snow.haul_at_cm", extra.tur.route_class)
    margin = max(piled_cm(snapshot, needs, i) for i in extra.by_rule) - limit
    return message("plan.snow.flip.piled", limit=Figure(limit, 0), margin=Figure(margin, 0))
