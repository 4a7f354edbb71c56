"""Sends what is due, so that nothing leaves twice that its channel can know: a try is written before anything leaves,
and nobody holds the database while a channel is waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg

from city.call import CallEvent, CallNow
from city.catalogue.message import Message, message
from city.catalogue.words import words
from city.clock import Clock
from city.errors import Conflict, StoreUnavailable
from city.settings import Settings
from city.vocabulary import CallEventKind
from planner.calls.channels.line import CallLine, CallTaken, NoAnswer, Outcome, Refused, TryAgain
from planner.calls.channels.lines import Lines
from planner.calls.steps import happened
from store import outbox, pages
from store.connect import Connection
from store.outbox import Due

log = logging.getLogger("dagsplan.calls")
WHO = "dagsplan"
SIDE_BY_SIDE = 8
BACK = timedelta(hours=36)
WRITES = 10
BY_HAND = ("sms", "voice", "radio", "email", "app", "by_hand")

Step = tuple[CallEventKind, str]
"""A step and its note."""


@dataclass(frozen=True)
class Office:
    """What every sender works with. ``connect`` gives a connection of one's own."""

    connect: Callable[[], Connection]
    settings: Settings
    clock: Clock
    lines: Lines
    rests: dict[int, datetime] = field(default_factory=dict)

    def rest(self, line: CallLine, rest_s: float) -> None:
        """Leaves a line in peace that has asked for it [s of the wall], not longer than a lease."""
        if rest_s > 0:
            fast = 1.0 / self.clock.real_seconds(1.0)
            self.rests[id(line)] = self.clock.now() + timedelta(seconds=min(rest_s, self.settings.calls.lease_s) * fast)

    def rested(self, line: CallLine | None) -> bool:
        """Whether a line may be asked now."""
        return id(line) not in self.rests or self.rests[id(line)] <= self.clock.now()

    def queues(self) -> list[tuple[CallLine | None, tuple[str, ...]]]:
        """Each line with the channels that it serves; None: nobody but a hand does."""
        found: dict[int, tuple[CallLine | None, tuple[str, ...]]] = {}
        for channel in BY_HAND:
            line = self.lines.get(channel)
            found[id(line)] = (line, (*found.get(id(line), (line, ()))[1], channel))
        return list(found.values())

    def due(self) -> Due:
        """What is due now; the pauses are seconds of the wall, however fast time is played."""
        now, calls = self.clock.now(), self.settings.calls
        fast = 1.0 / self.clock.real_seconds(1.0)
        return Due(now, now - BACK, calls.back_off_s * fast, calls.lease_s * fast)

    def say(self, said: Message) -> str:
        return words(self.settings.municipality.language).say(said)


def send_due(connect: Callable[[], Connection], settings: Settings, clock: Clock, lines: Lines) -> int:
    """Sends all calls that are due, several side by side; gives how many were taken in hand."""
    office = Office(connect, settings, clock, lines)
    with ThreadPoolExecutor(SIDE_BY_SIDE, "send") as pool:
        with connect() as connection:
            queues = list(waiting(connection, office))
        made = [pool.submit(work, office, line, channels) for line, channels, n in queues for _ in range(n)]
    return sum(one.result() for one in made)


def waiting(connection: Connection, office: Office) -> Iterator[tuple[CallLine | None, tuple[str, ...], int]]:
    """Each queue with the number of calls that are due in it, ``SIDE_BY_SIDE`` at most."""
    for line, channels in filter(lambda queue: office.rested(queue[0]), office.queues()):
        yield line, channels, len(outbox.due(connection, office.due(), channels, SIDE_BY_SIDE))


def work(office: Office, line: CallLine | None, channels: Collection[str]) -> int:
    """Takes one due call of a queue after the other until none is left; gives how many it took."""
    taken = 0
    with office.connect() as connection:
        while office.rested(line) and (found := _claim(connection, office, line, channels)) is not None:
            taken += 1
            call, goes = found
            if goes and line is not None:
                outcome = _handed_over(line, call)
                if isinstance(outcome, TryAgain):
                    office.rest(line, outcome.rest_s)
                _keep(connection, office, call, outcome, repeats=line.repeats_safely)
    return taken


