"""What a channel is to who sends: it takes a call, refuses it, may be tried again, or nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from city.call import CallNow
from city.catalogue.message import Message

ReceiptState = Literal["accepted", "delivered", "failed", "acknowledged", "refused", "never"]
"""``never``: the channel never had the call."""


@dataclass(frozen=True, slots=True)
class CallTaken:
    """The channel took the call; ``ref`` is what it calls it."""

    ref: str
    state: Literal["accepted", "delivered"] = "accepted"


@dataclass(frozen=True, slots=True)
class Refused:
    """The call surely did not leave, and would not another time."""

    problem: Message


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The call surely did not leave; another time it may. The channel asks for ``rest_s`` of quiet [s]."""

    problem: Message
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody knows whether the call left."""

    problem: Message


Outcome = CallTaken | Refused | TryAgain | NoAnswer


@dataclass(frozen=True, slots=True)
class CallReceipt:
    """What a channel says of a call later; ``at`` as it says, None where it does not."""

    state: ReceiptState
    at: datetime | None = None
    problem: str = ""
    ref: str = ""


class CallLine(Protocol):
    """A channel. ``repeats_safely``: the same call may be handed over again, and leaves once."""

    @property
    def repeats_safely(self) -> bool: ...

    def send(self, call: CallNow) -> Outcome:
        """Hands a call over. Raises nothing that a channel can do."""
        ...

    def ask(self, call: CallNow) -> CallReceipt | None:
        """What became of a call; None where the channel keeps no such book, or does not answer."""
        ...

    def health(self) -> Message | None:
        """What is wrong with the channel; None where it answers as it should."""
        ...
