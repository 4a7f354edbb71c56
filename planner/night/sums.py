"""What a night came to: hours driven, what they cost, and what was spread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from city.plan import SegmentAction
from city.vocabulary import AGAINST_SLIP


@dataclass(frozen=True)
class Worked:
    """A vehicle at work from ``begins`` to ``ends``, with what its contractor asks for an hour where that is known."""

    vehicle: str
    begins: datetime
    ends: datetime
    cost_per_h: float | None = None


@dataclass(frozen=True)
class Sums:
    """``worked_s`` of all vehicles [s], ``cost`` of those whose price is known, ``unpriced_s`` of the others;
    ``spread_kg`` by what it is, and of how many streets the width is not known, so that they are not in it."""

    vehicles: int
    worked_s: float
    cost: float | None
    unpriced_s: float
    spread_kg: Mapping[str, float] = field(default_factory=dict)
    without_width: int = 0


def sums(
    worked: Sequence[Worked], treated: Iterable[SegmentAction], sizes: Mapping[str, tuple[float, float | None]]
) -> Sums:
    """The sums of a night. ``treated`` are the streets that are done, each as often as it was; ``sizes`` their length
    and width [m]."""
    price = {one.vehicle: one.cost_per_h for one in worked}
    seconds = {vehicle: _union_s([one for one in worked if one.vehicle == vehicle]) for vehicle in price}
    priced = [(seconds[vehicle], cost) for vehicle, cost in price.items() if cost is not None]
    spread, without = _spread(treated, sizes)
    return Sums(
        vehicles=len(price),
        worked_s=sum(seconds.values()),
        cost=sum(s / 3600 * cost for s, cost in priced) if priced else None,
        unpriced_s=sum(seconds[vehicle] for vehicle, cost in price.items() if cost is None),
        spread_kg=spread,
        without_width=without,
    )


def _union_s(worked: Sequence[Worked]) -> float:
    """How long a vehicle was at work [s]; on two orders at the same time once."""
    total, until = 0.0, None
    for one in sorted(worked, key=lambda one: one.begins):
        begins = one.begins if until is None else max(until, one.begins)
        total += max(0.0, (one.ends - begins).total_seconds())
        until = one.ends if until is None else max(until, one.ends)
    return total


def _spread(
    treated: Iterable[SegmentAction], sizes: Mapping[str, tuple[float, float | None]]
) -> tuple[dict[str, float], int]:
    """Dose times width times length [kg] by what is spread; how many streets have no known width."""
    kg: dict[str, float] = defaultdict(float)
    without: set[str] = set()
    for part in treated:
        what = next((name for name in AGAINST_SLIP if name in part.action.split("_")), None)
        if what is None or part.dose_g_m2 <= 0.0:
            continue
        length, width = sizes.get(part.id, (0.0, None))
        if width is None:
            without.add(part.id)
        else:
            kg[what] += part.dose_g_m2 * width * length / 1000
    return dict(kg), len(without)
