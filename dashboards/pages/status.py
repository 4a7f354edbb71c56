"""Where an intervention stands: proposed, or as far as its order has come; and which steps may be taken next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.entities import OrderEvent
from city.plan import Intervention
from city.vocabulary import OrderEventKind
from dashboards.web.locale import Locale
from planner.night.handover import passed_on
from planner.night.progress import Progress
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

NOT_LATE = frozenset({"done", "aborted", "refused", "unanswered"})
"""States that say more than that it is late."""
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
class NextStep:
    """A step that may be taken: the event and the word on its button."""

    kind: OrderEventKind
    word: str


def status_of(
    item: Intervention,
    order: OrderNow | None,
    now: datetime,
    locale: Locale,
    far: Progress | None = None,
    history: Sequence[OrderEvent] = (),
) -> Status:
    """The status of an intervention with its newest order, if it has one: ``far`` is how far that is, ``history`` its
    events."""
    state = "proposed" if order is None else order.state
    look, icon = LOOKS[state]
    word = _word(state, order, now, locale, far)
    second = "" if order is None else _second(item, order, now, locale, far, history)
    late = late_by(item, state, now)
    if late is None:
        return Status(state, word, look, icon, second, URGENCY.index(state))
    said = locale.words("state.late", age=locale.age(late.total_seconds()))
    return Status(state, said, "is-late", "late", _joined(word, second), URGENCY.index("late"))


def _word(state: str, order: OrderNow | None, now: datetime, locale: Locale, far: Progress | None) -> str:
    """The state with its time, or with how much is done of what is under way."""
    if state == "started" and far is not None and far.share is not None:
        return locale.words("state.share", percent=f"{100 * far.share:.0f}")
    word = locale.words(f"state.{state}")
    return word if order is None else f"{word} {locale.moment(order.state_at, now)}"


def _second(
    item: Intervention,
    order: OrderNow,
    now: datetime,
    locale: Locale,
    far: Progress | None,
    history: Sequence[OrderEvent],
) -> str:
    """What is said below the state: who did not answer, when it will be ready, whether its vehicle is silent."""
    t, said = locale.words, [order.state_note]
    passed = passed_on(history, item.vehicle) if history and order.state in {"sent", "unanswered"} else ()
    if passed:
        last = passed[-1]
        key = "state.passed" if last.to_vehicle else "state.exhausted"
        said.append(t(key, age=locale.age(last.waited_s), vehicle=last.to_vehicle or ""))
    if order.state == "started" and far is not None:
        if far.ready_at is not None:
            said.append(t("state.ready", clock=locale.moment(far.ready_at, now)))
        if far.feed == "silent" and far.heard_at is not None:
            said.append(t("state.silent", age=locale.age((now - far.heard_at).total_seconds())))
        elif far.share is None:
            said.append(t("state.unheard"))
    return _joined(*said)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def late_by(item: Intervention, state: str, now: datetime) -> timedelta | None:
    """How late it is: not begun after its start, or not done after its end. None where it is in time, ended or needs a
    call."""
    if state in NOT_LATE:
        return None
    due = item.ready_by if state == "started" else item.starts_at
    if due is None or now <= due + GRACE:
        return None
    return now - due


def steps_of(order: OrderNow | None, locale: Locale) -> tuple[NextStep, ...]:
    """The steps that may follow, the usual one first."""
    if order is None:
        return ()
    allowed = [kind for kind in OFFERED.get(order.state, ()) if kind in NEXT[order.state]]
    return tuple(NextStep(kind, locale.words(f"step.{kind}")) for kind in allowed)


def may_abort(order: OrderNow | None) -> bool:
    """Whether an order can be called off."""
    return order is not None and "aborted" in NEXT[order.state]


def may_order(order: OrderNow | None) -> bool:
    """Whether an intervention waits for a decision: it has no order, or one that came to nothing."""
    return order is None or order.state in {"aborted", "refused"}
