"""What was noted since the last look: other processes tell the scheduler, which looks at once instead of at its
interval."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg

from city.clock import stopwatch
from city.errors import StoreUnavailable
from store import pages
from store.connect import Connection, still_there

log = logging.getLogger("dagsplan.watch")
LISTEN_S = 1.0
AGAIN_S = 5.0
SIGN_OF_LIFE_S = 10.0
CALL = "call:"
"""How the note of a call begins."""


class ChangeListener:
    """Listens for what others note (a report, an observation, a forecast) and wakes the scheduler. ``of`` is how a note
    begins that is listened for; else it is all but those of calls."""

    def __init__(self, connect: Callable[[], Connection], of: str = "") -> None:
        self._connect, self._of = connect, of
        self._events: list[str] = []
        self._lock = threading.Lock()

    def drain(self) -> list[str]:
        """What was noted since this was last asked, oldest first."""
        with self._lock:
            events, self._events = self._events, []
        return events

    def listen(self, wake: Callable[[], object], stop: threading.Event) -> None:
        """Until ``stop``: waits for notes and calls ``wake`` after each batch. A lost connection is opened again."""
        while not stop.is_set():
            try:
                with self._connect() as connection:
                    connection.autocommit = True
                    pages.hear_notes(connection)
                    self._wait(connection, wake, stop)
            except (psycopg.Error, StoreUnavailable) as error:
                log.warning(str(error).strip().splitlines()[0])
                stop.wait(AGAIN_S)

    def _wanted(self, event: str) -> bool:
        """Calls are of no matter for a plan; who waits for them waits for nothing else."""
        return event.startswith(self._of) if self._of else not event.startswith(CALL)

    def _wait(self, connection: Connection, wake: Callable[[], object], stop: threading.Event) -> None:
        asked_at = stopwatch()
        while not stop.is_set():
            if stopwatch() - asked_at > SIGN_OF_LIFE_S:
                still_there(connection)
                asked_at = stopwatch()
            heard = [note.payload for note in connection.notifies(timeout=LISTEN_S, stop_after=1)]
            found = [event for event in heard if self._wanted(event)]
            if found:
                with self._lock:
                    self._events += found
                wake()
