"""How often somebody may guess: wrong tries by whom they come from, and of all together, within a time."""

from __future__ import annotations

from collections import deque
from threading import Lock

from city.clock import stopwatch


class WrongTries:
    """Counts wrong tries of the last ``within_s``: who made ``each`` of them waits, and nobody goes on at ``all_of``.

    Kept in memory: a restart forgets them, which helps a guesser less than a million numbers cost.
    """

    def __init__(self, *, each: int, all_of: int, within_s: float = 600.0) -> None:
        self._each, self._all_of, self._within_s = each, all_of, within_s
        self._wrong: deque[tuple[float, str]] = deque()
        self._lock = Lock()

    def may(self, whom: str) -> bool:
        """Whether somebody may try now."""
        with self._lock:
            self._forget()
            own = sum(name == whom for _, name in self._wrong)
            return own < self._each and len(self._wrong) < self._all_of

    def wrong(self, whom: str) -> None:
        """Notes a wrong try."""
        with self._lock:
            self._wrong.append((stopwatch(), whom))

    def forget(self) -> None:
        """Begins anew, as a restart does."""
        with self._lock:
            self._wrong.clear()

    def _forget(self) -> None:
        while self._wrong and stopwatch() - self._wrong[0][0] > self._within_s:
            self._wrong.popleft()
