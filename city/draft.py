"""A draft of the watch: a plan that is proposed beside the live one, shown as what it would change."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from city.catalogue.stored import Languages
from city.vocabulary import OrderState


class Bust(Struct, frozen=True, kw_only=True):
    """A forecast that did not hold: at ``at`` there is, or will be, more or less than the live plan's range allowed.

    ``seen`` where it is observed, else a newer forecast says so; ``tur`` is the one farthest outside, ``share`` that
    of all strands outside. ``limit_cm`` is from what depth the tur is called out, where that is known. Depths in cm.
    """

    more: bool
    seen: bool
    tur: str
    at: datetime
    cm: float
    expected_cm: float
    low_cm: float
    high_cm: float
    share: float
    limit_cm: float | None = None


class Change(Struct, frozen=True, kw_only=True):
    """One tur of a difference: added, or stood down. ``why`` is its first reason; of one that is stood down ``gone`` is
    what is known instead, '' where nothing is.

    As they stood when the draft was made: the ``state`` of its order, None where nobody has ordered it; ``called_back``
    where it is stood down and somebody was told to drive it; ``vehicle_before`` where the live plan gives the tur to
    another vehicle.
    """

    key: str
    target: str
    title: str
    vehicle: str | None
    starts_at: datetime | None
    why: str
    why_en: str
    state: OrderState | None = None
    called_back: bool = False
    vehicle_before: str | None = None
    gone: str = ""
    gone_en: str = ""
    languages: Languages | UnsetType = UNSET


class Difference(Struct, frozen=True, kw_only=True):
    """What a draft changes of the live plan, and the busts that led to it. ``cost`` is what the change adds to the
    price of what is left to drive, less than 0 where it is cheaper."""

    added: tuple[Change, ...] = ()
    dropped: tuple[Change, ...] = ()
    busts: tuple[Bust, ...] = ()
    cost: float = 0.0

    @property
    def same_as(self) -> tuple[frozenset[str], frozenset[str], frozenset[tuple[bool, bool]]]:
        """Equal for drafts that ask the same of a person."""
        return (
            frozenset(change.key for change in self.added),
            frozenset(change.key for change in self.dropped),
            frozenset((bust.more, bust.seen) for bust in self.busts),
        )


class WatchLook(Struct, frozen=True):
    """What a look of the watch found, proposed or not: the keys that another plan would add to the live one, and those
    it would drop."""

    at: datetime
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
