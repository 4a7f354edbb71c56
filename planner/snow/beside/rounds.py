"""Rounds of places: each piece of the town whose places are due, with its vehicle and the order of its places."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from city.entities import Vehicle
from city.network import StreetNetwork
from city.vocabulary import Network
from planner.fleet import Assignment, Fleet, TimeWindow
from planner.routes.profiles import profile
from planner.routes.visits import Roundtrips, Visit
from planner.snow.beside.places import DuePlaces, Piece, PlaceNeed
from planner.snow.snapshot import SnowSnapshot

CLEARS: Network = "cycle"
"""Places are cleared by the small vehicles of the cycle ways: the others do not get onto them."""
USUAL_WAY_MIN = 1.5
"""What driving to each place is taken for before the order is known [min]."""


@dataclass(frozen=True)
class DrivenRound:
    """A piece with its vehicle; ``needs`` in visiting order."""

    piece: Piece
    needs: tuple[PlaceNeed, ...]
    assignment: Assignment
    visit: Visit

    @property
    def deadline(self) -> datetime:
        """When the first of its places must be done."""
        return min(need.deadline for need in self.needs)

    @property
    def asked_from(self) -> datetime:
        """When the first of its places may be begun."""
        return min(need.from_when for need in self.needs)


class PlaceRounds:
    """What is asked for of a night's places, and, once ``drive`` has booked vehicles of the fleet for it, what is
    driven and how many pieces nobody can drive."""

    def __init__(self, snapshot: SnowSnapshot, network: StreetNetwork, fleet: Fleet, asked: DuePlaces) -> None:
        self.snapshot, self.network, self.fleet, self.asked = snapshot, network, fleet, asked
        self.driven: list[DrivenRound] = []
        self.unmanned = 0
        self._trips: dict[Hashable, Roundtrips] = {}

    def drive(self) -> None:
        """Gives each piece, most urgent first, to the vehicle that is done in time, adds least to the cost, and can
        begin first."""
        for piece, needs in sorted(self.asked.due, key=lambda one: (_wish(one[1]).deadline, len(one[0].id), one[0].id)):
            wish, work = _wish(needs), timedelta(minutes=sum(need.minutes + USUAL_WAY_MIN for need in needs))
            vehicle = self.fleet.choose(CLEARS, wish, lambda _, work=work: work, lambda _: 0)  # type: ignore[misc]
            if vehicle is None:
                self.unmanned += 1
            else:
                self.driven.append(self._driven(piece, needs, vehicle))

    def _driven(self, piece: Piece, needs: Sequence[PlaceNeed], vehicle: Vehicle) -> DrivenRound:
        visit = self._roundtrips(vehicle).visit([(need.place.lon, need.place.lat) for need in needs])
        lasts = timedelta(seconds=visit.seconds, minutes=sum(need.minutes for need in needs))
        assignment = self.fleet.assign(vehicle, _wish(needs), lasts)
        return DrivenRound(piece, tuple(needs[i] for i in visit.order), assignment, visit)

    def _roundtrips(self, vehicle: Vehicle) -> Roundtrips:
        home = self.fleet.home(vehicle)
        kind = home, vehicle.drive_kmh, vehicle.width_m, vehicle.weight_t
        if kind not in self._trips:
            cost = np.asarray(profile(self.network, vehicle).seconds, float)
            self._trips[kind] = Roundtrips(self.network, cost, home)
        return self._trips[kind]


def _wish(needs: Sequence[PlaceNeed]) -> TimeWindow:
    return TimeWindow(min(need.from_when for need in needs), min(need.deadline for need in needs))
