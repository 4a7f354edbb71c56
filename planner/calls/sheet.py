"""The sheet before a call-out: one line a vehicle, who gets what, where and when, and what needs a look first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from city.call import CallChannel

LookKind = Literal["no_vehicle", "no_list", "no_address", "away", "busy", "rest", "silent", "late"]
"""Why a line needs a look: no vehicle drives it; no call-out list knows the vehicle; the list has no address; everybody
of the list is away; it holds other work then; its crew has not rested; it did not answer tonight; it will be late."""


@dataclass(frozen=True, slots=True)
class Look:
    """One reason to look. ``at`` is until when it is busy or rests, or when it did not answer; ``what`` the other tur
    (busy) or who is away."""

    kind: LookKind
    at: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class SheetTur:
    """One tur of a line; ``run`` counts the drives of the same tur in a plan from 1; ``order`` is the order that it has
    already, which is only decided or unanswered."""

    key: str
    target: str
    title: str
    starts_at: datetime | None
    ready_by: datetime | None
    deadline: datetime | None
    run: int = 1
    order: str | None = None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One vehicle: its turer in driving order and who is called for them. ``machine``: a line takes the message, else
    somebody rings ``address``; not ``callable``: nobody can be called, ``looks`` say why. ``changed``: the number is
    another than that of the list for now; ``chosen``: another vehicle than the plan's."""

    vehicle: str | None
    contractor: str | None
    turer: tuple[SheetTur, ...]
    who: str
    channel: CallChannel
    address: str
    starts_at: datetime | None
    ready_by: datetime | None
    machine: bool
    callable: bool
    looks: tuple[Look, ...] = ()
    changed: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines, those that need a look first; ``vehicles``, ``turer`` count what can be called out, ``machine`` and
    ``by_hand`` vehicles by how; ``missing`` are keys that nobody can drive."""

    plan_id: str
    lines: tuple[SheetLine, ...]
    vehicles: int
    turer: int
    machine: int
    by_hand: int
    missing: tuple[str, ...]
    starts_at: datetime | None
