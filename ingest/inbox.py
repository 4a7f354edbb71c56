"""What was taken from the broker and is not written yet: the network thread puts in, the writer takes batches out."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

from city.clock import stopwatch

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """A queue between two threads that costs next to nothing for each message. ``limit`` is for who puts in to heed."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._items: deque[Item] = deque()
        self._came = threading.Event()

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
        if not self._came.is_set():
            self._came.set()

    def take(self, most: int, wait_s: float = 0.0, linger_s: float = 0.0, quiet_s: float = 0.02) -> list[Item]:
        """A batch: full, or what came within ``linger_s`` or until ``quiet_s`` without more; empty after ``wait_s``.

        The moment of quiet matters where the broker's window is smaller than a batch: it sends no more until we
        acknowledge.
        """
        if not self._items:
            self._came.clear()
            if not self._items and not self._came.wait(wait_s):
                return []
        until, n = stopwatch() + linger_s, len(self._items)
        while n < most and (left := until - stopwatch()) > 0:
            time.sleep(min(left, quiet_s))
            before, n = n, len(self._items)
            if n == before:
                break
        return [self._items.popleft() for _ in range(min(most, len(self._items)))]
