"""Lets calls leave at their time, for as long as a scheduler runs, and asks for receipts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from city.errors import DagsplanError
from planner.calls.channels.line import CallLine
from planner.calls.receipts import AskingTurns, ask_receipts
from planner.calls.send import SIDE_BY_SIDE, Office, waiting, work

log = logging.getLogger("dagsplan.calls")
AT_MOST = 2 * SIDE_BY_SIDE
"""Workers of one line, those included that a hanging channel holds."""
LOOK_S = 0.8
"""How long a call that is due, or a note of it that was lost, may lie unseen [s of the wall]."""


class CallsLeave:
    """Looks for what is due, at a note and at short intervals, and lets so many workers of each line go for it that a
    line that hangs holds up neither another one nor this look."""

    def __init__(self, office: Office) -> None:
        self.office, self.heard = office, threading.Event()
        self._lock, self._busy = threading.Lock(), dict[int, int]()

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``; what is under way then is waited for."""
        with ThreadPoolExecutor(len(self.office.queues()) * AT_MOST, "send") as pool:
            while not stop.is_set():
                _try(lambda: self._look_on(pool, stop))
                stop.wait(LOOK_S)

    def wake(self) -> None:
        """A call was made."""
        self.heard.set()

    def _look_on(self, pool: ThreadPoolExecutor, stop: threading.Event) -> None:
        """On one connection, as long as it lasts."""
        with self.office.connect() as connection:
            while not stop.is_set():
                self.heard.clear()
                for line, channels, n in waiting(connection, self.office):
                    for _ in range(min(n, AT_MOST - self._busy.get(id(line), 0))):
                        self._count(line, 1)
                        pool.submit(self._work, line, channels)
                self.heard.wait(LOOK_S)

    def _work(self, line: CallLine | None, channels: tuple[str, ...]) -> None:
        try:
            _try(lambda: work(self.office, line, channels))
        finally:
            self._count(line, -1)

    def _count(self, line: CallLine | None, by: int) -> None:
        with self._lock:
            self._busy[id(line)] = self._busy.get(id(line), 0) + by


def receipts_ring(office: Office) -> Callable[[], None]:
    """What the ring for receipts does; it remembers when each call was asked for."""
    asked = AskingTurns()
    return lambda: _try(lambda: ask_receipts(office.connect, office.settings, office.clock, office.lines, asked))


def _try(step: Callable[[], object]) -> None:
    """One step; where the database is away, or anything else goes wrong, the next one tries again."""
    try:
        step()
    except (psycopg.Error, DagsplanError) as error:
        log.warning(str(error).strip().splitlines()[0])
    except Exception:
        log.exception("calls: a step failed")
