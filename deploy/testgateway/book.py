"""What the test gateway was given, what it did with it, and how it is told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

import msgspec

from city.clock import Clock

Manner = Literal["well", "hang", "lose", "fail", "busy", "late", "no", "garble", "lost"]
"""How a request is met. ``hang``: taken, and nothing is ever said of it; ``lose``: nothing is taken, and nothing said;
``fail``: taken, and status 500; ``busy``: not taken, 503; ``late``: taken after the other side has given up, and then
answered; ``no``: refused, 422; ``garble``: taken, and an answer that is none; ``lost``: taken, and its receipt says
later that it did not arrive."""
MANNERS: tuple[Manner, ...] = get_args(Manner)
Manners = Callable[[str, str, int], Manner]
"""How the n-th request (from 1) for a message is met: of its id, its number, and n."""
Answer = Literal["acknowledged", "refused"]
MOST = 2000


class WantedMessage(msgspec.Struct, frozen=True):
    """The body of ``POST /messages``."""

    id: str
    channel: str
    to: str
    text: str
    language: str
    answers: tuple[str, ...] = ()


@dataclass
class KeptMessage:
    """One message, and what became of it."""

    wanted: WantedMessage
    ref: str
    at: datetime
    state: Literal["accepted", "delivered", "failed", "acknowledged", "refused"] = "accepted"
    since: datetime | None = None
    problem: str = ""


@dataclass
class GatewayBook:
    """All messages, kept in memory, the oldest forgotten beyond ``MOST``. Any number of threads may use it."""

    clock: Clock
    manners: Manners = field(default_factory=lambda: by_number)
    messages: dict[str, KeptMessage] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def manner(self, wanted: WantedMessage) -> Manner:
        """How this request is met."""
        with self.lock:
            n = self.requests[wanted.id] = self.requests.get(wanted.id, 0) + 1
        return self.manners(wanted.id, wanted.to, n)

    def take(self, wanted: WantedMessage) -> KeptMessage | None:
        """The message of an id, taken now where it is new; None where the id stands for another message."""
        with self.lock:
            kept = self.messages.get(wanted.id)
            if kept is None:
                kept = KeptMessage(wanted, f"test-{len(self.requests)}", self.clock.now())
                self.messages[wanted.id] = kept
                while len(self.messages) > MOST:
                    del self.messages[next(iter(self.messages))]
        return kept if kept.wanted == wanted else None

    def receipt(self, message_id: str) -> KeptMessage | None:
        """What became of a message: accepted when it was first asked for, delivered from then on."""
        with self.lock:
            kept = self.messages.get(message_id)
            if kept is None:
                return None
            if kept.state == "accepted" and self.manners(message_id, kept.wanted.to, 1) == "lost":
                kept.state, kept.problem = "failed", "no such subscriber"
            elif kept.state == "accepted":
                kept.state = "delivered"
            kept.since = kept.since or self.clock.now()
            return kept

    def answer(self, message_id: str, answer: Answer) -> bool:
        """What the one who was called says; False where there is no such message, or it did not arrive."""
        with self.lock:
            kept = self.messages.get(message_id)
            if kept is None or kept.state == "failed":
                return False
            kept.state, kept.since = answer, self.clock.now()
            return True

    def newest(self, most: int = 200) -> list[KeptMessage]:
        """The messages, newest first."""
        with self.lock:
            return list(reversed(self.messages.values()))[:most]


def by_number(_: str, to: str, n: int) -> Manner:
    """The manner that a number asks for by its end, such as ``0700000000-busy``: the first request is met so, later
    ones well; a refused number is refused for ever, as one that cannot be reached is."""
    word = to.rpartition("-")[2]
    for manner in MANNERS:
        if manner == word and (n == 1 or manner in {"no", "lost"}):
            return manner
    return "well"
