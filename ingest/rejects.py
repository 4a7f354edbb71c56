"""What is not taken of a batch: kept with its bytes within bounds that no device can pass, and counted beyond them.

A device that nobody has taken in yet is parked: its readings are kept whole, for so many devices and within a budget of
bytes over all of them. Other rejects have a cap a sender and day; names that are no device, vehicle or parked device of
ours have one cap together, so that invented names cost no more than one name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from city.catalogue.words import Words
from city.settings import Ingest
from ingest.judged import JudgedMessage
from ingest.payloads.topics import device_of
from ingest.validate import Fault
from store import letters
from store.connect import Connection
from store.letters import DeadLetter, DeviceAdds, ParkedRoom

NOBODY = ""
"""Who is counted for senders that we do not know."""
UNKNOWN = "unknown_device"


class Reject(msgspec.Struct, frozen=True):
    """A message that is not taken, or not wholly: why, whose it is, on which day (UTC), and the room that its letter
    would take [bytes]."""

    item: JudgedMessage
    fault: Fault
    reason: str
    device: str
    day: date
    room: int

    def sender(self, known: set[str]) -> str:
        """Under whose name it counts."""
        return self.device if self.device in known else NOBODY


class Rejects:
    """Keeps rejects of what comes from the broker; what was wrong is said in ``words``."""

    def __init__(self, connection: Connection, limits: Ingest, words: Words) -> None:
        self.connection = connection
        self.limits = limits
        self.words = words

    def keep(self, judged: Sequence[JudgedMessage]) -> None:
        """Counts all rejects, and keeps the bytes of those within the bounds: a few statements for a whole batch."""
        found = [_reject(item, item.fault) for item in judged if item.fault is not None]
        if not found:
            return
        parked = self._park([one for one in found if one.reason == UNKNOWN])
        known = letters.known_senders(self.connection, {one.device for one in found})
        before = self._count(found, known)
        others = self._under_cap([one for one in found if one.reason != UNKNOWN], known, before)
        kept = [self._letter(one) for one in [*parked, *others]]
        if kept:
            letters.keep(self.connection, kept)

    def _letter(self, one: Reject) -> DeadLetter:
        message = one.item.message
        payload = message.payload
        return DeadLetter(
            topic=speakable(message.topic),
            payload=payload if one.reason == UNKNOWN else payload[: self.limits.dead_letter_bytes],
            payload_bytes=len(payload),
            device=one.device,
            reason=one.reason,
            detail=said(self.words, one.fault),
            sqlstate=one.item.sqlstate,
            received_at=message.received_at,
        )

    def _park(self, found: Sequence[Reject]) -> list[Reject]:
        """Those for which there is room; their devices are remembered, what is beyond is counted."""
        if not found:
            return []
        by_device = defaultdict[str, list[Reject]](list)
        for one in found:
            by_device[one.device].append(one)
        taken = letters.room(self.connection, by_device)
        placed = _with_place(by_device, taken, self.limits.unknown_devices)
        kept = _within(found, placed, taken, budget=self.limits.parked_mb * 1_000_000)
        if placed:
            chosen = {id(one) for one in kept}
            adds = [_adds(device, by_device[device], chosen) for device in sorted(placed)]
            letters.take_room(self.connection, adds)
        beyond = [one for one in found if one.device not in placed]
        if beyond:
            letters.count_beyond(self.connection, len(beyond), beyond[-1].device, beyond[-1].item.message.received_at)
        return kept

    def _count(self, found: Iterable[Reject], known: set[str]) -> Counter[tuple[date, str]]:
        """Counts rejects by day, sender and reason; gives how many letters of the day a sender had before."""
        batch = Counter((one.day, one.sender(known), one.reason) for one in found)
        before = Counter(letters.count_rejects(self.connection, batch))
        for (day, sender, reason), n in batch.items():
            if reason != UNKNOWN:
                before[day, sender] -= n
        return before

    def _under_cap(
        self, found: Iterable[Reject], known: set[str], before: Counter[tuple[date, str]]
    ) -> Iterable[Reject]:
        for one in found:
            key = (one.day, one.sender(known))
            before[key] += 1
            if before[key] <= self.limits.dead_letters_per_device_day:
                yield one


def said(words: Words, fault: Fault) -> str:
    """What is wrong, in words that can be stored."""
    return speakable(words.say(fault.detail).strip())


def speakable(text: str) -> str:
    """A text without NUL, which no column takes."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _reject(item: JudgedMessage, fault: Fault) -> Reject:
    device = fault.device or device_of(item.message.topic)
    room = len(item.message.payload) + letters.ROW_BYTES
    return Reject(item, fault, fault.reason, device, item.message.received_at.date(), room)


def _with_place(asking: Iterable[str], taken: ParkedRoom, places: int) -> set[str]:
    """The devices that have a place or get one of those that are left, first come first served."""
    new = [device for device in asking if device not in taken.held]
    return set(taken.held) | set(new[: max(0, places - taken.devices)])


def _within(
    found: Iterable[Reject], placed: set[str], taken: ParkedRoom, *, budget: float, share: float = 0.2
) -> list[Reject]:
    """The rejects of devices with a place for which the budget [bytes] has room.

    Once half of it is used, a device that has more than ``share`` of it gets no more, so that one that floods leaves
    room for all others.
    """
    used, kept = taken.bytes, list[Reject]()
    held = Counter(taken.held)
    for one in found:
        greedy = used > budget / 2 and held[one.device] + one.room > share * budget
        if one.device in placed and used + one.room <= budget and not greedy:
            used += one.room
            held[one.device] += one.room
            kept.append(one)
    return kept


def _adds(device: str, found: Sequence[Reject], chosen: set[int]) -> DeviceAdds:
    kept = [one for one in found if id(one) in chosen]
    times = [one.item.message.received_at for one in found]
    size = sum(one.room for one in kept)
    return DeviceAdds(device, len(kept), size, len(found) - len(kept), min(times), max(times))
