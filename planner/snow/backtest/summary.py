"""What a replay of winters came to, as a value, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from city.catalogue.message import Figure, Message, message
from city.catalogue.words import Words
from city.vocabulary import RouteClass

Policy = Literal["ours", "everything", "foresight"]


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


def in_words(summary: ReplaySummary, words: Words) -> str:
    """The summary in the language of ``words``, a few lines."""
    return "\n".join(words.say(line) for line in _lines(summary))


def _lines(one: ReplaySummary) -> Iterator[Message]:
    years = len(one.winters)
    yield message("plan.snow.winters.winters", n=years, policy=message(f"plan.snow.policy.{one.policy}"))
    yield message(
        "plan.snow.winters.days",
        n=len(one.days),
        whole=message("plan.snow.winters.whole", n=one.full_call_outs),
        called=message("plan.snow.winters.called", n=one.tur_call_outs),
        driven=message("plan.snow.winters.driven", n=one.runs),
    )
    cost, worked, km = (Figure(value, 0) for value in (one.cost / 1000, one.worked_h, one.distance_km))
    yield message("plan.snow.winters.cost", cost=cost, n=round(one.paid_h), worked=worked, km=km)
    for row in one.classes:
        hours = Figure(row.over_h_each / max(1, years))
        code, over, overdue = row.route_class, row.over_h, row.overdue_h
        yield message("plan.snow.winters.hours", code=code, hours=hours, over=over, overdue=overdue)


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
