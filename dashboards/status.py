"""Where an intervention stands: proposed, or as far as its order has come; and which steps may be taken next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from city.plan import Intervention
from city.words import OrderEventKind
from dashboards.voice import Voice
from planner.orders import NEXT
from store.orders import OrderNow

LOOKS: dict[str, tuple[str, str]] = {
    "proposed": ("is-wait", "ring"),
    "decided": ("is-go", "seen"),
    "sent": ("is-go", "sent"),
    "acknowledged": ("is-go", "seen"),
    "unanswered": ("is-stop", "stop"),
    "started": ("is-go", "run"),
    "done": ("is-ok", "done"),
    "aborted": ("is-wait", "cross"),
    "refused": ("is-stop", "stop"),
}
"""How each state looks: the class of its text and its icon."""

OFFERED: dict[str, tuple[OrderEventKind, ...]] = {
    "decided": ("sent", "started"),
    "sent": ("started", "acknowledged", "refused"),
    "acknowledged": ("started", "refused"),
    "unanswered": ("acknowledged", "started", "refused"),
    "started": ("done",),
}
"""The steps offered as buttons, the usual one first; aborting stands apart."""

URGENCY = ("unanswered", "refused", "late", "proposed", "aborted", "decided", "sent", "acknowledged", "started", "done")
"""What needs a hand stands first."""

ENDED = frozenset({"done", "aborted", "refused"})
GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class Status:
    """A state in words, with its looks; ``rank`` sorts what needs a hand to the top."""

    state: str
    word: str
    look: str
    icon: str
    second: str
    rank: int


@dataclass(frozen=True)
class Step:
    """A step that may be taken: the event and the word on its button."""

    kind: OrderEventKind
    word: str


def status_of(item: Intervention, order: OrderNow | None, now: datetime, voice: Voice) -> Status:
    """The status of an intervention with its newest order, if it has one."""
    state = "proposed" if order is None else order.state
    look, icon = LOOKS[state]
    word = voice.words(f"state.{state}")
    if order is not None:
        word = f"{word} {voice.moment(order.state_at, now)}"
    late = late_by(item, state, now)
    if late is None:
        return Status(state, word, look, icon, "" if order is None else order.state_note, URGENCY.index(state))
    said = voice.words("state.late", age=voice.age(late.total_seconds()))
    return Status(state, said, "is-late", "late", word, URGENCY.index("late"))


def late_by(item: Intervention, state: str, now: datetime) -> timedelta | None:
    """How late it is: not begun after its start, or not done after its end. None where it is in time or ended."""
    if state in ENDED:
        return None
    due = item.ready_by if state == "started" else item.starts_at
    if due is None or now <= due + GRACE:
        return None
    return now - due


def steps_of(order: OrderNow | None, voice: Voice) -> tuple[Step, ...]:
    """The steps that may follow, the usual one first."""
    if order is None:
        return ()
    allowed = [kind for kind in OFFERED.get(order.state, ()) if kind in NEXT[order.state]]
    return tuple(Step(kind, voice.words(f"step.{kind}")) for kind in allowed)


def may_abort(order: OrderNow | None) -> bool:
    """Whether an order can be called off."""
    return order is not None and "aborted" in NEXT[order.state]


def may_order(order: OrderNow | None) -> bool:
    """Whether an intervention waits for a decision: it has no order, or one that came to nothing."""
    return order is None or order.state in {"aborted", "refused"}
