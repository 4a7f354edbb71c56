"""Dead letters read again, once what was wrong with them is mended: straight into the store, without the broker.

Each letter is judged by when it was received, however late it is replayed, and marked in the transaction that stores
its rows; the key (series, time) absorbs what was stored before. What is still wrong goes on waiting, whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.catalogue.message import Message, message
from city.catalogue.words import Words, words
from city.settings import Settings
from ingest.judged import JudgedMessage
from ingest.message import MqttMessage
from ingest.rejects import UNKNOWN, said
from ingest.validate import ClockRule
from ingest.writer import Writer
from store import letters
from store.connect import Connection
from store.letters import OpenLetter


@dataclass(frozen=True)
class Remaining:
    """Letters that still wait for one reason: how many messages, and what is wrong with one of them."""

    reason: str
    messages: int
    detail: str


@dataclass(frozen=True)
class Replayed:
    """What a replay did: ``messages`` stored whole, their ``rows`` that were new and those ``known`` already, values in
    ``conflicts`` with known ones, ``positions`` of vehicles, and what remains. Letters that hold good and bad values
    remain, with their good values stored."""

    messages: int
    rows: int
    known: int
    conflicts: int
    positions: int
    remaining: tuple[Remaining, ...]

    @property
    def useful(self) -> bool:
        """Whether anything was stored, or there was nothing to do."""
        return bool(self.messages or self.rows or self.positions or not self.remaining)


class LetterMessage(MqttMessage, frozen=True, gc=False):
    """A message out of a dead letter, with the letter's number."""

    letter: int


class LetterKeeper:
    """Marks the letters of a batch: stored, or what is wrong now. Nothing is counted, no cap holds."""

    def __init__(self, connection: Connection, words: Words, now: datetime) -> None:
        self.connection = connection
        self.words = words
        self.now = now
        self.example: dict[str, str] = {}

    def keep(self, judged: Sequence[JudgedMessage]) -> None:
        """Expects messages that are LetterMessages."""
        stored, again = list[int](), list[tuple[int, str, str, str | None]]()
        for item in judged:
            if not isinstance(item.message, LetterMessage):
                continue
            if item.fault is None:
                stored.append(item.message.letter)
                continue
            reason, detail = item.fault.reason, said(self.words, item.fault)
            self.example.setdefault(reason, detail)
            again.append((item.message.letter, reason, detail, item.sqlstate))
        if stored:
            letters.settle(self.connection, stored, self.now)
        if again:
            letters.say_again(self.connection, again)


def replay(
    connection: Connection,
    settings: Settings,
    now: datetime,
    *,
    reason: str | None = None,
    device: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
    batch: int = 500,
) -> Replayed:
    """Stores what can be stored of the letters that wait, of one reason and one device or of all, oldest first.

    Expects autocommit: each ``batch`` is a transaction, so a replay that is killed has done a part and can be run
    again, and a daemon goes on meanwhile. ``progress`` is told how many letters were tried so far.
    """
    limits = settings.ingest
    rule = ClockRule(timedelta(days=limits.accept_late_days), timedelta(seconds=limits.accept_ahead_s))
    keeper = LetterKeeper(connection, words(settings.municipality.language), now)
    writer = Writer(connection, limits, rule, keeper=keeper)
    letters.wait_for_parkers(connection)
    after, until, tried = 0, letters.newest(connection), 0
    while found := letters.waiting(connection, after, until, batch, reason=reason, device=device):
        writer.write([_message(one) for one in found if one.whole])
        _pass_over(writer, keeper, [one for one in found if not one.whole])
        after, tried = found[-1].id, tried + len(found)
        progress(tried)
    if reason in {None, UNKNOWN}:
        letters.recount(connection, None if device is None else [device])
    return _replayed(writer, keeper)


def take_in_waiting(
    connection: Connection, settings: Settings, names: Sequence[str], at: datetime, *, few: int = 20
) -> Message | None:
    """Stores what waited of sensors that were taken in just now; says how much, None where nothing had waited. Of more
    than a ``few`` it goes once through all that waits."""
    if len(names) > few:
        done = [replay(connection, settings, at, reason=UNKNOWN)]
    else:
        done = [replay(connection, settings, at, device=name) for name in names]
    rows, known = sum(one.rows for one in done), sum(one.known for one in done)
    left = [rest for one in done for rest in one.remaining if len(names) <= few]
    if not rows and not known:
        return None
    stored = message("cli.devices.waited", n=rows)
    if not left:
        return stored
    remain = message("cli.devices.remain", n=sum(rest.messages for rest in left), detail=left[0].detail)
    return message("format.clauses", parts=(stored, remain))


def _message(letter: OpenLetter) -> LetterMessage:
    return LetterMessage(letter.topic, letter.payload, letter.received_at, letter.id)


def _pass_over(writer: Writer, keeper: LetterKeeper, cut: Sequence[OpenLetter]) -> None:
    """Letters that were cut when they were kept: they remain for what was wrong with them."""
    for one in cut:
        keeper.example.setdefault(one.reason, one.detail)
        writer.tally.messages += 1
        writer.tally.rejected[one.reason] = writer.tally.rejected.get(one.reason, 0) + 1


def _replayed(writer: Writer, keeper: LetterKeeper) -> Replayed:
    tally = writer.tally
    left = sorted(tally.rejected.items(), key=lambda item: (item[0] != UNKNOWN, -item[1], item[0]))
    return Replayed(
        messages=tally.messages - sum(tally.rejected.values()),
        rows=tally.new_rows,
        known=tally.duplicates,
        conflicts=tally.conflicts,
        positions=tally.positions,
        remaining=tuple(Remaining(reason, n, keeper.example.get(reason, "")) for reason, n in left),
    )
