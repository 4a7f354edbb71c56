"""One sign-in after the other, so that wrong tries that come at the same time are counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class SignInTurns:
    """Of each address at most ``most`` wait for their turn: one that sends more keeps no thread from others."""

    def __init__(self, most: int = 3) -> None:
        self._most = most
        self._here: Counter[str] = Counter()
        self._counting, self._turn = Lock(), Lock()

    @contextmanager
    def turn(self, place: str) -> Iterator[bool]:
        """Waits for the turn; False at once where too many of that address wait already."""
        with self._counting:
            room = self._here[place] < self._most
            self._here[place] += room
        if not room:
            yield False
            return
        try:
            with self._turn:
                yield True
        finally:
            with self._counting:
                self._here[place] -= 1
                if not self._here[place]:
                    del self._here[place]
