"""Snow as a reason: how deep in the hour that decides, against which limit, why that limit, and why now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Figure, Message, message
from city.entities import Threshold
from city.plan import Reason
from planner.snow.need import Need, Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.classes import class_name
from planner.snow.words.surface import Land
from planner.snow.words.when import when
from planner.words.sentences import forecast_age_s, forecast_source, value_reason

if TYPE_CHECKING:
    from planner.snow.work import DrivenTur

MINUTE = timedelta(minutes=1)
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class TurBasis:
    """What a line is made of beside its drive: what the ``land`` does to the deciding streets, what lies on each street
    now (n,) [cm], the other drives of the tur in this plan, and what of it comes over its limits again after the last
    of them (``not_again``) with nobody to drive it. ``before`` is when the run is done that ploughs the street that
    decides before this one, in this plan or out already."""

    needs: Needs
    land: Land
    now_cm: Floats
    others: Sequence[DrivenTur] = ()
    not_again: Sequence[Need] = ()
    before: datetime | None = None


def depth_reason(snapshot: SnowSnapshot, item: DrivenTur, worst: Need, basis: TurBasis) -> Reason:
    """The snow of the street that decides, with its range, and the limit that decided."""
    clauses = (
        *_why_now(snapshot, item, worst, basis),
        *why_limit(snapshot, worst, basis.needs),
        *_since(snapshot, item, worst, basis.before),
    )
    hour = worst.peak_at.astimezone(snapshot.zone)
    source, age_s = forecast_source(snapshot.forecasts), forecast_age_s(snapshot.forecasts, snapshot.at)
    return snow_reason(snapshot, worst, clauses, source=source, age_s=age_s, hour=hour)


def snow_reason(
    snapshot: SnowSnapshot,
    need: Need,
    further: Sequence[Message],
    *,
    source: str | None = None,
    age_s: float | None = None,
    hour: datetime | None = None,
) -> Reason:
    """'Storgatan: torr snö kl. 04.00 5,2 cm (4,1–6,8), gräns 6,4 cm', and what is said ``further``."""
    return value_reason(
        message("plan.snow.reason.wet" if need.wet else "plan.snow.reason.dry", when=when(snapshot, need.peak_at)),
        need.depth_cm,
        "cm",
        low=need.low_cm,
        high=need.high_cm,
        limit=_limit_of(need),
        source=source,
        age_s=age_s,
        where=snapshot.segments[need.segment].name,
        hour=hour,
        further=further,
    )


def _limit_of(need: Need) -> Threshold:
    """The limit as it decided: lower than its row by the margin of its class, and where the tur was asked for
    before."""
    return replace(need.limit, value=round(need.limit_cm, 2))


def why_limit(snapshot: SnowSnapshot, need: Need, needs: Needs) -> Iterator[Message]:
    """Why the limit is not that of the street's own class."""
    if need.route_class != snapshot.segments[need.segment].route_class:
        yield message("plan.snow.reason.near_school", class_name=class_name(need.route_class))
    full, part = need.limit.value or 0.0, needs.criteria_of(need.segment).margin_pct
    if part:
        yield message("plan.snow.reason.margin", part=Figure(part, 0), cm=Figure(full))
    less = full * (1.0 - part / 100.0) - need.limit_cm
    if less > 0.005:
        yield message("plan.snow.reason.asked_before", cm=Figure(less))


def _why_now(snapshot: SnowSnapshot, item: DrivenTur, worst: Need, basis: TurBasis) -> Iterator[Message]:
    """When the limit is reached, on which street first, and how long before the work may begin."""
    first = min((need for need in item.needs if not need.by_friction), key=lambda need: need.reached_at)
    now_cm, limit_cm = float(basis.now_cm[first.segment]), basis.needs.limit[first.segment, 0] / 100.0
    name = snapshot.segments[first.segment].name
    if item.again:
        yield message("plan.snow.reason.reached_again", when=when(snapshot, first.reached_at))
    elif first.reached_at <= snapshot.at + MINUTE and now_cm >= limit_cm:
        yield message("plan.snow.reason.over_now")
    elif name and name != snapshot.segments[worst.segment].name and first.reached_at != worst.reached_at:
        yield message("plan.snow.reason.reached_first", name=name, when=when(snapshot, first.reached_at))
    else:
        yield message("plan.snow.reason.reached", when=when(snapshot, first.reached_at))
    if not item.again and first.begins < first.reached_at:
        yield message("plan.snow.reason.lead", when=when(snapshot, first.begins))


def _since(snapshot: SnowSnapshot, item: DrivenTur, worst: Need, before: datetime | None) -> Iterator[Message]:
    """Why snow lies on a tur that was ploughed since: it fell after, or the street was not with it. Of a run after
    others of the plan, or after one that is out: that it falls after those."""
    if before is not None:
        yield message("plan.snow.reason.ploughed_before", when=when(snapshot, before))
        return
    own = {snapshot.segments[i].id for i in item.tur.segments}
    done = {t.segment: t.done_at for t in snapshot.treatments if t.segment in own and t.action.startswith("plough")}
    here = done.get(snapshot.segments[worst.segment].id)
    if here is not None:
        yield message("plan.snow.reason.ploughed", when=when(snapshot, here))
    elif done:
        yield message("plan.snow.reason.not_ploughed", when=when(snapshot, max(done.values())))
