"""Where a night stands: every tur counted once, by the state that it is in now. Headline, button, tabs, map, hand-over
and interface read this one value, so that none of them can contradict another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

from city.manning import Absence
from city.plan import Intervention, Plan
from city.vocabulary import NON_ROUTE_KINDS, CallState, OrderState
from planner.night.choice import absent_during
from planner.night.progress import Progress
from planner.night.sequence import Engaged, in_turn

TurState = Literal[
    "running",
    "acknowledged",
    "called",
    "leaving",
    "vehicle_out",
    "refused",
    "unanswered",
    "failed",
    "unsure",
    "by_hand",
    "no_vehicle",
    "to_send",
    "declined",
    "done",
]
"""Where a tur stands. ``leaving``: its message has not left the house; ``called``: a channel took it and no answer has
come; ``vehicle_out``: somebody was called, and their vehicle is out of service; ``failed``: it did not arrive;
``unsure``: it may have; ``by_hand``: somebody must ring; ``to_send``: nobody has called it out; ``no_vehicle``: it is
needed and no vehicle can. In the order of ``FIRST``."""
OUT: frozenset[TurState] = frozenset({"running", "acknowledged", "done"})
"""Out: somebody has said that they go, or has been."""
CALLED_OUT: frozenset[TurState] = OUT | {"called", "unanswered"}
"""Called out: a channel took the message, or somebody was reached."""
NEEDS: frozenset[TurState] = frozenset(
    {"vehicle_out", "refused", "unanswered", "failed", "unsure", "by_hand", "no_vehicle", "to_send"}
)
"""What neither a driver nor the machine is at work on: it waits for whoever reads the page."""
CALLED_FOR: frozenset[TurState] = frozenset(
    {"acknowledged", "called", "leaving", "unanswered", "failed", "unsure", "by_hand"}
)
"""Somebody was called, or is to be, and nobody has begun: a vehicle that is out of service will not drive it."""
NOT_BEGUN: frozenset[TurState] = CALLED_FOR | {"to_send"}
"""Nobody has begun, and somebody still may: its time goes by."""
HOLDS: frozenset[TurState] = frozenset({"running", "acknowledged", "called", "leaving", "unsure", "by_hand"})
"""Its vehicle is on it, or will be: somebody was called out for it, and what has come of that does not free them."""
GRACE = timedelta(minutes=5)
"""So long after its time a step is not called late."""
FIRST: tuple[TurState, ...] = get_args(TurState)
"""Which run of a tur speaks for it: the one that is farthest on its way, else the one that waits."""


class KnownOrder(Protocol):
    """What is asked of an order."""

    @property
    def id(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def state(self) -> OrderState: ...

    @property
    def vehicle(self) -> str | None: ...


@dataclass(frozen=True)
class RunStanding:
    """One run: where it stands, who has it, when it begins and is ready, and how late it will be [s]. ``overdue_s`` is
    how long ago it had to be begun, or done [s]; 0 where it is not late or nobody waits for it.
    ``after`` is the tur that its vehicle has until it begins, where it was planned to begin before."""

    key: str
    target: str
    run: int
    state: TurState
    vehicle: str | None = None
    starts_at: datetime | None = None
    ready_at: datetime | None = None
    deadline: datetime | None = None
    share: float | None = None
    overdue_s: float = 0.0
    after: str | None = None

    @property
    def late_s(self) -> float:
        """How much later than its deadline it is or will be ready [s]; 0 where it is in time or nobody knows."""
        if self.deadline is None or self.ready_at is None or self.state in {"done", "declined"}:
            return 0.0
        return max(0.0, (self.ready_at - self.deadline).total_seconds())


@dataclass(frozen=True)
class Standing:
    """A night at a time. ``of`` turer there are; ``turer`` names the run that speaks for each that is asked for or was;
    ``runs`` are all of them; ``beside`` is other work of the plan, which is no tur."""

    at: datetime
    of: int
    turer: Mapping[str, RunStanding]
    runs: tuple[RunStanding, ...]
    beside: tuple[RunStanding, ...] = ()

    def count(self, *states: TurState) -> int:
        """How many turer stand in one of some states."""
        return sum(run.state in states for run in self.turer.values())

    @property
    def counts(self) -> dict[str, int]:
        """Turer by state, those that are not needed among them: together they are ``of``."""
        found: dict[str, int] = dict(Counter(run.state for run in self.turer.values()))
        return found | {"not_needed": self.not_needed}

    @property
    def not_needed(self) -> int:
        """Turer that nobody asks for and nobody has driven."""
        return self.of - len(self.turer)

    @property
    def asked(self) -> int:
        """Turer that are asked for, whatever has become of them."""
        return len(self.turer)

    @property
    def out(self) -> int:
        """Turer that are out: acknowledged, under way, or done."""
        return self.count(*OUT)

    @property
    def called_out(self) -> int:
        """Turer whose message a channel took, or whose driver was reached."""
        return self.count(*CALLED_OUT)

    @property
    def to_send(self) -> int:
        """Turer with a run that nobody has called out."""
        return len({run.target for run in self.runs if run.state == "to_send"})

    @property
    def waiting(self) -> int:
        """Turer, and other work, with something that waits for whoever reads the page."""
        return len({run.target for run in (*self.runs, *self.beside) if run.state in NEEDS})

    @property
    def begun(self) -> bool:
        """Whether anybody was called, or anything has been driven."""
        return any(run.state not in {"to_send", "declined", "no_vehicle"} for run in self._all)

    @property
    def moving(self) -> bool:
        """Whether somebody is out and not done, or is about to be."""
        return any(run.state in {"running", "acknowledged", "called", "leaving"} for run in self._all)

    @property
    def ready_at(self) -> datetime | None:
        """When the last that is out or called will be ready."""
        busy = {"running", "acknowledged", "called", "leaving"}
        return max((run.ready_at for run in self._all if run.state in busy and run.ready_at), default=None)

    @property
    def first_start(self) -> datetime | None:
        """When the first that nobody has begun starts, or should have."""
        return min(self._starts, default=None)

    @property
    def next_start(self) -> datetime | None:
        """When the next that nobody has begun starts; None where all of these should have been begun by now."""
        return min((start for start in self._starts if start >= self.at), default=None)

    @property
    def _starts(self) -> list[datetime]:
        ahead = {"acknowledged", "called", "leaving", "to_send", "by_hand", "unsure"}
        return [run.starts_at for run in self._all if run.state in ahead and run.starts_at]

    @property
    def missed(self) -> tuple[RunStanding, ...]:
        """The runs that had to be begun or done by now, or whose planned start is over, and are not."""
        return tuple(
            run
            for run in self.runs
            if run.overdue_s > 0 or (run.state in NOT_BEGUN and run.starts_at is not None and run.starts_at < self.at)
        )

    @property
    def late(self) -> tuple[RunStanding, ...]:
        """The runs that will be ready after their deadline, the latest first."""
        found = [run for run in self.runs if run.late_s >= 60.0]
        return tuple(sorted(found, key=lambda run: (-run.late_s, run.key)))

    @property
    def waits_for_vehicle(self) -> tuple[RunStanding, ...]:
        """The runs that begin later than planned, since their vehicle has other work until then."""
        return tuple(run for run in self.runs if run.after)

    @property
    def second_runs(self) -> int:
        """Runs beyond the first of their tur."""
        return sum(run.run > 1 for run in self.runs)

    @property
    def _all(self) -> tuple[RunStanding, ...]:
        return (*self.runs, *self.beside)


def standing(
    plan: Plan,
    orders: Sequence[KnownOrder],
    now: datetime,
    *,
    of: int | None = None,
    calls: Mapping[str, CallState] | None = None,
    progress: Mapping[str, Progress] | None = None,
    declined: Collection[str] = (),
    no_vehicle: Iterable[str] = (),
    absences: Sequence[Absence] = (),
    by_call: bool = True,
) -> Standing:
    """Where a plan stands now. ``orders`` are the newest of each key of its service day; ``calls`` the states of the
    newest call of each order by order id; ``progress`` by order id; ``declined`` keys; ``no_vehicle`` turer that are
    needed and that no vehicle can drive; ``absences`` when vehicles are out of service. ``of`` is how many turer the
    town has, those of the plan where nobody knows. Not ``by_call``: what is decided is on its way by that alone, as a
    building's set-points are.
    """
    by_key = {order.key: order for order in orders}
    known = {item.key: item for item in plan.interventions}
    calls, progress = calls or {}, progress or {}
    held = frozenset(declined)
    runs = []
    for item in plan.interventions:
        order = by_key.get(item.key)
        state = _state(order, calls, item.key in held, by_call=by_call)
        if order is not None and state in CALLED_FOR and is_out_of_service(absences, order.vehicle, item):
            state = "vehicle_out"
        runs.append(_run(item, order, state, progress, now))
    beside = tuple(run for run in runs if known[run.key].kind in NON_ROUTE_KINDS)
    turer = [run for run in runs if known[run.key].kind not in NON_ROUTE_KINDS]
    turer += [run for order in orders if order.key not in known and (run := _outside(order, progress)) is not None]
    turer = _in_turn(turer, now)
    named = {run.target for run in turer}
    turer += [RunStanding(f"{target}:none", target, 1, "no_vehicle") for target in no_vehicle if target not in named]
    speaks: dict[str, RunStanding] = {}
    for run in sorted(turer, key=lambda run: (FIRST.index(run.state), run.run)):
        speaks.setdefault(run.target, run)
    return Standing(now, max(len(speaks), of or 0), speaks, tuple(turer), beside)


def _in_turn(runs: Sequence[RunStanding], now: datetime) -> list[RunStanding]:
    """The runs with what each vehicle is called out for one after the other: it drives no two at a time, and nothing
    that was not begun before now."""
    held: dict[str, list[Engaged]] = {}
    on_it: dict[str, Engaged] = {}
    for run in runs:
        if run.state not in HOLDS or not (run.vehicle and run.starts_at and run.ready_at):
            continue
        if run.state == "running":
            one = Engaged(run.key, run.starts_at, run.ready_at)
            on_it[run.vehicle] = max(on_it.get(run.vehicle, one), one, key=lambda held: held.ends)
        else:
            lasts = run.ready_at - max(run.starts_at, now)
            held.setdefault(run.vehicle, []).append(Engaged(run.key, run.starts_at, run.starts_at + lasts))
    moved: dict[str, tuple[Engaged, str]] = {}
    for vehicle, own in held.items():
        first = on_it.get(vehicle)
        before = "" if first is None else first.what
        for one in in_turn(own, now if first is None else max(now, first.ends)):
            moved[one.what] = (one, before)
            before = one.what
    names = {run.key: run.target for run in runs}
    return [_moved(run, *moved[run.key], names, now) if run.key in moved else run for run in runs]


def _moved(run: RunStanding, one: Engaged, before: str, names: Mapping[str, str], now: datetime) -> RunStanding:
    """A run that waits for another; one that is only late keeps its planned start, and is ready as if begun now."""
    if run.starts_at is None or one.begins <= max(run.starts_at, now):
        return run
    return replace(run, starts_at=one.begins, ready_at=one.ends, after=names[before])


def is_out_of_service(absences: Sequence[Absence], vehicle: str | None, item: Intervention) -> bool:
    """Whether the vehicle of an order is out of service in the time of its work."""
    return vehicle is not None and absent_during(absences, vehicle, item) is not None


def due_at(item: Intervention, state: TurState) -> datetime | None:
    """By when the next step of a run must be taken: what drives must be done by its end, what was called out begun by
    its start, and what nobody has called out by its latest start. None where there is nothing to wait for."""
    if state == "running":
        return item.ready_by
    if state == "to_send":
        return item.latest_start or item.starts_at
    return item.starts_at if state in NOT_BEGUN - {"unanswered"} else None


def overdue(item: Intervention, state: TurState, now: datetime) -> timedelta:
    """How long ago the next step of a run had to be taken; 0 where it is in time."""
    due = due_at(item, state)
    return timedelta() if due is None or now <= due + GRACE else now - due


def _run(
    item: Intervention, order: KnownOrder | None, state: TurState, progress: Mapping[str, Progress], now: datetime
) -> RunStanding:
    """A run of the plan, with its order where it has one. What nobody has begun is never ready before it can be, begun
    now."""
    far = progress.get(order.id) if order is not None else None
    ready = item.ready_by
    if ready is not None and item.starts_at is not None and state in NOT_BEGUN:
        ready += max(timedelta(), now - item.starts_at)
    return RunStanding(
        key=item.key,
        target=item.target,
        run=run_of(item.key),
        state=state,
        vehicle=item.vehicle if order is None else order.vehicle,
        starts_at=item.starts_at,
        ready_at=ready if far is None or far.ready_at is None else far.ready_at,
        deadline=item.deadline,
        share=None if far is None else far.share,
        overdue_s=overdue(item, state, now).total_seconds(),
    )


def _outside(order: KnownOrder, progress: Mapping[str, Progress]) -> RunStanding | None:
    """A run that the plan does not hold any more and that is out or done; None where nothing came of it."""
    of_order: dict[OrderState, TurState] = {"started": "running", "acknowledged": "acknowledged", "done": "done"}
    state = of_order.get(order.state)
    if state is None:
        return None
    far = progress.get(order.id)
    ready, share = (None, None) if far is None else (far.ready_at, far.share)
    return RunStanding(order.key, order.target, run_of(order.key), state, order.vehicle, ready_at=ready, share=share)


def _state(order: KnownOrder | None, calls: Mapping[str, CallState], declined: bool, *, by_call: bool) -> TurState:
    """Where a run stands: by its order, and before that was sent by its call."""
    if order is None or order.state == "aborted":
        return "declined" if declined else "to_send"
    if order.state == "decided" and not by_call:
        return "acknowledged"
    return _under_way(order.state, calls.get(order.id), declined)


def holds_vehicle(state: OrderState, call: CallState | None) -> bool:
    """Whether an order that stands so, with the newest call-out about it, keeps its vehicle from other work: the same
    for the page, for the sheet and for what a driver is told."""
    return state != "aborted" and _under_way(state, call, declined=False) in HOLDS


def _under_way(state: OrderState, call: CallState | None, declined: bool) -> TurState:
    if state == "decided":
        return _called(call, declined)
    if state == "sent":
        return _sent(call)
    by_order: dict[OrderState, TurState] = {
        "acknowledged": "acknowledged",
        "started": "running",
        "done": "done",
        "refused": "declined" if declined else "refused",
        "unanswered": "unanswered",
    }
    return by_order[state]


def _sent(call: CallState | None) -> TurState:
    """An order that was sent, by its newest call: what did not arrive, or may not have, waits for a person again."""
    by_call: dict[CallState, TurState] = {"failed": "failed", "unsure": "unsure", "by_hand": "by_hand"}
    return "called" if call is None else by_call.get(call, "called")


def _called(call: CallState | None, declined: bool) -> TurState:
    """An order that is decided, by its call."""
    if call in {"made", "tried", "waits", "sent", "delivered"}:
        return "leaving"
    by_call: dict[CallState, TurState] = {"failed": "failed", "unsure": "unsure", "by_hand": "by_hand"}
    waits: TurState = "declined" if declined else "to_send"
    return waits if call is None else by_call.get(call, waits)


def run_of(key: str) -> int:
    """Which run of its target a key is: 1 where it says nothing."""
    last = key.rsplit(":", 1)[-1]
    return int(last) if last.isdigit() else 1
