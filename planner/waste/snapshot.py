"""What a waste plan is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from city.entities import CalendarDay, Room, Segment, Vessel, VesselEmptied
from city.manning import Absence
from city.vocabulary import Domain
from planner.snapshot import Snapshot, Wants


@dataclass(frozen=True, kw_only=True)
class WasteSnapshot(Snapshot):
    """``segments`` are the streets that trucks drive on; ``emptyings`` what somebody emptied for certain, as far back
    as readings reach."""

    domain: ClassVar[Domain] = "waste"
    wants: ClassVar[Wants] = Wants(quantities=("fill_level",), look_back=timedelta(days=28), networks=("street",))

    segments: tuple[Segment, ...] = ()
    rooms: tuple[Room, ...] = ()
    vessels: tuple[Vessel, ...] = ()
    emptyings: tuple[VesselEmptied, ...] = ()
    absences: tuple[Absence, ...] = ()
    holidays: tuple[CalendarDay, ...] = ()

    @property
    def free_days(self) -> frozenset[date]:
        """Public holidays, on which no truck goes out."""
        return frozenset(row.day for row in self.holidays)
