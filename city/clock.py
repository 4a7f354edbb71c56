"""One clock. Time comes from a :class:`Clock` that is passed in; nothing else in the product calls now()."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from city.catalogue.message import Message, message
from city.errors import BadValue


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    @property
    def simulated(self) -> bool:
        """Whether the time is made up, so that screens can say so."""
        ...

    def now(self) -> datetime:
        """The present instant [UTC]."""
        ...

    def real_seconds(self, seconds: float) -> float:
        """How long ``seconds`` of this clock take on the wall [s]."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The wall clock of the host."""

    simulated: bool = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds(self, seconds: float) -> float:
        return seconds


@dataclass(frozen=True)
class SimulatedClock:
    """A clock that stood at ``starts_at`` when the wall said ``wall_start`` and runs ``speed`` times as fast.

    The three numbers stand in the database, so that all processes of an installation agree.
    """

    starts_at: datetime
    wall_start: datetime
    speed: float = 1.0
    simulated: bool = True

    def now(self) -> datetime:
        passed = (datetime.now(UTC) - self.wall_start).total_seconds()
        return self.starts_at + timedelta(seconds=passed * self.speed)

    def real_seconds(self, seconds: float) -> float:
        return seconds / self.speed if self.speed > 0 else seconds


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for ``--at`` and for tests."""

    instant: datetime
    simulated: bool = True

    def now(self) -> datetime:
        return self.instant

    def real_seconds(self, seconds: float) -> float:
        return seconds

    def advance(self, **parts: float) -> None:
        """Moves the clock by ``timedelta(**parts)``."""
        self.instant += timedelta(**parts)


@dataclass(frozen=True)
class HeldClock:
    """Another clock, standing still at ``instant`` while an act is done: all that it writes has one time."""

    clock: Clock
    instant: datetime

    @property
    def simulated(self) -> bool:
        return self.clock.simulated

    def now(self) -> datetime:
        return self.instant

    def real_seconds(self, seconds: float) -> float:
        return self.clock.real_seconds(seconds)


def stopwatch() -> float:
    """A reading of the monotonic clock [s], for lengths of time only."""
    return time.monotonic()


def aware(instant: datetime, what: str | Message = "") -> datetime:
    """``instant`` in UTC. Raises BadValue where it names no offset."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        named = what or message("error.value.time")
        raise BadValue(message("error.value.no_offset", what=named, at=instant.isoformat()))
    return instant.astimezone(UTC)
