"""What was taken from the broker and is not written yet: the network thread puts in, the writer takes batches out.

While a batch is written the next one gathers, so that under load a batch is as large as it has to be. Beside that a
batch begins at most every ``linger_s``, so that a steady stream does not cost a transaction for each message; one that
comes after a silence is taken at once.

A broker hands out no more than its window until we acknowledge: then nothing would come in that time, and the window
decides how many messages a second there are. So a window that has been met is remembered, and a batch that has reached
it is taken at once.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from city.clock import stopwatch

Item = TypeVar("Item")
STALLED = 0.6
"""The part of the pause without anything new after which the broker's window counts as full."""


class Inbox(Generic[Item]):
    """A queue between two threads that costs next to nothing for each message. ``limit`` is for who puts in to heed.

    ``bytes_of`` tells how large one is, for the limit of a batch.
    """

    def __init__(self, limit: int, bytes_of: Callable[[Item], int] = lambda _: 0) -> None:
        self.limit = limit
        self._bytes_of = bytes_of
        self._items: deque[Item] = deque()
        self._came = threading.Event()
        self._wanted = 1
        self._window = 0
        self._out = 0
        self._taken_at = -math.inf

    def __len__(self) -> int:
        return len(self._items)

    @property
    def full(self) -> bool:
        return len(self._items) >= self.limit

    @property
    def oldest(self) -> Item | None:
        """The one that has waited longest; None where nothing waits."""
        try:
            return self._items[0]
        except IndexError:
            return None

    def put(self, item: Item) -> None:
        """Adds one; wakes who waits."""
        self._items.append(item)
        if len(self._items) >= self._wanted and not self._came.is_set():
            self._came.set()

    def take(
        self,
        most: int,
        wait_s: float = 0.0,
        linger_s: float = 0.0,
        quiet_s: float = 0.005,
        most_bytes: float = math.inf,
    ) -> list[Item]:
        """A batch of ``most`` messages and ``most_bytes``, but of one at least; empty after ``wait_s`` with nothing.

        It waits for more until ``linger_s`` after the last batch began, and less where the broker's window is full;
        once one was met, nothing new for ``quiet_s`` is enough to believe it.
        """
        if not self._reaches(1, wait_s):
            return []
        self._gather(most, self._taken_at + linger_s, quiet_s if self._window else max(quiet_s, STALLED * linger_s))
        self._taken_at = stopwatch()
        batch = self._popped(most, most_bytes)
        self._out = len(batch)
        return batch

    def written(self) -> None:
        """The batch is stored and about to be acknowledged: where more is under way than the window, it is none."""
        if self._out + len(self._items) > self._window:
            self._window = 0

    def _gather(self, most: int, until: float, quiet_s: float) -> None:
        """Waits until a batch is full, the window is, nothing has come for ``quiet_s``, or the time is over."""
        n = len(self._items)
        while (left := until - stopwatch()) > 0:
            if self._reaches(min(most, self._window or most), min(left, quiet_s)):
                return
            before, n = n, len(self._items)
            if n == before and left > quiet_s:
                self._window = self._window or n
                return

    def _reaches(self, count: int, wait_s: float) -> bool:
        """Whether so many are there, at the latest after ``wait_s``."""
        if len(self._items) >= count:
            return True
        self._wanted = count
        self._came.clear()
        return len(self._items) >= count or (wait_s > 0 and self._came.wait(wait_s))

    def _popped(self, most: int, most_bytes: float) -> list[Item]:
        batch: list[Item] = []
        size = 0
        while self._items and len(batch) < most:
            size += self._bytes_of(self._items[0])
            if batch and size > most_bytes:
                break
            batch.append(self._items.popleft())
        return batch
