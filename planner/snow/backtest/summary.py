"""What a replay of winters came to, as a value, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from city.said import figure_sv
from city.vocabulary import RouteClass

Policy = Literal["ours", "everything", "foresight"]
POLICY_SV = {
    "ours": "varje klass efter sina egna gränser",
    "everything": "allt när en station når hela stadens gräns",
    "foresight": "varje klass efter sina egna gränser, med facit i hand",
}


@dataclass(frozen=True)
class ClassHours:
    """Hours that a class's groups truly stood at or over their start limit, and beyond the hours allowed."""

    route_class: RouteClass
    groups: int
    over_h: int
    overdue_h: int

    @property
    def over_h_each(self) -> float:
        """Mean hours of one group, over all winters."""
        return self.over_h / self.groups if self.groups else 0.0


@dataclass(frozen=True)
class CalledDay:
    """A service day (from 12.00) with call-outs: which turer, and after how many hours of the day each was first
    called."""

    winter: int
    day: date
    turer: tuple[str, ...]
    after_h: tuple[int, ...]
    full: bool


@dataclass(frozen=True)
class ReplaySummary:
    """A policy over simulated winters. ``distance_km`` is an estimate; ``simulated`` is never false."""

    policy: Policy
    winters: tuple[int, ...]
    classes: tuple[ClassHours, ...]
    days: tuple[CalledDay, ...]
    tur_call_outs: int
    runs: int
    vehicles_called: int
    worked_h: float
    paid_by_network_h: tuple[float, float]
    cost: float
    distance_km: float
    simulated: bool = True

    @property
    def paid_h(self) -> float:
        """Vehicle hours paid for, on streets and on cycle ways."""
        return sum(self.paid_by_network_h)

    @property
    def full_call_outs(self) -> int:
        """Service days on which every tur was called."""
        return sum(day.full for day in self.days)

    def hours_over(self) -> dict[RouteClass, int]:
        """Group-hours at or over the limit by class."""
        return {row.route_class: row.over_h for row in self.classes}


def in_words(summary: ReplaySummary) -> str:
    """The summary in Swedish, a few lines."""
    return "\n".join(_lines(summary))


def _lines(one: ReplaySummary) -> Iterator[str]:
    years = len(one.winters)
    yield f"{years} simulerade vintrar (påhittat väder, inte mätt): {POLICY_SV[one.policy]}."
    yield (
        f"{len(one.days)} dygn med utkallning, varav {one.full_call_outs} hela; {one.tur_call_outs} turer kallade,"
        f" {one.runs} körda."
    )
    yield (
        f"{figure_sv(one.cost / 1000, 0)} tkr, {figure_sv(one.paid_h, 0)} betalda timmar varav"
        f" {figure_sv(one.worked_h, 0)} i arbete, ca {figure_sv(one.distance_km, 0)} km (uppskattat)."
    )
    for row in one.classes:
        yield (
            f"{row.route_class}: {figure_sv(row.over_h_each / max(1, years), 1)} timmar per tur och vinter vid eller"
            f" över gränsen; sammanlagt {row.over_h}, varav {row.overdue_h} utöver tillåten tid."
        )


def as_json(summary: ReplaySummary) -> dict[str, Any]:
    """The summary as JSON takes it."""
    out = asdict(replace(summary, days=()))
    for row, hours in zip(out["classes"], summary.classes, strict=True):
        row["over_h_each"] = round(hours.over_h_each, 2)
    out["days"] = [_day(day) for day in summary.days]
    return out | {"paid_h": summary.paid_h, "full_call_outs": summary.full_call_outs}


def _day(one: CalledDay) -> dict[str, Any]:
    calls: Sequence[dict[str, Any]] = [
        {"tur": tur, "after_h": hours} for tur, hours in zip(one.turer, one.after_h, strict=True)
    ]
    return {"winter": one.winter, "service_day": one.day.isoformat(), "full": one.full, "called": calls}
