"""Puts a plan together from its parts, with the frame of its snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from city.catalogue.message import message
from city.plan import Degradation, Intervention, Plan, Verdict
from city.serviceday import bounds
from planner.fleet import rota_of
from planner.night.rest import too_long
from planner.snapshot import Snapshot
from planner.words.sentences import degradation

UNPUBLISHED = "unpublished"


def assemble(
    snapshot: Snapshot,
    verdict: Verdict,
    degradations: Sequence[Degradation],
    interventions: Sequence[Intervention],
    totals: dict[str, Any],
) -> Plan:
    """The plan; its id, version and time of making are given when it is published."""
    _, ends = bounds(snapshot.service_day, snapshot.domain, snapshot.zone)
    return Plan(
        id=UNPUBLISHED,
        domain=snapshot.domain,
        service_day=snapshot.service_day,
        slot=snapshot.slot,
        mode=snapshot.mode,
        simulated=snapshot.simulated,
        created_at=snapshot.at,
        valid_from=snapshot.at,
        valid_to=max(ends, snapshot.at),
        version=0,
        supersedes=snapshot.previous,
        inputs_hash=snapshot.inputs_hash,
        verdict=verdict,
        degradations=(*degradations, *_without_thresholds(snapshot), *_rest(snapshot, interventions)),
        interventions=tuple(interventions),
        totals=totals,
    )


def _without_thresholds(snapshot: Snapshot) -> Iterable[Degradation]:
    """A snapshot that holds no thresholds is planned with the seed, and says so."""
    if not snapshot.thresholds:
        yield degradation("thresholds", message("plan.missing.thresholds"))


def _rest(snapshot: Snapshot, items: Sequence[Intervention]) -> Iterable[Degradation]:
    """Which crews of a snow plan rest or must end early, and which it would work for longer than the rules allow."""
    if snapshot.domain != "snow":
        return
    rota = rota_of(snapshot)
    for vehicle in snapshot.vehicles:
        why = rota.free(vehicle.id, snapshot.at).why(snapshot.zone)
        if why is not None:
            yield degradation("rest", why)
    most = rota.most / timedelta(hours=1)
    for vehicle_id, worked in too_long(rota, items, {item.key for item in snapshot.running}):
        hours = worked / timedelta(hours=1)
        yield degradation("rest", message("plan.night.too_long", vehicle=vehicle_id, hours=hours, most=most))
