"""The board of a call-out: what was sent to each vehicle, who has answered, who is next, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from city.call import CallChannel, CallKind
from city.vocabulary import CallEventKind, CallState, OrderEventKind, OrderState

Act = Literal["rang", "cannot", "stop", "again", "next", "withdraw"]
"""What a person can do with a row: note that they rang and it was acknowledged, or
that the driver cannot, stop it, send it again, pass it on,
take it back before it leaves."""
Place = Literal["hand", "waiting", "changed", "rest"]
"""In which part of the board a row stands: somebody must act, an answer is awaited, it just changed, the rest."""
BoardWord = Literal[
    "leaves",
    "leaving",
    "waits",
    "sent",
    "delivered",
    "no_answer",
    "acknowledged",
    "late_yes",
    "refused",
    "failed",
    "unsure",
    "by_hand",
    "stopped",
    "stop_sent",
]
"""The state of a row in one word. ``leaves``: it has not left yet; ``no_answer``: nobody is left who could be called;
``late_yes``: it was acknowledged after another was called, so that two may go out; ``stopped``: broken off, and the
vehicle is told, or had not been; ``stop_sent``: it was told. What an unsent *stop* waits for is said as of a call."""


@dataclass(frozen=True, slots=True)
class BoardTur:
    """One tur of a row with where its order stands."""

    order_id: str
    key: str
    target: str
    title: str
    run: int
    state: OrderState
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class InsteadOf:
    """In whose place a call came: the vehicle and who there did not answer, or could not (``refused``), and when that
    was plain."""

    vehicle: str
    who: str
    at: datetime
    refused: bool


@dataclass(frozen=True, slots=True)
class BoardNext:
    """Who is called where nobody answers: vehicle, who, and when by the clock (``at``), in ``seconds`` of it."""

    vehicle: str
    who: str
    at: datetime | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """The newest call to one vehicle, or an older one that still waits for something or has turer that are not done.
    ``by_dispatcher``: it was acknowledged by telephone, and stays "enligt arbetsledare" for ever. ``leaves_in``:
    seconds of the clock until it leaves, None where it has left; ``next`` who comes after (None: nobody is left, or it
    has answered); ``instead_of`` whom it came after; ``needs``: it waits for a person."""

    call_id: str
    kind: CallKind
    vehicle: str
    contractor: str | None
    turer: tuple[BoardTur, ...]
    who: str
    channel: CallChannel
    address: str
    made_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    state: CallState
    state_at: datetime
    state_who: str
    note: str
    word: BoardWord
    by_dispatcher: bool
    leaves_in: float | None
    next: BoardNext | None
    instead_of: InsteadOf | None
    needs: bool
    place: Place
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """What *Ångra* would take back: calls that have not left (``withdraw``) or the last step of an order (``order``),
    within ``seconds`` of the clock from now (``until``)."""

    kind: Literal["withdraw", "order"]
    ids: tuple[str, ...]
    until: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class BoardReceipt:
    """The last thing that happened: to a call (``call_id``) or an order (``order_id``)."""

    at: datetime
    kind: CallEventKind | OrderEventKind
    who: str
    vehicle: str | None
    target: str
    note: str
    call_id: str | None = None
    order_id: str | None = None
    vehicles: int = 1


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """Vehicles and turer of the board, and vehicles by where they stand; ``needs`` wait for a person."""

    vehicles: int = 0
    turer: int = 0
    leaving: int = 0
    waiting: int = 0
    acknowledged: int = 0
    no_answer: int = 0
    refused: int = 0
    failed: int = 0
    unsure: int = 0
    by_hand: int = 0
    stopped: int = 0
    needs: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """The rows in the order in which they want to be read, the counts, and the receipt line with its *Ångra*."""

    rows: tuple[BoardRow, ...]
    counts: BoardCounts
    receipt: BoardReceipt | None = None
    undo: UndoOffer | None = None
