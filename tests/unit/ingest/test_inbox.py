"""The queue between network thread and writer: what a batch is, by count, bytes, time and the broker's window."""

from __future__ import annotations

import threading

from ingest.inbox import Inbox

LONG_S = 60.0
"""So long that a test that waits for it in vain would be seen."""


def filled(count: int, *, size: int = 0) -> Inbox[int]:
    inbox: Inbox[int] = Inbox(10_000, lambda _: size)
    for n in range(count):
        inbox.put(n)
    return inbox


def test_what_comes_after_a_silence_is_taken_at_once() -> None:
    """However long batches may wait for more."""
    assert filled(1).take(100, wait_s=LONG_S, linger_s=LONG_S) == [0]


def test_nothing_is_an_empty_batch() -> None:
    assert filled(0).take(100, wait_s=0.01) == []


def test_a_batch_is_bounded_by_count_and_by_bytes_and_holds_one_at_least() -> None:
    inbox = filled(10, size=1000)
    assert inbox.take(3) == [0, 1, 2]
    assert inbox.take(100, most_bytes=4500) == [3, 4, 5, 6]
    assert inbox.take(100, most_bytes=10) == [7]
    assert inbox.take(100, most_bytes=1e9) == [8, 9]


def test_a_full_batch_does_not_wait() -> None:
    """Under load there is no pause between two of them."""
    inbox = filled(200)
    assert len(inbox.take(100)) == 100
    assert len(inbox.take(100, linger_s=LONG_S)) == 100


def test_a_window_that_was_met_is_taken_without_a_pause() -> None:
    """The broker hands out five and waits for their acknowledgement: the first time that costs a pause, then none."""
    inbox = filled(5)
    inbox.take(100)
    for n in range(5):
        inbox.put(n)
    assert len(inbox.take(100, linger_s=0.2)) == 5
    inbox.written()
    for n in range(5):
        inbox.put(n)
    assert len(inbox.take(100, linger_s=LONG_S, quiet_s=LONG_S)) == 5


def test_more_than_the_window_shows_that_it_was_none() -> None:
    """While five are written six more come: it was a lull of a steady stream, and batches gather again."""
    inbox = filled(5)
    inbox.take(100)
    inbox.put(0)
    assert len(inbox.take(100, linger_s=0.05)) == 1
    for n in range(6):
        inbox.put(n)
    inbox.written()
    waiting = threading.Thread(target=inbox.take, args=(100, LONG_S, LONG_S), daemon=True)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    for n in range(100):
        inbox.put(n)
    waiting.join(LONG_S / 3)
    assert not waiting.is_alive()
