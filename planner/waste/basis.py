"""What a stop rests on: how full the fullest vessel of its room is, when it will be full, and how old the oldest is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from city.plan import RoomBasis
from city.vocabulary import StopCause
from models.fill.chance import FillState, level_quantiles
from planner.thresholds.limits import Limits
from planner.waste.room import VesselView, max_age_days


def basis_of(at: datetime, rules: Limits, views: Sequence[VesselView], probability: float, limit: float) -> RoomBasis:
    """The figures of a room: the level of the vessel that is likeliest to be full, when it will be, and the age of the
    one that has waited longest. None where nobody knows."""
    known = [view for view in views if view.state is not None and not view.doubt]
    fullest = max(known, key=lambda view: view.chance, default=None)
    aged = max((view for view in views if view.age_days is not None), key=lambda v: v.age_days or 0.0, default=None)
    level = (
        None
        if fullest is None or fullest.state is None
        else float(level_quantiles(fullest.state, at.timestamp(), 0.0)[1])
    )
    return RoomBasis(
        cause=_cause(views, probability, limit),
        level_pct=None if level is None else round(level, 1),
        full_by=None if fullest is None or fullest.state is None else full_by(fullest.state, at),
        emptied_days=None if aged is None or aged.age_days is None else round(aged.age_days, 1),
        most_days=None if aged is None else max_age_days(rules, aged.vessel),
    )


def _cause(views: Sequence[VesselView], probability: float, limit: float) -> StopCause:
    """What asks for the stop first: a vessel that fills, its age, the calendar; else it lies on the way."""
    if probability > limit:
        return "fills"
    due = [view for view in views if view.due]
    if not due:
        return "on_the_way"
    return "age" if any(view.age_days is not None for view in due) else "calendar"


def full_by(state: FillState, at: datetime, *, full_pct: float = 100.0, most_days: float = 60.0) -> datetime | None:
    """When a vessel will be full at its mean rate; now where it is, None where that is beyond ``most_days``."""
    left = full_pct - float(level_quantiles(state, at.timestamp(), 0.0)[1])
    if left <= 0.0:
        return at
    if state.rate_pct_day * most_days < left:
        return None
    return at + timedelta(days=left / state.rate_pct_day)
