"""Where an intervention stands, in words: proposed, or as far as its order and its call have come. *Called out* is said
of what was sent, *done* with who says so where no position saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.entities import OrderEvent
from city.manning import Absence
from city.plan import Intervention
from city.vocabulary import CallState, OrderState
from dashboards.pages.who import by_word_of, note_said
from dashboards.web.locale import Locale
from planner.night.handover import passed_on
from planner.night.progress import Progress
from planner.night.standing import TurState, overdue
from planner.orders import NEXT
from store.orders import OrderNow

LOOKS: dict[str, tuple[str, str]] = {
    "proposed": ("is-wait", "ring"),
    "decided": ("is-warn", "ring"),
    "leaving": ("is-wait", "ring"),
    "by_hand": ("is-late", "phone"),
    "unsure": ("is-late", "phone"),
    "failed": ("is-stop", "stop"),
    "sent": ("is-go", "sent"),
    "acknowledged": ("is-go", "seen"),
    "vehicle_out": ("is-stop", "stop"),
    "unanswered": ("is-stop", "stop"),
    "refused": ("is-stop", "stop"),
    "started": ("is-go", "run"),
    "done": ("is-ok", "done"),
    "approved": ("is-ok", "ok"),
    "aborted": ("is-wait", "cross"),
}
"""How each state looks: the class of its text and its icon. The double tick is of an answer and of nothing else."""

URGENCY = (
    *(
        "vehicle_out",
        "unanswered",
        "refused",
        "failed",
        "unsure",
        "by_hand",
        "late",
        "decided",
        "proposed",
        "aborted",
        "leaving",
    ),
    *("sent", "acknowledged", "started", "approved", "done"),
)
"""What needs a hand stands first."""

OF_CALL: dict[CallState, str] = {
    **dict.fromkeys(("made", "tried", "waits", "sent", "delivered"), "leaving"),
    "failed": "failed",
    "unsure": "unsure",
    "by_hand": "by_hand",
}
"""Where an order stands that was decided, by the call that was made of it; without one it was not sent."""
STUCK = frozenset({"by_hand", "unsure", "failed"})
"""Where a call stands that nobody but the reader can help on: an order that went on to another may come here though it
was sent before."""
AS_TUR: dict[str, TurState] = {
    "proposed": "to_send",
    "decided": "to_send",
    "sent": "called",
    "started": "running",
    "acknowledged": "acknowledged",
    "leaving": "leaving",
    "by_hand": "by_hand",
    "unsure": "unsure",
    "failed": "failed",
}
"""What somebody still waits for, as the night counts it."""
ON_CALL = frozenset(AS_TUR) - {"proposed", "decided", "started"}


@dataclass(frozen=True)
class Status:
    """A state in words, with its looks; ``rank`` sorts what needs a hand to the top. ``share`` is what is done of it
    [%] where positions or a driver say so."""

    state: str
    word: str
    look: str
    icon: str
    second: str
    rank: int
    share: int | None = None

    @property
    def needs(self) -> bool:
        """Whether it waits for whoever reads the page, or should have been begun or done by now."""
        return self.rank < URGENCY.index("leaving")


@dataclass(frozen=True)
class Standpoint:
    """What a status is made from: an intervention with its newest order, if it has one, how far that is, its events,
    the state of its newest ``call``, and when the vehicle that holds it is ``out`` of service in its time. ``advice``
    is approved, not driven."""

    item: Intervention
    order: OrderNow | None
    now: datetime
    advice: bool = False
    far: Progress | None = None
    history: Sequence[OrderEvent] = ()
    call: CallState | None = None
    out: Absence | None = None

    @property
    def state(self) -> str:
        """The state of the order, or what goes before it; no call holds whose vehicle is out of service."""
        state = self._as_called
        return "vehicle_out" if self.out is not None and state in ON_CALL | {"unanswered"} else state

    @property
    def _as_called(self) -> str:
        if self.order is None:
            return "proposed"
        if self.advice and self.order.state in {"decided", "sent", "acknowledged", "started"}:
            return "approved"
        by_call = OF_CALL.get(self.call, "") if self.call else ""
        if self.order.state == "decided":
            return by_call or "decided"
        if self.order.state == "sent" and by_call in STUCK:
            return by_call
        return self.order.state


def status_of(at: Standpoint, locale: Locale) -> Status:
    """The status of an intervention. Late is only what was called out or had to be under way by now, and is not."""
    state = at.state
    look, icon = LOOKS[state]
    word, second = _word(at, state, locale), _second(at, state, locale)
    share = _share(at, state)
    late = late_by(at)
    if late is None:
        return Status(state, word, look, icon, second, URGENCY.index(state), share)
    said = locale.words("state.late", age=locale.age(late.total_seconds()))
    return Status(state, said, "is-late", "late", _joined(word, second), URGENCY.index("late"), share)


def _share(at: Standpoint, state: str) -> int | None:
    if state != "started" or at.far is None or at.far.share is None or not heard(at.far):
        return None
    return round(100 * at.far.share)


def _word(at: Standpoint, state: str, locale: Locale) -> str:
    """The state with its time, or with how much is done of what is under way."""
    share = _share(at, state)
    if share is not None:
        return locale.words("state.share", percent=str(share))
    word = locale.words(f"state.{state}")
    if at.order is None or state in {"decided", "leaving", "by_hand", "unsure", "failed", "vehicle_out"}:
        return word
    return f"{word} {locale.moment(_since(at), at.now)}"


def _since(at: Standpoint) -> datetime:
    """When an order came to be as it is; an approval is as old as its decision."""
    assert at.order is not None
    decided = (event.at for event in at.history if event.kind == "decided")
    return next(decided, at.order.created_at) if at.state == "approved" else at.order.state_at


def _second(at: Standpoint, state: str, locale: Locale) -> str:
    """What is said below the state: what is waited for, who says it, when it will be ready, what is not seen."""
    if at.order is None or state == "approved":
        return _start(at, state, locale)
    said = [_start(at, state, locale), note_said(at.order.state_note, locale)]
    if state == "vehicle_out" and at.out is not None:
        until = locale.until(at.out.until_at, at.now)
        said.append(locale.words("state.out_until", vehicle=at.order.vehicle or "", clock=until))
    if state in {"sent", "unanswered"} | STUCK:
        said.append(_called(at, state, locale))
    if state in {"acknowledged", "started", "done"}:
        said.append(_seen(at, at.order, state, locale))
    if state == "started":
        said.append(_ahead(at, locale))
    return _joined(*said)


def _start(at: Standpoint, state: str, locale: Locale) -> str:
    """When what nobody has begun should have begun; of what was said yes to when it will."""
    starts = at.item.starts_at
    if at.advice or starts is None or state not in AS_TUR or state == "started":
        return ""
    if at.now - starts >= timedelta(minutes=1):
        return locale.words("state.missed", clock=locale.moment(starts, at.now))
    ahead = state == "acknowledged" and starts > at.now
    return locale.words("state.starts", clock=locale.moment(starts, at.now)) if ahead else ""


def _called(at: Standpoint, state: str, locale: Locale) -> str:
    """Who did not answer, and what is waited for now."""
    t, said = locale.words, ""
    passed = passed_on(at.history, at.item.vehicle) if at.history else ()
    if passed:
        last = passed[-1]
        key = "state.passed" if last.to_vehicle else "state.exhausted"
        said = t(key, age=locale.age(last.waited_s), vehicle=last.to_vehicle or "")
    if state == "unanswered":
        return _joined(said, t("state.ring"))
    if state in STUCK:
        return said
    sent = [event.at for event in at.history if event.kind == "sent"]
    came = [e.at for e in at.history if e.kind == "delivered" and (not sent or e.at >= sent[-1])]
    arrived = t("state.arrived", clock=locale.moment(came[-1], at.now)) if came else ""
    return _joined(said, arrived, t("state.waits"))


def _seen(at: Standpoint, order: OrderNow, state: OrderState | str, locale: Locale) -> str:
    """That a person at a desk says so, and for good that no position has seen it."""
    who = by_word_of(order.state_who, locale)
    if who and state == "acknowledged":
        return locale.words("state.said_by", who=who)
    return locale.words("state.unseen", who=who) if who and not heard(at.far) else ""


def heard(far: Progress | None) -> bool:
    """Whether a position or a driver has told of the work."""
    return far is not None and far.heard_at is not None


def _ahead(at: Standpoint, locale: Locale) -> str:
    """When it will be ready, and whether its vehicle is silent."""
    t, far, said = locale.words, at.far, []
    if far is None or at.order is None:
        return ""
    if far.ready_at is not None:
        said.append(t("state.ready", clock=locale.moment(far.ready_at, at.now)))
    if far.feed == "silent" and far.heard_at is not None:
        said.append(t("state.silent", age=locale.age((at.now - far.heard_at).total_seconds())))
    elif far.share is None and not by_word_of(at.order.state_who, locale):
        said.append(t("state.unheard"))
    return _joined(*said)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def late_by(at: Standpoint) -> timedelta | None:
    """How late it is: not begun after it had to be, or not done after its end. Advice is never late."""
    state = AS_TUR.get(at.state)
    if at.advice or state is None:
        return None
    return overdue(at.item, state, at.now) or None


def behind(at: Standpoint, locale: Locale) -> str:
    """How much later than its deadline it will be ready, or was: 'Blir 20 min sen'. Empty where it is in time."""
    item, deadline = at.item, at.item.deadline
    if at.advice or deadline is None or item.ready_by is None:
        return ""
    ready = _ready(at, item.ready_by)
    if ready is None or ready < deadline + timedelta(minutes=1):
        return ""
    key = "state.was_late" if at.state == "done" else "state.will_be_late"
    return locale.words(key, age=locale.age((ready - deadline).total_seconds()))


def _ready(at: Standpoint, planned: datetime) -> datetime | None:
    """When it will be ready: never before it can be, begun now; None for what will not be driven."""
    state, far, starts = at.state, at.far, at.item.starts_at
    if state in {"aborted", "refused"}:
        return None
    if state == "done":
        return at.order.state_at if at.order is not None else planned
    if far is not None and far.ready_at is not None:
        return far.ready_at
    return planned if starts is None or state == "started" else planned + max(timedelta(), at.now - starts)


ACTS: dict[str, tuple[str, ...]] = {
    "decided": ("aborted",),
    "sent": ("started", "refused", "aborted"),
    "acknowledged": ("started", "refused", "aborted"),
    "unanswered": ("started", "refused", "aborted"),
    "started": ("done", "aborted"),
}
"""What a dispatcher may note of an order by hand, the usual first. All of it stands apart, in the opened row, and asks
once more: these are the driver's words."""


def acts_of(order: OrderNow | None, *, advice: bool) -> tuple[str, ...]:
    """The acts that a dispatcher may note of an order; advice that was approved may be taken back, and
    no more."""
    if order is None:
        return ()
    wanted = ("aborted",) if advice else ACTS.get(order.state, ())
    return tuple(kind for kind in wanted if kind in NEXT[order.state])


def may_choose(at: Standpoint) -> bool:
    """Whether an intervention waits for a decision or for being sent: it has no order, one that came to nothing, or one
    that nobody has sent."""
    return at.state in {"proposed", "decided", "aborted", "refused"}
