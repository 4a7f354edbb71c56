"""Who mans what, and from when to when: the roster, the call-out lists, and what departs from them. All times are
aware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from city.vocabulary import Channel, CrewChangeKind, Network

FOREVER = datetime.max.replace(tzinfo=UTC)
"""After every time: what has no end ends then."""


@dataclass(frozen=True, slots=True)
class RosterTurn:
    """A vehicle is manned from ``starts_at`` to ``ends_at``, by ``crew`` where it has a name: a shift, never a person.

    The rest rules hold for a crew, without one for the vehicle.
    """

    vehicle: str
    starts_at: datetime
    ends_at: datetime
    crew: str | None = None


@dataclass(frozen=True, slots=True)
class CallOut:
    """A line of a call-out list: who is called as number ``place`` where a tur of a network needs a driver.

    ``who`` is a role or a shift such as "Jour 1", never a name; ``contractor`` has a list of its own, None is for all.
    """

    network: Network
    place: int
    vehicle: str
    who: str
    channel: Channel
    address: str
    contractor: str | None = None


@dataclass(frozen=True, slots=True)
class CrewChange:
    """What the manning departs in from ``starts_at`` to ``until_at`` (None: until somebody ends it): a vehicle that is
    out of service, and ``why``; a place (``who``, a role or a shift) of its call-out list that is away; another number
    (``channel``, ``address``) of such a place. A person never says why."""

    id: str
    kind: CrewChangeKind
    vehicle: str
    who: str
    channel: Channel | None
    address: str | None
    starts_at: datetime
    until_at: datetime | None
    why: str
    noted_at: datetime
    noted_by: str

    @property
    def ends(self) -> datetime:
        """When it ends, to be compared."""
        return FOREVER if self.until_at is None else self.until_at


@dataclass(frozen=True, slots=True)
class Absence:
    """A vehicle is out of service from ``starts_at`` to ``until_at``; None: nobody knows how long."""

    vehicle: str
    starts_at: datetime
    until_at: datetime | None = None

    @property
    def ends(self) -> datetime:
        """When it ends, to be compared."""
        return FOREVER if self.until_at is None else self.until_at
