"""The snow plan in words: interventions with their reasons, the verdict line, and what was weak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Figure, Message, Span, message
from city.catalogue.stored import in_all_languages
from city.network import StreetNetwork
from city.plan import Intervention, Reason, SegmentAction, intervention_id, intervention_key
from city.quantities import solution_g_m2
from planner.routes.tur import geometry_of, served
from planner.snapshot import next_run
from planner.snow.again import FIRST_CLASS
from planner.snow.depths import DEPTH
from planner.snow.need import Need, Needs, deciding
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.classes import class_name
from planner.snow.words.depth import TurBasis, depth_reason
from planner.snow.words.friction import friction_flip, friction_reason, kind_of, seen_by
from planner.snow.words.late import Booked, late
from planner.snow.words.salt import not_enough, salt_reason
from planner.snow.words.sensors import sensors
from planner.snow.words.surface import surface_reason
from planner.snow.words.when import until, when
from planner.words.sentences import text_reason

Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)

if TYPE_CHECKING:
    from planner.snow.work import DrivenTur


def intervention(
    snapshot: SnowSnapshot, network: StreetNetwork, item: DrivenTur, basis: TurBasis, latest_start: datetime
) -> Intervention:
    """One drive of a tur as an intervention."""
    worst = deciding(item.needs)
    run = first_run(snapshot, item.tur.id) + item.run
    key = intervention_key("snow", item.tur.id, snapshot.service_day, run)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind=kind_of(item.needs),
        target=item.tur.id,
        title=f"{item.tur.id} {item.tur.title}".strip(),
        priority=int(item.tur.route_class[1]),
        score=round(_score(worst), 3),
        reasons=tuple(_reasons(snapshot, item, worst, basis)),
        **in_all_languages(flip=tur_flip(snapshot, basis.needs, item.needs, worst)),
        depot=item.assignment.vehicle.depot,
        vehicle=item.assignment.vehicle.id,
        contractor=item.assignment.vehicle.contractor,
        decided_at=snapshot.at,
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


def first_run(snapshot: SnowSnapshot, target: str) -> int:
    """The number of the first run of a tur that is planned anew: beyond those that are done and those that are out."""
    out = [int(item.key.rsplit(":", 1)[-1]) for item in snapshot.running if item.target == target]
    return max([next_run(snapshot, target), *(run + 1 for run in out)])


def _score(need: Need) -> float:
    """How many times its limit lies there; of slipperiness, how far under its target the friction is."""
    if need.by_friction:
        return (need.friction_limit.value or 0.0) / max(0.01, need.friction) if need.friction_limit else 0.0
    return need.depth_cm / max(0.1, need.limit_cm)


def _reasons(snapshot: SnowSnapshot, item: DrivenTur, worst: Need, basis: TurBasis) -> Iterable[Reason]:
    yield friction_reason(snapshot, worst) if worst.by_friction else depth_reason(snapshot, item, worst, basis)
    if worst.salt is not None:
        yield salt_reason(snapshot, worst.segment, worst.salt)
    ends = min((need.gives_out_at for need in item.needs if need.gives_out_at is not None), default=None)
    if ends is not None:
        yield not_enough(snapshot, ends)
    if item.again and not worst.by_friction:
        first = item.tur.route_class.endswith(FIRST_CLASS)
        yield text_reason(message(f"plan.snow.reason.{'again' if first else 'further'}"))
    if basis.not_again:
        yield from _not_again(snapshot, basis.not_again)
    for other in basis.others:
        begins = when(snapshot, other.assignment.starts_at)
        yield text_reason(message("plan.snow.reason.also", kind=message(f"action.{kind_of(other.needs)}"), when=begins))
    yield from sensors(snapshot)
    if np.isfinite(worst.surface_c[0]):
        yield surface_reason(snapshot, worst, basis.land.get(worst.segment, {}))
    yield from _spread(item.needs)
    yield from _as_judged(snapshot, item.needs)
    yield _done_by(snapshot, item)
    yield from _missed(snapshot, item, basis)
    yield from late(snapshot, Booked(item.assignment, item.begins, item.deadline, item.delay, _reached(item, worst)))


def _not_again(snapshot: SnowSnapshot, needs: Sequence[Need]) -> Iterator[Reason]:
    """From when streets are over their limits again with nobody to drive them, and how deep it lies at last; from when
    they may be slippery again with nobody to salt or sand them."""
    if over := [need for need in needs if not need.by_friction]:
        most, since = deciding(over), until(snapshot, min(need.reached_at for need in over))
        figures = {"cm": Figure(most.depth_cm), "limit": Figure(most.limit_cm)}
        name, peak = snapshot.segments[most.segment].name, when(snapshot, most.peak_at)
        yield text_reason(message("plan.snow.reason.not_again", **figures, since=since, name=name, when=peak))
    for why in ("salt", "sand"):
        if slips := [need.reached_at for need in needs if need.why == why]:
            since = until(snapshot, min(slips))
            yield text_reason(message(f"plan.snow.reason.not_{why}ed_again", since=since))


def _done_by(snapshot: SnowSnapshot, item: DrivenTur) -> Reason:
    """By when, and by the rule of which class: that of the street that is due first."""
    due = min(item.needs, key=lambda need: need.deadline)
    key = "done_before" if due.ahead else "done_by"
    said = message(f"plan.snow.reason.{key}", class_name=class_name(due.route_class), when=when(snapshot, due.deadline))
    return text_reason(said)


def _missed(snapshot: SnowSnapshot, item: DrivenTur, basis: TurBasis) -> Iterator[Reason]:
    """That the clock of the day is over for streets that are over their limits as the plan is made: they have the hours
    that are allowed then. Not where any was ploughed or treated for it."""
    needs, names = basis.needs, {snapshot.segments[need.segment].id for need in item.needs}
    over = [need for need in item.needs if need.reached_at <= snapshot.at + timedelta(minutes=1) and not item.again]
    clocks = {(at, need.route_class) for need in over if (at := needs.service.missed(need.route_class, snapshot.at))}
    done = max((one.done_at for one in snapshot.treatments if one.segment in names), default=None)
    if clocks and (done is None or done < snapshot.at - timedelta(hours=12)):
        at, route_class = min(clocks)
        said = message("plan.snow.reason.missed", class_name=class_name(route_class), when=when(snapshot, at))
        yield text_reason(said)


def _reached(item: DrivenTur, worst: Need) -> str:
    """How the time from which a drive may begin is said."""
    if item.again or worst.by_friction:
        return "slippery" if worst.by_friction else "again"
    return "reached" if any(need.reached_at == item.begins for need in item.needs) else "asked"


def _spread(needs: Sequence[Need]) -> Iterable[Reason]:
    """What is spread on the way: each kind with its streets and doses."""
    doses: dict[str, list[float]] = {}
    for need in needs:
        if need.action.dose_g_m2:
            doses.setdefault(need.action.kind, []).append(need.action.dose_g_m2)
    for kind, each in sorted(doses.items()):
        if kind == "brine":
            solution = _figures([solution_g_m2(dose) for dose in each])
            yield text_reason(
                message("plan.snow.reason.spread_brine", n=len(each), dose=_figures(each), solution=solution)
            )
        else:
            name = message(f"plan.snow.kind.{kind}")
            yield text_reason(message("plan.snow.reason.spread", kind=name, n=len(each), dose=_figures(each)))


def _figures(doses: Sequence[float]) -> Figure | Span:
    """One dose, or from the least to the most."""
    low, high = min(doses), max(doses)
    return Figure(low, 0) if round(low) == round(high) else Span(low, high, 0)


def _as_judged(snapshot: SnowSnapshot, needs: Sequence[Need]) -> Iterable[Reason]:
    """What people saw on these streets, which goes before the model; slippery or not, as it holds when it gets so, or
    until just before that."""
    first: dict[str, datetime] = {snapshot.segments[need.segment].id: need.reached_at for need in needs}
    for observation in snapshot.observations:
        reached = [first[name] for name in observation.segments if name in first]
        last = observation.until + (HOUR if not observation.value else 0 * HOUR)
        matters = reached and (observation.quantity == DEPTH or last > min(reached))
        if matters and observation.holds(snapshot.at):
            yield seen_by(snapshot, observation)


def tur_flip(snapshot: SnowSnapshot, known: Needs, needs: Sequence[Need], worst: Need) -> Message:
    """What would take this tur out: every segment under its limit, in whichever hour ahead it is farthest over it; and
    which end of the forecast's range decides, where one does. ``known`` are the needs of all streets."""
    if worst.by_friction:
        return friction_flip(needs, worst)
    most = max((need for need in needs if not need.by_friction), key=lambda need: need.margin_cm)
    said, reading = _under_limit(snapshot, needs, worst), known.criteria_of(most.segment).reading
    if reading == "mid":
        return said
    cm = Figure(most.limit_cm + most.margin_cm)
    return message("format.sentences", parts=(said, message(f"plan.snow.flip.reading.{reading}", cm=cm)))


def _under_limit(snapshot: SnowSnapshot, needs: Sequence[Need], worst: Need, *, same_cm: float = 0.05) -> Message:
    """By how much it is over, and in which hour where that is not the one that is said."""
    most = max((need for need in needs if not need.by_friction), key=lambda need: need.margin_cm)
    n = sum(not need.by_friction for need in needs)
    limit, margin = Figure(most.limit_cm), Figure(most.margin_cm)
    if most.margin_at is None or most.margin_cm - worst.over_cm < same_cm:
        return message("plan.snow.flip.depth", limit=limit, margin=margin, n=n)
    at = when(snapshot, most.margin_at)
    return message("plan.snow.flip.depth_later", limit=limit, margin=margin, n=n, when=at)


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