def _claim(
    connection: Connection, office: Office, line: CallLine | None, channels: Collection[str]
) -> tuple[CallNow, bool] | None:
    """The next call that is due, with the step that says so committed, and whether it is to leave now. None: no call
    is due that nobody else holds."""
    for call_id in outbox.due(connection, office.due(), channels, 4 * SIDE_BY_SIDE):
        with connection.transaction():
            held = outbox.hold(connection, call_id) and outbox.still_due(connection, office.due(), channels, call_id)
            call = outbox.standing(connection, call_id) if held else None
            if call is None:
                continue  # somebody else was quicker
            steps = begins(office, line, call, doubt=outbox.in_doubt(connection, call_id))
            for kind, note in steps:
                happened(connection, CallEvent(call_id, kind, office.clock.now(), WHO, note))
            call = outbox.standing(connection, call_id) or call
            pages.tell(connection, "orders")
        return call, steps[-1][0] == "tried"
    return None


def begins(office: Office, line: CallLine | None, call: CallNow, *, doubt: bool) -> list[Step]:
    """What is written of a call that is due before anything leaves; it leaves where the last step is ``tried``."""
    if line is None:
        return [
            ("unsure" if call.state == "tried" or doubt else "by_hand", office.say(message("call.problem.no_line")))
        ]
    behind_s = office.clock.real_seconds((office.clock.now() - call.leaves_at).total_seconds())
    late = behind_s > 60.0 * office.settings.calls.late_min
    if call.state == "tried":
        lost: Step = ("unsure", office.say(message("call.problem.lost")))
        again = line.repeats_safely and call.tries < office.settings.calls.tries and not late
        return [lost, ("tried", "")] if again else [lost]
    if late:
        return [("unsure" if doubt else "failed", office.say(message("call.problem.late")))]
    return [("tried", "")]


def _handed_over(line: CallLine, call: CallNow) -> Outcome:
    try:
        return line.send(call)
    except Exception as error:  # whatever went wrong within a channel: it may have left
        log.exception("a channel failed", extra={"call": call.id, "channel": call.channel})
        return NoAnswer(message("call.problem.connection", problem=type(error).__name__))


def ends(office: Office, outcome: Outcome, tries: int, *, doubt: bool, repeats: bool) -> list[Step]:
    """The steps that an outcome of the last of ``tries`` means."""
    if isinstance(outcome, CallTaken):
        return [("sent", ""), ("delivered", "")] if outcome.state == "delivered" else [("sent", "")]
    note, left = office.say(outcome.problem), tries < office.settings.calls.tries
    if isinstance(outcome, Refused):
        return [("unsure" if doubt else "failed", note)]  # what is refused now may have left at a try before
    if isinstance(outcome, NoAnswer):
        return [("unsure", note), ("waits", note)] if repeats and left else [("unsure", note)]
    if left:
        return [("waits", note)]
    return [("unsure" if doubt else "failed", note)]


def _keep(connection: Connection, office: Office, call: CallNow, outcome: Outcome, *, repeats: bool) -> None:
    """Writes what became of a try, over a new connection where the old one is lost. Where that cannot be, the lease
    runs out and the next one finds it so."""
    for n in range(WRITES):
        try:
            if n == 0:
                return _write(connection, office, call, outcome, repeats=repeats)
            with office.connect() as fresh:
                return _write(fresh, office, call, outcome, repeats=repeats)
        except (psycopg.OperationalError, StoreUnavailable) as error:
            log.warning("what became of a call is not stored yet: %s", str(error).strip().splitlines()[0])
            time.sleep(0.2 * (n + 1))
    return None


def _write(connection: Connection, office: Office, call: CallNow, outcome: Outcome, *, repeats: bool) -> None:
    """The outcome of the try ``call.tries``. That it was taken is believed whenever it comes; all else only while no
    other try has begun, and nobody has said more of the call since."""
    with connection.transaction():
        now = outbox.standing(connection, call.id) if outbox.lock(connection, call.id) else None
        if now is None:
            return
        if not isinstance(outcome, CallTaken) and (now.tries != call.tries or now.state not in {"tried", "unsure"}):
            log.info("an outcome came too late", extra={"call": call.id, "state": now.state})
            return
        doubt = outbox.in_doubt(connection, call.id)
        ref = outcome.ref if isinstance(outcome, CallTaken) else None
        for kind, note in ends(office, outcome, call.tries, doubt=doubt, repeats=repeats):
            _said(connection, CallEvent(call.id, kind, office.clock.now(), WHO, note, ref if kind == "sent" else None))
        pages.tell(connection, "orders")


def _said(connection: Connection, event: CallEvent) -> None:
    """Adds a step where it may still follow; an answer that was quicker stands."""
    try:
        happened(connection, event)
    except Conflict as conflict:
        log.info("a step came too late", extra={"call": event.call_id, "step": event.kind, "why": str(conflict)})
