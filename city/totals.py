"""The sums of a plan, by service: what stands in ``totals`` of its JSON, as values that say what is not known."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from city.plan import Plan

T = TypeVar("T", bound="Totals")


class Totals(Struct, frozen=True, kw_only=True):
    """What all plans sum up. None is not known: a plan of before it was counted."""

    distance_m: float | None = None
    minutes: float | None = None


class SnowTotals(Totals, frozen=True, kw_only=True):
    """``turer`` of the town, those ``turer_needed``, of which ``turer_later`` begin in the next service day alone,
    drives (``runs``), those ``without_vehicle``; ``score`` is what the drives are worth, part by part. ``salt_kg`` (of
    brine as dry salt), ``sand_kg`` and ``overtime_h`` outside ordinary working hours stand beside those of one full
    call-out."""

    turer: int | None = None
    turer_needed: int | None = None
    turer_later: int | None = None
    runs: int | None = None
    segments: int | None = None
    segments_needed: int | None = None
    deadhead_m: float | None = None
    late: int | None = None
    unreachable_segments: int | None = None
    max_depth_cm: float | None = None
    score: dict[str, Any] | None = None
    without_vehicle: int | None = None
    unreachable_needed_segments: int | None = None
    salt_kg: float | None = None
    sand_kg: float | None = None
    overtime_h: float | None = None
    full_salt_kg: float | None = None
    full_sand_kg: float | None = None
    full_overtime_h: float | None = None


class WasteTotals(Totals, frozen=True, kw_only=True):
    """Rooms that there are, that ``must_go`` and that are visited, and vessels that are emptied there."""

    rooms: int | None = None
    rooms_visited: int | None = None
    vessels_emptied: int | None = None
    must_go: int | None = None


class HeatingTotals(Totals, frozen=True, kw_only=True):
    """Buildings, those that are heated, and over all of them hours of warmth and air, and heat where it is known."""

    buildings: int | None = None
    heated: int | None = None
    heating_hours: int | None = None
    ventilation_hours: int | None = None
    heat_kwh: float | None = None


def as_json(totals: Totals) -> dict[str, Any]:
    """As they stand in a plan: what is not known is left out."""
    return {name: value for name, value in msgspec.to_builtins(totals).items() if value is not None}


def saving(plan: Plan) -> float | None:
    """How much cheaper a plan is than the full call-out; 0 where its cost reaches that or every tur goes, None where a
    price is not known."""
    cost, full = plan.verdict.cost, plan.verdict.full_cost
    if cost is None or full is None:
        return None
    turer = totals_of(plan, SnowTotals)
    whole = turer.turer is not None and turer.turer_needed is not None and turer.turer_needed >= turer.turer
    return 0.0 if whole else max(0.0, full - cost)


def totals_of(plan: Plan, kind: type[T]) -> T:
    """The sums of a stored plan of a service."""
    return msgspec.convert(plan.totals, kind)
