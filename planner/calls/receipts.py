"""Asks the channels what became of the calls that they took, or may have: nothing from outside has to reach us."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from city.call import CallEvent, CallNow
from city.catalogue.message import message
from city.clock import Clock, stopwatch
from city.errors import Conflict
from city.settings import Settings
from planner.calls.channels.line import CallLine, CallReceipt
from planner.calls.channels.lines import Lines
from planner.calls.send import SIDE_BY_SIDE, WHO, Office
from planner.calls.steps import happened
from store import outbox, pages
from store.connect import Connection

log = logging.getLogger("dagsplan.calls")
GROWS = 0.03


class AskingTurns:
    """When each call was last asked for: the older it is, the more seldom it is asked for again."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def wanted(self, calls: list[CallNow], now: datetime, every_s: float, clock: Clock) -> list[CallNow]:
        """The calls whose turn it is, ``every_s`` or a share of their age [s of the wall] after the last time."""
        self._at = {call.id: self._at[call.id] for call in calls if call.id in self._at}
        tick = stopwatch()
        due = []
        for call in calls:
            pause_s = max(every_s, GROWS * clock.real_seconds((now - call.made_at).total_seconds()))
            if call.id not in self._at or tick - self._at[call.id] >= 0.9 * pause_s:
                self._at[call.id] = tick
                due.append(call)
        return due


def ask_receipts(
    connect: Callable[[], Connection], settings: Settings, clock: Clock, lines: Lines, asked: AskingTurns | None = None
) -> int:
    """Asks for every call that left or may have and that nobody has answered; gives how many had news.

    Late ones count: a call of which nobody knew whether it left is then sent, delivered, or surely not sent. With
    ``asked`` each is asked for in its turn, else all.
    """
    office, now = Office(connect, settings, clock, lines), clock.now()
    since = now - timedelta(hours=settings.calls.receipts_for_h)
    with connect() as connection:
        calls = list(outbox.to_ask(connection, since, list(lines)))
    if asked is not None:
        calls = asked.wanted(calls, now, settings.calls.receipts_s, clock)
    if not calls:
        return 0
    with ThreadPoolExecutor(SIDE_BY_SIDE, "receipts") as pool, connect() as connection:
        told = pool.map(lambda call: (call, _asked(lines[call.channel], call)), calls)
        return sum(_write(connection, office, call, receipt) for call, receipt in told if receipt is not None)


def _asked(line: CallLine, call: CallNow) -> CallReceipt | None:
    try:
        return line.ask(call)
    except Exception:  # whatever goes wrong within a channel costs this answer alone
        log.exception("a channel failed", extra={"call": call.id, "channel": call.channel})
        return None


def _write(connection: Connection, office: Office, call: CallNow, receipt: CallReceipt) -> bool:
    """Adds the steps that a receipt means, as the call stands now; whether there was one."""
    with connection.transaction():
        now = outbox.standing(connection, call.id) if outbox.lock(connection, call.id) else None
        events = [] if now is None else means(office, now, receipt)
        for event in events:
            try:
                happened(connection, event)
            except Conflict as conflict:
                log.info("a receipt came too late", extra={"call": call.id, "why": str(conflict)})
                return False
        if events:
            pages.tell(connection, "orders")
    return bool(events)


def means(office: Office, call: CallNow, receipt: CallReceipt) -> list[CallEvent]:
    """The steps that a receipt means for a call, none where it holds no news."""
    at, ref = _when(office, call, receipt), receipt.ref or None
    note = receipt.problem[:300]
    open_ended = call.state == "unsure"
    left = [CallEvent(call.id, "sent", at, WHO, "", ref)] if open_ended else []
    if receipt.state == "never":
        lost = open_ended and at - call.state_at >= timedelta(seconds=office.due().lease_s)
        return [CallEvent(call.id, "failed", at, WHO, office.say(message("call.problem.never")))] if lost else []
    if receipt.state == "accepted":
        return left
    if receipt.state == "delivered":
        return [*left, CallEvent(call.id, "delivered", at, WHO)] if call.state in {"sent", "unsure"} else []
    if receipt.state == "failed":
        return [CallEvent(call.id, "failed", at, WHO, note)] if call.state != "unanswered" else []
    return [*left, CallEvent(call.id, receipt.state, at, call.vehicle, note)]


def _when(office: Office, call: CallNow, receipt: CallReceipt) -> datetime:
    """When it happened: as the channel says where its clock and ours can be the same, else now."""
    now = office.clock.now()
    if office.clock.simulated or receipt.at is None or receipt.at.tzinfo is None or receipt.at > now:
        return now
    return max(receipt.at, call.state_at)
