"""What became of an order, step by step, and the last of these that a dispatcher may take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from city.entities import OrderEvent
from city.vocabulary import OrderEventKind
from dashboards.pages.who import note_said, who_said
from dashboards.web.locale import Locale
from planner.night.handover import passed_on
from planner.orders import UNDO

DESK = "dispatcher"
TAKEN_BACK: frozenset[OrderEventKind] = frozenset({"acknowledged", "refused", "started", "done", "aborted"})
"""Steps that a dispatcher notes by hand and may take back. What was sent is sent: it is stopped, not undone."""


@dataclass(frozen=True)
class StepLine:
    """One line of an order's history."""

    clock: str
    word: str
    who: str
    note: str


def history_of(
    events: Sequence[OrderEvent], first_vehicle: str | None, now: datetime, locale: Locale
) -> tuple[StepLine, ...]:
    """The steps of an order, a street that was done by its driver's word not among them: these stand in the share."""
    t = locale.words
    passed = {one.at: one for one in passed_on(events, first_vehicle)} if events else {}
    made = []
    for event in events:
        if event.kind == "segment_done":
            continue
        word = t(f"event.{event.kind}")
        if event.kind == "overridden" and event.at in passed:
            word = t("event.passed", age=locale.age(passed[event.at].waited_s), vehicle=event.vehicle or "")
        who, note = who_said(event.who, locale), note_said(event.note, locale)
        made.append(StepLine(locale.moment(event.at, now), word, who, note))
    return tuple(made)


def undo_of(events: Sequence[OrderEvent], now: datetime, locale: Locale) -> str:
    """The last step in words, where a dispatcher noted it by hand: it may be taken back. Empty where it may not."""
    last = next((event for event in reversed(events) if event.kind != "undone"), None)
    if last is None or last.kind not in TAKEN_BACK or last.who != DESK or now - last.at > UNDO:
        return ""
    return f"{locale.words(f'event.{last.kind}')} {locale.moment(last.at, now)}"
