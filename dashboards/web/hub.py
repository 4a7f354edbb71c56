"""Server-sent events: one database connection listens, every open page hears that something changed.

A page is told the whole state at once when it connects, so nothing is lost while it was away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from threading import Event, Lock, Thread

import psycopg
from psycopg_pool import ConnectionPool

from city.clock import stopwatch
from store import pages
from store.connect import Connection, beside, still_there

log = logging.getLogger("dagsplan.web")
BEAT_S = 15.0
LISTEN_S = 0.5
SIGN_OF_LIFE_S = 10.0


class Hub:
    """Wakes the open pages. Its thread starts with the first page and stops with the application."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool
        self._wakers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None

    @property
    def clients(self) -> int:
        """How many pages listen."""
        return len(self._wakers)

    async def changes(self) -> AsyncIterator[bool]:
        """Yields True at once and at every change, False where nothing happened for a while."""
        woken = asyncio.Event()
        self._join(woken)
        try:
            yield True
            while not self._stop.is_set():
                try:
                    await asyncio.wait_for(woken.wait(), BEAT_S)
                    woken.clear()
                    yield True
                except TimeoutError:
                    yield False
        finally:
            self._leave(woken)

    def close(self) -> None:
        """Ends all streams and the listening thread."""
        self._stop.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=2.0)

    def wake(self) -> None:
        """Wakes every open page."""
        with self._lock:
            for woken, loop in self._wakers.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(woken.set)

    def _join(self, woken: asyncio.Event) -> None:
        with self._lock:
            self._wakers[woken] = asyncio.get_running_loop()
            if self._thread is None and not self._stop.is_set():
                self._thread = Thread(target=self._listen, name="dagsplan-events", daemon=True)
                self._thread.start()

    def _leave(self, woken: asyncio.Event) -> None:
        with self._lock:
            self._wakers.pop(woken, None)

    def _listen(self) -> None:
        """Listens until the application stops; a lost connection is made anew, and then all pages look again."""
        while not self._stop.is_set():
            try:
                self._listen_once()
            except psycopg.Error as error:
                log.warning("events interrupted: %s", str(error).splitlines()[0] if str(error) else type(error))
                self._stop.wait(2.0)

    def _listen_once(self) -> None:
        with beside(self._pool) as connection:
            pages.hear(connection)
            self.wake()
            asked_at = stopwatch()
            while not self._stop.is_set():
                if stopwatch() - asked_at > SIGN_OF_LIFE_S:
                    still_there(connection)
                    asked_at = stopwatch()
                for _ in connection.notifies(timeout=LISTEN_S, stop_after=1):
                    self.wake()
