"""A connection that does not wait for ever for an answer that was lost on the way.

A proxy, a pooler or a failover address may stop handing on what comes over an open connection and keep it open. Then
neither the server's time-outs nor those of TCP help: both ends are well. So where an answer is long in coming we ask
over a new connection what our server process does. One that works, or waits for a lock, is left in peace however
long it takes; one that waits for us, while we wait for it, twice in the same state, has been cut off.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from city.clock import stopwatch
from store.sql import query

log = logging.getLogger("dagsplan.store")
Given = TypeVar("Given")
Answer = frozenset[tuple[int, str, str]]
"""Server processes that wait for their client: number, state and since when."""

SILENCE_S = 5.0
AGAIN_S = 1.0
LOOK_S = 3.0
NO_ANSWER = "no answer comes over this connection any more, and new ones work: it is given up"
TOO_LONG = "no answer within {seconds:g} s"


class WatchedConnection(psycopg.Connection[TupleRow]):
    """A connection whose answers are waited for as long as the server works on them, and at most ``limit_s``."""

    limit_s = math.inf

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 - as psycopg's
        """As psycopg's own. Raises psycopg.OperationalError where the connection is deaf; it is closed then."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        return super().wait(_heeding(gen, _Doubt(self).grows), interval)

    def give_up(self, problem: str) -> None:
        """Closes at once, so that nothing tries to roll back over it. Raises psycopg.OperationalError."""
        self.close()
        raise psycopg.OperationalError(problem)


class _Doubt:
    """Whether somebody is still there, while one answer is waited for."""

    def __init__(self, connection: WatchedConnection) -> None:
        self.connection = connection
        self._next_look_s = SILENCE_S
        self._found: Answer = frozenset()

    def grows(self, silent_s: float) -> None:
        """Looks where it is time to. Raises psycopg.OperationalError where the connection is given up."""
        if silent_s >= self.connection.limit_s:
            self.connection.give_up(TOO_LONG.format(seconds=self.connection.limit_s))
        if silent_s < self._next_look_s:
            return
        begun = stopwatch()
        cut_off, found = _look(self.connection, self._found)
        if cut_off:
            log.warning(NO_ANSWER, extra={"silent_s": round(silent_s, 1)})
            self.connection.give_up(NO_ANSWER)
        self._found = found
        self._next_look_s = silent_s + (stopwatch() - begun) + (AGAIN_S if found else SILENCE_S)


def _look(connection: WatchedConnection, before: Answer) -> tuple[bool, Answer]:
    """Whether the connection is cut off, and who waits for us now; a process that is gone counts as one that waits.

    Where it is cut off, its server process is ended, so that nothing stays locked. Nothing is known while new
    connections fail: then it is the database that is away.
    """
    name = connection.info.get_parameters().get("application_name", "")
    own = connection.info.backend_pid
    try:
        with _another(connection, name) as other:
            rows = other.execute(query("session", "what_clients_wait_for"), {"name": name}).fetchall()
            found = _waiting(own, rows)
            cut_off = bool(found) and found == before
            if cut_off:
                other.execute(query("session", "end_process"), {"pid": own, "name": name})
            return cut_off, found
    except psycopg.Error as error:
        log.info("no answer, and no new connection", extra={"problem": str(error).strip().splitlines()[:1]})
        return False, frozenset()


def _waiting(own: int, rows: list[TupleRow]) -> Answer:
    """Our process where it waits for us. A pooler gives us a number that is none of the server's: then any process of
    our name that works may be ours."""
    ours = [row for row in rows if row[0] == own] or rows
    if any(works for _, _, works, _ in ours):
        return frozenset()
    return frozenset((pid, state, str(since)) for pid, state, _, since in ours) or frozenset({(own, "gone", "")})


def _another(connection: WatchedConnection, name: str) -> WatchedConnection:
    """A new connection to the same place, for one short question."""
    info = connection.info
    where = make_conninfo(info.dsn, password=info.password or None, application_name=f"{name}-look")
    other = WatchedConnection.connect(where, autocommit=True, connect_timeout=round(LOOK_S))
    other.limit_s = LOOK_S
    return other


def _heeding(gen: Generator[Any, Any, Given], doubt: Callable[[float], None]) -> Generator[Any, Any, Given]:
    """The same generator; ``doubt`` is told at each pause for how long nothing has come or gone [s]."""
    try:
        wanted = next(gen)
        since = stopwatch()
        while True:
            ready = yield wanted
            if ready:
                since = stopwatch()
            else:
                doubt(stopwatch() - since)
            wanted = gen.send(ready)
    except StopIteration as end:
        given: Given = end.value
        return given
