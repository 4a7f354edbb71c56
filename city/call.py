"""A call: one message to one vehicle with its turer, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from city.vocabulary import CallEventKind, CallState, Channel

CallKind = Literal["go", "stop"]
"""Called out, or stood down."""
CallChannel = Channel | Literal["by_hand"]
"""How somebody is called; ``by_hand``: by whoever reads the page."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is said to whom. ``who`` is a role or a shift, never a name; ``orders`` in driving order; nothing leaves
    before ``leaves_at``; ``follows`` is the call in whose place it came."""

    id: str
    kind: CallKind
    vehicle: str
    contractor: str | None
    who: str
    channel: CallChannel
    address: str
    text: str
    made_at: datetime
    made_by: str
    leaves_at: datetime
    orders: tuple[str, ...]
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One step of a call; only ever added to. ``ref`` is what the gateway calls the message; ``undoes`` the number of
    the step that an ``undone`` takes back."""

    call_id: str
    kind: CallEventKind
    at: datetime
    who: str
    note: str = ""
    ref: str | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call with where it stands: ``tries`` attempts were begun, the rest are times of what has happened."""

    id: str
    kind: CallKind
    vehicle: str
    contractor: str | None
    who: str
    channel: CallChannel
    address: str
    text: str
    made_at: datetime
    made_by: str
    leaves_at: datetime
    follows: str | None
    orders: tuple[str, ...]
    state: CallState
    state_at: datetime
    state_who: str
    state_note: str
    tries: int
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    ref: str | None
