"""One sign-in after the other, so that wrong tries that come at the same time are counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class SignInTurns:
    """Of each address at most ``most`` wait for their turn, of all ``in_all``: many that send more keep no thread from
    those who are in."""

    def __init__(self, most: int = 3, in_all: int = 12) -> None:
        self._most, self._in_all = most, in_all
        self._here: Counter[str] = Counter()
        self._counting, self._turn = Lock(), Lock()

    @contextmanager
    def turn(self, place: str) -> Iterator[bool]:
        """Waits for the turn; False at once where too many wait already."""
        with self._counting:
            room = self._here[place] < self._most and self._here.total() < self._in_all
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
