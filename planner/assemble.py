"""Puts a plan together from its parts, with the frame of its snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from city.catalogue.message import message
from city.plan import Degradation, Intervention, NotCared, Plan, Verdict
from city.totals import Totals, as_json
from planner.snapshot import Snapshot
from planner.words.sentences import degradation

UNPUBLISHED = "unpublished"


def assemble(
    snapshot: Snapshot,
    verdict: Verdict,
    degradations: Sequence[Degradation],
    interventions: Sequence[Intervention],
    totals: Totals,
    not_cared: Sequence[NotCared] = (),
) -> Plan:
    """The plan, what is weak of now before what is always so; its id, version and time of making are given when it is
    published."""
    return Plan(
        id=UNPUBLISHED,
        domain=snapshot.domain,
        service_day=snapshot.service_day,
        slot=snapshot.slot,
        mode=snapshot.mode,
        simulated=snapshot.simulated,
        created_at=snapshot.at,
        valid_from=snapshot.at,
        valid_to=max(snapshot.day_ends, snapshot.at),
        version=0,
        supersedes=snapshot.previous,
        inputs_hash=snapshot.inputs_hash,
        verdict=verdict,
        degradations=tuple(sorted((*degradations, *_without_thresholds(snapshot)), key=lambda weak: not weak.of_now)),
        interventions=tuple(interventions),
        totals=as_json(totals),
        not_cared=tuple(not_cared),
    )


def _without_thresholds(snapshot: Snapshot) -> Iterable[Degradation]:
    """A snapshot that holds no thresholds is planned with the seed, and says so."""
    if not snapshot.thresholds:
        yield degradation("thresholds", message("plan.missing.thresholds"), standing=True)
