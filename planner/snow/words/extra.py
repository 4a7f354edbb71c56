"""Haulage and sweeping in words: by which rule or person, on which streets, and what would take it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from city.network import StreetNetwork
from city.plan import Degradation, Intervention, Reason, SegmentAction, Text, intervention_id, intervention_key
from city.said import clock_en, clock_sv, figure_en, figure_sv
from planner.routes.tur import geometry_of, served
from planner.snapshot import Snapshot, next_run
from planner.snow.beside.extra import DrivenExtra, Extra, ExtraWork, lowest_c, piled_cm
from planner.snow.need import Needs
from planner.snow.words.classes import late
from planner.words.sentences import degradation, forecast_age_s, forecast_source, left_out, text_reason, value_reason

PRIORITY = 3
WHAT = {"haul": Text("bortforsling", "haulage"), "sweep": Text("sandupptagning", "grit sweeping")}


def extra_intervention(
    snapshot: Snapshot, network: StreetNetwork, needs: Needs, item: DrivenExtra, latest_start: datetime
) -> Intervention:
    """One piece of haulage or sweeping as an intervention."""
    extra, vehicle = item.extra, item.assignment.vehicle
    key = intervention_key("snow", extra.id, snapshot.service_day, next_run(snapshot, extra.id))
    flip = _flip(snapshot, needs, extra)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind=extra.kind,
        target=extra.id,
        title=f"{extra.id} {extra.tur.title}".strip(),
        priority=PRIORITY,
        score=0.0,
        reasons=tuple(_reasons(snapshot, needs, item)),
        flip=flip.sv,
        flip_en=flip.en,
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
        yield left_out(Text("Bortforsling eller sandupptagning", "Haulage or grit sweeping"), refused)
    if work.unmanned:
        yield degradation(
            "fleet",
            f"Bortforsling eller sandupptagning utan bemannat fordon: {work.unmanned}.",
            f"Haulage or grit sweeping without a manned vehicle: {work.unmanned}.",
        )
    if work.asked.astray:
        yield degradation(
            "requests",
            f"{work.asked.astray} sträckor som begärts planeras inte av oss och lämnas.",
            f"{work.asked.astray} segments that were asked for are not planned by us and are left.",
        )


def _actions(snapshot: Snapshot, network: StreetNetwork, item: DrivenExtra) -> Iterable[SegmentAction]:
    passes = {need.segment: need.passes for need in item.needs}
    for row in served(network, item.drive):
        yield SegmentAction(id=snapshot.segments[row].id, action=item.extra.kind, passes=passes[row])


def _reasons(snapshot: Snapshot, needs: Needs, item: DrivenExtra) -> Iterable[Reason]:
    extra, zone = item.extra, snapshot.zone
    if extra.by_rule:
        yield _haul_rule(snapshot, needs, extra) if extra.kind == "haul" else _sweep_rule(snapshot, needs, extra)
    for request in extra.requests:
        why = f" ({request.why})" if request.why else ""
        yield text_reason(
            f"Begärt kl. {clock_sv(request.at, zone)} av {request.who}: {WHAT[request.kind].sv}{why}",
            f"Asked for at {clock_en(request.at, zone)} by {request.who}: {WHAT[request.kind].en}{why}",
            source=request.who,
            age_s=(snapshot.at - request.at).total_seconds(),
        )
    yield text_reason("Efter nattens snöröjning", "After the night's snow work")
    yield from late(item.assignment, item.deadline, zone)


def _haul_rule(snapshot: Snapshot, needs: Needs, extra: Extra) -> Reason:
    row = max(extra.by_rule, key=lambda i: piled_cm(snapshot, needs, i))
    segment = snapshot.segments[row]
    where = f"{segment.name}: " if segment.name else ""
    return value_reason(
        Text(
            f"{where}regel: plogad snö sedan senaste bortforsling, uppskattad av antalet plogningar",
            f"{where}rule: snow ploughed since it was last driven away, estimated from the number of ploughings",
        ),
        piled_cm(snapshot, needs, row),
        "cm",
        limit=needs.service.rules.usual_row("snow.haul_at_cm", segment.route_class),
        digits=0,
    )


def _sweep_rule(snapshot: Snapshot, needs: Needs, extra: Extra) -> Reason:
    row, n = needs.service.rules.usual_row("snow.sweep_from"), len(extra.by_rule)
    reason = value_reason(
        Text(
            f"regel: {n} sträckor sandade sedan de sopades, dag efter {row.text}; lägsta temperatur i prognosen",
            f"rule: {n} segments sanded since they were swept, day after {row.text}; lowest forecast temperature",
        ),
        lowest_c(needs),
        "°C",
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
    )
    return msgspec.structs.replace(reason, threshold_version=row.version)


def _flip(snapshot: Snapshot, needs: Needs, extra: Extra) -> Text:
    """What would take it out."""
    if extra.requests:
        until = max(request.until for request in extra.requests)
        return Text(
            f"Utgår när begäran tas tillbaka eller löper ut kl. {clock_sv(until, snapshot.zone)}.",
            f"Drops out when the request is taken back or runs out at {clock_en(until, snapshot.zone)}.",
        )
    if extra.kind == "sweep":
        return Text("Frost i prognosen tar bort den.", "Frost in the forecast takes it out.")
    limit = needs.service.rules.usual("snow.haul_at_cm", extra.tur.route_class)
    margin = max(piled_cm(snapshot, needs, i) for i in extra.by_rule) - limit
    return Text(
        f"Under {figure_sv(limit, 0)} cm utgår den; marginal {figure_sv(margin, 0)} cm.",
        f"Under {figure_en(limit, 0)} cm it drops out; margin {figure_en(margin, 0)} cm.",
    )
