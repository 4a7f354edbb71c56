"""A phone that stands for a vehicle, and what its driver reports: one tap is one report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from city.vocabulary import PhoneWay, ReportBecame, ReportKind


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that is paired with a vehicle ``since`` a time and ``until`` another; whose it is nobody asks."""

    id: str
    vehicle: str
    way: PhoneWay
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DriverReport:
    """One tap. ``id`` is the phone's own number for it, ``n`` its place among the reports of that phone.

    ``said_at`` is by the phone's clock, which may be wrong, ``observed_at`` by ours. ``segment`` or ``room`` is what it
    is about, ``about`` the report that it takes back or says more of; ``content`` is all of it as it was sent.
    """

    id: str
    vehicle: str
    phone: str | None
    n: int
    kind: ReportKind
    said_at: datetime
    observed_at: datetime
    received_at: datetime
    content: dict[str, Any]
    order: str | None = None
    segment: str | None = None
    room: str | None = None
    lon: float | None = None
    lat: float | None = None
    heading: float | None = None
    about: str | None = None

    @property
    def value(self) -> float | None:
        """How much, where a second tap says it: snow [cm]."""
        found = self.content.get("value")
        return float(found) if isinstance(found, int | float) else None

    @property
    def call(self) -> str | None:
        """The call that it answers."""
        found = self.content.get("call")
        return str(found) if found else None

    @property
    def detail(self) -> str:
        """Which of the choices of a second tap."""
        return str(self.content.get("detail") or "")

    @property
    def note(self) -> str:
        """What was written when standing."""
        return str(self.content.get("note") or "")


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a report: the number of the step of its order, or the id of the observation or report."""

    kind: ReportBecame
    n: int | None = None
    id: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it is kept, with what became of it, and what the depot answered last."""

    id: str
    vehicle: str
    kind: ReportKind
    observed_at: datetime
    received_at: datetime
    order: str | None
    segment: str | None
    room: str | None
    lon: float | None
    lat: float | None
    about: str | None
    content: dict[str, Any]
    became: ReportBecame
    became_n: int | None
    became_id: str | None
    problem: str
    taken_back: bool
    answered_at: datetime | None
    answer: str | None
